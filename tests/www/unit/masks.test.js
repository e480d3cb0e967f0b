import assert from "node:assert/strict";
import test from "node:test";
import { changes, drift } from "../../../www/masking/masked-answers.js";
import { allows, differing, gridOf, painted, parseCells, runMasked } from "../../../www/masking/masks.js";

/** @param {Partial<import("../../../www/masking/masks.js").Mask>} [given] @returns {import("../../../www/masking/masks.js").Mask} */
function mask(given = {}) {
  return { rule: "own", prefix: 2, window: 2, padded: 1, length: 4, cells: new Set(), ...given };
}

/**
 * @param {Partial<import("../../../www/masking/masks.js").Mask>} given
 * @param {"encoder" | "decoder" | "cross"} stack
 */
function drawn(given, stack) {
  const grid = gridOf(mask(given), stack, 4, 4);
  return Array.from({ length: 4 }, (_, row) => [...grid.slice(row * 4, row * 4 + 4)].join(""));
}

test("each rule is the mask of its name", () => {
  assert.deepEqual(drawn({ rule: "own" }, "encoder"), ["1111", "1111", "1111", "1111"]);
  assert.deepEqual(drawn({ rule: "own" }, "decoder"), ["1000", "1100", "1110", "1111"]);
  assert.deepEqual(drawn({ rule: "causal" }, "encoder"), ["1000", "1100", "1110", "1111"]);
  assert.deepEqual(drawn({ rule: "bidirectional" }, "decoder"), ["1111", "1111", "1111", "1111"]);
  assert.deepEqual(drawn({ rule: "prefix" }, "decoder"), ["1100", "1100", "1110", "1111"]);
  assert.deepEqual(drawn({ rule: "window" }, "decoder"), ["1000", "1100", "0110", "0011"]);
  assert.deepEqual(drawn({ rule: "window" }, "encoder"), ["1100", "1110", "0111", "0011"]);
  assert.deepEqual(drawn({ rule: "padding" }, "cross"), ["1110", "1110", "1110", "1110"]);
});

test("padding is of the text as it was: what is written after it is seen", () => {
  assert.ok(allows(mask({ rule: "padding" }), "decoder", 5, 4));
  assert.ok(!allows(mask({ rule: "padding" }), "decoder", 5, 3));
});

test("painting makes cells what they should be, and forgets those that the rule has anyway", () => {
  const once = painted(
    mask({ rule: "causal" }),
    "decoder",
    [
      { row: 2, column: 0 },
      { row: 0, column: 3 },
    ],
    false,
  );
  assert.deepEqual([...once], ["2.0"]);
  const back = painted(mask({ rule: "causal", cells: once }), "decoder", [{ row: 2, column: 0 }], true);
  assert.deepEqual([...back], []);
  assert.deepEqual([...parseCells("2.0,x,1.3,,-1.2")], ["2.0", "1.3"]);
});

test("rows that forbid the same are one change; what the model forbids itself is none", () => {
  const grid = gridOf(mask({ rule: "padding" }), "encoder", 4, 4);
  assert.deepEqual(differing(grid, "encoder", 4, 0), [{ rows: [0, 1, 2, 3], columns: [3] }]);
  assert.deepEqual(differing(gridOf(mask(), "decoder", 4, 4), "decoder", 4, 0), []);
  assert.deepEqual(differing(grid, "encoder", 4, 1), []);
  assert.deepEqual(differing(gridOf(mask({ rule: "prefix" }), "decoder", 4, 4), "decoder", 4, 1), [{ rows: [0], columns: [1] }]);
});

/** A model that remembers what it was asked. */
function spy() {
  /** @type {any[]} */
  const asked = [];
  const run = async (
    /** @type {unknown} */ input,
    /** @type {{ capture: string[], interventions: any[] }} */ { capture, interventions },
  ) => {
    asked.push({ capture, interventions });
    return { logits: undefined, activations: new Map() };
  };
  return { asked, model: /** @type {any} */ ({ info: { kind: "decoder" }, run }) };
}

test("what is only forbidden is set, at the chosen layers and heads", async () => {
  const { asked, model } = spy();
  const cells = new Set(["1.0"]);
  const { opens } = await runMasked(
    model,
    {},
    { mask: mask({ cells }), extent: { stack: "decoder", layers: [1], heads: [0] }, rows: 2, columns: 2, layers: 3 },
  );
  assert.equal(opens, false);
  assert.deepEqual(
    asked.map(({ interventions }) => interventions),
    [[{ hook: "blocks.1.attn.hook_attn_scores", at: { head: [0], query_pos: [1], key_pos: [0] }, set: -1e30 }]],
  );
});

test("what is opened takes each layer's scores from before the model's mask, in one pass", async () => {
  const { asked, model } = spy();
  const cells = new Set(["1.0"]);
  const { opens } = await runMasked(
    model,
    {},
    {
      mask: mask({ rule: "bidirectional", cells }),
      extent: { stack: "decoder", layers: [], heads: [1] },
      rows: 2,
      columns: 2,
      layers: 2,
    },
    ["x"],
  );
  assert.equal(opens, true);
  const layer = (/** @type {number} */ n) => [
    {
      hook: `blocks.${n}.attn.hook_attn_scores`,
      at: { head: [1], query_pos: [0], key_pos: [1] },
      from: `blocks.${n}.attn.hook_attn_scores_unmasked`,
    },
    { hook: `blocks.${n}.attn.hook_attn_scores`, at: { head: [1], query_pos: [1], key_pos: [0] }, set: -1e30 },
  ];
  assert.deepEqual(asked, [{ capture: ["x"], interventions: [...layer(0), ...layer(1)] }]);
});

test("the change at a place is its largest", () => {
  const logits = (/** @type {number[]} */ ...data) => ({
    name: "logits",
    axes: ["batch", "pos", "d_vocab"],
    shape: [1, 2, 2],
    data: Float32Array.from(data),
  });
  assert.deepEqual(changes(logits(1, 2, 3, 4), logits(1, 2, 5, 1)), [0, 3]);
  assert.deepEqual(changes(undefined, undefined), []);
});

test("a state has moved by the length of its change, as a share of its own", () => {
  const states = (/** @type {number[]} */ ...data) => ({
    name: "hook_resid_post",
    axes: ["batch", "pos", "d_model"],
    shape: [1, 3, 2],
    data: Float32Array.from(data),
  });
  assert.deepEqual(drift(states(3, 4, 1, 0, 0, 0), states(3, 4, 0, 1, 0, 0)), [0, Math.SQRT2, 0]);
  assert.deepEqual(drift(states(3, 4, 6, 8, 1, 1), states(6, 8, 6, 8, 1, 1)), [1, 0, 0]);
});
