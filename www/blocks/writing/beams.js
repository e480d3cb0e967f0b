// A beam search's outcome, read off its steps.

/** @typedef {import("../../trace.js").BeamTree} BeamTree */
/** `score` is the sum of log-probabilities in nats, `mean` that sum divided by the length. @typedef {{ ids: number[], score: number, mean: number, length: number, ended: boolean, won: boolean }} Ending */

/**
 * The texts that ended, best first: of these the search chose.
 * @param {BeamTree} tree
 * @returns {Ending[]}
 */
export function endings({ ids, steps }) {
  const found = texts(steps)
    .flat()
    .filter(({ fate }) => fate === "finished");
  const chosen = ids.join();
  const all = found.map(({ path, score }) => ({
    ids: path,
    score,
    mean: score / path.length,
    length: path.length,
    ended: true,
    won: path.join() === chosen,
  }));
  // Equal scores: the earlier one stays ahead, as in the search.
  return all.sort((a, b) => b.mean - a.mean);
}

/**
 * The text that leads to a continuation, counted through all steps.
 * @param {BeamTree} tree
 * @param {number} key
 */
export function textAt({ steps }, key) {
  return texts(steps).flat()[key];
}

/**
 * @param {BeamTree["steps"]} steps
 * @returns {{ path: number[], score: number, fate: string }[][]}
 */
function texts(steps) {
  /** @type {number[][]} */
  let kept = [[]];
  return steps.map((step) => {
    const now = step.map(({ beam, id, score, fate }) => ({ path: [...(kept[beam] ?? []), id], score, fate }));
    kept = now.filter(({ fate }) => fate === "kept").map(({ path }) => path);
    return now;
  });
}
