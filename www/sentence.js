// Errors in words: for the reader in the page's language, for scripts in English.

import { complaint } from "./engine/complaints.js";
import { words } from "./i18n.js";
import { MOST_LONGER, shown, Trouble } from "./trouble.js";

/** @typedef {import("./trace.js").Say} Say */

/**
 * The sentence for the reader.
 * @param {unknown} error
 * @param {Say} say
 */
export function sentence(error, say) {
  if (error instanceof Trouble) return say(error.key, quoted(error.values));
  return complaint(error instanceof Error ? error.message : String(error), say);
}

/**
 * The same error, its message in English: the module's callers read that.
 * @template E
 * @param {E} error
 * @returns {E}
 */
export function inEnglish(error) {
  if (error instanceof Trouble) error.message = words("en")(error.key, quoted(error.values));
  return error;
}

/** What is quoted at more length. */
const LONGER = new Set(["address", "classes", "place", "reason", "types"]);

/**
 * @param {import("./trouble.js").Values} values
 * @returns {import("./trouble.js").Values}
 */
function quoted(values) {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === "string" ? shown(value, LONGER.has(name) ? MOST_LONGER : undefined) : value,
    ]),
  );
}
