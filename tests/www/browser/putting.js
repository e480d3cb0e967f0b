// A block put into an empty page, and what it shows.

import assert from "node:assert/strict";

/** @typedef {import("puppeteer-core").Page} Page */

/**
 * Puts a block into an empty page and waits until it shows `selector`.
 * @param {Page} page
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {string} selector within the block
 */
export async function put(page, tag, attributes, selector) {
  await page.evaluate(
    async ({ tag, attributes }) => {
      await import(new URL("diorama.js", document.baseURI).href);
      const block = document.createElement(tag);
      for (const [name, value] of Object.entries({ lang: "en", ...attributes })) block.setAttribute(name, value);
      const main = document.createElement("main");
      const title = document.createElement("h1");
      title.textContent = "A block";
      main.append(title, block);
      document.body.replaceChildren(main);
    },
    { tag, attributes },
  );
  await shows(page, tag, selector);
}

/**
 * @param {Page} page
 * @param {string} tag
 * @param {string} selector
 */
export async function shows(page, tag, selector) {
  const found = await page.waitForFunction(
    ({ tag, selector }) => {
      const root = document.querySelector(tag)?.shadowRoot;
      const error = root?.querySelector(".error")?.textContent;
      return error ? `error: ${error}` : root?.querySelector(selector) ? "shown" : false;
    },
    { timeout: 120_000, polling: 100 },
    { tag, selector },
  );
  assert.equal(await found.jsonValue(), "shown");
}
