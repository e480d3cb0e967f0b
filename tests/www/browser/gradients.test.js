// Training in the page against PyTorch: the loss and the gradient of every weight and attention pattern of each class, and the losses of AdamW's steps, on both devices, in each browser.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { browsers, visit } from "../story.js";
import { checkpoint, golden } from "./golden.js";

/** @typedef {import("./golden.js").Tensor} Tensor */
/** @typedef {{ rate: number, losses: number[], norms: number[] }} Run */

/** @type {Record<string, Run>} */
const RUNS = JSON.parse(readFileSync(new URL("../../goldens/gradients/adamw.json", import.meta.url), "utf8"));
const STEPS = 40;
/** Classes of each family and objective whose steps are taken, too. */
const STEPPED = new Set(["bert-pretraining", "electra-discriminator", "t5-v1_1", "gpt2", "llama2-gqa"]);

for (const browser of browsers) {
  for (const device of ["cpu", "webgpu"]) {
    test(`${browser}: gradients and steps of every class on ${device} are PyTorch's`, () =>
      visit(browser, "blocks.html", async (page) => {
        const names = Object.keys(RUNS);
        assert.ok(names.length >= 11);
        for (const name of names) {
          const reference = golden(`gradients/${name}`);
          const batches = listed(golden(`gradients/${name}.batches`));
          const asked = {
            files: checkpoint(name),
            device,
            batch: nested(pick(reference, "batch/")),
            batches,
            lr: RUNS[name].rate,
            steps: STEPPED.has(name) ? STEPS : 1,
          };
          const told = await page.evaluate(async ({ files, device, batch, batches, lr, steps }) => {
            const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
            const bytes = (/** @type {string} */ text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
            const model = await loadModel(
              files.map(({ name, content }) => new File([bytes(content)], name)),
              { device },
            );
            const training = await model.train({ data: { batches }, optimizer: { lr }, workers: 1 });
            const plain = (/** @type {Map<string, { data: Float32Array }>} */ map) =>
              [...map].map(([name, { data }]) => ({ name, data: Array.from(data) }));
            const { loss, weights, activations } = await training.gradients(batch, { capture: ["*.hook_pattern"] });
            const each = [];
            for await (const step of training.run({ steps, every: steps })) each.push(...step.each);
            model.dispose();
            return { loss, weights: plain(weights), activations: plain(activations), each };
          }, asked);
          const where = `${name} on ${device}`;
          near(told.loss, reference.get("loss")?.data[0] ?? NaN, 1e-4, `${where}: the loss`);
          const ours = new Map([
            ...told.weights.map(({ name, data }) => /** @type {const} */ ([`weights/${name}`, data])),
            ...told.activations.map(({ name, data }) => /** @type {const} */ ([`hooks/${name.replace(/_grad$/, "")}`, data])),
          ]);
          compare(ours, reference, where);
          told.each.forEach(({ step, loss, gradNorm }) => {
            near(loss, RUNS[name].losses[step], 1e-4, `${where}: the loss at step ${step}`);
            near(gradNorm, RUNS[name].norms[step], 1e-3, `${where}: the norm at step ${step}`);
          });
        }
      }));
  }
}

/**
 * Each gradient within the bound: 1e-4 × the larger of its own greatest number and a thousandth of the greatest of all.
 * @param {Map<string, number[]>} ours
 * @param {Map<string, Tensor>} reference
 * @param {string} where
 */
function compare(ours, reference, where) {
  const wanted = [...reference].filter(([key]) => /^(weights|hooks)\//.test(key));
  const most = (/** @type {number[]} */ data) => data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const largest = Math.max(...wanted.map(([, { data }]) => most(data)));
  assert.ok(wanted.length > 10);
  for (const [key, { data }] of wanted) {
    const bound = 1e-4 * Math.max(most(data), 1e-3 * largest);
    const found = ours.get(key) ?? (most(data) === 0 ? data : []);
    assert.equal(found.length, data.length, `${where}: ${key}`);
    const wrong = data.findIndex((theirs, i) => !(Math.abs(found[i] - theirs) <= bound));
    assert.equal(wrong, -1, `${where}: ${key}[${wrong}] is ${found[wrong]}, PyTorch has ${data[wrong]} (bound ${bound})`);
  }
}

/** @param {number} ours @param {number} theirs @param {number} bound @param {string} what */
function near(ours, theirs, bound, what) {
  assert.ok(Math.abs(ours - theirs) <= bound * Math.max(1, Math.abs(theirs)), `${what} is ${ours}, PyTorch has ${theirs}`);
}

/** The tensors under a prefix. @param {Map<string, Tensor>} tensors @param {string} prefix */
function pick(tensors, prefix) {
  return new Map(
    [...tensors].filter(([key]) => key.startsWith(prefix)).map(([key, tensor]) => [key.slice(prefix.length), tensor]),
  );
}

/** As lists in lists. @param {Map<string, Tensor>} tensors @returns {Record<string, number[] | number[][]>} */
function nested(tensors) {
  const rows = (/** @type {Tensor} */ { shape: [count, width], data }) =>
    width === undefined ? data : Array.from({ length: count }, (_, i) => data.slice(i * width, (i + 1) * width));
  return Object.fromEntries([...tensors].map(([name, tensor]) => [name, rows(tensor)]));
}

/** Tensors with a leading axis of steps, as a batch for each step. @param {Map<string, Tensor>} tensors */
function listed(tensors) {
  const [first] = tensors.values();
  return Array.from({ length: first.shape[0] }, (_, step) => {
    const cut = (/** @type {Tensor} */ { shape: [, ...shape], data }) => ({
      shape,
      data: data.slice(step * size(shape), (step + 1) * size(shape)),
    });
    return nested(new Map([...tensors].map(([name, tensor]) => [name, cut(tensor)])));
  });
}

/** @param {number[]} shape */
function size(shape) {
  return shape.reduce((product, n) => product * n, 1);
}
