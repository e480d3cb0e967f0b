// What a pattern does, in a few numbers: where a head's weight lies on average over its rows.

/** @typedef {import("../trace.js").Matrix} Matrix */

/**
 * Shares of the weight, means over the rows that have any. `previous` and `next` are over the rows that have such a neighbour. `spread` is over how many tokens
 * a row's weight is spread, e to the power of its entropy: 1 where it lies on one token, n where it is even over n.
 * @param {Matrix} matrix
 */
export function profile({ rows, columns, data }) {
  const sums = { itself: 0, previous: 0, next: 0, first: 0, spread: 0 };
  let [counted, before, after] = [0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const weights = data.subarray(row * columns, (row + 1) * columns);
    let [total, entropy] = [0, 0];
    for (const weight of weights) {
      total += weight;
      if (weight > 0) entropy -= weight * Math.log(weight);
    }
    if (total === 0) continue;
    counted++;
    sums.spread += Math.exp(entropy);
    sums.first += weights[0];
    sums.itself += weights[row] ?? 0;
    if (row > 0 && row - 1 < columns) [before, sums.previous] = [before + 1, sums.previous + weights[row - 1]];
    if (row + 1 < columns && row + 1 < rows) [after, sums.next] = [after + 1, sums.next + weights[row + 1]];
  }
  const share = (/** @type {number} */ sum, /** @type {number} */ count) => (count > 0 ? sum / count : 0);
  return {
    itself: share(sums.itself, counted),
    previous: share(sums.previous, before),
    next: share(sums.next, after),
    first: share(sums.first, counted),
    spread: share(sums.spread, counted),
  };
}
