// Three families side by side: each answers as its model does when asked alone, a word lights its tokens in all, and the link holds what is seen.

import assert from "node:assert/strict";
import test from "node:test";
import { browsers, visit } from "../story.js";
import { violations } from "./axe.js";

/** @typedef {import("puppeteer-core").Page} Page */

/** Waits until all three have answered. @param {Page} page */
const answered = (page) =>
  page
    .waitForFunction(
      () => {
        const block = /** @type {any} */ (document.querySelector("diorama-compare"));
        if (block?.error) return block.error;
        const panels = [...(block?.panels?.values() ?? [])];
        return (
          panels.length === 3 &&
          panels.every(
            ({ model, loading, reading }) =>
              model && !loading && reading.trace && !reading.stale && !reading.running && (reading.finished || reading.cutShort),
          ) &&
          "all"
        );
      },
      { timeout: 60_000 },
    )
    .then(async (outcome) => assert.equal(await outcome.jsonValue(), "all"));

/** What each panel says. @param {Page} page */
const said = (page) =>
  page.evaluate(() => {
    const root = /** @type {ShadowRoot} */ (document.querySelector("diorama-compare")?.shadowRoot);
    const text = (/** @type {string} */ selector) => root.querySelector(selector)?.textContent?.trim() ?? "";
    const candidates = /** @type {any} */ (root.querySelector('[data-kind="encoder"] diorama-candidates'))?.candidates ?? [];
    return {
      fills: candidates.map((/** @type {any} */ { token, probability }) => [token, probability.toFixed(5)]),
      translated: text('[data-kind="encoder-decoder"] .written'),
      continued: text('[data-kind="decoder"] .written'),
    };
  });

for (const browser of browsers) {
  test(`${browser}: each family answers as its model does`, () =>
    visit(browser, "compare.html#device=cpu", async (page) => {
      await answered(page);
      const shown = await said(page);
      const alone = await page.evaluate(async () => {
        const { loadModel } = await import(new URL("diorama.js", location.href).href);
        const open = (/** @type {string} */ name) => loadModel(`models/${name}/`, { device: "cpu" });
        const write = async (/** @type {any} */ model, /** @type {string} */ text) => {
          let written = "";
          for await (const step of model.generate({ text }, { maxNewTokens: 24 })) written = step.text;
          model.dispose();
          return written.trim();
        };
        const bert = await open("bert-tiny");
        const { places } = await bert.fill({ text: "The little girl is [MASK]." }, { temperature: 1, candidates: 10 });
        bert.dispose();
        return {
          fills: places[0].candidates
            .slice(0, 5)
            .map((/** @type {any} */ { token, probability }) => [token, probability.toFixed(5)]),
          translated: await write(await open("t5-tiny"), "translate English to French: The little girl is happy."),
          continued: await write(await open("gpt2-tiny"), "The little girl is happy."),
        };
      });
      assert.deepEqual(shown.fills, alone.fills);
      assert.equal(shown.translated, alone.translated);
      assert.ok(
        shown.continued.startsWith("The little girl is happy.") && shown.continued.endsWith(alone.continued),
        `${shown.continued} against ${alone.continued}`,
      );

      await (await page.$("diorama-compare >>> diorama-token-lines >>> thead th:nth-of-type(4)"))?.hover();
      const lit = await page.$$eval("diorama-compare >>> diorama-token-lines >>> tbody td.lit .tile", (tiles) =>
        tiles.map((tile) => tile.textContent?.trim().toLowerCase()),
      );
      assert.deepEqual(lit, ["girl", "girl", "girl"]);
    }));

  test(`${browser}: a word is hidden by key, T5 fills the gap, and the link brings it all back`, () =>
    visit(browser, "compare.html#device=cpu&masked=&task=fill", async (page) => {
      await answered(page);
      assert.deepEqual((await said(page)).fills, []);
      await (await page.$("diorama-compare >>> diorama-token-lines >>> thead th:nth-of-type(4) button"))?.focus();
      await page.keyboard.press("m");
      await page.waitForFunction(() => location.hash.includes("masked=3"));
      await page.waitForFunction(
        () => /** @type {any} */ (document.querySelector("diorama-compare")).panels.get("encoder").reading.places.length === 1,
      );
      await answered(page);
      const source = await page.evaluate(() =>
        /** @type {any} */ (document.querySelector("diorama-compare")).panels
          .get("encoder-decoder")
          .reading.source.map((/** @type {any} */ { token }) => token),
      );
      assert.ok(source.includes("<extra_id_0>"), source.join(" "));
      assert.equal((await said(page)).fills.length, 5);
      const before = await said(page);
      await page.reload();
      await answered(page);
      assert.deepEqual(await said(page), before);
    }));
}

test("what was hidden is taken back by undo, and done again by redo", () =>
  visit("chromium", "compare.html#device=cpu", async (page) => {
    await answered(page);
    const hidden = () => page.evaluate(() => new URLSearchParams(location.hash.slice(1)).get("masked"));
    await (await page.$("diorama-compare >>> diorama-token-lines >>> thead th:nth-of-type(4) button"))?.focus();
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => location.hash.includes("masked="));
    assert.equal(await hidden(), "3,5");
    await (await page.$("diorama-masthead >>> .undo button"))?.click();
    await page.waitForFunction(() => !location.hash.includes("masked="));
    await answered(page);
    await (await page.$("diorama-masthead >>> .undo button:last-child"))?.click();
    await page.waitForFunction(() => location.hash.includes("masked="));
    assert.equal(await hidden(), "3,5");
  }));

for (const [theme, width, height] of /** @type {const} */ ([
  ["light", 1280, 800],
  ["dark", 390, 844],
])) {
  test(`axe-core finds nothing: ${theme}, ${width} px; what is essential is in view`, () =>
    visit(
      "chromium",
      "compare.html#device=cpu",
      async (page) => {
        await answered(page);
        assert.deepEqual(await violations(page), []);
        const { inner, scroll, bottoms, hidden } = await page.evaluate(() => ({
          inner: innerWidth,
          scroll: document.documentElement.scrollWidth,
          bottoms: [...(document.querySelector("diorama-compare")?.shadowRoot?.querySelectorAll(".answer") ?? [])].map(
            (part) => part.getBoundingClientRect().bottom,
          ),
          hidden: ["encoder", "encoder-decoder"].map((kind) => {
            const frame = document
              .querySelector("diorama-compare")
              ?.shadowRoot?.querySelector(`[data-kind="${kind}"] diorama-attention-map`)
              ?.shadowRoot?.querySelector(".frame");
            return frame ? frame.scrollHeight - frame.clientHeight : Infinity;
          }),
        }));
        assert.deepEqual(hidden, [0, 0], "rows of the example's maps out of sight");
        assert.ok(scroll <= inner, `${scroll} px of content in ${inner} px`);
        assert.equal(bottoms.length, 3);
        if (width > 1000) for (const bottom of bottoms) assert.ok(bottom <= height, `an answer ends at ${bottom}`);
      },
      { theme, width, height, motion: false },
    ));
}

test("on a phone a tab brings its family", () =>
  visit(
    "chromium",
    "compare.html#device=cpu&lang=zh",
    async (page) => {
      await answered(page);
      await (await page.$("diorama-compare >>> .tabs button:nth-child(3)"))?.click();
      await page.waitForFunction(() => {
        const face = document
          .querySelector("diorama-compare")
          ?.shadowRoot?.querySelector('[data-kind="decoder"]')
          ?.getBoundingClientRect();
        return face && face.left >= 0 && face.right <= innerWidth;
      });
      assert.match(await page.evaluate(() => location.hash), /tab=decoder/);
    },
    { width: 390, height: 844, motion: false },
  ));
