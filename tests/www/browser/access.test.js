// Everyone's page: no violations that axe-core can find, no sideways scrolling on a phone, nothing essential below the fold at 1280 × 800.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import test, { after, before } from "node:test";
import { visit } from "../story.js";
import { siteWith } from "./families.js";
import { finished, shown } from "./page.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** @param {import("puppeteer-core").Page} page */
async function violations(page) {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { violations } = await /** @type {any} */ (globalThis).axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return violations.map(
      (/** @type {any} */ found) =>
        `${found.id}: ${found.nodes.map((/** @type {any} */ node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`).join(" | ")}`,
    );
  });
}

/** Pages of the other families. */
const OTHERS = {
  "a decoder": "model=models/gpt2/&text=once+upon+a+time&max=5&pad=0",
  "masked words and a pair":
    "model=models/bert-pretraining/&text=the+%5BMASK%5D+sat+on+the+mat+.&pair=she+was+%5BMASK%5D+.&edits=4%3A7",
  classes: "model=models/bert-classification/&text=the+cat+sat+.",
  "judged tokens": "model=models/electra-discriminator/&text=the+cat+sat+.",
  "no head": "model=models/bert-model/&text=the+cat+sat+.",
};

/** @type {ReturnType<typeof siteWith>} */
let site;
before(() => (site = siteWith(["gpt2", "bert-pretraining", "bert-classification", "electra-discriminator", "bert-model"])));
after(() => site.remove());

for (const theme of /** @type {const} */ (["light", "dark"])) {
  test(`axe-core finds nothing in the other families: ${theme}`, async () => {
    for (const [family, hash] of Object.entries(OTHERS)) {
      await visit(
        "chromium",
        `explore.html#${hash}`,
        async (page) => {
          await finished(page);
          assert.deepEqual(await violations(page), [], family);
        },
        { theme, root: site.root, motion: false },
      );
    }
  });

  for (const [size, width, height] of /** @type {const} */ ([
    ["wide", 1280, 800],
    ["phone", 390, 844],
  ])) {
    test(`axe-core finds nothing: ${theme}, ${size}`, () =>
      visit(
        "chromium",
        "explore.html",
        async (page) => {
          await finished(page);
          assert.deepEqual(await violations(page), []);
        },
        { theme, width, height, motion: false },
      ));
  }

  for (const [size, width, height] of /** @type {const} */ ([
    ["wide", 1280, 800],
    ["phone", 390, 844],
  ])) {
    test(`axe-core finds nothing on the first page and while a model is trained: ${theme}, ${size}`, async () => {
      const looks = { theme, width, height, motion: false, webgpu: false };
      await visit(
        "chromium",
        "",
        async (page) => {
          await page.waitForFunction(
            () => /** @type {any} */ (document.querySelector("diorama-home"))?.translator.plain?.finished,
          );
          await page.click(".breaks li button");
          await page.waitForFunction(
            () => /** @type {any} */ (document.querySelector("diorama-home")).translator.broken?.finished,
          );
          assert.deepEqual(await violations(page), []);
          assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "scrolls down only");
        },
        looks,
      );
      await visit(
        "chromium",
        "train.html#steps=60",
        async (page) => {
          await (await page.waitForSelector(".controls .primary"))?.click();
          await page.waitForFunction(
            () => /** @type {any} */ (document.querySelector("diorama-train-page")).run?.state === "done",
          );
          assert.deepEqual(await violations(page), []);
          assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "scrolls down only");
        },
        looks,
      );
    });
  }

  test(`axe-core finds nothing in the panels: ${theme}`, () =>
    visit(
      "chromium",
      "explore.html",
      async (page) => {
        await finished(page);
        await (await page.$("diorama-device-badge >>> .badge"))?.click();
        assert.deepEqual(await violations(page), [], "device");
        await page.keyboard.press("Escape");
        await page.click(".model-button");
        await page.waitForSelector("dialog[open]");
        assert.deepEqual(await violations(page), [], "model");
        await page.keyboard.press("Escape");
        await page.waitForFunction(() => !document.querySelector("dialog"));
        await page.click(".lens.cross .tools button:last-of-type");
        await (await shown(page, "dialog diorama-shader-view >>> pre"))?.isVisible();
        assert.deepEqual(await violations(page), [], "shader");
        await page.keyboard.press("Escape");
        await page.click(".lens.cross .tools button:first-child");
        assert.deepEqual(await violations(page), [], "table");
      },
      { theme, motion: false },
    ));
}

test("a phone scrolls down only, and reads the question, the answer, then the parts in the order of the data", () =>
  visit(
    "chromium",
    "explore.html",
    async (page) => {
      await finished(page);
      const { inner, scroll, tops } = await page.evaluate(() => ({
        inner: innerWidth,
        scroll: document.documentElement.scrollWidth,
        tops: [".input form", ".output", ".source", ".seen", ".lens.encoder", ".lens.decoder", ".lens.cross", ".candidates"].map(
          (part) => document.querySelector(part)?.getBoundingClientRect().top ?? NaN,
        ),
      }));
      assert.ok(scroll <= inner, `${scroll} px of content in ${inner} px`);
      assert.deepEqual(
        tops,
        [...tops].sort((a, b) => a - b),
      );
    },
    { width: 390, height: 844 },
  ));

test("the narrowest of common phones shows every head, and undo beside a model's name however long", () =>
  visit(
    "chromium",
    "explore.html#model=models/electra-tiny-discriminator/&pad=0",
    async (page) => {
      await finished(page);
      const { ends, hidden } = await page.evaluate(() => {
        const tower = document.querySelector("diorama-tower");
        return {
          ends: [".name", ".undo"].map((part) => document.querySelector(part)?.getBoundingClientRect().bottom ?? NaN),
          hidden: tower ? tower.scrollWidth - tower.clientWidth : NaN,
        };
      });
      assert.equal(hidden, 0, "px of heads behind the mean");
      assert.ok(Math.abs(ends[0] - ends[1]) < 20, `the name ends at ${ends[0]}, undo at ${ends[1]}`);
    },
    { width: 360, height: 800 },
  ));

test("at 1280 × 800 everything essential is in view", () =>
  visit("chromium", "explore.html", async (page) => {
    await finished(page);
    const bottoms = await page.evaluate(() =>
      [
        ...document.querySelectorAll(
          "header, .input, .source, .lens, diorama-attention-map, diorama-mask-grid, .output, .candidates, diorama-candidates",
        ),
      ].map((part) => [part.className || part.localName, part.getBoundingClientRect().bottom]),
    );
    for (const [part, bottom] of bottoms) assert.ok(Number(bottom) <= 800, `${part} ends at ${bottom}`);
  }));

test("the other families stay within a phone's width, and within a screen", async () => {
  for (const [family, hash] of Object.entries(OTHERS)) {
    await visit(
      "chromium",
      `explore.html#${hash}`,
      async (page) => {
        await finished(page);
        const bottom = await page.evaluate(() => document.querySelector(".bottom")?.getBoundingClientRect().bottom ?? NaN);
        assert.ok(bottom <= 800, `${family} ends at ${bottom}`);
        await page.setViewport({ width: 390, height: 844 });
        const { inner, scroll } = await page.evaluate(() => ({
          inner: innerWidth,
          scroll: document.documentElement.scrollWidth,
        }));
        assert.ok(scroll <= inner, `${family}: ${scroll} px of content in ${inner} px`);
      },
      { root: site.root },
    );
  }
});

test("while a text is written nothing moves but what is written", () =>
  visit("chromium", "explore.html", async (page) => {
    await finished(page);
    const places = () =>
      page.evaluate(() =>
        [
          ...document.querySelectorAll(
            ".lens, diorama-attention-map, diorama-mask-grid, .output, .candidates, diorama-token-strip",
          ),
        ].map((part) => {
          const { top, left, width, height } = part.getBoundingClientRect();
          return [part.className || part.localName, top, left, width, height].join(" ");
        }),
      );
    const before = await places();
    await page.click(".buttons button:nth-of-type(3)");
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.deepEqual(await places(), before);
  }));

test("an embed leaves out what its link hides", () =>
  visit("chromium", "explore.html#hide=header,masks,examples", async (page) => {
    await finished(page);
    const shown = await page.evaluate(() =>
      ["header", "diorama-mask-grid", ".examples", "diorama-attention-map"].map(
        (part) => /** @type {HTMLElement} */ (document.querySelector(part)).offsetHeight > 0,
      ),
    );
    assert.deepEqual(shown, [false, false, false, true]);
  }));

test("an embed without the input still shows the answer, and what is seen unless that is hidden, too", () =>
  visit("chromium", "explore.html#hide=input,seen", async (page) => {
    await finished(page);
    const shown = await page.evaluate(() =>
      [".input form", ".examples", ".seen", ".output .written"].map(
        (part) => /** @type {HTMLElement} */ (document.querySelector(part)).offsetHeight > 0,
      ),
    );
    assert.deepEqual(shown, [false, false, false, true]);
  }));
