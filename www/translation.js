// What a browser's page translation does to texts that change.

if (typeof HTMLFontElement !== "undefined" && !("data" in HTMLFontElement.prototype)) {
  // Chromium puts two nested `<font>` elements in the place of a text node. Lit writes a new text into the node behind its marker, where the `<font>` now stands: it takes the
  // text as a text node would, and the browser translates that in its turn.
  Object.defineProperty(HTMLFontElement.prototype, "data", {
    configurable: true,
    /** @this {HTMLFontElement} */
    get() {
      return this.textContent;
    },
    /** @this {HTMLFontElement} @param {string} text */
    set(text) {
      this.textContent = text;
    },
  });
}

/**
 * Keeps what an element draws out of a translation that would break it. Firefox puts the parts of a paragraph together anew and drops the comments by which Lit finds its places
 * (`merge` in its translations-document.sys.mjs); prose that is plain HTML, such as a lesson's, is translated there, too.
 * @param {HTMLElement} element
 */
export function keepMarkers(element) {
  if (CSS.supports("-moz-appearance", "none")) element.translate = false;
}
