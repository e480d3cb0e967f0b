// What the tests of blocks share: a block alone in its frame's page, what it shows, and axe-core's word on it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** @typedef {import("puppeteer-core").Page} Page */

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * Waits until a block has what `selector` finds in it and does nothing any more.
 * @param {Page} page
 * @param {string} tag
 * @param {string} selector
 */
export async function settled(page, tag, selector) {
  const outcome = await page.waitForFunction(
    (tag, selector) => {
      const block = /** @type {any} */ (document.querySelector(tag));
      if (block?.error) return `the block says: ${block.error}`;
      return block?.busy === 0 && !block.loading && block.shadowRoot?.querySelector(selector) ? "settled" : false;
    },
    { timeout: 120_000 },
    tag,
    selector,
  );
  assert.equal(await outcome.jsonValue(), "settled");
}

/**
 * Presses the button of a block that bears these words, as a reader does.
 * @param {Page} page
 * @param {string} tag
 * @param {string} words
 */
export async function pressIn(page, tag, words) {
  const buttons = await page.$$(`${tag} >>> button`);
  for (const button of buttons) {
    if ((await button.evaluate((element) => element.textContent?.trim())) === words) return button.click();
  }
  assert.fail(`<${tag}> has no button "${words}"`);
}

/**
 * Changes a block's settings, and presses "Stop" as soon as there is that button and `begun` holds of the block; waits until the block does nothing any more.
 * @param {Page} page
 * @param {string} tag
 * @param {Record<string, unknown>} settings
 * @param {string} [begun] a selector: what must be there, beside the button
 */
export async function stopped(page, tag, settings, begun = "*") {
  await page.evaluate(
    async (tag, settings, begun) => {
      const block = /** @type {any} */ (document.querySelector(tag));
      const stops = new Promise((resolve) =>
        new MutationObserver((_, observer) => {
          const stop = [...block.shadowRoot.querySelectorAll("button")].find((button) => button.textContent === "Stop");
          if (!stop || !block.shadowRoot.querySelector(begun)) return;
          observer.disconnect();
          resolve(stop.click());
        }).observe(block.shadowRoot, { childList: true, subtree: true, characterData: true, attributes: true }),
      );
      block.keep(settings);
      await stops;
      while (block.busy) await new Promise((resolve) => setTimeout(resolve, 20));
      await block.updateComplete;
    },
    tag,
    settings,
    begun,
  );
}

/** @param {Page} page */
export async function accessible(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { violations } = await /** @type {any} */ (globalThis).axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    });
    return violations.map(
      (/** @type {any} */ { id, nodes }) =>
        `${id}: ${nodes.map((/** @type {any} */ { target, any }) => `${target.join(" ")} ${any[0]?.message ?? ""}`).join(" | ")}`,
    );
  });
  assert.deepEqual(found, []);
}
