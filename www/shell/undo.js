// Undo and redo, as two buttons and by the usual keys. A page hears of the state it is to take on as it hears of a link: by its hash.

import { html } from "lit";

/** @typedef {import("../trail.js").Trail} Trail */

/** @param {string | undefined} hash */
function go(hash) {
  if (hash !== undefined) location.replace(`#${hash}`);
}

/**
 * @param {Trail} trail
 * @param {import("../trace.js").Say} say
 */
export function undoButtons(trail, say) {
  return html`<span class="undo"
    ><button
      type="button"
      class="quiet"
      aria-label=${say("undo")}
      title=${say("undo")}
      ?disabled=${!trail.undoable}
      @click=${() => go(trail.undo())}
      >↶</button
    ><button
      type="button"
      class="quiet"
      aria-label=${say("redo")}
      title=${say("redo")}
      ?disabled=${!trail.redoable}
      @click=${() => go(trail.redo())}
      >↷</button
    ></span
  >`;
}

/**
 * Ctrl or ⌘ with Z, with shift for redo, and Ctrl Y; a field that is being typed in has an undo of its own.
 * @param {Trail} trail
 */
export function undoKeys(trail) {
  document.addEventListener("keydown", (event) => {
    const [target] = event.composedPath();
    const typing =
      target instanceof HTMLTextAreaElement ||
      (target instanceof HTMLInputElement && ["text", "number", "search", "url"].includes(target.type));
    if (typing || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    go(key === "y" || event.shiftKey ? trail.redo() : trail.undo());
  });
}
