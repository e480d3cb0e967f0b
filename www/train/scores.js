// How well a head does what a recipe lets the reader look for, on the text that is watched: the share of its attention that goes where the rule says.

/** @typedef {import("../trace.js").Matrix} Matrix */
/** @typedef {{ layer: number, head: number, score: number }} Best */

/**
 * The column that each row should look at; undefined where the rule says nothing of a row.
 * @param {"repeat" | "reversed" | "sorted"} rule
 * @param {string[]} tokens of the text that is watched, without an end
 * @returns {(number | undefined)[]}
 */
export function targetsOf(rule, tokens) {
  if (rule === "reversed") return tokens.map((_, row) => tokens.length - 1 - row);
  if (rule === "sorted") return [...tokens].sort().map((token) => tokens.indexOf(token));
  // The token after the last occurrence of the same one: what came next then comes next now (Olsson et al. 2022).
  return tokens.map((token, row) => {
    const before = tokens.lastIndexOf(token, row - 1);
    return row === 0 || before < 0 ? undefined : before + 1;
  });
}

/**
 * @param {Matrix} matrix
 * @param {(number | undefined)[]} targets
 */
export function scoreOf({ rows, columns, data }, targets) {
  const weights = targets.flatMap((column, row) =>
    column === undefined || row >= rows || column >= columns ? [] : [data[row * columns + column]],
  );
  return weights.length === 0 ? 0 : weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
}
