// How a number came about: values that a person can check.

import assert from "node:assert/strict";
import test from "node:test";
import { activate, erf } from "../../../www/anatomy/functions.js";
import { MASKED } from "../../../www/trace.js";
import { all, hidden, near, numbers, square, text } from "./worked.js";

/** @typedef {import("./graphs.js").Axes} Axes */

test("linear: x·w + b, row by row", () => {
  const found = numbers(
    "linear",
    [
      { axes: hidden, data: [1, 2, 3, 4] },
      {
        axes: [
          ["out", 2],
          ["in", 2],
        ],
        data: [1, 0, 10, 1],
        weight: true,
      },
      { axes: [["out", 2]], data: [0.5, -1], weight: true },
    ],
    hidden,
  );
  near(all(found), [1.5, 11, 3.5, 33]);
  const [why] = [found.explain(3, 1)];
  assert.ok(why.kind === "dot");
  assert.deepEqual([[...why.a], [...why.b], why.plus, why.axis], [[1, 2], [10, 1], -1, "d_model"]);
});

test("scores: q·k by head, scaled, with T5's bias; query heads share a key head", () => {
  const q = { axes: /** @type {Axes} */ ([...text, ["head", 2], ["d_head", 1]]), data: [1, 2, 3, 4] };
  const k = { axes: /** @type {Axes} */ ([...text, ["kv_head", 1], ["d_head", 1]]), data: [10, 100] };
  near(all(numbers("attn_scores", [q, k], square, { scale: 0.5 })), [5, 50, 15, 150, 10, 100, 20, 200]);
  const bias = {
    axes: /** @type {Axes} */ ([
      ["head", 2],
      ["query_pos", "source"],
      ["key_pos", "source"],
    ]),
    data: [0, 1, 2, 3, 4, 5, 6, 7],
  };
  near(all(numbers("attn_scores", [q, k, bias], square, { scale: 1 })), [10, 101, 32, 303, 24, 205, 46, 407]);
  const cache = {
    axes: /** @type {Axes} */ ([
      ["key_pos", "source"],
      ["batch", "batch"],
      ["kv_head", 1],
      ["d_head", 1],
    ]),
    data: [10, 100],
  };
  near(all(numbers("attn_scores", [q, cache], square, { scale: 0.5 })), [5, 50, 15, 150, 10, 100, 20, 200]);
});

test("mask: padding and the future are not allowed", () => {
  const scores = { axes: square, data: [1, 2, 3, 4, 5, 6, 7, 8] };
  const allowed = (/** @type {number[]} */ data) => ({
    axes: /** @type {Axes} */ ([
      ["batch", "batch"],
      ["key_pos", "source"],
    ]),
    data,
  });
  near(
    all(numbers("mask", [scores, allowed([1, 0])], square, { mask: "padding" })),
    [1, MASKED, 3, MASKED, 5, MASKED, 7, MASKED].map(Math.fround),
  );
  near(
    all(numbers("mask", [scores, allowed([1, 1])], square, { mask: "causal" })),
    [1, MASKED, 3, 4, 5, MASKED, 7, 8].map(Math.fround),
  );
});

test("softmax of logarithms gives fractions; a row that is all masked is all zeros", () => {
  near(
    all(numbers("softmax", [{ axes: square, data: [Math.log(1), Math.log(3), MASKED, 0, MASKED, MASKED, 500, 500] }], square)),
    [0.25, 0.75, 0, 1, 0, 0, 0.5, 0.5],
  );
});

test("mix: values averaged by the pattern", () => {
  const v = { axes: /** @type {Axes} */ ([...text, ["kv_head", 2], ["d_head", 1]]), data: [1, 2, 3, 4] };
  near(
    all(
      numbers("attn_mix", [{ axes: square, data: [0.5, 0.5, 1, 0, 0, 1, 0.25, 0.75] }, v], [...text, ["head", 2], ["d_head", 1]]),
    ),
    [2, 4, 1, 3.5],
  );
});

test("norms: mean and variance, or the mean square", () => {
  const one = (/** @type {number[]} */ data) => ({
    axes: /** @type {Axes} */ ([["d_model", 2]]),
    data,
    weight: /** @type {true} */ (true),
  });
  near(
    all(numbers("layer_norm", [{ axes: hidden, data: [1, 3, 5, 1] }, one([2, 4]), one([10, 20])], hidden, { eps: 0 })),
    [8, 24, 12, 16],
  );
  near(all(numbers("rms_norm", [{ axes: hidden, data: [3, 3, 0, 2] }, one([1, 2])], hidden, { eps: 7 })), [
    3 / 4,
    6 / 4,
    0,
    4 / 3,
  ]);
});

test("T5's buckets: a sign for each direction, shared far away", () => {
  const table = {
    axes: /** @type {Axes} */ ([
      ["bucket", 4],
      ["head", 2],
    ]),
    data: [0, 1, 2, 3, 4, 5, 6, 7],
    weight: /** @type {true} */ (true),
  };
  const axes = /** @type {Axes} */ ([
    ["head", 2],
    ["query_pos", "source"],
    ["key_pos", "source"],
  ]);
  near(
    all(numbers("relative_bias", [table], axes, { direction: "both", bounds: [1] })),
    [0, 6 /* after */, 2 /* before */, 0, 1, 7, 3, 1],
  );
  near(all(numbers("relative_bias", [table], axes, { direction: "back", bounds: [1, 2, 3] })), [0, 0, 2, 0, 1, 1, 3, 1]);
});

test("a rotation keeps the length, and its angle is the one that the engine took", () => {
  const axes = /** @type {Axes} */ ([...text, ["head", 1], ["d_head", 2]]);
  const found = numbers(
    "rope",
    [
      { axes, data: [1, 0, 3, 4] },
      {
        axes: [
          ["pos", "source"],
          ["d_head", 2],
        ],
        data: [],
      },
    ],
    axes,
  );
  assert.throws(() => found.explain(2, 0), /captured/);
  found.known.set(2, [0, 1, 3, 4]);
  const quarter = found.explain(2, 0);
  assert.ok(quarter.kind === "turn");
  near([quarter.angle, quarter.value, found.explain(2, 1).value, found.explain(2, 3).value], [Math.PI / 2, 0, 1, 4]);
});

test("sums, products, look-ups and copies", () => {
  const [a, b] = [
    { axes: hidden, data: [1, 2, 3, 4] },
    { axes: hidden, data: [10, 20, 30, 40] },
  ];
  near(all(numbers("add", [a, b], hidden)), [11, 22, 33, 44]);
  near(all(numbers("mul", [a, b], hidden)), [10, 40, 90, 160]);
  near(all(numbers("scale", [a], hidden, { by: 0.5 })), [0.5, 1, 1.5, 2]);
  near(
    all(
      numbers(
        "embed",
        [
          { axes: text, data: [2, 0] },
          {
            axes: [
              ["d_vocab", 3],
              ["d_model", 2],
            ],
            data: [1, 2, 3, 4, 5, 6],
            weight: true,
          },
        ],
        hidden,
      ),
    ),
    [5, 6, 1, 2],
  );
  near(
    all(
      numbers(
        "first",
        [a],
        [
          ["batch", "batch"],
          ["d_model", 2],
        ],
      ),
    ),
    [1, 2],
  );
  const heads = /** @type {Axes} */ ([...text, ["kv_head", 1], ["d_head", 2]]);
  near(
    all(
      numbers(
        "append",
        [{ axes: heads, data: [1, 2, 3, 4] }],
        [
          ["key_pos", "source"],
          ["batch", "batch"],
          ["kv_head", 1],
          ["d_head", 2],
        ],
      ),
    ),
    [1, 2, 3, 4],
  );
  assert.throws(() => all(numbers("nonesuch", [a], hidden)), /nonesuch/);
});

test("activations, and the error function against tables (Abramowitz & Stegun, table 7.1)", () => {
  const table = [
    [0, 0],
    [0.5, 0.5204998778],
    [1, 0.8427007929],
    [2, 0.995322265],
    [3, 0.9999779095],
    [-1, -0.8427007929],
    [9, 1],
  ];
  for (const [x, value] of table) assert.ok(Math.abs(erf(x) - value) < 1e-9, `erf(${x}) = ${erf(x)}`);
  near(
    ["relu", "gelu_erf", "gelu_tanh", "silu", "tanh", "quick_gelu", "relu_squared", "sigmoid"].map((name) => activate(name, 0)),
    [0, 0, 0, 0, 0, 0, 0, 0.5],
  );
  assert.ok(Math.abs(activate("gelu_erf", 1) - 0.8413447461) < 1e-9);
  assert.ok(Math.abs(activate("gelu_tanh", 1) - 0.8411919906) < 1e-9);
  assert.throws(() => activate("swiglu", 1), /not known/);
});
