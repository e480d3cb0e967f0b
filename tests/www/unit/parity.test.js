import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";
import { againstReference, betweenDevices, inputOf } from "../../../www/engine/parity.js";
import { readTensors } from "../../../www/checkpoint/safetensors.js";

const FOLDER = new URL("../../../www/models/", import.meta.url);
const names = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** @param {string} name */
function reference(name) {
  return readTensors(Uint8Array.from(readFileSync(new URL(`${name}/reference.safetensors`, FOLDER))).buffer);
}

/** What a device would compute that agrees with the reference. @param {string} name */
function computed(name) {
  const hooks = [...reference(name)].filter(([hook]) => !hook.includes("/input."));
  return new Map(hooks.map(([hook, tensor]) => [hook.slice("case0/".length), tensor]));
}

/** @param {string} name */
function layersOf(name) {
  const config = JSON.parse(readFileSync(new URL(`../../../www/models/${name}/config.json`, import.meta.url), "utf8"));
  return config.num_hidden_layers ?? config.num_layers ?? config.n_layer;
}

for (const name of names) {
  test(`${name}: its reference says what was read and what came of it`, () => {
    const { ids, decoderIds } = inputOf(reference(name));
    assert.ok((ids?.length ?? 0) > 5 && ids?.every(Number.isInteger));
    assert.equal(decoderIds !== undefined, name.startsWith("t5"));
    const compared = againstReference(computed(name), reference(name));
    assert.ok(
      compared.length > 2 * layersOf(name) && compared.some(({ hook }) => hook === "logits"),
      "a pattern and a residual of each layer, and the logits",
    );
    assert.ok(compared.every(({ delta, bound }) => delta === 0 && bound >= 1e-4));
  });
}

test("a wrong number, a missing hook, a NaN and a length are differences", () => {
  const hook = "blocks.0.hook_resid_post";
  for (const spoil of [
    (/** @type {Float32Array} */ data) => data.with(3, data[3] + 1),
    (/** @type {Float32Array} */ data) => data.with(3, NaN),
    () => new Float32Array(),
    undefined,
  ]) {
    const ours = computed("gpt2-tiny");
    const tensor = ours.get(hook);
    assert.ok(tensor);
    if (spoil) ours.set(hook, { shape: tensor.shape, data: spoil(tensor.data) });
    else ours.delete(hook);
    const row = againstReference(ours, reference("gpt2-tiny")).find((row) => row.hook === hook);
    assert.ok(row && row.delta > row.bound);
    const between = betweenDevices(computed("gpt2-tiny"), ours).find((row) => row.hook === hook);
    assert.ok(between && between.delta > between.bound);
  }
});
