// What a browser's page translation does to texts that change. It puts a translated text into two nested `<font>` elements in the place of the text node. Lit writes a new text into
// the node behind its marker, where the `<font>` now stands: it takes the text as a text node would. The browser sees the new text and translates it in its turn.

if (typeof HTMLFontElement !== "undefined" && !("data" in HTMLFontElement.prototype)) {
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
