// Three blocks in the browsers: all heads at once, masks to touch, and what models are trained on. What they show is what the module computes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import test, { after, before } from "node:test";
import { browsers, visit } from "../story.js";
import { siteWith } from "./families.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** The blocks choose a device by themselves, and to try a software adapter takes long. */
const CPU = { webgpu: false };

/** @type {ReturnType<typeof siteWith>} */
let site;
before(() => (site = siteWith(["electra-mlm", "electra-discriminator", "bert-model", "bert-classification"])));
after(() => site.remove());

/** @typedef {import("puppeteer-core").Page} Page */

/**
 * Puts a block into an empty page and waits until it shows `selector`.
 * @param {Page} page
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {string} selector within the block
 */
async function put(page, tag, attributes, selector) {
  await page.evaluate(async ({ tag, attributes }) => {
    await import(new URL("diorama.js", document.baseURI).href);
    const block = document.createElement(tag);
    for (const [name, value] of Object.entries({ lang: "en", ...attributes })) block.setAttribute(name, value);
    const main = document.createElement("main");
    const title = document.createElement("h1");
    title.textContent = "A block";
    main.append(title, block);
    document.body.replaceChildren(main);
  }, { tag, attributes });
  await shows(page, tag, selector);
}

/**
 * @param {Page} page
 * @param {string} tag
 * @param {string} selector
 */
async function shows(page, tag, selector) {
  const found = await page.waitForFunction(({ tag, selector }) => {
    const root = document.querySelector(tag)?.shadowRoot;
    const error = root?.querySelector(".error")?.textContent;
    return error ? `error: ${error}` : root?.querySelector(selector) ? "shown" : false;
  }, { timeout: 120_000, polling: 100 }, { tag, selector });
  assert.equal(await found.jsonValue(), "shown");
}

/** @param {Page} page */
async function axe(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(async (rules) => {
    const { violations } = await /** @type {any} */ (globalThis).axe.run(document, { runOnly: rules });
    return violations.map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes.map((/** @type {any} */ node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`).join(" | ")}`);
  }, RULES);
  assert.deepEqual(found, []);
}

for (const browser of browsers) {
  test(`${browser}: every head of every layer is there, keys walk among them, and lines read out the model's weights`, () =>
    visit(browser, "embed.html", async (page) => {
      await put(page, "diorama-heads", { model: "models/bert-tiny/", text: "The little dog ran.", view: "lines", layer: "2", head: "1" }, "diorama-attention-lines");
      const maps = await page.evaluate(() => document.querySelector("diorama-heads")?.shadowRoot?.querySelector("diorama-head-grid")?.shadowRoot?.querySelectorAll("button").length);
      const info = await page.evaluate(async () => {
        const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
        const model = await loadModel("models/bert-tiny/", { device: "cpu" });
        const { activations } = await model.run({ text: "The little dog ran." }, { capture: ["blocks.1.attn.hook_pattern"] });
        const { shape, data } = activations.get("blocks.1.attn.hook_pattern");
        const [, , rows, columns] = shape;
        const row = Array.from(data.slice(1 * rows * columns + 3 * columns, 1 * rows * columns + 4 * columns));
        const answer = { layers: model.info.layers, heads: model.info.heads, most: Math.max(.../** @type {number[]} */ (row)) };
        model.dispose();
        return answer;
      });
      assert.equal(maps, info.layers * (info.heads + 2));
      const reading = await page.evaluate(async () => {
        const lines = /** @type {any} */ (document.querySelector("diorama-heads")?.shadowRoot?.querySelector("diorama-attention-lines"));
        const grid = /** @type {any} */ (document.querySelector("diorama-heads")?.shadowRoot?.querySelector("diorama-head-grid"));
        lines.renderRoot.querySelectorAll(".rows button")[3].dispatchEvent(new PointerEvent("pointerenter"));
        await lines.updateComplete;
        const text = lines.renderRoot.querySelector("output").textContent;
        grid.renderRoot.querySelector('[aria-checked="true"]').focus();
        return text;
      });
      assert.ok(Math.abs(Number(/(\d\.\d{3})/.exec(reading)?.[1]) - info.most) < 2e-3, `${reading} against ${info.most}`);
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowUp");
      const chosen = await page.evaluate(() => ["layer", "head"].map((name) => /** @type {any} */ (document.querySelector("diorama-heads"))[name]));
      assert.deepEqual(chosen, [3, "2"]);
      await axe(page);
    }, CPU));

  test(`${browser}: a blocked cell changes nothing before it, undo takes it back, and an opened one is what an intervention by hand gives`, () =>
    visit(browser, "embed.html", async (page) => {
      const text = "Once upon a time there was";
      await put(page, "diorama-mask-lab", { text, write: "2" }, "diorama-change-strip");
      const state = () => page.evaluate(async () => {
        const block = /** @type {any} */ (document.querySelector("diorama-mask-lab"));
        const strip = block.renderRoot.querySelector("diorama-change-strip");
        return { cells: block.cells, rule: block.rule, changes: Array.from(strip.changes), stale: block.renderRoot.querySelector("section.stale") !== null };
      });
      const until = async (/** @type {(state: any) => boolean} */ holds) => {
        for (let i = 0; i < 300; i++) {
          const now = await state();
          if (holds(now) && !now.stale) return now;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        throw new Error(`still ${JSON.stringify(await state())}`);
      };
      const frame = await page.evaluateHandle(() => /** @type {any} */ (document.querySelector("diorama-mask-lab")).renderRoot.querySelector("diorama-mask-editor").renderRoot.querySelector(".frame"));
      await /** @type {any} */ (frame).focus();
      // The cursor enters at the first cell, then goes to row 4, column 2.
      for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowDown"]) await page.keyboard.press(/** @type {any} */ (key));
      await page.keyboard.press(" ");
      const blocked = await until(({ changes }) => changes.some((/** @type {number} */ change) => change > 0));
      assert.equal(blocked.cells, "4.2");
      assert.deepEqual(blocked.changes.slice(0, 4), [0, 0, 0, 0]);
      assert.ok(blocked.changes[4] > 0.001);
      await page.keyboard.down("Control");
      await page.keyboard.press("z");
      await page.keyboard.up("Control");
      await until(({ cells, changes }) => cells === "" && changes.every((/** @type {number} */ change) => change === 0));
      await page.evaluate(() => /** @type {any} */ (document.querySelector("diorama-mask-lab")).setAttribute("rule", "bidirectional"));
      const opened = await until(({ changes }) => changes[0] > 0);
      const expected = await page.evaluate(async (text) => {
        const { loadModel, MASKED } = await import(new URL("diorama.js", document.baseURI).href);
        const model = await loadModel("models/gpt2-tiny/", { device: "cpu" });
        const plain = await model.run({ text });
        /** @type {any[]} */
        const interventions = [];
        for (let layer = 0; layer < model.info.layers; layer++) {
          const hook = `blocks.${layer}.attn.hook_attn_scores`;
          const { activations } = await model.run({ text }, { capture: [`${hook}_unmasked`], interventions });
          const scores = activations.get(`${hook}_unmasked`);
          interventions.push({ hook, from: { ...scores, name: hook } });
        }
        const { logits, activations } = await model.run({ text }, { capture: ["*.hook_attn_scores"], interventions });
        const open = [...activations.values()].every(({ data }) => data.every((/** @type {number} */ score) => score > MASKED / 2));
        const [, length, width] = logits.shape;
        const changes = Array.from({ length }, (_, place) => Math.max(...Array.from({ length: width }, (_, i) => Math.abs(logits.data[place * width + i] - plain.logits.data[place * width + i]))));
        model.dispose();
        return { changes, open };
      }, text);
      assert.ok(expected.open);
      expected.changes.forEach((change, place) => assert.ok(Math.abs(change - opened.changes[place]) < 1e-3 * Math.max(1, change), `place ${place}: ${opened.changes[place]} against ${change}`));
      await axe(page);
    }, CPU));

  test(`${browser}: samples are of the seed, probabilities are the model's, and two copies of the epochs agree with their count`, () =>
    visit(browser, "embed.html", async (page) => {
      const text = "the little girl went to the big house and sat on the mat with the cat .";
      const cells = () => page.evaluate(() => /** @type {any} */ (document.querySelector("diorama-corruption")).renderRoot.querySelector("diorama-interlinear")?.cells);
      await put(page, "diorama-corruption", { model: "models/bert-tiny/", text, seed: "7" }, "diorama-interlinear");
      const first = await cells();
      const targets = first.map((/** @type {any} */ cell, /** @type {number} */ position) => ({ ...cell, position })).filter((/** @type {any} */ { truth }) => truth !== undefined);
      assert.equal(targets.length, Math.round(17 * 0.15));
      const shares = await page.evaluate(async ({ text, targets }) => {
        const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
        const model = await loadModel("models/bert-tiny/", { device: "cpu" });
        const pieces = await model.encode(text);
        const ids = pieces.map((/** @type {any} */ { id }) => id);
        for (const { position, mark } of targets) if (mark === "masked") ids[position] = model.info.mask;
        const { logits } = await model.run({ ids });
        const width = logits.shape[2];
        const answer = targets.map((/** @type {any} */ { position }) => {
          const row = logits.data.slice(position * width, (position + 1) * width);
          const weights = Array.from(row, (logit) => Math.exp(logit));
          return weights[pieces[position].id] / weights.reduce((sum, weight) => sum + weight, 0);
        });
        model.dispose();
        return { answer, all: targets.every((/** @type {any} */ { mark }) => mark !== "random") };
      }, { text, targets });
      assert.ok(shares.all, "the seed of this test draws no random token");
      targets.forEach((/** @type {any} */ { truthShare }, /** @type {number} */ i) => assert.ok(Math.abs(truthShare - shares.answer[i]) < 1e-3, `${truthShare} against ${shares.answer[i]}`));
      await axe(page);
      await put(page, "diorama-corruption", { model: "models/bert-tiny/", text, seed: "7" }, "diorama-interlinear");
      assert.deepEqual(await cells(), first);
      await page.evaluate(() => /** @type {any} */ (document.querySelector("diorama-corruption")).setAttribute("scheme", "epochs"));
      await shows(page, "diorama-corruption", "diorama-epoch-grid");
      const { seen, said } = await page.evaluate(async () => {
        const block = /** @type {any} */ (document.querySelector("diorama-corruption"));
        await block.updateComplete;
        return { seen: [...block.renderRoot.querySelectorAll("diorama-epoch-grid")].map(({ epochs }) => new Set(epochs.flat()).size), said: block.renderRoot.querySelector(".counts").textContent };
      });
      assert.ok(said.includes(`static ${seen[0]} of 17`) && said.includes(`dynamic ${seen[1]} of 17`), `${said} against ${seen}`);
      await axe(page);
      await page.evaluate(() => /** @type {any} */ (document.querySelector("diorama-corruption")).setAttribute("scheme", "spans"));
      await shows(page, "diorama-corruption", "dl");
      const [input, target] = await page.evaluate(() => [.../** @type {any} */ (document.querySelector("diorama-corruption")).renderRoot.querySelectorAll("dd")].map((/** @type {Element} */ { textContent }) => textContent));
      assert.equal(input?.replace("<extra_id_0>", target?.replace(/<extra_id_\d>/g, "").trim() ?? ""), text);
    }, CPU));

  test(`${browser}: ELECTRA's pair judges what the generator drew`, () =>
    visit(browser, "embed.html", async (page) => {
      await put(page, "diorama-corruption", { model: "models/electra-tiny-discriminator/", generator: "models/electra-tiny-generator/", text: "The little girl went to the park with her dog.", rate: "40" }, ".counts");
      const { cells, said } = await page.evaluate(() => {
        const root = /** @type {any} */ (document.querySelector("diorama-corruption")).renderRoot;
        return { cells: root.querySelector("diorama-interlinear").cells, said: root.querySelector(".counts").textContent };
      });
      const judged = cells.filter((/** @type {any} */ { special }) => !special);
      assert.ok(judged.every((/** @type {any} */ { share }) => share > 0 && share < 1));
      assert.ok(said.includes(`, ${judged.filter((/** @type {any} */ { mark }) => mark === "replaced").length} of them really replaced`), said);
    }, { ...CPU, root: site.root }));

  test(`${browser}: under a mask a bare encoder shows how far its states move, a classifier its classes, a discriminator its judgements`, () =>
    visit(browser, "embed.html", async (page) => {
      const text = "the little dog ran .";
      for (const name of ["bert-model", "bert-classification", "electra-discriminator"]) {
        const model = `models/${name}/`;
        await put(page, "diorama-mask-lab", { model, text, rule: "causal" }, "diorama-change-strip");
        const shown = await page.evaluate(() => {
          const root = /** @type {any} */ (document.querySelector("diorama-mask-lab")).renderRoot;
          const list = (/** @type {string} */ tag, /** @type {string} */ property) => [...root.querySelectorAll(tag)].map((view) => Array.from(view[property]));
          return {
            moved: list("diorama-change-strip", "changes")[0],
            classes: list("diorama-class-bars", "classes").map((classes) => classes.map((/** @type {any} */ { probability }) => probability)),
            judged: list("diorama-interlinear", "cells").map((cells) => cells.map((/** @type {any} */ { share }) => share)),
          };
        });
        const { moved, ...answers } = await page.evaluate(async ({ model: address, text }) => {
          const { loadModel, MASKED } = await import(new URL("diorama.js", document.baseURI).href);
          const model = await loadModel(address, { device: "cpu" });
          const { layers } = model.info;
          const last = `blocks.${layers - 1}.hook_resid_post`;
          const length = (await model.encode(text)).length;
          const ahead = Array.from({ length: length - 1 }, (_, row) => ({ hook: "*.hook_attn_scores", at: { query_pos: [row], key_pos: Array.from({ length: length - 1 - row }, (_, i) => row + 1 + i) }, set: MASKED }));
          const runs = [await model.run({ text }, { capture: [last] }), await model.run({ text }, { capture: [last], interventions: ahead })];
          const softmax = (/** @type {number[]} */ scores) => scores.map((score) => Math.exp(score) / scores.reduce((sum, other) => sum + Math.exp(other), 0));
          const logits = runs.map(({ logits }) => Array.from(logits?.data ?? []));
          const [before, after] = runs.map(({ activations }) => activations.get(last).data);
          const width = before.length / length;
          const norm = (/** @type {number[]} */ list) => Math.hypot(...list);
          const states = Array.from({ length }, (_, place) => Array.from({ length: width }, (_, i) => place * width + i)).map((at) => norm(at.map((i) => after[i] - before[i])) / norm(at.map((i) => before[i])));
          const tokens = logits[0].length === length;
          model.dispose();
          return { moved: tokens ? logits[0].map((logit, i) => Math.abs(logits[1][i] - logit)) : states, classes: tokens || logits[0].length === 0 ? [] : logits.map(softmax), judged: tokens ? logits.map((list) => list.map((logit) => 1 / (1 + Math.exp(-logit)))) : [] };
        }, { model, text });
        assert.ok(shown.moved.some((/** @type {any} */ change) => change > 1e-3), `${name}: ${shown.moved}`);
        const near = (/** @type {any} */ got, /** @type {number[]} */ wanted) => wanted.forEach((value, i) => assert.ok(Math.abs(got[i] - value) < 1e-4 * Math.max(1, Math.abs(value)), `${name} ${i}: ${got[i]}, the CPU ${value}`));
        near(shown.moved, moved);
        for (const kind of /** @type {const} */ (["classes", "judged"])) {
          assert.equal(shown[kind].length, answers[kind].length, `${name}: ${kind}`);
          answers[kind].forEach((wanted, i) => near(shown[kind][i], wanted));
        }
        await axe(page);
      }
    }, { ...CPU, root: site.root }));
}
