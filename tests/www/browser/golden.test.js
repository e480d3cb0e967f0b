// The module against `transformers`: a checkpoint given as File objects, every hook and the greedy tokens, on both devices, in each browser.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { browsers, visit } from "../story.js";
import { checkpoint, golden } from "./golden.js";
import { finished } from "./page.js";

/** @typedef {import("./golden.js").Tensor} Tensor */

const CASES = ["case0", "case1", "case2"];

for (const [name, written] of [
  ["t5-v1_0", "t5-v1_0-relu"],
  ["t5-v1_1", "t5-v1_1-gated"],
]) {
  const tensors = golden(written);
  for (const browser of browsers) {
    test(`${browser}: ${name} from File objects computes what transformers computes`, () =>
      visit(browser, "explore.html", async (page) => {
        await finished(page);
        for (const device of ["cpu", "webgpu"]) {
          for (const at of CASES) {
            const wanted = (/** @type {string} */ key) => /** @type {Tensor} */ (tensors.get(`${at}/${key}`));
            const input = {
              ids: wanted("input.ids").data,
              attentionMask: wanted("input.attention_mask").data,
              decoderIds: wanted("input.decoder_ids").data,
            };
            const got = await compute(page, { files: checkpoint(name), device, input, tokens: wanted("greedy").data.length });
            assert.equal(got.device, device);
            check(`${at}/logits`, got.logits, wanted("logits"));
            const hooks = [...tensors.keys()].filter(
              (key) => key.startsWith(`${at}/`) && !key.includes("/input.") && !key.endsWith("/greedy"),
            );
            assert.deepEqual(got.activations.map(([hook]) => `${at}/${hook}`).sort(), hooks.sort());
            for (const [hook, tensor] of got.activations) check(`${at}/${hook}`, tensor, wanted(hook));
            assert.deepEqual(got.greedy, wanted("greedy").data.slice(0, got.greedy.length));
            assert.ok(got.greedy.length > 0);
          }
        }
      }));
  }
}

for (const browser of browsers) {
  test(`${browser}: a decoder writes until it has no position left, or to the end that generation_config.json names`, () =>
    visit(browser, "explore.html", async (page) => {
      await finished(page);
      const write = (/** @type {{ name: string, content: string }[]} */ chosen) =>
        page.evaluate(async (files) => {
          const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
          const bytes = (/** @type {string} */ base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
          const model = await loadModel(
            files.map(({ name, content }) => new File([bytes(content)], name)),
            { device: "cpu" },
          );
          const ids = [];
          for await (const step of model.generate({ ids: [5, 9, 2, 7, 33] })) ids.push(step.id);
          model.dispose();
          return ids;
        }, chosen);
      const written = await write(checkpoint("gpt2"));
      // 40 positions, and the last token needs none: nobody reads it.
      assert.equal(written.length, 36);
      const ends = { name: "generation_config.json", content: btoa(JSON.stringify({ eos_token_id: [60, written[2]] })) };
      assert.deepEqual(await write([...checkpoint("gpt2"), ends]), written.slice(0, written.indexOf(written[2]) + 1));
    }));
}

for (const browser of browsers) {
  test(`${browser}: settings of generation_config.json act in the module as in transformers, and those that do not are told`, () =>
    visit(browser, "explore.html", async (page) => {
      await finished(page);
      const all = JSON.parse(readFileSync(new URL("../../goldens/generation.json", import.meta.url), "utf8"));
      // Every setting is tried natively; here, that the files arrive and both ways of writing follow them.
      const cases = all.filter(
        (/** @type {any} */ { settings, config, attention_mask: mask }, /** @type {number} */ i) =>
          i % 3 === 0 && settings && Object.keys(config).length === 0 && !mask.includes(0),
      );
      assert.ok(cases.length > 30);
      for (const { model: name, settings, ids, beams, max_new_tokens: maxNewTokens, chosen, probabilities } of cases) {
        const files = [...checkpoint(name), { name: "generation_config.json", content: btoa(JSON.stringify(settings)) }];
        const got = await generate(page, { files, ids, options: { beams, maxNewTokens: maxNewTokens ?? undefined } });
        const what = `${name} ${JSON.stringify(settings)}, ${beams} beams`;
        assert.deepEqual(got.ids, chosen, what);
        probabilities.forEach((/** @type {number} */ p, /** @type {number} */ i) =>
          assert.ok(Math.abs(got.probabilities[i] - p) < 1e-4, `${what}: ${got.probabilities[i]}, not ${p}, at ${i}`),
        );
      }
      const settings = {
        eos_token_id: 60,
        suppress_tokens: [5],
        do_sample: true,
        temperature: 0.7,
        num_beams: 3,
        guidance_scale: 2,
      };
      const { notices, forbidden } = await generate(page, {
        files: [...checkpoint("gpt2"), { name: "generation_config.json", content: btoa(JSON.stringify(settings)) }],
        ids: [9],
        options: {},
      });
      assert.deepEqual(
        notices.map(({ key }) => key),
        ["notice.rules", "notice.sampling", "notice.beams", "notice.leftOut"],
      );
      assert.deepEqual(notices[3].values, { file: "generation_config.json", settings: "guidance_scale 2" });
      assert.deepEqual(forbidden, [5]);
    }));
}

/**
 * What a checkpoint with these files writes.
 * @param {import("puppeteer-core").Page} page
 * @param {{ files: { name: string, content: string }[], ids: number[], options: object }} asked
 */
function generate(page, asked) {
  return page.evaluate(async ({ files, ids, options }) => {
    const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
    const bytes = (/** @type {string} */ base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const model = await loadModel(
      files.map(({ name, content }) => new File([bytes(content)], name)),
      { device: "cpu" },
    );
    const steps = [];
    for await (const step of model.generate({ ids }, options)) steps.push(step);
    const { notices } = /** @type {import("../../../www/engine/model.js").ModelInfo} */ (model.info);
    model.dispose();
    const forbidden = Array.from(steps[0].scores ?? []).flatMap((score, id) => (score === -Infinity ? [id] : []));
    return {
      ids: steps.map(({ id }) => id),
      probabilities: steps.map(({ candidates }) => candidates[0].probability),
      notices,
      forbidden,
    };
  }, asked);
}

/**
 * The bound of the design: max |Δ| ≤ 1e-4 × max(1, max |x|); anything not a number fails.
 * @param {string} name
 * @param {Tensor} got
 * @param {Tensor} wanted
 */
function check(name, got, wanted) {
  assert.deepEqual(got.shape, wanted.shape, name);
  // Masked scores are the constant −1e30: they must be that, and do not set the scale for the others.
  const scale = wanted.data.reduce((most, value) => (value < -1e29 ? most : Math.max(most, Math.abs(value))), 1);
  wanted.data.forEach((value, i) => {
    const close = value < -1e29 ? got.data[i] === Math.fround(-1e30) : Math.abs(got.data[i] - value) <= 1e-4 * scale;
    assert.ok(close, `${name}[${i}]: ${got.data[i]}, transformers ${value}`);
  });
}

/**
 * @param {import("puppeteer-core").Page} page
 * @param {{ files: { name: string, content: string }[], device: string, input: object, tokens: number }} job
 * @returns {Promise<{ device: string, logits: Tensor, activations: [string, Tensor][], greedy: number[] }>}
 */
function compute(page, job) {
  return page.evaluate(async ({ files, device, input, tokens }) => {
    const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
    const bytes = (/** @type {string} */ base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const model = await loadModel(
      files.map(({ name, content }) => new File([bytes(content)], name)),
      { device },
    );
    const plain = (/** @type {any} */ { shape, data }) => ({ shape, data: Array.from(data) });
    const trace = await model.run(input, { capture: ["*"] });
    const greedy = [];
    const { ids, attentionMask } = /** @type {any} */ (input);
    for await (const step of model.generate({ ids, attentionMask }, { maxNewTokens: tokens })) greedy.push(step.id);
    const answer = {
      device: model.info.device,
      logits: plain(trace.logits),
      activations: [...trace.activations].map(([name, activation]) => [name, plain(activation)]),
      greedy,
    };
    model.dispose();
    return /** @type {any} */ (answer);
  }, job);
}
