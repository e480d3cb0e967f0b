// How a token is written where a reader sees it. Characters that cannot be seen, or that would turn the text around them to another direction, are shown as signs; each token
// is isolated from its neighbours (`<bdi>`) and stays as it is when a browser translates the page.

import { html, nothing } from "lit";

/** Control characters, and those that set or override the direction of a text (Unicode's Bidi_Control). */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Such characters join or part their neighbours; alone they show nothing. */
const IGNORABLE = /^\p{Default_Ignorable_Code_Point}+$/u;

/** @type {Record<string, string>} */
const SIGNS = { "\n": "⏎", "\t": "⇥", "\u007f": "␡" };

/**
 * A text whose every character can be seen.
 * @param {string} text
 */
export function visible(text) {
  return IGNORABLE.test(text)
    ? [...text].map(codeOf).join("")
    : text.replace(UNSEEN, (character) => SIGNS[character] ?? (character < " " ? pictureOf(character) : codeOf(character)));
}

/**
 * A token in a label: without the space before it, or as that space where it is nothing else.
 * @param {string | undefined} token in the tokenizer's spelling, where ▁ is a space
 */
export function labelled(token = "") {
  return visible(token.replace(/^▁/, "").replaceAll("▁", "␣")) || "␣";
}

/**
 * A token in a sentence, its spaces as signs.
 * @param {string | undefined} token
 */
export function named(token = "") {
  return visible(token.replaceAll("▁", "␣"));
}

/**
 * A token on a tile, the space before it as an element of the class "space".
 * @param {string} token
 */
export function tiled(token) {
  const spaced = token.startsWith("▁");
  return html`<bdi translate="no"
    >${spaced ? html`<span class="space"></span>` : nothing}${named(spaced ? token.slice(1) : token)}</bdi
  >`;
}

/**
 * What a model reads or writes, amid other text.
 * @param {unknown} text
 */
export function isolated(text) {
  return html`<bdi translate="no">${text}</bdi>`;
}

/** Unicode's picture of a control character, such as ␀ for U+0000. @param {string} character */
function pictureOf(character) {
  return String.fromCharCode(0x2400 + character.charCodeAt(0));
}

/** @param {string} character */
function codeOf(character) {
  return `U+${/** @type {number} */ (character.codePointAt(0)).toString(16).toUpperCase().padStart(4, "0")}`;
}
