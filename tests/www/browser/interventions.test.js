// Hooks changed through the module: what follows is what PyTorch's forward hooks make of it, on both devices, in each browser.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { browsers, visit } from "../story.js";
import { checkpoint, golden } from "./golden.js";
import { finished } from "./page.js";

/** @typedef {import("./golden.js").Tensor} Tensor */
/** @typedef {import("puppeteer-core").Page} Page */
/** @typedef {{ hook: string, from?: any }} Change */
/** @typedef {{ model: string, ids: number[], attention_mask?: number[], decoder_ids?: number[], interventions: Change[], kept: string[] }} Case */

/** @type {Case[]} */
const CASES = JSON.parse(readFileSync(new URL("../../goldens/interventions.json", import.meta.url), "utf8"));
const TENSORS = golden("interventions");

for (const browser of browsers) {
  for (const model of ["gpt2", "t5-v1_0", "bert-mlm"]) {
    const cases = CASES.map((one, index) => ({ ...one, at: `case${index}` })).filter((one) => one.model === model);
    test(`${browser}: ${model} under interventions computes and writes what transformers does`, () =>
      visit(browser, "explore.html", async (page) => {
        await finished(page);
        assert.ok(cases.length >= 5);
        for (const device of ["cpu", "webgpu"]) {
          const jobs = cases.map(({ at, ids, attention_mask, decoder_ids, interventions, kept }) => ({
            input: { ids, attentionMask: attention_mask, decoderIds: decoder_ids },
            interventions: interventions.map((change) =>
              "from" in change ? { ...change, from: TENSORS.get(change.from) } : change,
            ),
            capture: kept.filter((hook) => hook !== "logits"),
            runs: TENSORS.has(`${at}/logits`),
            tokens: TENSORS.get(`${at}/greedy`)?.data.length ?? 0,
          }));
          const answers = await compute(page, { files: checkpoint(model), device, jobs });
          answers.forEach(({ activations, greedy }, i) => {
            const { at } = cases[i];
            for (const [hook, tensor] of activations)
              check(`${device} ${at}/${hook}`, tensor, /** @type {Tensor} */ (TENSORS.get(`${at}/${hook}`)));
            assert.deepEqual(
              greedy,
              TENSORS.get(`${at}/greedy`)?.data ?? [],
              `${device} ${at} ${JSON.stringify(cases[i].interventions[0].hook)}`,
            );
          });
        }
      }));
  }

  test(`${browser}: a generation keeps its interventions, also after the GPU was lost, until it is given others`, () =>
    visit(browser, "explore.html", async (page) => {
      await finished(page);
      const told = await page.evaluate(
        async ({ files }) => {
          const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
          const bytes = (/** @type {string} */ base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
          const model = await loadModel(
            files.map(({ name, content }) => new File([bytes(content)], name)),
            { device: "webgpu" },
          );
          const input = { ids: [7, 33, 12, 50, 2] };
          const interventions = [{ hook: "blocks.0.attn.hook_v", at: { pos: new Uint32Array([1, 6]) }, scale: -4 }];
          const write = async (/** @type {object} */ options) => {
            const ids = [];
            for await (const step of model.generate(input, { maxNewTokens: 8, ...options })) ids.push(step.id);
            return ids;
          };
          const [plain, changed] = [await write({}), await write({ interventions })];
          const beams = await write({ interventions, beams: 2 });

          const generation = await model.start(input, { interventions });
          for (let i = 0; i < 4; i++) await generation.step();
          await model.loseGpu();
          for (let i = 4; i < 8; i++) await generation.step();
          const lost = generation.ids;
          await generation.back(8);
          const cleared = [];
          for (let i = 0; i < 8; i++) cleared.push((await generation.step({ interventions: [] })).id);

          const refused = async (/** @type {object} */ change) =>
            model.run(input, { interventions: [change] }).then(
              () => "",
              (/** @type {Error} */ error) => error.message,
            );
          const said = [
            await refused({ hook: "blocks.0.attn.hook_v", set: NaN }),
            await refused({ hook: "blocks.0.attn.hook_v", at: { head: 0 }, set: 0 }),
            await refused({
              hook: "blocks.0.attn.hook_v",
              from: { name: "x", axes: [], shape: [1, 2], data: new Float32Array(2) },
            }),
            await refused({ hook: "blocks.0.attn.hook_v", from: 7 }),
            await generation.step({ interventions: [{ hook: "blocks.9.hook_z", set: 0 }] }).then(
              () => "",
              (/** @type {Error} */ error) => error.message,
            ),
          ];
          const after = (await generation.step()).id;
          model.dispose();
          return { plain, changed, beams, lost, cleared, said, after };
        },
        { files: checkpoint("gpt2") },
      );
      assert.notDeepEqual(told.changed, told.plain, "the change is felt");
      assert.deepEqual(told.lost, told.changed);
      assert.deepEqual(told.cleared, told.plain);
      assert.equal(told.beams.length, 8);
      const words = [
        /hook_v.*NaN.*finite/,
        /no axis "head".*kv_head/,
        /expected an activation of.*kv_head.*\[1, 2\]/,
        /from is no activation/,
        /blocks\.9\.hook_z.*no hook/,
      ];
      words.forEach((word, i) => assert.match(told.said[i], word));
      assert.ok(Number.isInteger(told.after), "a refused change leaves the generation as it was");
    }));

  test(`${browser}: several variants are what single passes make of them, with numbers of hooks in the same pass`, () =>
    visit(browser, "explore.html", async (page) => {
      await finished(page);
      for (const device of ["cpu", "webgpu"]) {
        const told = await page.evaluate(
          async ({ files, device }) => {
            const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
            const bytes = (/** @type {string} */ base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
            const model = await loadModel(
              files.map(({ name, content }) => new File([bytes(content)], name)),
              { device },
            );
            const [input, capture] = [{ ids: [7, 33, 12, 50] }, ["blocks.1.attn.hook_pattern"]];
            const interventions = [{ hook: "blocks.0.attn.hook_z", at: { head: 2 }, scale: 2 }];
            const scores = "blocks.0.attn.hook_attn_scores";
            const variants = [
              [{ hook: "blocks.0.hook_mlp_out", set: 0 }],
              [],
              [{ hook: "blocks.1.hook_resid_post", from: "blocks.0.hook_resid_post" }],
              [{ hook: scores, at: { query_pos: 0 }, from: `${scores}_unmasked` }],
            ];
            const traces = await model.run(input, { capture, interventions, variants });
            const pairs = [];
            for (const [i, own] of variants.entries()) {
              const alone = await model.run(input, { capture, interventions: [...interventions, ...own] });
              for (const part of [
                (/** @type {any} */ trace) => trace.logits,
                (/** @type {any} */ trace) => trace.activations.get(capture[0]),
              ])
                pairs.push([[...part(traces[i]).data], [...part(alone).data]]);
            }
            const state = (await model.run(input, { capture: ["blocks.0.hook_resid_post"], interventions })).activations.get(
              "blocks.0.hook_resid_post",
            );
            const given = await model.run(input, {
              interventions: [...interventions, { hook: "blocks.1.hook_resid_post", from: state }],
            });
            pairs.push([[...traces[2].logits.data], [...given.logits.data]]);
            const refused = async (/** @type {object} */ options) =>
              model.run(input, options).then(
                () => "",
                (/** @type {Error} */ error) => error.message,
              );
            const said = [
              await refused({ variants: [[{ hook: scores, from: "blocks.1.attn.hook_attn_scores" }]] }),
              await refused({ interventions: [{ hook: scores, from: "blocks.7.hook_nothing" }] }),
              await refused({ variants: [{ hook: scores, set: 0 }] }),
            ];
            const none = await model.run(input, { variants: [] });
            // Two texts in one pass, with and without variants.
            const other = { ids: [9, 2] };
            const both = await model.run([input, other], { capture, interventions });
            const alone = await Promise.all([input, other].map((one) => model.run(one, { capture, interventions })));
            const changed = await model.run([input, other], { capture, interventions, variants });
            for (const text of [0, 1])
              for (const found of [both[text], changed[1][text]])
                for (const part of [
                  (/** @type {any} */ trace) => trace.logits,
                  (/** @type {any} */ trace) => trace.activations.get(capture[0]),
                ])
                  pairs.push([[...part(found).data], [...part(alone[text]).data]]);
            said.push(
              await model.run([]).then(
                () => "",
                (/** @type {Error} */ error) => error.message,
              ),
              String(both.length + changed.length),
            );
            model.dispose();
            return { pairs, said, none: none.length };
          },
          { files: checkpoint("gpt2"), device },
        );
        assert.equal(told.pairs.length, 17);
        for (const [ours, theirs] of told.pairs) {
          const bound =
            1e-4 * theirs.reduce((/** @type {number} */ most, /** @type {number} */ x) => Math.max(most, Math.abs(x)), 1);
          assert.equal(ours.length, theirs.length);
          ours.forEach((/** @type {number} */ x, /** @type {number} */ i) =>
            assert.ok(Math.abs(x - theirs[i]) <= bound, `${device}: ${x} ${theirs[i]}`),
          );
        }
        assert.match(told.said[0], /computed no earlier/);
        assert.match(told.said[1], /blocks\.7\.hook_nothing.*no hook/);
        assert.match(told.said[2], /variants: expected a list of lists/);
        assert.match(told.said[3], /there is no text/);
        assert.equal(told.said[4], "6");
        assert.equal(told.none, 0);
      }
    }));

  test(`${browser}: the graph and its weights are told, and a cell can be computed from them`, () =>
    visit(browser, "explore.html", async (page) => {
      await finished(page);
      for (const device of ["cpu", "webgpu"]) {
        const told = await page.evaluate(
          async ({ files, device }) => {
            const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
            const bytes = (/** @type {string} */ base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
            const model = await loadModel(
              files.map(({ name, content }) => new File([bytes(content)], name)),
              { device },
            );
            const graph = await model.graph();
            const trace = await model.run(
              { ids: [7, 33, 12] },
              { capture: ["blocks.0.ln1.hook_normalized", "blocks.0.attn.hook_k"] },
            );
            const k = graph.find((/** @type {any} */ node) => node.name === "blocks.0.attn.hook_k");
            const [weight, bias] = await Promise.all(
              k.inputs.slice(1).map((/** @type {number} */ input) => model.weight(graph[input].name, graph[input].part)),
            );
            const x = trace.activations.get("blocks.0.ln1.hook_normalized").data.slice(0, weight.shape[1]);
            // The fourth number of the first token's keys.
            let cell = bias.data[3];
            for (let i = 0; i < x.length; i++) cell += x[i] * weight.data[3 * x.length + i];
            const unknown = await model.weight("no.such").then(
              () => "",
              (/** @type {Error} */ error) => error.message,
            );
            const heads = model.info.hooks.map((/** @type {any} */ hook) => hook.name);
            model.dispose();
            return {
              graph,
              cell,
              want: trace.activations.get("blocks.0.attn.hook_k").data[3],
              weight: { ...weight, data: weight.data.length },
              unknown,
              heads,
            };
          },
          { files: checkpoint("gpt2"), device },
        );
        assert.ok(Math.abs(told.cell - told.want) < 1e-4, `${told.cell} ${told.want}`);
        assert.deepEqual(told.weight.axes, ["out", "in"]);
        assert.match(told.unknown, /no\.such/);
        const { graph } = told;
        graph.forEach((/** @type {any} */ node, /** @type {number} */ index) =>
          assert.ok(
            node.inputs.every((/** @type {number} */ input) => input < index),
            node.name,
          ),
        );
        assert.deepEqual(graph.flatMap((/** @type {any} */ node) => node.hooks).sort(), told.heads.sort());
        const named = (/** @type {string} */ name) => graph.find((/** @type {any} */ node) => node.name === name);
        const scores = named("blocks.0.attn.hook_attn_scores");
        assert.deepEqual(
          [scores.op, scores.mask, scores.axes, scores.dims],
          ["mask", "causal", ["batch", "head", "query_pos", "key_pos"], ["batch", 3, "target", "keys"]],
        );
        assert.deepEqual(
          [named("ids").op, named("blocks.0.ln1.hook_normalized").op, named("blocks.0.mlp.hook_post").activation],
          ["input", "layer_norm", "gelu_tanh"],
        );
        assert.deepEqual(named("blocks.0.hook_resid_post").hooks, ["blocks.0.hook_resid_post", "blocks.1.hook_resid_pre"]);
      }
    }));
}

/**
 * The bound of the design: max |Δ| ≤ 1e-4 × max(1, max |x|), masked scores aside; anything not a number fails.
 * @param {string} name
 * @param {Tensor} got
 * @param {Tensor} wanted
 */
function check(name, got, wanted) {
  assert.deepEqual(got.shape, wanted.shape, name);
  const scale = wanted.data.reduce((most, value) => (value < -1e29 ? most : Math.max(most, Math.abs(value))), 1);
  wanted.data.forEach((value, i) => {
    const close = value < -1e29 ? got.data[i] < -1e29 : Math.abs(got.data[i] - value) <= 1e-4 * scale;
    assert.ok(close, `${name}[${i}]: ${got.data[i]}, transformers ${value}`);
  });
}

/**
 * @param {Page} page
 * @param {{ files: { name: string, content: string }[], device: string, jobs: any[] }} work
 * @returns {Promise<{ activations: [string, Tensor][], greedy: number[] }[]>}
 */
function compute(page, work) {
  return page.evaluate(async ({ files, device, jobs }) => {
    const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
    const bytes = (/** @type {string} */ base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const model = await loadModel(
      files.map(({ name, content }) => new File([bytes(content)], name)),
      { device },
    );
    if (model.info.device !== device) throw new Error(`computed on ${model.info.device}`);
    const answers = [];
    for (const { input, interventions, capture, runs, tokens } of jobs) {
      for (const change of interventions) {
        if (change.from)
          change.from = { name: change.hook, axes: [], shape: change.from.shape, data: Float32Array.from(change.from.data) };
      }
      const activations = [];
      if (runs) {
        const trace = await model.run(input, { capture, interventions });
        for (const [name, { shape, data }] of [["logits", trace.logits], ...trace.activations])
          activations.push([name, { shape, data: Array.from(data) }]);
      }
      const greedy = [];
      if (tokens > 0)
        for await (const step of model.generate(input, { maxNewTokens: tokens, interventions })) greedy.push(step.id);
      answers.push({ activations, greedy });
    }
    model.dispose();
    return /** @type {any} */ (answers);
  }, work);
}
