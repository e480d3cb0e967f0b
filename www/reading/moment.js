// The place of an attention pattern that says most: where one word looks hardest at another.

/** @typedef {import("../trace.js").Matrix} Matrix */
/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {{ row: number, column: number, weight: number }} Cell */

/** Of a pattern that is spread thinner than this no single cell says anything. */
const TELLING = 0.1;

/** A word, and no mark or special token. */
const WORD = /[\p{L}\p{N}]/u;

/**
 * The heaviest cell between two words. A first token, which many heads use as a place to rest on, counts for nothing in a text that looks at itself.
 * @param {Matrix} matrix
 * @param {Piece[]} rows
 * @param {Piece[]} columns
 * @param {{ same?: boolean, skip?: number }} [options] `same`: rows and columns are one text; `skip`: so many columns are no part of the text
 * @returns {Cell | undefined}
 */
export function mostTelling(matrix, rows, columns, { same = false, skip = 0 } = {}) {
  /** @type {Cell | undefined} */
  let best;
  const first = Math.max(skip, same ? 1 : 0);
  for (let row = 0; row < Math.min(matrix.rows, rows.length); row++) {
    if (!isWord(rows[row])) continue;
    for (let column = first; column < Math.min(matrix.columns, columns.length); column++) {
      const weight = matrix.data[row * matrix.columns + column];
      if ((same && row === column) || weight <= (best?.weight ?? TELLING) || !isWord(columns[column])) continue;
      best = { row, column, weight };
    }
  }
  return best;
}

/**
 * What a row looks at most.
 * @param {Matrix} matrix
 * @param {number} row
 * @returns {Cell | undefined}
 */
export function heaviest(matrix, row) {
  if (row < 0 || row >= matrix.rows) return undefined;
  const weights = matrix.data.subarray(row * matrix.columns, (row + 1) * matrix.columns);
  const column = weights.reduce((best, weight, i) => (weight > weights[best] ? i : best), 0);
  return { row, column, weight: weights[column] };
}

/** @param {Piece} piece */
function isWord({ token, special }) {
  return !special && WORD.test(token);
}
