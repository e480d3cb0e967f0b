// What LLaMA changed: turning vectors, two norms, and curves.

import assert from "node:assert/strict";
import test from "node:test";
import { gelu, norms, relu, silu } from "../../../www/blocks/llama/norms.js";
import { anglesOf, score, turn, vectorAt } from "../../../www/blocks/llama/rope.js";

const near = (/** @type {number} */ got, /** @type {number} */ wanted, within = 1e-6) =>
  assert.ok(Math.abs(got - wanted) <= within, `${got} against ${wanted}`);

/** Numbers that look random and are the same every time. @param {number} n */
const numbers = (n) => Float32Array.from({ length: n }, (_, i) => Math.sin(i * 12.9898) * 2);

test("a quarter turn of a pair", () => {
  const turned = turn(Float32Array.of(1, 5, 0, 0), 1, [Math.PI / 2, Math.PI]);
  [0, -5, 1, 0].forEach((wanted, i) => near(turned[i], wanted));
});

test("a score depends on the distance alone", () => {
  const [q, k] = [numbers(8), numbers(16).subarray(8)];
  const angles = [1, 0.1, 0.01, 0.001];
  for (const [m, n] of [
    [9, 2],
    [3, 3],
    [0, 5],
  ])
    for (const shift of [1, 10, 1000]) near(score(q, k, [m + shift, n + shift], angles), score(q, k, [m, n], angles));
  assert.ok(Math.abs(score(q, k, [9, 2], angles) - score(q, k, [9, 3], angles)) > 1e-3);
  near(score(q, k, [0, 0], angles), q.reduce((sum, number, i) => sum + number * k[i], 0) / Math.sqrt(8));
});

test("angles are found in vectors before and after turning, the small ones too", () => {
  const [positions, heads, width] = [12, 2, 8];
  const wanted = [1, 10000 ** -0.25, 10000 ** -0.5, 10000 ** -0.75];
  const activation = (/** @type {Float32Array} */ data) => ({
    name: "q",
    axes: ["batch", "pos", "head", "d_head"],
    shape: [1, positions, heads, width],
    data,
  });
  const before = activation(numbers(positions * heads * width));
  const after = new Float32Array(before.data.length);
  for (let pos = 0; pos < positions; pos++)
    for (let head = 0; head < heads; head++)
      after.set(turn(vectorAt(before, pos, head), pos, wanted), (pos * heads + head) * width);
  anglesOf(before, activation(after)).forEach((angle, i) => near(angle / wanted[i], 1, 1e-4));
});

test("layer norm has mean 0 and variance 1, RMS norm mean square 1; without a mean they agree", () => {
  const made = norms([1, 2, 3, 6], 0);
  near(made.mean, 3);
  near(made.rms, Math.sqrt(12.5));
  near(
    made.layer.reduce((sum, x) => sum + x, 0),
    0,
  );
  near(made.layer.reduce((sum, x) => sum + x * x, 0) / 4, 1);
  near(made.root.reduce((sum, x) => sum + x * x, 0) / 4, 1);
  const centred = norms([-2, -1, 1, 2], 0);
  centred.layer.forEach((x, i) => near(x, centred.root[i]));
});

test("the three activations", () => {
  assert.deepEqual([-2, 0, 3].map(relu), [0, 0, 3]);
  near(silu(0), 0);
  near(silu(1), 1 / (1 + Math.exp(-1)));
  near(gelu(1), 0.841192, 1e-5);
  for (const f of [silu, gelu]) near(f(20), 20, 1e-4);
});
