// The course's blocks, each alone in embed.html: what they show is what the laws, the engine's graph and the models say; they work by keyboard, on a phone, and axe-core finds nothing.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import test from "node:test";
import { browsers, visit } from "../story.js";
import { shown } from "./page.js";

/** @typedef {import("puppeteer-core").Page} Page */

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** @param {string} block @param {Record<string, string | number>} [settings] */
const address = (block, settings = {}) =>
  `embed.html#${new URLSearchParams({ block, ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)])) })}`;

/** The block's words, when `pattern` stands in them. @param {Page} page @param {RegExp} pattern */
async function shows(page, pattern) {
  await page.waitForFunction(
    (source) => new RegExp(source).test(/** @type {any} */ (document.body.firstElementChild)?.shadowRoot?.textContent ?? ""),
    { timeout: 60_000 },
    pattern.source,
  );
  return words(page);
}

/** @param {Page} page @returns {Promise<string>} */
const words = (page) =>
  page.evaluate(() => /** @type {any} */ (document.body.firstElementChild).shadowRoot.textContent.replace(/\s+/g, " "));

/** @param {Page} page */
async function violations(page) {
  // The frame's policy refuses scripts that are no files: the driver's own world may run them.
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { violations } = await /** @type {any} */ (globalThis).axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    });
    return violations.map(
      (/** @type {any} */ found) =>
        `${found.id}: ${found.nodes.map((/** @type {any} */ node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`).join(" | ")}`,
    );
  });
}

/** A part of the block. @param {Page} page @param {string} selector */
const part = async (page, selector) => (await shown(page, `body > * >>> ${selector}`)) ?? assert.fail(`no ${selector}`);

for (const browser of browsers) {
  test(`${browser}: ten times the budget stands there as each law has it`, () =>
    visit(browser, address("scaling", { plot: "tenfold" }), async (page) => {
      await shows(page, /5\.37 ×/);
      const rows = await page.evaluate(() =>
        Object.fromEntries(
          [.../** @type {any} */ (document.body.firstElementChild).shadowRoot.querySelectorAll("[data-law]")].map((row) => [
            row.dataset.law,
            [...row.querySelectorAll("b")].map((cell) => cell.textContent),
          ]),
        ),
      );
      assert.deepEqual(rows.kaplan, ["5.37 ×", "1.86 ×"]);
      assert.deepEqual(rows.chinchilla, ["2.83 ×", "3.53 ×"]);
      assert.deepEqual(rows.rule, ["3.16 ×", "3.16 ×"]);
    }));

  test(`${browser}: a budget is moved by keyboard, and its optimum follows; the chart is a table on request`, () =>
    visit(browser, address("scaling", { flops: 21 }), async (page) => {
      const before = await shows(page, /minimum of the fit/);
      await (await part(page, "#flops")).focus();
      for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowRight");
      const after = await shows(page, /1\.78 × 10²¹/);
      assert.notEqual(after, before);
      await (await part(page, "diorama-chart >>> button.link")).click();
      assert.ok((await page.$$("body > * >>> diorama-chart >>> tbody tr")).length >= 6);
    }));

  test(`${browser}: parameters are counted on the engine's graph, beyond 32 bits too`, () =>
    visit(browser, address("parameters"), async (page) => {
      assert.match(await shows(page, /109,482,240/), /exactly the released checkpoint's/);
      await page.evaluate(() => /** @type {any} */ (document.body.firstElementChild).keep({ config: "t5-11b" }));
      await shows(page, /11,307,321,344/);
      await page.evaluate(() =>
        /** @type {any} */ (document.body.firstElementChild).keep({ config: "bert-base", sizes: "num_attention_heads:7" }),
      );
      await shows(page, /hidden_size 768 does not divide into 7 heads/);
    }));

  test(`${browser}: a shared configuration brings back its cache`, () =>
    visit(browser, address("parameters", { config: "llama3-70b", view: "cache", context: 8192 }), async (page) => {
      const text = await shows(page, /grouped-query/);
      assert.match(text, /2 × 80 × 8 × 128 × 8,192 × 2 B/);
      assert.match(text, /2\.50 GiB/);
    }));

  test(`${browser}: ALBERT's embedding, and what its sharing saves`, () =>
    visit(browser, address("embedding"), async (page) => {
      assert.match(await shows(page, /23,040,000/), /3,939,072/);
      await (await part(page, "input[type=checkbox]")).click();
      await shows(page, /85,05\d,\d{3}.*85,05\d,\d{3}/);
    }));

  test(`${browser}: tokens beside one another are those of the models, and Chinese stays Chinese`, () =>
    visit(
      browser,
      address("tokenizers", { text: "小狗 runs", models: "models/gpt2-tiny/ models/llama-tiny-zh/" }),
      async (page) => {
        const text = await shows(page, /llama-tiny-zh/);
        assert.ok(text.includes("狗") && !text.includes("\uFFFD"));
        const shown = await page.evaluate(() =>
          [.../** @type {any} */ (document.body.firstElementChild).shadowRoot.querySelectorAll("tr[data-name]")].map((row) => [
            row.dataset.name,
            Number.parseInt(row.children[1].textContent, 10),
          ]),
        );
        for (const [name, tokens] of shown) {
          const wanted = await page.evaluate(async (name) => {
            const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
            const model = await loadModel(`models/${name}/`, { device: "cpu" });
            const pieces = await model.encode("小狗 runs");
            model.dispose();
            return pieces.filter((/** @type {any} */ { special }) => !special).length;
          }, String(name));
          assert.equal(tokens, wanted, String(name));
        }
      },
    ));

  test(`${browser}: a score depends on the distance alone, and is the model's own`, () =>
    visit(browser, address("llama", { device: "cpu", query: 6, key: 3, head: 2, layer: 2, hide: "choice" }), async (page) => {
      await shows(page, /the model's own/);
      const score = () =>
        page.evaluate(() =>
          Number(/** @type {any} */ (document.body.firstElementChild).shadowRoot.querySelector(".scores b").textContent),
        );
      const before = await score();
      const wanted = await page.evaluate(async () => {
        const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
        const model = await loadModel("models/llama-tiny/", { device: "cpu" });
        const { activations } = await model.run(
          { text: "The little dog ran to the big tree." },
          { capture: ["blocks.1.attn.hook_attn_scores_unmasked"] },
        );
        const { data, shape } = activations.get("blocks.1.attn.hook_attn_scores_unmasked");
        model.dispose();
        return data[(1 * shape[2] + 5) * shape[3] + 2];
      });
      assert.ok(Math.abs(before - wanted) < 1e-4, `${before} against ${wanted}`);
      await (await part(page, "#shift")).focus();
      for (let i = 0; i < 9; i++) await page.keyboard.press("ArrowRight");
      await shows(page, /q at 14, k at 11/);
      assert.ok(Math.abs((await score()) - wanted) < 2e-4);
    }));

  test(`${browser}: DPO's loss is that of the model's own log-probabilities`, () =>
    visit(
      browser,
      address("feedback", {
        device: "cpu",
        reward: "models/bert-tiny/",
        samples: 3,
        length: 6,
        labels: "2>0",
        tilt: 0.7,
        beta: 0.5,
        seed: 3,
      }),
      async (page) => {
        await shows(page, /−log σ\(-?[\d.]+ − /);
        const shown = await page.evaluate(() =>
          Number(/** @type {any} */ (document.body.firstElementChild).shadowRoot.querySelector("[data-loss]").textContent),
        );
        const wanted = await page.evaluate(async () => {
          const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
          const model = await loadModel("models/llama-tiny/", { device: "cpu" });
          const prompt = "Once upon a time, there was a little dog. One day,";
          const before = (await model.encode(prompt)).map((/** @type {any} */ { id }) => id);
          const both = [];
          for (const i of [2, 0]) {
            /** @type {number[]} */
            const ids = [];
            for await (const step of model.generate({ text: prompt }, { seed: 3000 + i, temperature: 1, maxNewTokens: 6 }))
              ids.push(step.id);
            const { logits } = await model.run({ ids: [...before, ...ids] });
            const vocab = logits.shape[2];
            const at = (/** @type {number} */ temperature) =>
              ids.reduce((sum, id, t) => {
                const row = [...logits.data.subarray((before.length - 1 + t) * vocab, (before.length + t) * vocab)].map(
                  (score) => score / temperature,
                );
                return sum + row[id] - Math.log(row.reduce((all, score) => all + Math.exp(score), 0));
              }, 0);
            both.push(0.5 * (at(0.7) - at(1)));
          }
          model.dispose();
          return Math.log(1 + Math.exp(both[1] - both[0]));
        });
        assert.ok(Math.abs(shown - wanted) < 2e-3 * Math.max(1, wanted), `${shown} against ${wanted}`);
      },
    ));
}

const EACH = /** @type {const} */ ([
  ["scaling", { plot: "isoflop" }, /minimum of the fit/],
  ["scaling", { plot: "allocation" }, /PF-days/],
  ["parameters", { view: "budget,flops,cache", config: "gpt2" }, /multi-query/],
  ["embedding", {}, /23,040,000/],
  ["tokenizers", { part: "compare,sizes,merges" }, /merge 1 makes/],
  ["llama", { part: "rope,norm,swiglu,gqa", device: "cpu" }, /multi-query/],
  ["feedback", { device: "cpu", reward: "models/bert-tiny/", samples: 3, length: 6, labels: "0>1" }, /−log σ\(-?[\d.]+ − /],
]);

for (const theme of /** @type {const} */ (["light", "dark"])) {
  for (const [block, settings, ready] of EACH) {
    test(`axe-core finds nothing in ${block} ${Object.values(settings)[0] ?? ""}, and a phone scrolls down only: ${theme}`, () =>
      visit(
        "chromium",
        address(block, settings),
        async (page) => {
          await shows(page, ready);
          assert.deepEqual(await violations(page), []);
          const { inner, scroll } = await page.evaluate(() => ({
            inner: innerWidth,
            scroll: document.documentElement.scrollWidth,
          }));
          assert.ok(scroll <= inner, `${scroll} px of content in ${inner} px`);
        },
        { theme, width: 390, height: 844, motion: false },
      ));
  }
}
