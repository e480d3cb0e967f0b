// Training in the page, in each browser: a new model learns what only learning brings, alone and with workers that share each batch, and what it learned outlives a lost worker.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { after } from "node:test";
import { browsers, visit } from "../story.js";
import { siteWith } from "./families.js";

/** @typedef {import("puppeteer-core").Page} Page */

const blank = siteWith([]);
writeFileSync(join(blank.root, "blank.html"), '<!doctype html><html lang="en"><meta charset="utf-8"><title>blank</title></html>');
after(() => blank.remove());

/** The module's functions and small models, as `window.lab`. @param {Page} page */
async function prepare(page) {
  await page.evaluate(async () => {
    const module = await import(new URL("diorama.js", document.baseURI).href);
    const config = (/** @type {object} */ sizes = {}) => ({
      model_type: "llama", architectures: ["LlamaForCausalLM"], vocab_size: 28, hidden_size: 32, num_hidden_layers: 2, num_attention_heads: 2, num_key_value_heads: 2, intermediate_size: 64,
      max_position_embeddings: 64, initializer_range: 0.1, hidden_act: "silu", rms_norm_eps: 1e-6, bos_token_id: null, eos_token_id: 1, pad_token_id: 0, tie_word_embeddings: false, ...sizes,
    });
    /** Losses of some steps. */
    const losses = async (/** @type {any} */ training, /** @type {object} */ options) => {
      const all = [];
      for await (const { each } of training.run(options)) all.push(...each.map((/** @type {{ loss: number }} */ { loss }) => loss));
      return all;
    };
    Object.assign(window, { lab: { ...module, config, losses } });
  });
}

for (const browser of browsers) {
  test(`${browser}: a new model learns a walk down to its entropy, alone and with workers that share each batch`, () =>
    visit(browser, "blank.html", async (page) => {
      await prepare(page);
      const told = await page.evaluate(async () => {
        const { config, losses, loadModel, newModel } = /** @type {any} */ (window).lab;
        const train = async (/** @type {number} */ workers) => {
          const model = await newModel({ config: config({ vocab_size: 18, num_hidden_layers: 1 }), seed: 3 });
          const training = await model.train({ data: { task: "walk", nodes: 16, degree: 2, length: 24 }, batch: 16, optimizer: { lr: 1e-2 }, warmup: 5, workers });
          return { model, training };
        };
        const [one, two] = [await train(1), await train(2)];
        const alone = await losses(one.training, { steps: 120, every: 50 });
        const shared = await losses(two.training, { steps: 40 });
        const snapshot = await one.training.snapshot();
        const on = await losses(one.training, { steps: 5 });
        one.training.restore(snapshot);
        const again = await losses(one.training, { steps: 5 });
        const probe = { ids: [2, 3, 4, 5] };
        const trace = await one.training.probe(probe, { capture: ["*.hook_pattern", "*.hook_pattern_grad"] });
        const files = await one.training.save();
        const reopened = await loadModel(files, { device: "cpu" });
        const logits = [await one.model.run(probe), await reopened.run(probe)].map(({ logits }) => Array.from(logits.data));
        const written = [];
        for await (const { id } of one.model.generate(probe, { maxNewTokens: 5 })) written.push(id);
        const stop = new AbortController();
        const before = one.training.done;
        setTimeout(() => stop.abort(), 200);
        await losses(one.training, { steps: 1e6, every: 1000, signal: stop.signal });
        const stopped = one.training.done;
        for (const { model } of [one, two]) model.dispose();
        return { about: one.training.about, workers: two.training.workers, alone, shared, on, again, hooks: [...trace.activations.keys()], grads: Array.from(trace.activations.get("blocks.0.attn.hook_pattern_grad").data), names: files.map((/** @type {File} */ { name }) => name), logits, written, before, stopped };
      });
      assert.equal(told.workers, 2);
      assert.ok(Math.abs(told.about.entropy - Math.LN2) < 0.2, `${told.about.entropy}`);
      // Before it has learned, a guess among 18 tokens.
      assert.ok(told.alone[0] > 2.5, `${told.alone[0]}`);
      assert.ok(told.alone.slice(-10).every((/** @type {number} */ loss) => loss < told.about.entropy + 0.35), `${told.alone.slice(-10)} above ${told.about.entropy}`);
      told.shared.forEach((/** @type {number} */ loss, /** @type {number} */ i) => assert.ok(Math.abs(loss - told.alone[i]) < 1e-3, `step ${i}: ${loss} shared, ${told.alone[i]} alone`));
      assert.deepEqual(told.again, told.on, "bit for bit");
      assert.deepEqual(told.hooks, ["blocks.0.attn.hook_pattern", "blocks.0.attn.hook_pattern_grad"]);
      assert.ok(told.grads.some((/** @type {number} */ x) => x !== 0));
      assert.deepEqual(told.names, ["config.json", "model.safetensors"]);
      assert.deepEqual(told.logits[1], told.logits[0]);
      assert.equal(told.written.length, 5);
      assert.ok(told.stopped > told.before);
    }, { root: blank.root, webgpu: false }));
}
