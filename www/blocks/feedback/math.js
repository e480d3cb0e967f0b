// The arithmetic of learning from preferences, on numbers that models have computed.

/** log σ(x), also where σ(x) is close to 0. @param {number} x */
export function logSigmoid(x) {
  return Math.min(0, x) - Math.log1p(Math.exp(-Math.abs(x)));
}

/** −log σ(r_w − r_l): what a reward model pays for a labelled pair (Ouyang et al. 2022, equation 1). @param {number} chosen @param {number} rejected */
export function rewardLoss(chosen, rejected) {
  return -logSigmoid(chosen - rejected);
}

/**
 * The mean reward of the best of n, over all ways to draw n of the samples: the k-th smallest is the best in C(k − 1, n − 1) of C(N, n) draws.
 * @param {number[]} rewards
 * @param {number} n
 */
export function meanOfBest(rewards, n) {
  const sorted = [...rewards].sort((a, b) => a - b);
  const all = sorted.length;
  // The share of draws in which the largest is best, then from each to the next smaller one.
  let share = n / all;
  let mean = 0;
  for (let k = all; k >= n; k--) {
    mean += share * sorted[k - 1];
    share *= (k - n) / (k - 1);
  }
  return mean;
}

/** How far best-of-n goes from the model that it draws from, at most: log n − (n − 1)/n nats (Stiennon et al. 2020, appendix G.3). @param {number} n */
export function klOfBest(n) {
  return Math.log(n) - (n - 1) / n;
}

/**
 * log π(y | x): the sum over a text's tokens of their log-probabilities, scores divided by a temperature first.
 * @param {Float32Array[]} rows scores before each token
 * @param {number[]} ids
 * @param {number} temperature
 */
export function logProbability(rows, ids, temperature = 1) {
  return rows.reduce((sum, scores, t) => {
    const most = scores.reduce((most, score) => Math.max(most, score), -Infinity);
    const all = scores.reduce((all, score) => all + Math.exp((score - most) / temperature), 0);
    return sum + (scores[ids[t]] - most) / temperature - Math.log(all);
  }, 0);
}

/** @typedef {{ chosen: number, rejected: number }} Pair log-probabilities */

/**
 * Direct preference optimisation (Rafailov et al. 2023, equation 7). `weight` is what the gradient is multiplied with: close to 1 where the pair is still the wrong way round.
 * @param {Pair} policy
 * @param {Pair} reference
 * @param {number} beta
 */
export function dpo(policy, reference, beta) {
  const chosen = beta * (policy.chosen - reference.chosen);
  const rejected = beta * (policy.rejected - reference.rejected);
  const margin = chosen - rejected;
  return { chosen, rejected, margin, loss: -logSigmoid(margin), weight: Math.exp(logSigmoid(-margin)) };
}

/**
 * The reader's choices as they stand in an attribute: "0>1 3>2".
 * @param {string} labels
 * @returns {[number, number][]} chosen, rejected
 */
export function parseLabels(labels) {
  return [...labels.matchAll(/(\d+)>(\d+)/g)].map(([, chosen, rejected]) => [Number(chosen), Number(rejected)]);
}

/**
 * The next two samples that have not been compared: neighbours first, then those farther apart.
 * @param {number} count
 * @param {[number, number][]} labelled
 * @returns {[number, number] | undefined}
 */
export function nextPair(count, labelled) {
  const met = new Set(labelled.map(([a, b]) => `${Math.min(a, b)} ${Math.max(a, b)}`));
  for (let apart = 1; apart < count; apart++) {
    for (let a = 0; a + apart < count; a += apart === 1 ? 2 : 1) if (!met.has(`${a} ${a + apart}`)) return [a, a + apart];
  }
  for (let a = 1; a + 1 < count; a += 2) if (!met.has(`${a} ${a + 1}`)) return [a, a + 1];
  return undefined;
}
