// The arithmetic of preferences and of learning steps, against numbers worked out by hand.

import assert from "node:assert/strict";
import test from "node:test";
import { all, near, numbers } from "./worked.js";

/** @typedef {import("./graphs.js").Axes} Axes */

/** @type {(axes: Axes, data: number[]) => { axes: Axes, data: number[] }} */
const given = (axes, data) => ({ axes, data });

test("preferences: a text against its rival, and a ratio that counts within bounds", () => {
  /** @type {Axes} */
  const two = [
    ["batch", 2],
    ["pos", 2],
  ];
  near(all(numbers("dot_rows", [given(two, [1, 2, 3, 4]), given(two, [-1, 0, -1, -1])], [["batch", 2]])), [-1, -7]);
  near(all(numbers("dot_rows_grad", [given([["batch", 2]], [2, 10]), given(two, [-1, 0, -1, 3])], two)), [-2, 0, -10, 30]);
  near(all(numbers("versus", [given([["batch", 5]], [1, 4, 2, -2, 7])], [["batch", 5]])), [-3, 3, 4, -4, 0]);
  near(all(numbers("versus", [given(two, [1, 10, 3, 5])], two)), [-2, 5, 2, -5]);
  /** @type {Axes} */
  const six = [["d_model", 6]];
  const far = 1 + Math.LN2;
  const inputs = [given(six, [1, 1, far, far, 1, 1]), given(six, [1, 1, 1, 1, far, far]), given(six, [4, -4, 4, -4, 4, -4])];
  near(all(numbers("clipped_ratio", inputs, six, { clip: 0.25 })), [-4, 4, -2, 3, -5, 8]);
  near(
    all(numbers("clipped_ratio_grad", [...inputs, given(six, [1, 1, 1, 1, 1, 0.5])], six, { clip: 0.25 })),
    [4, -4, 2, 0, 0, -4],
  );
});

test("weights learn: the norm of all gradients, AdamW's running means, and the step", () => {
  /** @type {Axes} */
  const two = [["d_model", 2]];
  const rates = (/** @type {number} */ cut) => given([["rate", 10]], [0.5, 0.75, 0.5, 0, 0.25, cut, 0.5, 0.25, 0.875, 1]);
  const norm = given([["batch", 1]], [16]);
  near(all(numbers("square_sum", [given(two, [3, 0]), norm], [["batch", 1]])), [25]);
  const [state, gradient] = [given(two, [4, 1]), given(two, [8, -4])];
  near(all(numbers("adam_moment", [state, gradient, norm, rates(0)], two, { order: 1 })), [5, -0.25]);
  near(all(numbers("adam_moment", [state, gradient, norm, rates(0)], two, { order: 2 })), [34, 8.5]);
  const halved = all(numbers("adam_moment", [state, gradient, norm, rates(2)], two, { order: 1 }));
  assert.ok(Math.abs(halved[0] - 4) < 1e-5, "a norm of 4 is cut to 2");
  /** @type {Axes} */
  const one = [["d_model", 1]];
  const inputs = [given(one, [8]), given(one, [3]), given(one, [4]), rates(0)];
  near(all(numbers("adamw", inputs, one, { share: 1 })), [6.25]);
  near(all(numbers("adamw", inputs, one, { share: 0 })), [7.25]);
  // SGD with momentum, and the average of the weights.
  const weight = given(two, [8, 1]);
  near(all(numbers("momentum", [state, gradient, weight, norm, rates(0)], two, { share: 1 })), [13, -3]);
  near(all(numbers("momentum", [state, gradient, weight, norm, rates(0)], two, { share: 0 })), [11, -3.25]);
  near(all(numbers("sgd", [weight, given(two, [4, -4]), rates(0)], two)), [6, 3]);
  near(all(numbers("average", [given(two, [8, 0]), given(two, [16, 8]), rates(0)], two)), [9, 1]);
});

test("a step whose loss is not finite is marked, and nothing changes", () => {
  /** @type {Axes} */
  const two = [["d_model", 2]];
  const steps = (/** @type {number} */ mark) =>
    given(
      [["step", 33]],
      Array.from({ length: 33 }, (_, i) => (i === 0 ? mark : i)),
    );
  const rates = given([["rate", 10]], [0.5, 0.75, 0.5, 0, 0.25, 1, 0.5, 0.25, 0.875, 1]);
  const still = given([["rate", 10]], [0, 1, 1, 1, 0, 0, 1, 1, 1, 0]);
  const one = (/** @type {number} */ value) => given([["batch", 1]], [value]);
  const kept = all(numbers("record", [steps(0), one(0.5), one(0.25), rates], steps(0).axes));
  near(kept, [0, 1, 2, 0.5, 0.25, ...Array.from({ length: 28 }, (_, i) => i + 5)]);
  assert.equal(all(numbers("record", [steps(0), one(NaN), one(0.25), rates], steps(0).axes))[0], 1);
  near(all(numbers("guard", [rates, steps(0)], rates.axes)), rates.data);
  near(all(numbers("guard", [rates, steps(1)], rates.axes)), still.data);
  const [state, wild, norm] = [given(two, [4, 1]), given(two, [NaN, Infinity]), one(NaN)];
  for (const order of [1, 2]) near(all(numbers("adam_moment", [state, wild, norm, still], two, { order })), [4, 1]);
  near(all(numbers("momentum", [state, wild, state, norm, still], two, { share: 1 })), [4, 1]);
  near(all(numbers("adamw", [state, wild, wild, still], two, { share: 1 })), [4, 1]);
  for (const op of ["sgd", "average"]) near(all(numbers(op, [state, wild, still], two)), [4, 1]);
});
