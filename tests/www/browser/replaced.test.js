// Replaced tokens in the page, in each browser: a detector learns from what a generator writes, and the generator learns beside it.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { after } from "node:test";
import { browsers, visit } from "../story.js";
import { siteWith } from "./families.js";

const blank = siteWith([]);
writeFileSync(join(blank.root, "blank.html"), '<!doctype html><html lang="en"><meta charset="utf-8"><title>blank</title></html>');
after(() => blank.remove());

for (const browser of browsers) {
  test(`${browser}: a detector learns what a generator writes, which learns beside it, alone and with workers; dropout comes back with its seed`, () =>
    visit(
      browser,
      "blank.html",
      async (page) => {
        const told = await page.evaluate(async () => {
          const { loadModel, newModel, wordTokenizer } = await import(new URL("diorama.js", document.baseURI).href);
          const [animals, things, places] = [
            ["cat", "dog", "hen", "fox"],
            ["corn", "milk", "bread", "fish"],
            ["barn", "house", "yard", "wood"],
          ];
          const data = Array.from(
            { length: 256 },
            (_, i) => `the ${animals[i % 4]} eats ${things[(i >> 2) % 4]} in the ${places[(i >> 4) % 4]}`,
          ).join("\n");
          const words = ["<pad>", "<s>", "</s>", "<mask>", "<unk>", "the", "eats", "in", ...animals, ...things, ...places];
          const tokenizer = wordTokenizer(words);
          const ids = (/** @type {string} */ text) => text.split(" ").map((word) => words.indexOf(word));
          const vocab = words.length;
          const config = (/** @type {string} */ architecture, /** @type {number} */ width) => ({
            model_type: "electra",
            architectures: [architecture],
            vocab_size: vocab,
            hidden_size: width,
            embedding_size: width,
            num_hidden_layers: 1,
            num_attention_heads: 2,
            intermediate_size: 2 * width,
            max_position_embeddings: 16,
            type_vocab_size: 2,
            initializer_range: 0.1,
            pad_token_id: 0,
          });
          const open = async () => [
            await newModel({ config: config("ElectraForPreTraining", 32), tokenizer, seed: 1 }),
            await newModel({ config: config("ElectraForMaskedLM", 16), tokenizer, seed: 2 }),
          ];
          const usual = {
            objective: "rtd",
            rows: "lines",
            data,
            batch: 16,
            context: 12,
            heldOut: 0.1,
            optimizer: { lr: 5e-3 },
            warmup: 10,
            seed: 3,
          };
          const run = async (/** @type {object} */ options, /** @type {number} */ steps) => {
            const [model, generator] = await open();
            const training = await model.train({ ...usual, generator, ...options });
            /** @type {any[]} */
            const all = [];
            let heldOut = 0;
            for await (const step of training.run({ steps, every: 10, heldOut: 1 })) {
              all.push(...step.each);
              heldOut = step.heldOut;
            }
            return {
              model,
              generator,
              training,
              heldOut,
              losses: all.map(({ loss }) => loss),
              beside: all.map(({ generatorLoss }) => generatorLoss),
            };
          };
          const numbers = async (/** @type {any} */ model) =>
            Array.from((await model.run({ ids: ids("<s> the cat eats corn in the barn </s>") })).logits.data);
          const long = await run({ joint: true, workers: 1 }, 200);
          // What the generator learned is in its files, not in the model that was given.
          const [, untouched] = await open();
          const [given, before] = [await numbers(long.generator), await numbers(untouched)];
          const saved = await loadModel(await long.training.saveGenerator());
          const { places: filled } = await saved.fill({ ids: ids("<s> the cat eats corn in <mask> barn </s>") }, { places: [6] });
          // A snapshot has both: the same numbers again.
          const snapshot = await long.training.snapshot();
          const steps = async () => {
            const all = [];
            for await (const { each } of long.training.run({ steps: 5, every: 5, heldOut: 0 }))
              all.push(...each.map((/** @type {any} */ { loss, generatorLoss }) => [loss, generatorLoss]));
            return all;
          };
          const on = await steps();
          await long.training.restore(snapshot);
          const again = await steps();
          const options = { joint: true, dropout: 0.1 };
          const [alone, shared, fixed] = [
            await run({ ...options, workers: 1 }, 12),
            await run({ ...options, workers: 2 }, 12),
            await run({ workers: 2 }, 12),
          ];
          const said = (/** @type {Promise<unknown>} */ promise) =>
            promise.then(
              () => "nothing",
              (/** @type {Error} */ { message }) => message,
            );
          const { model } = fixed;
          const wrong = {
            noGenerator: await said(fixed.training.saveGenerator()),
            none: await said(model.train(usual)),
            other: await said(model.train({ ...usual, generator: fixed.model })),
            objective: await said(model.train({ ...usual, objective: "mlm", generator: fixed.generator })),
            joint: await said(model.train({ data: { batches: [{ input_ids: [[2, 3]], labels: [[0, 1]] }] }, joint: true })),
            detector: await said(fixed.generator.train({ ...usual, generator: fixed.generator })),
            tokenizer: await said(
              newModel({ config: config("ElectraForMaskedLM", 16), tokenizer: wordTokenizer([...words].reverse()) }).then(
                (/** @type {any} */ generator) => model.train({ ...usual, generator }),
              ),
            ),
            dropout: await said(model.train({ ...usual, generator: fixed.generator, dropout: 1 })),
          };
          const told = {
            losses: long.losses,
            beside: long.beside,
            heldOut: long.heldOut,
            given,
            before,
            word: filled[0].token,
            on,
            again,
            workers: shared.training.workers,
            alone: [alone.losses, alone.beside],
            shared: [shared.losses, shared.beside],
            fixed: fixed.beside,
            wrong,
          };
          for (const model of [
            long.model,
            long.generator,
            untouched,
            saved,
            alone.model,
            alone.generator,
            shared.model,
            shared.generator,
            fixed.model,
            fixed.generator,
          ])
            model.dispose();
          return told;
        });
        const mean = (/** @type {number[]} */ list) => list.reduce((sum, x) => sum + x, 0) / list.length;
        // The words "the", "eats" and "in" stand at their places, and one of four words at each of the others: 1.4 nats there.
        assert.ok(
          mean(told.beside.slice(0, 5)) > 2.3 && mean(told.beside.slice(-20)) < 1.2,
          `the generator: ${mean(told.beside.slice(0, 5))} to ${mean(told.beside.slice(-20))}`,
        );
        assert.ok(
          mean(told.losses.slice(0, 5)) > 0.4 && mean(told.losses.slice(-20)) < mean(told.losses.slice(0, 5)) - 0.1,
          `the detector: ${mean(told.losses.slice(0, 5))} to ${mean(told.losses.slice(-20))}`,
        );
        assert.ok(told.heldOut > 0 && told.heldOut < 0.6, `${told.heldOut}`);
        assert.deepEqual(told.given, told.before);
        assert.equal(told.word, "the");
        assert.deepEqual(told.again, told.on, "bit for bit");
        assert.equal(told.workers, 2);
        told.shared.forEach((/** @type {number[]} */ list, /** @type {number} */ which) =>
          list.forEach((loss, i) =>
            assert.ok(Math.abs(loss - told.alone[which][i]) < 1e-3, `step ${i}: ${loss} shared, ${told.alone[which][i]} alone`),
          ),
        );
        assert.ok(told.fixed.every((/** @type {unknown} */ loss) => typeof loss !== "number"));
        assert.match(told.wrong.none, /needs a generator that fills the masked places/);
        assert.match(told.wrong.other, /ElectraForPreTraining, which fills no masked words/);
        assert.match(told.wrong.objective, /a generator is for the objective rtd/);
        assert.match(told.wrong.joint, /joint is for the objective rtd/);
        assert.match(told.wrong.detector, /trains a discriminator/);
        assert.match(told.wrong.tokenizer, /must have the same vocabulary/);
        assert.match(told.wrong.dropout, /dropout is 1; a number of at least 0 and below 1/);
        assert.match(told.wrong.noGenerator, /no generator learns here/);
      },
      { root: blank.root, webgpu: false },
    ));
}
