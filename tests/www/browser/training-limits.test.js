// What a training in the page leaves as it is: frozen weights, what an intervention cuts off, and a model that is asked for something impossible.

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
  test(`${browser}: frozen weights stay, momentum and averages learn, and an intervention cuts the gradient off`, () =>
    visit(
      browser,
      "blank.html",
      async (page) => {
        await prepare(page);
        const told = await page.evaluate(async () => {
          const { config, losses, newModel } = /** @type {any} */ (window).lab;
          const walk = { task: "walk", nodes: 16, degree: 2, length: 24 };
          const head = "lm_head.weight";
          const [embedding, value] = ["model.embed_tokens.weight", "model.layers.0.self_attn.v_proj.weight"];
          const numbers = async (/** @type {any} */ model, /** @type {string[]} */ names) =>
            Promise.all(names.map(async (name) => Array.from((await model.weight(name)).data)));
          const train = async (/** @type {object} */ options) => {
            const model = await newModel({ config: config({ vocab_size: 18, num_hidden_layers: 1 }), seed: 3 });
            const before = await numbers(model, [head, embedding, value]);
            const training = await model.train({ data: walk, batch: 8, workers: 1, optimizer: { lr: 1e-2 }, ...options });
            const all = await losses(training, { steps: 30 });
            const after = await numbers(model, [head, embedding, value]);
            model.dispose();
            return { fell: all[0] - all[29], same: before.map((list, i) => JSON.stringify(list) === JSON.stringify(after[i])) };
          };
          const wrong = (/** @type {object} */ options) =>
            train(options).then(
              () => "nothing",
              (/** @type {Error} */ { message }) => message,
            );
          return {
            head: await train({ trained: [head] }),
            frozen: await train({ frozen: ["*embed_tokens*"] }),
            sgd: await train({ optimizer: { kind: "sgd", lr: 0.3, momentum: 0.9, weightDecay: 0 }, clip: 0 }),
            ema: await train({ ema: 0.9 }),
            cut: await train({
              optimizer: { lr: 1e-2, weightDecay: 0 },
              interventions: [{ hook: "blocks.0.hook_attn_out", set: 0 }],
            }),
            none: await wrong({ frozen: ["*nothing*"] }),
            kind: await wrong({ optimizer: { kind: "lion" } }),
          };
        });
        assert.deepEqual(told.head.same, [false, true, true]);
        assert.deepEqual(told.frozen.same, [false, true, false]);
        for (const { fell } of [told.head, told.frozen, told.sgd, told.ema, told.cut])
          assert.ok(fell > 0.2, JSON.stringify(told));
        assert.deepEqual(told.sgd.same, [false, false, false]);
        assert.deepEqual(told.cut.same, [false, false, true]);
        assert.match(told.none, /matches no weight of this model/);
        assert.match(told.kind, /optimizer "lion" is unknown; choose adamw or sgd/);
      },
      { root: blank.root, webgpu: false },
    ));

  test(`${browser}: what cannot be trained is refused in a sentence, and the model stays as it is`, () =>
    visit(
      browser,
      "blank.html",
      async (page) => {
        await prepare(page);
        const told = await page.evaluate(async () => {
          const { config, losses, newModel } = /** @type {any} */ (window).lab;
          const said = (/** @type {Promise<unknown>} */ promise) =>
            promise.then(
              () => "nothing",
              (/** @type {Error} */ { message }) => message,
            );
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
            tokenizer: await said(
              newModel({ config: config(), tokenizer: { model: { type: "WordLevel", vocab: { a: 40 } }, added_tokens: [] } }),
            ),
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
      },
      { root: blank.root, webgpu: false },
    ));
}
