// One distribution, cut: what temperature, top-k and top-p make of a step's logits. The engine samples by the same rule; a test holds the two together.

/** @typedef {{ temperature?: number, topK?: number, topP?: number }} Cut */

/** Candidates that the page shows at each step. */
const CANDIDATES = 10;

/**
 * The page's settings as options of one step.
 * @param {import("./player.js").Settings} settings
 */
export function stepSettings({ temperature, topK, topP, seed, max }) {
  return { temperature, topK: topK || undefined, topP, seed, candidates: CANDIDATES, limit: max };
}

/**
 * The likeliest tokens of one row of logits, in order. Temperature divides the logits (0: greedy, which shows the plain softmax and keeps one token);
 * top-k keeps the k likeliest; top-p then keeps the shortest run of the likeliest whose probabilities, renormalised over what top-k left, reach p.
 * @param {Float32Array} logits [d_vocab]
 * @param {Cut} cut
 * @param {number} count how many to list
 * @returns {{ id: number, probability: number, kept: boolean, logit: number }[]}
 */
export function cutDistribution(logits, { temperature = 0, topK = 0, topP = 1 }, count) {
  const order = Array.from(logits.keys()).sort((a, b) => logits[b] - logits[a] || a - b);
  const scale = temperature > 0 ? temperature : 1;
  const top = logits[order[0]];
  const weights = order.map((id) => Math.exp((logits[id] - top) / scale));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const allowed = logits.reduce((n, logit) => (logit > -Infinity ? n + 1 : n), 0); // the others are forbidden
  const kept = temperature > 0 ? Math.min(keptCount(weights, topK, topP), allowed) : 1;
  return order
    .slice(0, count)
    .map((id, rank) => ({ id, probability: weights[rank] / total, kept: rank < kept, logit: logits[id] }));
}

/**
 * Scores as shares of one.
 * @param {ArrayLike<number>} scores
 * @returns {Float64Array}
 */
export function softmax(scores) {
  // Not Math.max(...): a vocabulary is more arguments than a call may have.
  let top = -Infinity;
  for (let i = 0; i < scores.length; i++) top = Math.max(top, scores[i]);
  const weights = Float64Array.from(scores, (score) => Math.exp(score - top));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/**
 * The place where the model was least sure of the token that it took: the most to look at.
 * @param {import("../trace.js").Step[]} steps
 */
export function leastCertain(steps) {
  const sureness = steps.map(({ id, candidates }) => candidates.find((candidate) => candidate.id === id)?.probability ?? 0);
  return sureness.indexOf(Math.min(...sureness));
}

/**
 * @param {number[]} weights in falling order
 * @param {number} topK
 * @param {number} topP
 */
function keptCount(weights, topK, topP) {
  const limit = topK > 0 ? Math.min(topK, weights.length) : weights.length;
  if (topP >= 1) return limit;
  const total = weights.slice(0, limit).reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  for (let rank = 0; rank < limit; rank++) {
    sum += weights[rank] / total;
    if (sum >= topP) return rank + 1;
  }
  return limit;
}
