// The page of the blocks: each with its line, shown in place when asked for, with its code; in both languages, on a phone, and in the place of a block that no link names.

import assert from "node:assert/strict";
import test from "node:test";
import { BLOCKS } from "../../../www/blocks/gallery.js";
import { browsers, visit } from "../story.js";
import { violations } from "./axe.js";
import { shown } from "./page.js";

/** @typedef {import("puppeteer-core").Page} Page */

/** An entry of the list, by its place in it; what is pressed there is a button's. */
const HEADS = 2;

/** @param {Page} page @param {string} parts */
const inside = (page, parts) => shown(page, `diorama-showcase >>> ${parts}`);

/** The words of an element of the list. @param {Page} page @param {string} parts */
const textOf = async (page, parts) => (await (await inside(page, parts))?.evaluate((element) => element.textContent ?? "")) ?? "";

/** @param {Page} page @param {string} parts */
async function press(page, parts) {
  await (await inside(page, parts))?.evaluate((element) => /** @type {HTMLElement} */ (element).click());
}

/** @param {Page} page */
const wide = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

/** Without a GPU, so that the blocks compute where this page waits for them. */
const CPU = { webgpu: false };

for (const browser of browsers) {
  test(`${browser}: every block has its line; one is shown in place, with its code and settings, and goes again`, () =>
    visit(
      browser,
      "blocks.html#lang=en",
      async (page) => {
        await inside(page, ".guide h2");
        assert.equal(await page.$$eval("diorama-showcase >>> li", (entries) => entries.length), Object.keys(BLOCKS).length);
        const entry = `section:nth-of-type(1) li:nth-child(${HEADS})`;
        await press(page, `${entry} .do button:first-child`);
        const drawn = await page.waitForFunction(
          () => {
            const map = document
              .querySelector("diorama-showcase")
              ?.shadowRoot?.querySelector("diorama-heads")
              ?.shadowRoot?.querySelector("diorama-attention-map");
            return map && /** @type {any} */ (map).rows.map((/** @type {any} */ { token }) => token).join(" ");
          },
          { polling: 100 },
        );
        assert.equal(await drawn.jsonValue(), "[CLS] the little dog ran to the big tree . [SEP]");
        await press(page, `${entry} .do button:last-child`);
        const codes = await page.$$eval("diorama-showcase >>> .share textarea", (areas) =>
          areas.map((area) => /** @type {HTMLTextAreaElement} */ (area).value),
        );
        assert.match(codes[0], /^http:\/\/127\.0\.0\.1:\d+\/a\/sub%20path\/embed\.html#block=heads&lang=en$/);
        assert.match(codes[2], /<diorama-heads lang="en"><\/diorama-heads>$/);
        assert.match(await textOf(page, `${entry} .code table`), /layer\s*1\s*head\s*0/);
        assert.match(await textOf(page, `${entry} .code .hideable`), /: share save caveat\s*$/);
        assert.match(await textOf(page, ".guide pre"), /src="http:\/\/127\.0\.0\.1:\d+\/a\/sub%20path\/embed\.html#/);
        assert.deepEqual(await violations(page), [], "with a block and its code");

        await (await shown(page, "diorama-masthead >>> button"))?.click();
        await page.waitForFunction(
          () =>
            document.querySelector("diorama-showcase")?.shadowRoot?.querySelector(".guide h2")?.textContent ===
            "把模块放进你的网页",
          { polling: 100 },
        );
        assert.equal(await textOf(page, "h1"), "放进你网页的模块");
        assert.equal(
          await page.$eval("diorama-showcase >>> diorama-heads", (block) => /** @type {any} */ (block).language),
          "zh",
        );
        await press(page, `${entry} .do button:first-child`);
        await page.waitForFunction(
          () => !document.querySelector("diorama-showcase")?.shadowRoot?.querySelector("diorama-heads"),
          { polling: 100 },
        );
      },
      CPU,
    ));

  test(`${browser}: a frame without a block has the list, a block opens from it and the way back is open; a name that is none says so`, () =>
    visit(
      browser,
      "embed.html#lang=en&theme=dark",
      async (page) => {
        const link = await inside(page, "section:nth-of-type(6) li:nth-child(2) a");
        assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
        assert.deepEqual(await violations(page), []);
        await link?.evaluate((element) => /** @type {HTMLElement} */ (element).click());
        await shown(page, "diorama-scaling >>> svg");
        assert.match(page.url(), /#block=scaling&lang=en&theme=dark$/);
        await page.evaluate(() => history.back());
        await inside(page, "h1");
        await page.evaluate(() => (location.hash = "block=nothing&lang=en"));
        await page.waitForFunction(() => document.querySelector(".error")?.textContent === "There is no block called nothing.");
        await Promise.all([page.waitForNavigation(), page.click(".error + a")]);
        await inside(page, "h1");
        assert.match(page.url(), /blocks\.html/);
      },
      CPU,
    ));
}

test("what a block's reader shares leads to all blocks", () =>
  visit(
    "chromium",
    "embed.html#block=scaling&lang=zh",
    async (page) => {
      await (await shown(page, "diorama-scaling >>> .foot button"))?.click();
      assert.match(
        String(
          await (
            await shown(page, 'diorama-scaling >>> a[target="_blank"]')
          )?.evaluate((link) => /** @type {HTMLAnchorElement} */ (link).href),
        ),
        /blocks\.html#lang=zh$/,
      );
    },
    CPU,
  ));

for (const theme of /** @type {const} */ (["light", "dark"])) {
  test(`on a phone the page scrolls down only, and axe-core finds nothing: ${theme}`, () =>
    visit(
      "chromium",
      "blocks.html#lang=zh",
      async (page) => {
        await inside(page, ".guide h2");
        assert.ok((await wide(page)) <= 0);
        await press(page, `section:nth-of-type(1) li:nth-child(${HEADS}) .do button:last-child`);
        await inside(page, ".code table");
        assert.ok((await wide(page)) <= 0, "with a block's code");
        assert.deepEqual(await violations(page), []);
      },
      { ...CPU, theme, width: 390, height: 844 },
    ));
}
