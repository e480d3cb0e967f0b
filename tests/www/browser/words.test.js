// Words of another language than English are a file of their own: fetched when somebody reads it, waited for, and done without where it cannot come.

import assert from "node:assert/strict";
import test from "node:test";
import { browsers, visit } from "../story.js";

/** @typedef {import("puppeteer-core").Page} Page */

const CPU = { webgpu: false };

/** Every text that the masthead has shown, from the first on. @param {Page} page */
const watch = (page) =>
  page.evaluateOnNewDocument(() => {
    /** @type {Set<string>} */
    const seen = new Set();
    Object.assign(window, { seen });
    const look = () => {
      const text = document.querySelector("diorama-masthead")?.shadowRoot?.querySelector(".tagline")?.textContent;
      if (text) seen.add(text);
      requestAnimationFrame(look);
    };
    look();
  });

/**
 * What was seen up to `last`: it looks with each frame, and a frame may come after what is asked in between.
 * @param {Page} page
 * @param {string} last
 */
const seen = async (page, last) => {
  await page.waitForFunction((last) => /** @type {any} */ (window).seen.has(last), { polling: 100 }, last);
  return page.evaluate(() => [.../** @type {any} */ (window).seen]);
};

/** @param {Page} page @param {string} text */
const says = (page, text) =>
  page.waitForFunction(
    (text) => document.querySelector("diorama-masthead")?.shadowRoot?.querySelector(".tagline")?.textContent === text,
    { polling: 100 },
    text,
  );

const [ENGLISH, CHINESE] = ["tiny Transformers, open to look inside", "打开来看的微型 Transformer"];

for (const browser of browsers) {
  test(`${browser}: an English reader fetches no Chinese; who switches gets it, and no key is shown on the way`, () =>
    visit(
      browser,
      "blocks.html",
      async (page, { served }) => {
        const chinese = () => served().filter((file) => /^zh-\w+\.js$/.test(file));
        await says(page, ENGLISH);
        assert.deepEqual(chinese(), []);
        await watch(page);
        await page.reload();
        await says(page, ENGLISH);
        await page.click("diorama-masthead >>> header > button:not(.theme)");
        await says(page, CHINESE);
        assert.equal(chinese().length, 1);
        assert.deepEqual(await seen(page, CHINESE), [ENGLISH, CHINESE]);
        await page.reload();
        await says(page, CHINESE);
        assert.deepEqual(await seen(page, CHINESE), [CHINESE], "no English first");
      },
      CPU,
    ));
}

test("where the words cannot be fetched the page speaks English", () =>
  visit(
    "chromium",
    "course.html",
    async (page) => {
      await says(page, ENGLISH);
      await page.setRequestInterception(true);
      page.on("request", (request) => (/\/zh-\w+\.js$/.test(request.url()) ? request.abort() : request.continue()));
      await page.click("diorama-masthead >>> header > button:not(.theme)");
      await page.waitForFunction(() => document.documentElement.lang === "zh-Hans");
      await says(page, ENGLISH);
    },
    { ...CPU, expected: [/ERR_FAILED/] },
  ));
