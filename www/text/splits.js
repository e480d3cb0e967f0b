// What becomes of the places where a pattern cuts a text: the behaviours of the reference's "Split" and "Punctuation" (the `tokenizers` crate, `SplitDelimiterBehavior`).

import { matchesOf } from "./patterns.js";

/** @typedef {{ text: string, cut: boolean }} Stretch */

/**
 * @param {string} text
 * @param {RegExp} pattern with the flag g
 * @param {string} behavior
 * @param {boolean} [invert] cuts lie between the matches
 * @returns {string[]}
 */
export function splitText(text, pattern, behavior, invert = false) {
  const stretches = stretchesOf(text, pattern).map(({ text, cut }) => ({ text, cut: cut !== invert }));
  if (behavior === "Removed") return stretches.filter(({ cut }) => !cut).map(({ text }) => text);
  /** @type {Stretch[]} */
  const joined = [];
  for (const stretch of behavior === "MergedWithNext" ? stretches.reverse() : stretches) {
    const last = joined.at(-1);
    const joins =
      behavior === "Contiguous" ? last?.cut === stretch.cut : behavior.startsWith("Merged") && stretch.cut && last?.cut === false;
    if (!last || !joins) joined.push({ ...stretch });
    else
      Object.assign(last, {
        text: behavior === "MergedWithNext" ? stretch.text + last.text : last.text + stretch.text,
        cut: stretch.cut,
      });
  }
  if (behavior === "MergedWithNext") joined.reverse();
  return joined.map(({ text }) => text);
}

/**
 * The matches and what lies between them, nothing empty.
 * @param {string} text
 * @param {RegExp} pattern
 */
function stretchesOf(text, pattern) {
  /** @type {Stretch[]} */
  const stretches = [];
  let end = 0;
  for (const { match, index, end: behind } of matchesOf(text, pattern)) {
    stretches.push({ text: text.slice(end, index), cut: false }, { text: match, cut: true });
    end = behind;
  }
  stretches.push({ text: text.slice(end), cut: false });
  return stretches.filter(({ text }) => text !== "");
}
