// Learning from feedback: the arithmetic, against values that a person can check or that every way of drawing gives.

import assert from "node:assert/strict";
import test from "node:test";
import {
  dpo,
  klOfBest,
  logProbability,
  logSigmoid,
  meanOfBest,
  nextPair,
  parseLabels,
  rewardLoss,
} from "../../../www/blocks/feedback/math.js";
import { judged } from "../../../www/blocks/feedback/sample.js";

const near = (/** @type {number} */ got, /** @type {number} */ wanted, within = 1e-9) =>
  assert.ok(Math.abs(got - wanted) <= within, `${got} against ${wanted}`);

test("log σ, also far from 0", () => {
  near(logSigmoid(0), -Math.LN2);
  near(logSigmoid(Math.log(3)), Math.log(0.75));
  near(logSigmoid(-800), -800);
  assert.equal(Math.abs(logSigmoid(800)), 0);
});

test("a reward model pays log 2 where it cannot tell, and less where it is right", () => {
  near(rewardLoss(1.5, 1.5), Math.LN2);
  near(rewardLoss(Math.log(9), 0), -Math.log(0.9));
  near(rewardLoss(0, Math.log(9)), -Math.log(0.1));
});

test("the mean of the best of n is the mean over all draws", () => {
  const rewards = [3, -1, 4, 1, 5, 9, 2.5];
  /** @type {(n: number, from?: number) => number[][]} */
  const draws = (n, from = 0) =>
    n === 0 ? [[]] : rewards.slice(from).flatMap((reward, i) => draws(n - 1, from + i + 1).map((rest) => [reward, ...rest]));
  for (let n = 1; n <= rewards.length; n++) {
    const best = draws(n).map((drawn) => Math.max(...drawn));
    near(meanOfBest(rewards, n), best.reduce((sum, reward) => sum + reward, 0) / best.length);
  }
});

test("the distance of best-of-n: none for one, log 2 − 1/2 for two", () => {
  assert.equal(klOfBest(1), 0);
  near(klOfBest(2), Math.LN2 - 0.5);
  near(klOfBest(16), Math.log(16) - 15 / 16);
});

test("log-probabilities are sums of log-softmax, at any temperature", () => {
  const rows = [Float32Array.of(Math.log(1), Math.log(2), Math.log(1)), Float32Array.of(0, 0, 0)];
  near(logProbability(rows, [1, 2]), Math.log(0.5) + Math.log(1 / 3), 1e-6);
  // At temperature 1/2 odds are squared: 1 : 4 : 1.
  near(logProbability(rows.slice(0, 1), [1], 0.5), Math.log(4 / 6), 1e-6);
  near(logProbability([Float32Array.of(1000, 0)], [1]), -1000, 1e-6);
});

test("DPO: a policy that is the reference pays log 2; the gradient is its derivative", () => {
  const reference = { chosen: -40, rejected: -30 };
  const same = dpo(reference, reference, 0.1);
  near(same.loss, Math.LN2);
  near(same.weight, 0.5);
  const moved = dpo({ chosen: -38, rejected: -33 }, reference, 0.1);
  near(moved.margin, 0.5);
  assert.ok(moved.loss < same.loss && moved.weight < same.weight);
  const by = 1e-6;
  const slope = (dpo({ chosen: -38 + by, rejected: -33 }, reference, 0.1).loss - moved.loss) / by;
  near(slope, -0.1 * moved.weight, 1e-6);
});

test("choices as they stand in an attribute, and which pair comes next", () => {
  assert.deepEqual(parseLabels("0>1 3>2"), [
    [0, 1],
    [3, 2],
  ]);
  assert.deepEqual(parseLabels(""), []);
  assert.deepEqual(nextPair(4, []), [0, 1]);
  assert.deepEqual(nextPair(4, [[1, 0]]), [2, 3]);
  /** @type {[number, number][]} */
  const labelled = [];
  for (let pair = nextPair(5, labelled); pair; pair = nextPair(5, labelled)) labelled.push(pair);
  assert.equal(new Set(labelled.map(String)).size, 10, "each of the ten pairs once");
  assert.equal(labelled.length, 10);
});

test("blocks that ask for the same completion share it; another seed is another one, and a failure is tried again", async () => {
  let drawn = 0;
  const logits = {
    name: "logits",
    axes: ["batch", "pos", "d_vocab"],
    shape: [1, 3, 2],
    data: new Float32Array([0, 0, 0, 0, 0, 0]),
  };
  const writer = /** @type {any} */ ({
    encode: async () => [{ id: 0 }, { id: 1 }],
    async *generate(/** @type {unknown} */ _, /** @type {{ seed: number, signal: AbortSignal }} */ { seed, signal }) {
      drawn++;
      if (seed === 3 && drawn < 4) throw new Error("lost");
      if (seed === 4) await new Promise((resolve) => setTimeout(resolve));
      if (!signal.aborted) yield { id: 1, text: ` dog ${seed}` };
    },
    run: async () => ({ logits }),
  });
  const judge = /** @type {any} */ ({
    info: { labels: ["negative", "positive"], classes: "softmax" },
    run: async () => ({ logits: { data: new Float32Array([0.5, 2]) } }),
  });
  const [going, stopped] = [new AbortController(), new AbortController()];
  const ask = (/** @type {number} */ seed, { signal } = going) =>
    judged(writer, judge, "the", { seed, temperature: 1, maxNewTokens: 1 }, signal);
  const [one, same, other] = await Promise.all([ask(1), ask(1), ask(2)]);
  assert.equal(one, same);
  assert.deepEqual([one.text, other.text, one.reward, drawn], [" dog 1", " dog 2", 1.5, 2]);
  near(one.logProbability, Math.log(0.5));
  await assert.rejects(ask(3), /lost/);
  assert.equal((await ask(3)).text, " dog 3");
  const [ends, goesOn] = [ask(4, stopped), ask(4)];
  stopped.abort();
  await assert.rejects(ends, { name: "AbortError" });
  assert.equal((await goesOn).text, " dog 4", "who shares a completion with a block that was stopped draws it again");
});
