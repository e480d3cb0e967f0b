import assert from "node:assert/strict";
import test from "node:test";
import {
  commandFile,
  fitted,
  interventionsOf,
  overPositions,
  parseChanges,
  parsePlaces,
} from "../../../www/blocks/change/stack.js";
import { residualOf, sitesOf } from "../../../www/blocks/change/sites.js";

/**
 * @param {string} name
 * @param {string[]} axes
 * @param {number[]} shape
 * @param {number[]} data
 */
const activation = (name, axes, shape, data) => ({ name, axes, shape, data: Float32Array.from(data) });

/** Two positions, two heads, one number each. */
const Z = activation("blocks.0.attn.hook_z", ["batch", "pos", "head", "d_head"], [1, 2, 2, 1], [1, 2, 3, 6]);
/** One head, two rows. */
const PATTERN = activation(
  "blocks.0.attn.hook_pattern",
  ["batch", "head", "query_pos", "key_pos"],
  [1, 1, 2, 2],
  [1, 0, 0.25, 0.75],
);

const sources = {
  here: async (/** @type {string} */ hook) => (hook.endsWith("pattern") ? PATTERN : Z),
  there: async () => activation(Z.name, Z.axes, [1, 3, 2, 1], [10, 20, 30, 40, 50, 60]),
  hooks: new Set(["blocks.0.hook_attn_out", "blocks.0.hook_mlp_out"]),
};
/** @typedef {import("../../../www/blocks/change/stack.js").Change} Change */
const of = (/** @type {Change[]} */ ...changes) => interventionsOf(changes, sources);

test("a head is set to zero, or to its mean over the positions, and no other head is touched", async () => {
  const head = /** @type {const} */ ({ do: "head", stack: "blocks", layer: 0, part: "attn", head: 1 });
  assert.deepEqual(await of({ ...head, by: "zero" }), [{ hook: Z.name, at: { head: 1 }, set: 0 }]);
  const [mean] = await of({ ...head, by: "mean" });
  assert.deepEqual(mean.at, { head: 1 });
  assert.deepEqual(/** @type {any} */ (mean.from).data, Float32Array.of(2, 4, 2, 4));
  const [longer] = await interventionsOf([{ ...head, by: "mean" }], { ...sources, room: 1 });
  assert.deepEqual(/** @type {any} */ (longer.from).shape, [1, 3, 2, 1]);
  assert.deepEqual(/** @type {any} */ (longer.from).data, Float32Array.of(2, 4, 2, 4, 2, 4));
});

test("a layer is what it adds to the stream: the parts that the model has", async () => {
  const layer = /** @type {const} */ ({ do: "layer", stack: "blocks", layer: 0, by: "zero" });
  assert.deepEqual(
    (await of({ ...layer, part: "all" })).map(({ hook }) => hook),
    ["blocks.0.hook_attn_out", "blocks.0.hook_mlp_out"],
  );
  assert.deepEqual(await of({ ...layer, part: "mlp" }), [{ hook: "blocks.0.hook_mlp_out", set: 0 }]);
});

test("a weight is set; if its row keeps its sum, the rest makes room in proportion", async () => {
  const weight = /** @type {const} */ ({ do: "weight", hook: PATTERN.name, head: 0, query: 1, key: 0, value: 0.5 });
  assert.deepEqual(await of({ ...weight, keep: false }), [
    { hook: PATTERN.name, at: { head: 0, query_pos: 1, key_pos: 0 }, set: 0.5 },
  ]);
  const [rest] = await of({ ...weight, keep: true });
  assert.deepEqual(rest.at, { head: 0, query_pos: 1 });
  assert.ok(Math.abs(0.75 * Number(rest.scale) + 0.5 - 1) < 1e-6, "0.75 becomes 0.5");
  assert.equal((await of({ ...weight, query: 0, keep: true })).length, 1, "a row that is one weight has no rest");
});

test("a patch takes the other text's numbers where both texts have a position", async () => {
  const [patch] = await of({ do: "patch", hook: Z.name, at: { pos: [1, 2] }, text: "other" });
  assert.deepEqual(patch.at, { pos: 1 });
  assert.deepEqual(/** @type {any} */ (patch.from).data, Float32Array.of(10, 20, 30, 40));
  assert.deepEqual(fitted({ ...Z, shape: [1, 1, 2, 1], data: Float32Array.of(8, 9) }, Z).data, Float32Array.of(8, 9, 3, 6));
});

test("what is switched off is left out", async () => {
  assert.deepEqual(await of({ do: "hook", hook: Z.name, at: {}, how: "scale", value: 2, off: true }), []);
  assert.deepEqual(await of({ do: "hook", hook: Z.name, at: { pos: [0, 1], head: [] }, how: "scale", value: 2 }), [
    { hook: Z.name, at: { pos: [0, 1] }, scale: 2 },
  ]);
});

test("the command's file names a file for every activation", async () => {
  const { json, files } = commandFile([
    { hook: "a", set: 0 },
    { hook: Z.name, at: { head: 1 }, from: overPositions(Z) },
  ]);
  assert.deepEqual(JSON.parse(json), [
    { hook: "a", set: 0 },
    { hook: Z.name, at: { head: 1 }, from: "from-1.safetensors" },
  ]);
  assert.deepEqual(
    files.map(({ name }) => name),
    ["from-1.safetensors"],
  );
});

test("places are numbers and stretches of them", () => {
  assert.deepEqual(parsePlaces("0-2, 5 4,5"), [0, 1, 2, 4, 5]);
  assert.deepEqual(parsePlaces(""), []);
});

test("a link's changes are those that it names, and nothing where it says nothing", () => {
  assert.equal(parseChanges(""), undefined);
  assert.equal(parseChanges("{"), undefined);
  assert.deepEqual(parseChanges('[{"do":"hook"},{"do":"reboot"},null]'), [{ do: "hook" }]);
});

test("places to change are read off the hooks", () => {
  const hook = (
    /** @type {string} */ word,
    /** @type {"encoder" | "decoder"} */ stack,
    /** @type {number} */ layer,
    /** @type {"attn" | "cross_attn" | undefined} */ part = undefined,
  ) => ({ name: [stack, layer, ...(part ? [part] : []), word].join("."), axes: [], place: { stack, layer, part } });
  const hooks = [
    hook("hook_z", "encoder", 0, "attn"),
    hook("hook_resid_post", "encoder", 0),
    hook("hook_resid_pre", "decoder", 0),
    hook("hook_z", "decoder", 0, "attn"),
    hook("hook_z", "decoder", 0, "cross_attn"),
    hook("hook_resid_post", "decoder", 0),
    hook("hook_resid_pre", "decoder", 1),
    hook("hook_z", "decoder", 1, "attn"),
    hook("hook_resid_post", "decoder", 1),
  ];
  const model = { info: { hooks } };
  assert.deepEqual(sitesOf(model), [
    { stack: "encoder", part: "attn", layers: 1 },
    { stack: "decoder", part: "attn", layers: 2 },
    { stack: "decoder", part: "cross_attn", layers: 1 },
  ]);
  const states = [
    { hook: "decoder.0.hook_resid_pre", layer: undefined },
    { hook: "decoder.0.hook_resid_post", layer: 0 },
    { hook: "decoder.1.hook_resid_post", layer: 1 },
  ];
  assert.deepEqual(residualOf(model), { stack: "decoder", states, last: "decoder.1.hook_resid_post" });
});
