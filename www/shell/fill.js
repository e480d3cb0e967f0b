// Span corruption (Raffel et al. 2019, section 3.1.4): the model writes each gap's sentinel and then what belongs there. Here both are put together again.

import { spansWritten } from "../masking/spans.js";

/** @typedef {{ text: string, filled: boolean }} Part */

const SENTINEL = /<extra_id_\d+>/;

/**
 * The source text with its gaps filled by what was written so far; a gap not yet reached keeps its sentinel.
 * @param {string} source
 * @param {{ token: string, special: boolean }[]} written
 * @returns {Part[] | undefined} undefined where the source has no gap
 */
export function fillGaps(source, written) {
  if (!SENTINEL.test(source)) return undefined;
  const spans = spansWritten(written);
  return source
    .split(/(<extra_id_\d+>)/)
    .filter(Boolean)
    .map((text) => {
      const span = spans.get(text);
      return { text: span ?? text, filled: span !== undefined };
    });
}
