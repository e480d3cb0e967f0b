// The architecture that is the graph: its parts and parameters, an op opened to its numbers and its WGSL, and each number worked out again in the page.

import assert from "node:assert/strict";
import test from "node:test";
import { browsers, visit } from "../story.js";
import { violations } from "./axe.js";
import { shown } from "./page.js";

/** @typedef {import("puppeteer-core").Page} Page */

/** Every family, and what sets its graph apart: caches, shared layers, factorised embeddings, position bias, rotations, grouped heads. */
const MODELS = ["bert-tiny", "roberta-tiny", "albert-tiny", "t5-tiny", "gpt2-tiny", "llama-tiny"];

/** @param {string} model @param {string} [more] */
const page = (model, more = "") => `explore.html#device=cpu&model=models/${model}/&tool=architecture${more}`;

/** Waits for the block's picture. @param {Page} page */
const drawn = (page) =>
  page.waitForFunction(() => /** @type {any} */ (document.querySelector("diorama-architecture"))?.anatomy, { timeout: 60_000 });

for (const model of MODELS) {
  test(`${model}: each hook's numbers follow from those before it, and the parameters add up`, () =>
    visit("chromium", page(model), async (page) => {
      await drawn(page);
      const found = await page.evaluate(async () => {
        const { specimen, anatomy } = /** @type {any} */ (document.querySelector("diorama-architecture"));
        const [wrong, ops] = [/** @type {string[]} */ ([]), new Set()];
        let checked = 0;
        for (const [index, node] of specimen.graph.entries()) {
          if (node.hooks.length === 0) continue;
          const numbers = await specimen.numbers(index);
          const engine = numbers.known.get(index);
          const most = engine.reduce(
            (/** @type {number} */ most, /** @type {number} */ x) => Math.max(most, x > -1e29 ? Math.abs(x) : 0),
            1,
          );
          // The first, the last and some between, at steps that fall on no axis.
          for (let flat = 0; flat < engine.length; flat += Math.max(1, Math.floor(engine.length / 7) - 1)) {
            const { value } = numbers.explain(index, flat);
            checked++;
            if (!(Math.abs(value - engine[flat]) <= 1e-4 * most))
              wrong.push(`${node.name} [${flat}]: ${value} against ${engine[flat]}`);
          }
          ops.add(node.op);
        }
        return {
          wrong: wrong.slice(0, 5),
          checked,
          ops: ops.size,
          parameters: anatomy.parameters,
          told: specimen.model.info.parameters,
        };
      });
      assert.deepEqual(found.wrong, []);
      assert.ok(found.checked > 300 && found.ops >= 8, `${found.checked} numbers of ${found.ops} ops`);
      assert.equal(found.parameters, found.told);
    }));
}

for (const browser of browsers) {
  test(`${browser}: a block opens to its ops, an op to its formula, a number to how it came about, and to its WGSL`, () =>
    visit(browser, page("t5-tiny"), async (page) => {
      await drawn(page);
      const block = await page.$("diorama-architecture");
      const kinds = await page.$$eval("diorama-architecture >>> .stack.decoder .layer .part", (parts) =>
        parts.map((part) => part.className.replace("part ", "")),
      );
      assert.deepEqual(kinds, ["norm", "attention", "add", "norm", "cross", "add", "norm", "mlp", "add"]);
      await (await page.$("diorama-architecture >>> .stack.decoder .part.cross"))?.click();
      const ops = await page.$$eval("diorama-architecture >>> .op b", (names) => names.map((name) => name.textContent));
      assert.deepEqual(ops, ["linear", "linear", "linear", "attn_scores", "mask", "softmax", "attn_mix", "linear"]);
      await (await page.$$("diorama-architecture >>> .op"))[3].click();
      const said = await (
        await shown(page, "diorama-architecture >>> diorama-arithmetic >>> .engine")
      )?.evaluate((line) => line.className);
      assert.equal(said, "engine");
      assert.ok(await page.$("diorama-architecture >>> .formula math"));
      await (await page.$("diorama-architecture >>> diorama-matrix >>> .frame"))?.focus();
      for (const key of /** @type {const} */ (["ArrowRight", "ArrowDown", "ArrowRight", "Enter"])) await page.keyboard.press(key);
      await page.waitForFunction(() => location.hash.includes("b.column=2") && location.hash.includes("b.row=1"));
      await (await page.$("diorama-architecture >>> .body .foot button"))?.click();
      const wgsl = await (
        await shown(page, "diorama-architecture >>> diorama-shader-view >>> pre")
      )?.evaluate((pre) => pre.textContent ?? "");
      assert.match(wgsl ?? "", /@compute/);
      assert.ok(block);
    }));
}

test("shared and tied weights are marked, and are counted once", () =>
  visit("chromium", page("albert-tiny"), async (page) => {
    await drawn(page);
    const text = await page.$eval("diorama-architecture >>> .group-head", (head) => head.textContent ?? "");
    assert.match(text, /× \d+/);
    assert.match(text, /one set of [\d,]+ parameters/);
    const tied = await page.$$eval("diorama-architecture >>> .stack .part .tied", (marks) => marks.length);
    assert.ok(tied >= 1, "the head's matrix is the embedding's");
  }));

for (const [theme, width] of /** @type {const} */ ([
  ["light", 1280],
  ["dark", 390],
])) {
  test(`axe-core finds nothing: ${theme}, ${width} px; and nothing scrolls sideways`, () =>
    visit(
      "chromium",
      page("bert-tiny", "&b.block=blocks.0.hook_attn_out&b.op=blocks.0.attn.hook_pattern"),
      async (page) => {
        await drawn(page);
        await shown(page, "diorama-architecture >>> diorama-arithmetic >>> .engine");
        assert.deepEqual(await violations(page), []);
        const { inner, scroll } = await page.evaluate(() => ({
          inner: innerWidth,
          scroll: document.documentElement.scrollWidth,
        }));
        assert.ok(scroll <= inner, `${scroll} px of content in ${inner} px`);
      },
      { theme, width, height: 844, motion: false },
    ));
}
