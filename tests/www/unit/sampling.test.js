import assert from "node:assert/strict";
import test from "node:test";
import { cutDistribution } from "../../../www/reading/sampling.js";

/** Logarithms of 0.5, 0.25, 0.15 and 0.1, out of order. */
const LOGITS = Float32Array.of(Math.log(0.25), Math.log(0.1), Math.log(0.5), Math.log(0.15));

/** @param {object} cut */
function kept(cut) {
  return cutDistribution(LOGITS, cut, 4)
    .filter((candidate) => candidate.kept)
    .map(({ id }) => id);
}

test("softmax of logarithms gives the fractions, in falling order", () => {
  const candidates = cutDistribution(LOGITS, { temperature: 1 }, 4);
  assert.deepEqual(
    candidates.map(({ id }) => id),
    [2, 0, 3, 1],
  );
  [0.5, 0.25, 0.15, 0.1].forEach((share, i) => assert.ok(Math.abs(candidates[i].probability - share) < 1e-6));
});

test("temperature 0 keeps one token and shows the plain distribution", () => {
  assert.deepEqual(kept({ temperature: 0, topK: 3 }), [2]);
  assert.ok(Math.abs(cutDistribution(LOGITS, {}, 1)[0].probability - 0.5) < 1e-6);
});

test("temperature sharpens and flattens", () => {
  const [sharp, flat] = [0.5, 2].map((temperature) => cutDistribution(LOGITS, { temperature }, 4)[0].probability);
  assert.ok(Math.abs(sharp - 0.25 / (0.25 + 0.0625 + 0.0225 + 0.01)) < 1e-6, "squares of the fractions, renormalised");
  assert.ok(flat < 0.5);
});

test("top-k keeps k, top-p the shortest run that reaches p, both together in that order", () => {
  assert.deepEqual(kept({ temperature: 1, topK: 2 }), [2, 0]);
  assert.deepEqual(kept({ temperature: 1, topP: 0.7 }), [2, 0]);
  assert.deepEqual(kept({ temperature: 1, topP: 0.8 }), [2, 0, 3]);
  assert.deepEqual(kept({ temperature: 1, topP: 0.01 }), [2]);
  assert.deepEqual(kept({ temperature: 1, topK: 2, topP: 0.66 }), [2], "0.5 of the 0.75 that top-k left");
  assert.deepEqual(kept({ temperature: 1 }), [2, 0, 3, 1]);
});

test("what a rule forbids has no probability and is not kept", () => {
  const ruled = LOGITS.map((logit, id) => (id === 2 ? -Infinity : logit));
  const candidates = cutDistribution(ruled, { temperature: 1 }, 4);
  assert.deepEqual(
    candidates.map(({ id, kept }) => [id, kept]),
    [
      [0, true],
      [3, true],
      [1, true],
      [2, false],
    ],
  );
  assert.ok(Math.abs(candidates[0].probability - 0.5) < 1e-6, "0.25 of the 0.5 that are left");
  assert.equal(candidates[3].probability, 0);
});

test("equal logits keep the order of the ids", () => {
  assert.deepEqual(
    cutDistribution(Float32Array.of(1, 1, 1), { temperature: 1 }, 3).map(({ id }) => id),
    [0, 1, 2],
  );
});
