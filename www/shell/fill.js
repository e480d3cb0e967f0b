// Span corruption (Raffel et al. 2019, section 3.1.4): the model writes each gap's sentinel and then what belongs there. Here both are put together again.

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
  /** @type {Map<string, string>} */
  const spans = new Map();
  let sentinel = "";
  for (const { token, special } of written) {
    if (SENTINEL.test(token)) sentinel = token;
    else if (!special && sentinel) spans.set(sentinel, (spans.get(sentinel) ?? "") + token.replaceAll("▁", " "));
  }
  return source.split(/(<extra_id_\d+>)/).filter(Boolean).map((text) => {
    const span = spans.get(text)?.trim();
    return { text: span ?? text, filled: span !== undefined };
  });
}
