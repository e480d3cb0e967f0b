// Every lesson as a reader goes through it: each block comes to life with something of its own to show, nothing fails, and no page is wider than its window.

import assert from "node:assert/strict";
import test from "node:test";
import { LESSONS } from "../../../www/course/lessons.js";
import { visit } from "../story.js";

/** What a block consists of beside its fields and captions. */
const PICTURES = [
  "section",
  "table",
  "svg",
  "canvas",
  "ol",
  "figure",
  "diorama-chart",
  "diorama-attention-map",
  "diorama-token-tree",
  "diorama-beam-lattice",
  "diorama-cache-grid",
  "diorama-lens-grid",
  "diorama-interlinear",
].join();

/** @type {[import("../drive.js").BrowserName, string, string][]} */
const READERS = [
  ...LESSONS.map(
    ({ id }, i) => /** @type {[import("../drive.js").BrowserName, string, string]} */ (["chromium", id, i % 2 ? "zh" : "en"]),
  ),
  ["firefox", "roberta", "en"],
  ["firefox", "tokenizers", "zh"],
];

for (const [browser, id, lang] of READERS) {
  test(`${browser}: ${id}, ${lang}: every block shows something, indices stand low, and nothing is too wide`, () =>
    visit(browser, `course.html#lesson=${id}&lang=${lang}`, async (page) => {
      await page.waitForSelector(".lesson h1");
      const high = await page.evaluate(() =>
        [...document.querySelectorAll(".lesson msub")]
          .filter(
            ({ children: [letter, index] }) => index.getBoundingClientRect().bottom - letter.getBoundingClientRect().bottom < 1,
          )
          .map((sub) => sub.textContent),
      );
      assert.deepEqual(high, [], "indices on their letters' line");
      const blocks = await page.evaluate(() => document.querySelectorAll(".lesson .live").length);
      assert.ok(blocks > 0);
      for (let i = 0; i < blocks; i++) {
        await page.evaluate((i) => document.querySelectorAll(".lesson .live")[i].scrollIntoView(), i);
        const outcome = await page.waitForFunction(
          (i, pictures) => {
            const root = document.querySelectorAll(".lesson .live")[i].shadowRoot;
            const error = root?.querySelector(".error")?.textContent?.trim();
            return error ? `an error: ${error}` : root?.querySelector(pictures) && "shown";
          },
          { timeout: 60_000 },
          i,
          PICTURES,
        );
        assert.equal(await outcome.jsonValue(), "shown", `block ${i + 1} of ${blocks}`);
      }
      for (const width of [1280, 390]) {
        await page.setViewport({ width, height: 800 });
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
        const scroll = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(scroll <= width, `${scroll} px of content in ${width} px`);
      }
    }));
}
