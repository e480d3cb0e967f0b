// A page that is one block: what the reader changes in it stands in the page's #hash, and the hash brings it back.

import { give, textOf } from "../blocks/settings.js";
import { entry } from "../lookup.js";
import { Trail } from "../trail.js";
import { remembered } from "./preferences.js";
import { undoKeys } from "./undo.js";

/** @typedef {import("../blocks/block.js").Block} Block */

/** Settings that are the whole page's. */
const OF_PAGE = ["lang", "theme"];

/**
 * @param {Block} block
 * @returns {Trail} what can be taken back
 */
export function bind(block) {
  const trail = new Trail(location.hash.slice(1));
  undoKeys(trail);
  const take = () => {
    const { lang, theme, settings } = remembered(location.hash);
    for (const name of Object.keys(block.defaults)) if (!OF_PAGE.includes(name)) give(block, name, entry(settings, name) ?? null);
    if (lang) give(block, "lang", lang);
    give(block, "theme", theme);
  };
  take();
  window.addEventListener("hashchange", take);
  document.addEventListener("diorama-preferences", () => {
    take();
    trail.note(location.hash.slice(1));
  });
  block.addEventListener("diorama-settings", (event) => {
    const given = new URLSearchParams(location.hash.slice(1));
    const kept = ["lang", "theme"].flatMap((name) => (given.has(name) ? [[name, given.get(name) ?? ""]] : []));
    const { lang, theme, ...settings } = /** @type {CustomEvent} */ (event).detail.settings;
    const hash = new URLSearchParams([
      ...kept,
      ...Object.entries(settings).map(([name, value]) => [name, textOf(value)]),
    ]).toString();
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
    trail.note(hash);
  });
  return trail;
}
