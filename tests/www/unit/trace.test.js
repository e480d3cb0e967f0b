import assert from "node:assert/strict";
import test from "node:test";
import { MASKED, appendStep, attentionMatrix, axis, isMasked, mean, slice } from "../../../www/trace.js";

/**
 * @param {string} name
 * @param {number[]} shape [batch head query_pos key_pos]
 * @param {number[]} data
 */
function attention(name, shape, data) {
  return { name, axes: ["batch", "head", "query_pos", "key_pos"], shape, data: Float32Array.from(data) };
}

/** @param {import("../../../www/trace.js").Activation[]} activations */
function traceOf(...activations) {
  const logits = { name: "logits", axes: ["batch", "pos", "d_vocab"], shape: [1, 1, 2], data: Float32Array.of(0, 1) };
  return { logits, activations: new Map(activations.map((activation) => [activation.name, activation])) };
}

/** @type {{ name: string, place: import("../../../www/trace.js").Place }[]} */
const HOOKS = [
  { name: "encoder.0.attn.hook_pattern", place: { stack: "encoder", layer: 0, part: "attn" } },
  { name: "decoder.0.attn.hook_pattern", place: { stack: "decoder", layer: 0, part: "attn" } },
  { name: "decoder.0.attn.hook_attn_scores", place: { stack: "decoder", layer: 0, part: "attn" } },
  { name: "decoder.0.cross_attn.hook_pattern", place: { stack: "decoder", layer: 0, part: "cross_attn" } },
];

const grid = { name: "grid", axes: ["row", "column"], shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) };

test("axis finds an axis by name and names what is missing", () => {
  assert.equal(axis(grid, "column"), 1);
  assert.throws(() => axis(grid, "head"), /grid: no axis "head" among \[row column\]/);
});

test("slice takes one place of any axis and keeps the others", () => {
  assert.deepEqual(slice(grid, { row: 1 }), { name: "grid", axes: ["column"], shape: [3], data: Float32Array.of(4, 5, 6) });
  assert.deepEqual(slice(grid, { column: 2 }).data, Float32Array.of(3, 6));
  assert.deepEqual(slice(grid, { row: 0, column: 1 }).data, Float32Array.of(2));
  assert.throws(() => slice(grid, { row: 2 }), /row 2 lies outside 0\.\.1/);
});

test("mean averages over one axis", () => {
  assert.deepEqual(mean(grid, "row").data, Float32Array.of(2.5, 3.5, 4.5));
});

test("a score is masked when it is the masked constant, as f32 too, and not when it is merely low", () => {
  assert.ok(isMasked(MASKED));
  assert.ok(isMasked(Math.fround(MASKED)));
  assert.ok(!isMasked(-1e20) && !isMasked(0) && !isMasked(-88));
});

test("an attention matrix is one head's, or the mean of the heads", () => {
  const trace = traceOf(attention("decoder.0.attn.hook_pattern", [1, 2, 1, 2], [0.25, 0.75, 0.75, 0.25]));
  assert.deepEqual(attentionMatrix(trace, "decoder.0.attn.hook_pattern", 1)?.data, Float32Array.of(0.75, 0.25));
  assert.deepEqual(attentionMatrix(trace, "decoder.0.attn.hook_pattern", "mean")?.data, Float32Array.of(0.5, 0.5));
  assert.equal(attentionMatrix(trace, "decoder.0.attn.hook_pattern", 2), undefined);
  assert.equal(attentionMatrix(trace, "decoder.1.attn.hook_pattern", 0), undefined);
  assert.equal(attentionMatrix(undefined, "decoder.0.attn.hook_pattern", 0), undefined);
  for (const head of /** @type {const} */ ([1, "mean"])) {
    const again = attentionMatrix(trace, "decoder.0.attn.hook_pattern", head);
    assert.equal(
      attentionMatrix(trace, "decoder.0.attn.hook_pattern", head),
      again,
      "a view sees by the same object that nothing changed",
    );
  }
});

test("a step adds its row; a key that did not exist before is masked in scores and 0 in patterns", () => {
  const first = traceOf(
    attention("decoder.0.attn.hook_pattern", [1, 2, 1, 1], [1, 1]),
    attention("decoder.0.attn.hook_attn_scores", [1, 2, 1, 1], [3, 4]),
  );
  const second = traceOf(
    attention("decoder.0.attn.hook_pattern", [1, 2, 1, 2], [0.25, 0.75, 0.5, 0.5]),
    attention("decoder.0.attn.hook_attn_scores", [1, 2, 1, 2], [5, 6, 7, 8]),
  );
  const grown = appendStep(appendStep(undefined, first, HOOKS), second, HOOKS);
  const pattern = grown.activations.get("decoder.0.attn.hook_pattern");
  assert.deepEqual(pattern?.shape, [1, 2, 2, 2]);
  assert.deepEqual(pattern?.data, Float32Array.of(1, 0, 0.25, 0.75, 1, 0, 0.5, 0.5));
  assert.deepEqual(
    grown.activations.get("decoder.0.attn.hook_attn_scores")?.data,
    Float32Array.of(3, MASKED, 5, 6, 4, MASKED, 7, 8),
  );
  assert.equal(grown.logits, second.logits);
});

test("what grew is the same head by head as whole, and is put together once", () => {
  const name = "decoder.0.attn.hook_pattern";
  const step = (/** @type {number} */ keys) =>
    traceOf(
      attention(
        name,
        [1, 2, 1, keys],
        Array.from({ length: 2 * keys }, (_, i) => (i + keys) / 8),
      ),
    );
  const grown = [1, 2, 3].map(step).reduce((/** @type {any} */ trace, next) => appendStep(trace, next, HOOKS), undefined);
  const matrices = /** @type {const} */ ([0, 1, "mean", "max"]).map((head) => attentionMatrix(grown, name, head)?.data);
  const { data, shape } = grown.activations.get(name);
  const whole = traceOf(attention(name, shape, [...data]));
  assert.deepEqual(
    matrices,
    /** @type {const} */ ([0, 1, "mean", "max"]).map((head) => attentionMatrix(whole, name, head)?.data),
  );
  assert.equal(grown.activations.get(name).data, data);
  assert.deepEqual(structuredClone(grown.activations.get(name)), whole.activations.get(name), "it can be sent to a worker");
});

test("cross-attention grows by rows alone, and the encoder's maps stay", () => {
  const first = traceOf(
    attention("encoder.0.attn.hook_pattern", [1, 1, 2, 2], [1, 0, 0, 1]),
    attention("decoder.0.cross_attn.hook_pattern", [1, 1, 1, 2], [0.5, 0.5]),
  );
  const second = traceOf(attention("decoder.0.cross_attn.hook_pattern", [1, 1, 1, 2], [0.25, 0.75]));
  const grown = appendStep(first, second, HOOKS);
  assert.deepEqual(grown.activations.get("decoder.0.cross_attn.hook_pattern")?.data, Float32Array.of(0.5, 0.5, 0.25, 0.75));
  assert.deepEqual(grown.activations.get("encoder.0.attn.hook_pattern")?.shape, [1, 1, 2, 2]);
  assert.deepEqual(
    first.activations.get("decoder.0.cross_attn.hook_pattern")?.shape,
    [1, 1, 1, 2],
    "the older trace is left as it was",
  );
});

test("whose maps grow is said by the hook's place, whatever its name", () => {
  const [first, second] = [1, 2].map((keys) =>
    traceOf(
      attention("read.pattern", [1, 1, 1, keys], new Array(keys).fill(1)),
      attention("encoder.written", [1, 1, 1, keys], new Array(keys).fill(1)),
    ),
  );
  const grown = appendStep(first, second, [
    { name: "read.pattern", place: { stack: "encoder", layer: 0, part: "attn" } },
    { name: "encoder.written", place: { stack: "decoder", layer: 0, part: "attn" } },
  ]);
  assert.deepEqual(grown.activations.get("read.pattern")?.shape, [1, 1, 1, 2]);
  assert.deepEqual(grown.activations.get("encoder.written")?.data, Float32Array.of(1, 0, 1, 1));
});
