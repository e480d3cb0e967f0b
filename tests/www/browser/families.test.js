// Encoders and decoders by themselves, in each browser: the page reads or writes, its maps and answers are those of the module on the CPU.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { browsers, visit } from "../story.js";
import { siteWith } from "./families.js";
import { finished, mapSize, paste, press, tileIds } from "./page.js";

/** @typedef {import("puppeteer-core").Page} Page */

const BOUND = 1e-4;
const MASK = 4;
/** Rules that leave a text no token twice, a draw that is not made by itself, and what is not carried out. */
const SETTINGS = { eos_token_id: 60, no_repeat_ngram_size: 1, do_sample: true, temperature: 0.7, stop_strings: ["."] };

/** @type {ReturnType<typeof siteWith>} */
let site;
before(() => {
  site = siteWith([
    "llama2-gqa",
    "bert-pretraining",
    "albert-pretraining",
    "bert-classification",
    "electra-discriminator",
    "bert-model",
    "gpt2",
  ]);
  writeFileSync(join(site.root, "models/gpt2/generation_config.json"), JSON.stringify(SETTINGS));
});
after(() => site.remove());

for (const browser of browsers) {
  /** @type {(hash: string, story: (page: Page) => Promise<void>) => Promise<void>} */
  const story = (hash, act) => visit(browser, `explore.html#${hash}`, act, { root: site.root });

  test(`${browser}: a decoder continues its prompt, and its map grows by a row for each token`, () =>
    story("model=models/llama2-gqa/&text=once+upon+a+time&max=6&head=3", async (page) => {
      await finished(page);
      const all = await tileIds(page, "source");
      const prompt = 5;
      assert.equal(all.length, prompt + 6);
      assert.deepEqual(await mapSize(page, "decoder"), { rows: all.length - 1, columns: all.length - 1 });
      assert.equal(await page.$(".lens.encoder"), null);
      const { ids, pattern } = await compute(page, "models/llama2-gqa/", { ids: all.slice(0, -1) }, "blocks.1.attn.hook_pattern");
      assert.deepEqual(await greedy(page, "models/llama2-gqa/", "once upon a time", 6), all.slice(prompt));
      close(await shownPattern(page, "blocks.1.attn.hook_pattern"), pattern, "pattern");
      assert.equal(ids, all.length - 1);
      assert.match(
        await page.$eval(".lens .caption", (caption) => caption.textContent ?? ""),
        /head 3 .* head 1, which heads 1–3/,
      );
      for (let left = 5; left >= 0; left--) {
        await press(page, 3);
        await page.waitForFunction(
          (count) => /** @type {any} */ (document.querySelector("diorama-app")).player.steps.length === count,
          {},
          left,
        );
      }
      await press(page, 2);
      await page.waitForFunction(() => /** @type {any} */ (document.querySelector("diorama-app")).player.steps.length === 1);
      await page.waitForFunction(
        () => document.querySelector("diorama-attention-map")?.shadowRoot?.querySelectorAll(".rows span").length === 5,
      );
      assert.deepEqual(await tileIds(page, "source"), all.slice(0, prompt + 1));
    }));

  test(`${browser}: rules of generation_config.json act on what is written and shown, and the page tells them and what it leaves out`, () =>
    story("model=models/gpt2/&text=once+upon+a+time&max=8", async (page) => {
      await finished(page);
      const all = await tileIds(page, "source");
      assert.equal(all.length, 5 + 8);
      assert.equal(new Set(all).size, all.length, `no token twice: ${all}`);
      const told = await page.$eval(".notices", (line) => line.textContent ?? "");
      for (const part of ["no_repeat_ngram_size 1", "temperature 0.7", 'stop_strings ["."]'])
        assert.ok(told.includes(part), told);
      // The candidates of a written token are those that the rules left at its place.
      await (await page.$(".source diorama-token-strip >>> li:nth-child(8) button"))?.click();
      await page.waitForFunction(
        (id) => /** @type {any} */ (document.querySelector("diorama-candidates")).chosen === id,
        {},
        all[7],
      );
      const shown = await page.$eval("diorama-candidates", (view) =>
        /** @type {any} */ (view).candidates.map((/** @type {any} */ { id }) => id),
      );
      assert.equal(shown[0], all[7]);
      assert.ok(
        shown.every((/** @type {number} */ id) => !all.slice(0, 7).includes(id)),
        `${shown}`,
      );
    }));

  test(`${browser}: a masked place is filled from its candidates, by mouse and by keyboard, and shown again`, () =>
    story("model=models/bert-pretraining/&text=the+little+cat+sat+on+the+mat+.&pair=she+was+happy+.", async (page) => {
      await finished(page);
      const plain = await tileIds(page, "source");
      assert.deepEqual(await mapSize(page, "encoder"), { rows: plain.length, columns: plain.length });
      assert.equal(await page.$(".places"), null);
      await (await page.$(".source diorama-token-strip >>> li:nth-child(4) button"))?.click({ count: 2 });
      const masked = plain.with(3, MASK);
      await idsAre(page, masked);
      await finished(page);
      const { logits } = await compute(page, "models/bert-pretraining/", inputOf(plain, 3), "blocks.0.attn.hook_pattern");
      const vocab = logits.length / plain.length;
      const row = logits.slice(3 * vocab, 4 * vocab);
      const best = row.indexOf(Math.max(...row));
      assert.equal(
        await page.evaluate(() => /** @type {any} */ (document.querySelector("diorama-candidates")).candidates[0].id),
        best,
      );
      await (await page.$("diorama-candidates >>> button"))?.click();
      await idsAre(page, plain.with(3, best));
      assert.match(new URL(page.url()).hash, new RegExp(`edits=3%3A${best}(&|$)`));
      await (await page.$(".source diorama-token-strip >>> li:nth-child(4) button"))?.focus();
      await page.keyboard.press("m");
      await idsAre(page, masked);
      await page.keyboard.press("Enter");
      await idsAre(page, plain);
      await page.keyboard.press("m");
      await idsAre(page, masked);
      await paste(page, "the cat sat on the mat .");
      await idsAre(page, plain.toSpliced(2, 1).with(2, MASK));
      await finished(page);
      const bars = await shares(page);
      const { pairLogits } = await compute(
        page,
        "models/bert-pretraining/",
        { text: "the [MASK] sat on the mat .", textPair: "she was happy ." },
        "blocks.0.attn.hook_pattern",
      );
      // The page pads by two tokens that nobody may look at.
      close(bars, softmax(pairLogits), "next sentence");
    }));

  test(`${browser}: classes, judgements of each token, and an encoder without a head`, () =>
    story("model=models/bert-classification/&text=the+little+dog+ran+.", async (page) => {
      await finished(page);
      const { logits } = await compute(
        page,
        "models/bert-classification/",
        { text: "the little dog ran ." },
        "blocks.0.attn.hook_pattern",
      );
      close(await shares(page), softmax(logits), "classes");
      await page.evaluate(() => (location.hash = "model=models/electra-discriminator/&text=the+little+dog+ran+.&pad=0"));
      await page.waitForFunction(
        () => /** @type {any} */ (document.querySelector("diorama-app")).model?.info.name === "electra-discriminator",
      );
      await finished(page);
      const judged = await compute(
        page,
        "models/electra-discriminator/",
        { text: "the little dog ran ." },
        "blocks.0.attn.hook_pattern",
      );
      const under = await page.evaluate(() =>
        [...(document.querySelector(".source diorama-token-strip")?.shadowRoot?.querySelectorAll("small") ?? [])].map((small) =>
          Number(small.textContent),
        ),
      );
      assert.deepEqual(
        under,
        judged.logits.map((logit) => Number((1 / (1 + Math.exp(-logit))).toFixed(2))),
      );
      await page.evaluate(() => (location.hash = "model=models/bert-model/&text=the+little+dog+ran+."));
      await page.waitForFunction(
        () => /** @type {any} */ (document.querySelector("diorama-app")).model?.info.name === "bert-model",
      );
      await finished(page);
      assert.match(await page.$eval(".answers", (answers) => answers.textContent ?? ""), /without a head/);
      await page.click("#tab-generation");
      await page.waitForFunction(() =>
        document
          .querySelector("diorama-generation")
          ?.shadowRoot?.querySelector("diorama-iterated")
          ?.shadowRoot?.textContent?.includes("no head over words"),
      );
    }));

  test(`${browser}: a model of ours is chosen in the dialog; the reader's own text goes along, an example does not`, () =>
    story("model=models/albert-pretraining/&text=the+king+was+happy+.", async (page) => {
      await finished(page);
      await page.click(".model-button");
      await page.waitForSelector(".models button");
      await page.evaluate(() =>
        [...document.querySelectorAll(".models button")]
          .find((button) => button.querySelector(".mono")?.textContent === "t5-tiny")
          ?.dispatchEvent(new MouseEvent("click")),
      );
      await page.waitForFunction(() => /** @type {any} */ (document.querySelector("diorama-app")).model?.info.name === "t5-tiny");
      await finished(page);
      assert.equal(
        await page.$eval(".input .text", (input) => /** @type {HTMLInputElement} */ (input).value),
        "the king was happy .",
      );
      assert.equal((await page.$$(".lens")).length, 3);
      assert.doesNotMatch(page.url(), /model=/);
    }));
}

/** @type {(page: Page, ids: number[]) => Promise<unknown>} */
function idsAre(page, ids) {
  return page.waitForFunction(
    (wanted) => {
      const reader = /** @type {any} */ (document.querySelector("diorama-app")).reader;
      return (
        reader.finished &&
        reader.source.map((/** @type {any} */ { id }) => id).join() === wanted &&
        reader.traced.map((/** @type {any} */ { id }) => id).join() === wanted
      );
    },
    {},
    ids.join(),
  );
}

/**
 * The page's input with its two padding tokens, masked at one place; the second text begins after the first [SEP].
 * @param {number[]} ids
 * @param {number} place
 */
function inputOf(ids, place) {
  const second = ids.indexOf(3) + 1;
  const end = ids.length - 2;
  return {
    ids: ids.with(place, MASK),
    tokenTypeIds: ids.map((_, i) => Number(i >= second && i < end)),
    attentionMask: ids.map((_, i) => Number(i < end)),
  };
}

/**
 * One pass of the module on the CPU.
 * @param {Page} page
 * @param {string} model
 * @param {object} input
 * @param {string} hook
 * @returns {Promise<{ ids: number, pattern: number[], logits: number[], pairLogits: number[] }>}
 */
function compute(page, model, input, hook) {
  return page.evaluate(
    async ({ address, input, hook }) => {
      const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
      const model = await loadModel(address, { device: "cpu" });
      const { logits, activations } = await model.run(input, { capture: [hook] });
      const plain = (/** @type {any} */ activation) => Array.from(activation?.data ?? []);
      const pattern = activations.get(hook);
      const answer = {
        ids: pattern.shape[2],
        pattern: plain(pattern),
        logits: plain(logits),
        pairLogits: plain(activations.get("nsp_logits")),
      };
      model.dispose();
      return /** @type {any} */ (answer);
    },
    { address: model, input, hook },
  );
}

/** @type {(page: Page, model: string, text: string, count: number) => Promise<number[]>} */
function greedy(page, model, text, count) {
  return page.evaluate(
    async ({ address, text, count }) => {
      const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
      const model = await loadModel(address, { device: "cpu" });
      const ids = [];
      for await (const { id } of model.generate({ text }, { maxNewTokens: count })) ids.push(id);
      model.dispose();
      return ids;
    },
    { address: model, text, count },
  );
}

/** @type {(page: Page, hook: string) => Promise<number[]>} */
function shownPattern(page, hook) {
  return page.evaluate(
    (hook) => Array.from(/** @type {any} */ (document.querySelector("diorama-attention-map")).trace.activations.get(hook).data),
    hook,
  );
}

/** @type {(page: Page) => Promise<number[]>} */
function shares(page) {
  return page.evaluate(() =>
    /** @type {any} */ (document.querySelector("diorama-class-bars")).classes.map(
      (/** @type {any} */ { probability }) => probability,
    ),
  );
}

/** @param {number[]} scores */
function softmax(scores) {
  const weights = scores.map(Math.exp);
  return weights.map((weight) => weight / weights.reduce((sum, one) => sum + one, 0));
}

/**
 * @param {number[]} got
 * @param {number[]} wanted
 * @param {string} what
 */
function close(got, wanted, what) {
  assert.equal(got.length, wanted.length, what);
  wanted.forEach((value, i) =>
    assert.ok(Math.abs(got[i] - value) <= BOUND * Math.max(1, Math.abs(value)), `${what}[${i}]: ${got[i]}, the CPU ${value}`),
  );
}
