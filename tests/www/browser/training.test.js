// Training in the page, in each browser: a new model learns what only learning brings, alone and with workers that share each batch, and what it learned outlives a lost worker.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { after } from "node:test";
import { browsers, visit } from "../story.js";
import { siteWith } from "./families.js";
import { prepare } from "./lab.js";

/** @typedef {import("puppeteer-core").Page} Page */

const blank = siteWith([]);
writeFileSync(join(blank.root, "blank.html"), '<!doctype html><html lang="en"><meta charset="utf-8"><title>blank</title></html>');
after(() => blank.remove());

for (const browser of browsers) {
  test(`${browser}: a new model learns a walk down to its entropy, alone and with workers that share each batch`, () =>
    visit(
      browser,
      "blank.html",
      async (page) => {
        await prepare(page);
        const told = await page.evaluate(async () => {
          const { config, losses, loadModel, newModel } = /** @type {any} */ (window).lab;
          const train = async (/** @type {number} */ workers) => {
            const model = await newModel({ config: config({ vocab_size: 18, num_hidden_layers: 1 }), seed: 3 });
            const training = await model.train({
              data: { task: "walk", nodes: 16, degree: 2, length: 24 },
              batch: 16,
              optimizer: { lr: 1e-2 },
              warmup: 5,
              workers,
            });
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
          return {
            about: one.training.about,
            workers,
            alone,
            shared,
            on,
            again,
            hooks: [...trace.activations.keys()],
            grads: Array.from(trace.activations.get("blocks.0.attn.hook_pattern_grad").data),
            names: files.map((/** @type {File} */ { name }) => name),
            logits,
            written,
            before,
            stopped,
          };
        });
        assert.equal(told.workers, 2);
        assert.ok(Math.abs(told.about.entropy - Math.LN2) < 0.2, `${told.about.entropy}`);
        // Before it has learned, a guess among 18 tokens.
        assert.ok(told.alone[0] > 2.5, `${told.alone[0]}`);
        assert.ok(
          told.alone.slice(-10).every((/** @type {number} */ loss) => loss < told.about.entropy + 0.35),
          `${told.alone.slice(-10)} above ${told.about.entropy}`,
        );
        told.shared.forEach((/** @type {number} */ loss, /** @type {number} */ i) =>
          assert.ok(Math.abs(loss - told.alone[i]) < 1e-3, `step ${i}: ${loss} shared, ${told.alone[i]} alone`),
        );
        assert.deepEqual(told.again, told.on, "bit for bit");
        assert.deepEqual(told.hooks, ["blocks.0.attn.hook_pattern", "blocks.0.attn.hook_pattern_grad"]);
        assert.ok(told.grads.some((/** @type {number} */ x) => x !== 0));
        assert.deepEqual(told.names, ["config.json", "model.safetensors"]);
        assert.deepEqual(told.logits[1], told.logits[0]);
        assert.equal(told.written.length, 5);
        assert.ok(told.stopped > told.before);
      },
      { root: blank.root, webgpu: false },
    ));

  test(`${browser}: a worker that ends in the middle of a run costs a pause: the run goes on with the same numbers`, () =>
    visit(
      browser,
      "blank.html",
      async (page) => {
        await prepare(page);
        const told = await page.evaluate(async () => {
          /** @type {Worker[]} */
          const workers = [];
          const Native = Worker;
          globalThis.Worker = /** @type {any} */ (
            function (/** @type {URL} */ address) {
              const script = `import ${JSON.stringify(address.href)}; addEventListener("message", ({ data }) => { if (data === "end") close(); });`;
              const worker = new Native(URL.createObjectURL(new Blob([script], { type: "text/javascript" })), { type: "module" });
              workers.push(worker);
              return worker;
            }
          );
          const { config, losses, newModel } = /** @type {any} */ (window).lab;
          /** @type {string[]} */
          const reasons = [];
          const begin = async () => {
            const model = await newModel({
              config: config({ vocab_size: 18, num_hidden_layers: 1 }),
              seed: 3,
              onRecover: (/** @type {string} */ reason) => reasons.push(reason),
            });
            return {
              model,
              training: await model.train({
                data: { task: "walk", nodes: 16, degree: 2, length: 24 },
                batch: 8,
                optimizer: { lr: 1e-2 },
                workers: 2,
              }),
            };
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
      },
      { root: blank.root, webgpu: false },
    ));

  test(`${browser}: a GPU that is lost in the middle of a run costs a pause, and it learns there what the CPU learns`, () =>
    visit(
      browser,
      "blank.html",
      async (page) => {
        await prepare(page);
        const told = await page.evaluate(async () => {
          const { config, losses, newModel } = /** @type {any} */ (window).lab;
          /** @type {string[]} */
          const reasons = [];
          const begin = async (/** @type {string} */ device) => {
            const model = await newModel({
              config: config({ vocab_size: 18, num_hidden_layers: 1 }),
              seed: 3,
              device,
              onRecover: (/** @type {string} */ reason) => reasons.push(reason),
            });
            return {
              model,
              training: await model.train({
                data: { task: "walk", nodes: 16, degree: 2, length: 24 },
                batch: 4,
                optimizer: { lr: 1e-2 },
                workers: 1,
              }),
            };
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
          const profiles = [
            await times(cpu.training),
            await times(gpu.training).catch((/** @type {Error} */ { message }) => message),
          ];
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
        told.all.forEach((/** @type {number} */ loss, /** @type {number} */ i) =>
          assert.ok(Math.abs(loss - told.expected[i]) < 1e-3, `step ${i}: ${loss} on the GPU, ${told.expected[i]} on the CPU`),
        );
      },
      { root: blank.root },
    ));

  test(`${browser}: a shipped encoder goes on learning from a text, a share of which is held out`, () =>
    visit(
      browser,
      "blank.html",
      async (page) => {
        await prepare(page);
        const told = await page.evaluate(async () => {
          const { loadModel } = /** @type {any} */ (window).lab;
          const model = await loadModel("models/bert-tiny/", { device: "cpu" });
          const data = Array.from({ length: 200 }, (_, i) => `The zebra number ${i % 7} eats green apples in the garden.`).join(
            "\n",
          );
          const training = await model.train({
            objective: "mlm",
            rows: "lines",
            data,
            batch: 4,
            context: 24,
            heldOut: 0.1,
            optimizer: { lr: 1e-3 },
            workers: 1,
          });
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
      },
      { root: blank.root, webgpu: false },
    ));
}
