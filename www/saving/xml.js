// Text on its way into a file that others read: XML 1.0 has no control characters and no half of a surrogate pair, whatever the tokens hold.

/** What XML 1.0 (section 2.2, "Char") leaves out: controls but tab, line feed and carriage return, halves of surrogate pairs, U+FFFE and U+FFFF. */
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

/**
 * The same text with a picture in the place of each control character (U+0007 as U+2407) and U+FFFD for what has none.
 * @param {string} text
 */
export function visible(text) {
  return text.replace(UNWRITABLE, (character) =>
    character < " " ? String.fromCharCode(0x2400 + character.charCodeAt(0)) : "\ufffd",
  );
}

/**
 * Text as the content of an element or an attribute.
 * @param {string} text
 */
export function escaped(text) {
  return visible(text).replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
