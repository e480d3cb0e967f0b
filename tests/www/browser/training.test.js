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
        const workers = two.training.workers;
        const before = one.training.done;
        setTimeout(() => stop.abort(), 200);
        await losses(one.training, { steps: 1e6, every: 1000, signal: stop.signal });
        const stopped = one.training.done;
        for (const { model } of [one, two]) model.dispose();
        return { about: one.training.about, workers, alone, shared, on, again, hooks: [...trace.activations.keys()], grads: Array.from(trace.activations.get("blocks.0.attn.hook_pattern_grad").data), names: files.map((/** @type {File} */ { name }) => name), logits, written, before, stopped };
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

  test(`${browser}: a worker that ends in the middle of a run costs a pause: the run goes on with the same numbers`, () =>
    visit(browser, "blank.html", async (page) => {
      await prepare(page);
      const told = await page.evaluate(async () => {
        /** @type {Worker[]} */
        const workers = [];
        const Native = Worker;
        globalThis.Worker = /** @type {any} */ (function (/** @type {URL} */ address) {
          const script = `import ${JSON.stringify(address.href)}; addEventListener("message", ({ data }) => { if (data === "end") close(); });`;
          const worker = new Native(URL.createObjectURL(new Blob([script], { type: "text/javascript" })), { type: "module" });
          workers.push(worker);
          return worker;
        });
        const { config, losses, newModel } = /** @type {any} */ (window).lab;
        /** @type {string[]} */
        const reasons = [];
        const begin = async () => {
          const model = await newModel({ config: config({ vocab_size: 18, num_hidden_layers: 1 }), seed: 3, onRecover: (/** @type {string} */ reason) => reasons.push(reason) });
          return { model, training: await model.train({ data: { task: "walk", nodes: 16, degree: 2, length: 24 }, batch: 8, optimizer: { lr: 1e-2 }, workers: 2 }) };
        };
        const calm = await begin();
        const expected = await losses(calm.training, { steps: 60 });
        calm.model.dispose();
        const [own, helper] = [0, 1].map((place) => workers.length + place);
        const { model, training } = await begin();
        const all = [];
        for await (const { step, loss, each } of training.run({ steps: 60 })) {
          all.push(loss);
          if (each.length !== 1) throw new Error(`${each.length} steps at ${step}`);
          if (step === 10) workers[helper].postMessage("end");
          if (step === 30) workers[own].postMessage("end");
        }
        // Nobody trains while it ends: what was learned is still there.
        const probe = { ids: [2, 3, 4, 5] };
        const before = Array.from((await model.run(probe)).logits.data);
        workers.at(-2)?.postMessage("end");
        workers.at(-1)?.postMessage("end");
        await new Promise((resolve) => setTimeout(resolve, 300));
        const after = Array.from((await model.run(probe)).logits.data);
        model.dispose();
        return { expected, all, reasons, before, after };
      });
      assert.deepEqual(told.all, told.expected, "bit for bit");
      assert.ok(told.reasons.length >= 1, `${told.reasons}`);
      assert.deepEqual(told.after, told.before);
    }, { root: blank.root, webgpu: false }));

  test(`${browser}: a GPU that is lost in the middle of a run costs a pause, and it learns there what the CPU learns`, () =>
    visit(browser, "blank.html", async (page) => {
      await prepare(page);
      const told = await page.evaluate(async () => {
        const { config, losses, newModel } = /** @type {any} */ (window).lab;
        /** @type {string[]} */
        const reasons = [];
        const begin = async (/** @type {string} */ device) => {
          const model = await newModel({ config: config({ vocab_size: 18, num_hidden_layers: 1 }), seed: 3, device, onRecover: (/** @type {string} */ reason) => reasons.push(reason) });
          return { model, training: await model.train({ data: { task: "walk", nodes: 16, degree: 2, length: 24 }, batch: 4, optimizer: { lr: 1e-2 }, workers: 1 }) };
        };
        const [cpu, gpu] = [await begin("cpu"), await begin("webgpu")];
        const expected = await losses(cpu.training, { steps: 30 });
        const all = [];
        for await (const { step, loss } of gpu.training.run({ steps: 30 })) {
          all.push(loss);
          if (step === 12) gpu.model.loseGpu().catch(() => {});
        }
        const device = gpu.model.info.device;
        const times = async (/** @type {any} */ training) => {
          await training.profile();
          await losses(training, { steps: 3 });
          return training.profile();
        };
        const profiles = [await times(cpu.training), await times(gpu.training).catch((/** @type {Error} */ { message }) => message)];
        for (const { model } of [cpu, gpu]) model.dispose();
        return { expected, all, device, reasons, profiles };
      });
      // Browsers round a GPU's clock, or have none, and then say so.
      const [onCpu, onGpu] = told.profiles;
      assert.equal(onCpu.find((/** @type {{ op: string }} */ { op }) => op === "record").runs, 3);
      if (typeof onGpu === "string") assert.match(onGpu, /timestamp/);
      else assert.equal(onGpu.find((/** @type {{ op: string }} */ { op }) => op === "record").runs, 3);
      assert.equal(told.device, "webgpu");
      assert.equal(told.reasons.length, 1);
      assert.equal(told.all.length, 30);
      told.all.forEach((/** @type {number} */ loss, /** @type {number} */ i) => assert.ok(Math.abs(loss - told.expected[i]) < 1e-3, `step ${i}: ${loss} on the GPU, ${told.expected[i]} on the CPU`));
    }, { root: blank.root }));

  test(`${browser}: a shipped encoder goes on learning from a text, a share of which is held out`, () =>
    visit(browser, "blank.html", async (page) => {
      await prepare(page);
      const told = await page.evaluate(async () => {
        const { loadModel } = /** @type {any} */ (window).lab;
        const model = await loadModel("models/bert-tiny/", { device: "cpu" });
        const data = Array.from({ length: 200 }, (_, i) => `The zebra number ${i % 7} eats green apples in the garden.`).join("\n");
        const training = await model.train({ objective: "mlm", rows: "lines", data, batch: 4, context: 24, heldOut: 0.1, optimizer: { lr: 1e-3 }, workers: 1 });
        const measured = [];
        for (const steps of [1, 23]) {
          for await (const { heldOut } of training.run({ steps, every: steps, heldOut: 3 })) measured.push(heldOut);
        }
        const { places } = await model.fill({ text: "The zebra number 3 eats green [MASK] in the garden." });
        const names = (await training.save()).map((/** @type {File} */ { name }) => name);
        model.dispose();
        return { about: training.about, measured, names, word: places[0].token };
      });
      assert.ok(told.about.heldOut > 0 && told.about.bytes > 1e6);
      assert.ok(told.measured[1] < told.measured[0] && told.measured[1] < 1.5, `${told.measured}`);
      assert.match(told.word, /app/);
      assert.deepEqual(told.names.slice(0, 3), ["config.json", "model.safetensors", "tokenizer.json"]);
    }, { root: blank.root, webgpu: false }));

  test(`${browser}: frozen weights stay, momentum and averages learn, and an intervention cuts the gradient off`, () =>
    visit(browser, "blank.html", async (page) => {
      await prepare(page);
      const told = await page.evaluate(async () => {
        const { config, losses, newModel } = /** @type {any} */ (window).lab;
        const walk = { task: "walk", nodes: 16, degree: 2, length: 24 };
        const head = "lm_head.weight";
        const [embedding, value] = ["model.embed_tokens.weight", "model.layers.0.self_attn.v_proj.weight"];
        const numbers = async (/** @type {any} */ model, /** @type {string[]} */ names) => Promise.all(names.map(async (name) => Array.from((await model.weight(name)).data)));
        const train = async (/** @type {object} */ options) => {
          const model = await newModel({ config: config({ vocab_size: 18, num_hidden_layers: 1 }), seed: 3 });
          const before = await numbers(model, [head, embedding, value]);
          const training = await model.train({ data: walk, batch: 8, workers: 1, optimizer: { lr: 1e-2 }, ...options });
          const all = await losses(training, { steps: 30 });
          const after = await numbers(model, [head, embedding, value]);
          model.dispose();
          return { fell: all[0] - all[29], same: before.map((list, i) => JSON.stringify(list) === JSON.stringify(after[i])) };
        };
        const wrong = (/** @type {object} */ options) => train(options).then(() => "nothing", (/** @type {Error} */ { message }) => message);
        return {
          head: await train({ trained: [head] }),
          frozen: await train({ frozen: ["*embed_tokens*"] }),
          sgd: await train({ optimizer: { kind: "sgd", lr: 0.3, momentum: 0.9, weightDecay: 0 }, clip: 0 }),
          ema: await train({ ema: 0.9 }),
          cut: await train({ optimizer: { lr: 1e-2, weightDecay: 0 }, interventions: [{ hook: "blocks.0.hook_attn_out", set: 0 }] }),
          none: await wrong({ frozen: ["*nothing*"] }),
          kind: await wrong({ optimizer: { kind: "lion" } }),
        };
      });
      assert.deepEqual(told.head.same, [false, true, true]);
      assert.deepEqual(told.frozen.same, [false, true, false]);
      for (const { fell } of [told.head, told.frozen, told.sgd, told.ema, told.cut]) assert.ok(fell > 0.2, JSON.stringify(told));
      assert.deepEqual(told.sgd.same, [false, false, false]);
      assert.deepEqual(told.cut.same, [false, false, true]);
      assert.match(told.none, /matches no weight of this model/);
      assert.match(told.kind, /optimizer "lion" is unknown; choose adamw or sgd/);
    }, { root: blank.root, webgpu: false }));

  test(`${browser}: what cannot be trained is refused in a sentence, and the model stays as it is`, () =>
    visit(browser, "blank.html", async (page) => {
      await prepare(page);
      const told = await page.evaluate(async () => {
        const { config, losses, newModel } = /** @type {any} */ (window).lab;
        const said = (/** @type {Promise<unknown>} */ promise) => promise.then(() => "nothing", (/** @type {Error} */ { message }) => message);
        const model = await newModel({ config: config({ vocab_size: 18 }) });
        const walk = { task: "walk", nodes: 16, degree: 2, length: 24 };
        const probe = { ids: [2, 3, 4, 5] };
        const before = Array.from((await model.run(probe)).logits.data);
        const sentences = {
          task: await said(model.train({ data: { task: "wander" } })),
          size: await said(model.train({ data: { task: "walk", height: 3 } })),
          vocabulary: await said(model.train({ data: { ...walk, nodes: 40 } })),
          objective: await said(model.train({ objective: "mlm", data: "a text" })),
          data: await said(model.train({ objective: "clm" })),
          batch: await said(model.train({ data: walk, batch: 0 })),
          rate: await said(model.train({ data: walk, optimizer: { lr: -1 } })),
          field: await said(model.train({ data: walk, optimizer: { rate: 1 } })),
          labels: await said(model.train({ data: { batches: [{ input_ids: [[2, 3]], labels: [[-100, -100]] }] } })),
          seed: await said(newModel({ config: config(), seed: 1.5 })),
          config: await said(newModel({ config: config({ hidden_size: 33 }) })),
          tokenizer: await said(newModel({ config: config(), tokenizer: { model: { type: "WordLevel", vocab: { a: 40 } }, added_tokens: [] } })),
        };
        const after = Array.from((await model.run(probe)).logits.data);
        const training = await model.train({ data: walk, optimizer: { lr: 1e30 }, clip: 0, workers: 1 });
        const broken = await said(losses(training, { steps: 50 }));
        return { sentences, before, after, broken };
      });
      assert.deepEqual(told.after, told.before);
      assert.match(told.sentences.task, /task "wander" is unknown; choose one of copy/);
      assert.match(told.sentences.size, /has no "height"/);
      assert.match(told.sentences.vocabulary, /it has 42 tokens, and the model's vocabulary has 18/);
      assert.match(told.sentences.objective, /^This model has no tokenizer.json/);
      assert.match(told.sentences.data, /^data: expected a text/);
      assert.match(told.sentences.batch, /^batch: expected a whole number from 1/);
      assert.match(told.sentences.rate, /lr is -1; a number of at least 0/);
      assert.match(told.sentences.field, /^optimizer: "rate" is not known; there are kind, lr/);
      assert.match(told.sentences.labels, /no label of labels counts/);
      assert.match(told.sentences.seed, /^seed: expected a whole number/);
      assert.match(told.sentences.config, /33 does not divide into 2 heads/);
      assert.match(told.sentences.tokenizer, /has 41 tokens, but vocab_size in config.json is 28/);
      assert.match(told.broken, /at step \d+ .* no longer finite \(learning rate 1e30|no longer finite/);
    }, { root: blank.root, webgpu: false }));
}
