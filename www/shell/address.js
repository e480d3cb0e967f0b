// A page that is one block: what the reader changes in it stands in the page's #hash, and the hash brings it back.

import { attributeOf } from "../blocks/settings.js";
import { Trail } from "../trail.js";
import { remembered } from "./preferences.js";
import { undoKeys } from "./undo.js";

/** @typedef {import("../blocks/block.js").Block} Block */

/**
 * @param {Block} block
 * @returns {Trail} what can be taken back
 */
export function bind(block) {
  const trail = new Trail(location.hash.slice(1));
  undoKeys(trail);
  const take = () => {
    const { lang, theme, settings } = remembered(location.hash);
    for (const name of taken) if (!(name in settings)) block.removeAttribute(attributeOf(name));
    for (const [name, text] of Object.entries(settings)) block.setAttribute(attributeOf(name), text);
    taken = Object.keys(settings);
    if (lang) block.setAttribute("lang", lang);
    block.setAttribute("theme", theme);
  };
  /** @type {string[]} */
  let taken = [];
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
    const hash = new URLSearchParams([...kept, ...Object.entries(settings).map(([name, value]) => [name, value === false ? "" : String(value)])]).toString();
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
    trail.note(hash);
  });
  return trail;
}
