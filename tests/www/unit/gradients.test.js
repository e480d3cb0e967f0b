// How a loss and a gradient came about: the values that `tests/case/backward.rs` works out by hand for the engine.

import assert from "node:assert/strict";
import test from "node:test";
import { activate, slope } from "../../../www/anatomy/functions.js";
import { all, near, numbers, square, text } from "./worked.js";

/** @typedef {import("./graphs.js").Axes} Axes */

/** @type {Axes} */
const pair = [
  ["batch", "batch"],
  ["pos", "source"],
];
/** @type {(axes: Axes, data: number[]) => { axes: Axes, data: number[] }} */
const given = (axes, data) => ({ axes, data });
/** @type {(width: number) => Axes} */
const rows = (width) => [...text, ["d_model", width]];
/** @type {(width: number) => Axes} */
const one = (width) => [
  ["batch", "batch"],
  ["pos", 1],
  ["d_model", width],
];
/** @type {(queries: number, keys: number) => Axes} */
const cells = (queries, keys) => [
  ["batch", "batch"],
  ["head", 1],
  ["query_pos", queries],
  ["key_pos", keys],
];

const Z = given([...text, ["d_vocab", 3]], [Math.log(1), Math.log(2), Math.log(5), 9, 9, 9]);
const LABELS = given(pair, [1, -100]);

test("cross-entropy of logarithms: a softmax of 1/8, 2/8, 5/8; a place without a label is 0", () => {
  const loss = numbers("cross_entropy", [Z, LABELS], pair);
  near(all(loss), [Math.log(4), 0]);
  assert.equal(loss.explain(2, 1).kind, "zero");
  const far = [
    given(
      [
        ["batch", "batch"],
        ["d_vocab", 2],
      ],
      [1e4, -1e4],
    ),
    given([["batch", "batch"]], [1]),
  ];
  near(all(numbers("cross_entropy", far, [["batch", "batch"]])), [2e4]);
  const back = numbers("cross_entropy_grad", [Z, LABELS, given(pair, [2, 3])], Z.axes);
  near(all(back), [0.25, -1.5, 1.25, 0, 0, 0]);
  const why = back.explain(3, 1);
  assert.ok(why.kind === "line" && why.bars);
  assert.deepEqual([why.at, why.axis, why.bars.map(([name]) => name)], [1, "d_vocab", ["z", "eᶻ⁻ᵐ"]]);
  near(
    why.terms.filter((term) => typeof term === "number"),
    [2, 2 / 5, 8 / 5, 1],
  );
});

test("yes or no, and squares", () => {
  const [three, two] = [one(3), one(2)];
  near(all(numbers("binary_cross_entropy", [given(three, [0, Math.log(3), Math.log(3)]), given(three, [1, 1, 0])], three)), [
    Math.log(2),
    Math.log(4 / 3),
    Math.log(4),
  ]);
  near(all(numbers("binary_cross_entropy", [given(two, [-1000, 1000]), given(two, [1, 1])], two)), [1000, 0]);
  near(
    all(numbers("binary_cross_entropy_grad", [given(two, [0, Math.log(3)]), given(two, [1, 0]), given(two, [2, 1])], two)),
    [-1, 0.75],
  );
  near(all(numbers("squared_error", [given(two, [1, -2]), given(two, [4, -2])], two)), [9, 0]);
  near(all(numbers("squared_error_grad", [given(two, [1, -2]), given(two, [4, -2]), given(two, [0.5, 9])], two)), [-3, 0]);
});

test("a loss is the losses of all places, each with its weight", () => {
  const loss = numbers("dot", [given(pair, [1, 3]), given(pair, [0.5, 2])], [["batch", 1]]);
  near(all(loss), [6.5]);
  const why = loss.explain(2, 0);
  assert.ok(why.kind === "dot");
  assert.deepEqual(
    [[...why.a], [...why.b]],
    [
      [1, 3],
      [0.5, 2],
    ],
  );
});

test("through a matrix: back to what was read, and for the matrix itself", () => {
  const matrix = {
    axes: /** @type {Axes} */ ([
      ["out", 2],
      ["in", 2],
    ]),
    data: [3, 4, 5, 6],
    weight: /** @type {true} */ (true),
  };
  const input = numbers("linear_grad_input", [given(one(2), [1, 2]), matrix], one(2));
  near(all(input), [13, 16]);
  const through = input.explain(2, 1);
  assert.ok(through.kind === "dot");
  assert.deepEqual([through.axis, through.names, [...through.a], [...through.b]], ["d_model", ["dy", "w"], [1, 2], [4, 6]]);
  const weight = numbers("linear_grad_weight", [given(rows(2), [1, 2, 10, 20]), given(rows(2), [3, 4, 5, 6])], matrix.axes);
  near(all(weight), [53, 64, 106, 128]);
  const summed = weight.explain(2, 2);
  assert.ok(summed.kind === "dot");
  assert.deepEqual([summed.axis, [...summed.a], [...summed.b]], ["pos", [2, 20], [3, 5]]);
});

test("a bias gathers every row", () => {
  const found = numbers("sum_rows", [given(rows(2), [1, 2, 10, 20])], [["d_model", 2]]);
  near(all(found), [11, 22]);
  const why = found.explain(1, 1);
  assert.ok(why.kind === "line" && why.bars);
  assert.deepEqual([why.axis, [...why.bars[0][1]]], ["pos", [2, 20]]);
  // The axes behind the batch stay: the bias of one text is what came back.
  near(all(numbers("sum_rows", [given(cells(1, 2), [1, 2])], cells(1, 2).slice(1))), [1, 2]);
});

test("norms: what is parallel to the normalized row does not come through", () => {
  const weight = (/** @type {number[]} */ data) => ({
    axes: /** @type {Axes} */ ([["d_model", data.length]]),
    data,
    weight: /** @type {true} */ (true),
  });
  // x̂ = (−1, 1), s = 2, g = (2, 0).
  near(
    all(numbers("layer_norm_grad", [given(one(2), [1, 5]), weight([2, 3]), given(one(2), [1, 0])], one(2), { eps: 0 })),
    [0, 0],
  );
  // x̂ = (−1, 0, 1) · √1.5, s = √(2/3), g = (3, 0, 0): mean(g) = 1, mean(g · x̂) = −√1.5.
  near(
    all(numbers("layer_norm_grad", [given(one(3), [1, 2, 3]), weight([3, 9, 9]), given(one(3), [1, 0, 0])], one(3), { eps: 0 })),
    [0.5, -1, 0.5].map((value) => value * Math.sqrt(1.5)),
  );
  // x̂ = (0.2, −1.4), s = 5, g = (1, 0).
  near(
    all(numbers("rms_norm_grad", [given(one(2), [1, -7]), weight([1, 10]), given(one(2), [1, 0])], one(2), { eps: 0 })),
    [0.196, 0.028],
  );
  near(
    all(
      numbers("layer_norm_grad_weight", [given(rows(2), [1, 5, 3, 7]), given(rows(2), [1, 2, 10, 20])], [["d_model", 2]], {
        eps: 0,
      }),
    ),
    [-11, 22],
  );
  near(
    all(
      numbers("rms_norm_grad_weight", [given(rows(2), [1, -7, 2, -14]), given(rows(2), [1, 2, 10, 20])], [["d_model", 2]], {
        eps: 0,
      }),
    ),
    [2.2, -30.8],
  );
});

test("activations: slopes by hand, and each against differences of its own function", () => {
  const relu = [given(one(3), [-1, 0, 2]), given(one(3), [1, 1, 5])];
  near(all(numbers("activation_grad", relu, one(3), { activation: "relu" })), [0, 0, 5]);
  near(
    [slope("sigmoid", 0), slope("sigmoid", Math.log(3)), slope("gelu_erf", 0), slope("gelu_tanh", 0), slope("leaky_relu", 0)],
    [0.25, 0.1875, 0.5, 0.5, 0.01],
  );
  const names = [
    "relu",
    "gelu_erf",
    "gelu_tanh",
    "silu",
    "tanh",
    "quick_gelu",
    "relu_squared",
    "sigmoid",
    "gelu_10",
    "leaky_relu",
    "relu6",
    "hardswish",
    "mish",
    "sqrtsoftplus",
    "laplace",
    "linear",
  ];
  for (const name of names) {
    for (const x of [-6.5, -4.25, -2.5, -0.75, -0.1, 0.1, 0.75, 2.5, 4.25, 6.5]) {
      const differences = (activate(name, x + 1e-5) - activate(name, x - 1e-5)) / 2e-5;
      assert.ok(Math.abs(slope(name, x) - differences) <= 1e-6, `${name}′(${x}) is ${slope(name, x)}, not ${differences}`);
    }
    for (const x of [-3e38, -1000, -100, 100, 1000, 3e38])
      assert.ok(Number.isFinite(slope(name, x)), `${name}′(${x}) is ${slope(name, x)}`);
  }
  assert.throws(() => slope("swiglu", 1), /not known/);
});

test("a softmax's gradient sums to nothing", () => {
  const found = numbers("softmax_grad", [given(cells(1, 2), [0.25, 0.75]), given(cells(1, 2), [4, 0])], cells(1, 2));
  near(all(found), [0.75, -0.75]);
  const why = found.explain(2, 1);
  assert.ok(why.kind === "line" && why.bars);
  assert.deepEqual(
    [why.at, why.bars.map(([, row]) => [...row])],
    [
      1,
      [
        [0.25, 0.75],
        [4, 0],
        [1, 0],
      ],
    ],
  );
});

test("a value gathers from the queries that looked at it, and from the heads that share it", () => {
  const heads = (/** @type {number} */ count) =>
    /** @type {Axes} */ ([...text, [count > 1 ? "head" : "kv_head", count], ["d_head", 1]]);
  const pattern = given(cells(2, 2), [0.25, 0.75, 0.5, 0.5]);
  near(all(numbers("attn_mix_grad_values", [pattern, given(heads(1), [4, 8])], heads(1))), [5, 7]);
  const cache = /** @type {Axes} */ ([
    ["key_pos", "source"],
    ["batch", "batch"],
    ["kv_head", 1],
    ["d_head", 1],
  ]);
  near(all(numbers("attn_mix_grad_values", [pattern, given(heads(1), [4, 8])], cache)), [5, 7]);
  // Two heads on one value: head 0 puts 1 on the first key, head 1 puts 1 on the second.
  const found = numbers(
    "attn_mix_grad_values",
    [given(square, [1, 0, 1, 0, 0, 1, 0, 1]), given(heads(2), [1, 10, 100, 1000])],
    heads(1),
  );
  near(all(found), [101, 1010]);
  const why = found.explain(2, 0);
  assert.ok(why.kind === "dot");
  assert.deepEqual([why.axis, [...why.b]], ["head × query_pos", [1, 100, 10, 1000]]);
});

test("nothing comes back for a masked score", () => {
  const allowed = (/** @type {number[]} */ data) =>
    given(
      [
        ["batch", "batch"],
        ["key_pos", 3],
      ],
      data,
    );
  const dy = given(cells(2, 3), [1, 2, 3, 4, 5, 6]);
  near(all(numbers("mask_grad", [dy, allowed([1, 1, 0])], dy.axes, { mask: "padding" })), [1, 2, 0, 4, 5, 0]);
  near(all(numbers("mask_grad", [dy, allowed([1, 1, 1])], dy.axes, { mask: "causal" })), [1, 2, 0, 4, 5, 6]);
});

test("a row of a table gathers from all that looked it up", () => {
  // Keys after the query count as distance 0: six cells, then two at distance 1 and one at 2.
  const cells = given(
    [
      ["head", 1],
      ["query_pos", 3],
      ["key_pos", 3],
    ],
    new Array(9).fill(1),
  );
  near(
    all(
      numbers(
        "relative_bias_grad",
        [cells],
        [
          ["bucket", 4],
          ["head", 1],
        ],
        { direction: "back", bounds: [1, 2, 3] },
      ),
    ),
    [6, 2, 1, 0],
  );
  const ids = given(
    [
      ["batch", "batch"],
      ["pos", 3],
    ],
    [2, 0, 2],
  );
  const found = numbers(
    "embed_grad",
    [ids, given([...ids.axes, ["d_model", 1]], [1, 10, 100])],
    [
      ["d_vocab", 3],
      ["d_model", 1],
    ],
  );
  near(all(found), [10, 0, 101]);
  const why = found.explain(2, 2);
  assert.ok(why.kind === "dot");
  assert.deepEqual([why.axis, [...why.a], [...why.b]], ["pos", [1, 0, 1], [1, 10, 100]]);
});

test("copies and turns go the way back", () => {
  const cache = /** @type {Axes} */ ([
    ["key_pos", "source"],
    ["batch", "batch"],
    ["kv_head", 1],
    ["d_head", 2],
  ]);
  near(all(numbers("append_grad", [given(cache, [1, 2, 3, 4])], [...text, ["kv_head", 1], ["d_head", 2]])), [1, 2, 3, 4]);
  const first = numbers(
    "first_grad",
    [
      given(
        [
          ["batch", "batch"],
          ["d_model", 2],
        ],
        [1, 2],
      ),
    ],
    rows(2),
  );
  near(all(first), [1, 2, 0, 0]);
  assert.deepEqual([first.explain(1, 1).kind, first.explain(1, 2).kind], ["copy", "zero"]);
  // A quarter turn back takes (1, 2) to (2, −1); no turn leaves it.
  const axes = /** @type {Axes} */ ([...text, ["head", 1], ["d_head", 2]]);
  const turned = numbers(
    "rope_grad",
    [
      given(axes, [1, 2, 1, 2]),
      given(
        [
          ["pos", "source"],
          ["d_head", 2],
        ],
        [],
      ),
    ],
    axes,
  );
  turned.known.set(2, [1, 2, 2, -1]);
  const quarter = turned.explain(2, 2);
  assert.ok(quarter.kind === "turn");
  near(
    [turned.explain(2, 0).value, turned.explain(2, 1).value, quarter.angle, quarter.value, turned.explain(2, 3).value],
    [1, 2, -Math.PI / 2, 2, -1],
  );
});
