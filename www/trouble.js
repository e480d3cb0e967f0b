// What goes wrong with a model's files, as a key of the locales with its values: the module says it in English, the page in the reader's language.

import { complaint } from "./engine/complaints.js";
import { words } from "./i18n.js";

/** @typedef {import("./trace.js").Say} Say */
/** @typedef {Record<string, string | number>} Values */

export class Trouble extends Error {
  /**
   * @param {string} key
   * @param {Values} [values]
   */
  constructor(key, values = {}) {
    super(words("en")(key, values));
    this.key = key;
    this.values = values;
  }

  /** The connection failed, not the model: it is worth trying again. */
  get passing() {
    return this.key === "trouble.stopped" || this.key === "trouble.unreachable";
  }
}

/**
 * The sentence for the reader.
 * @param {unknown} error
 * @param {Say} say
 */
export function sentence(error, say) {
  if (error instanceof Trouble) return say(error.key, error.values);
  return complaint(error instanceof Error ? error.message : String(error), say);
}
