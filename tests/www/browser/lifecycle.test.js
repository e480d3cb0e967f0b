// Blocks of all kinds come and go at random moments, in each browser: what they opened is closed.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { after } from "node:test";
import { browsers, visit } from "../story.js";
import { siteWith } from "./families.js";

/** @typedef {import("puppeteer-core").Page} Page */

/** A page of somebody else, in which workers can be counted. */
const blank = siteWith([]);
writeFileSync(join(blank.root, "blank.html"), '<!doctype html><html lang="en"><meta charset="utf-8"><title>blank</title></html>');
after(() => blank.remove());

/** Blocks in one round, and how long one stays. // ms */
const BLOCKS = 42;
const STAYS = [0, 20, 60, 150, 350, 700];

/**
 * Moments differ from run to run, so a few nodes and listeners more or less are no leak; one block has hundreds. The templates of a picture that a round is the first to reach are
 * no leak, either, and come once: what leaks grows in every round.
 */
const SLACK = { nodes: 400, listeners: 40 };
const ROUNDS = 4;

/**
 * Opens and removes blocks, and waits until no worker is left.
 * @param {Page} page
 * @param {number} seed
 * @returns {Promise<number>} workers that are still there after ten seconds
 */
function round(page, seed) {
  return page.evaluate(
    async ({ seed, count, stays }) => {
      const { BLOCKS, define } = await import(new URL("diorama.js", document.baseURI).href);
      const tags = Object.keys(BLOCKS);
      await Promise.all(tags.map(define));
      let state = seed;
      const draw = (/** @type {number} */ below) => (state = (state * 48271) % 2147483647) % below;
      const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));
      for (let i = 0; i < count; i++) {
        const block = document.createElement(tags[i % tags.length]);
        block.setAttribute("device", "cpu");
        document.body.append(block);
        await sleep(stays[draw(stays.length)]);
        block.remove();
        /** @type {any} */ (window).removed.push(new WeakRef(block));
      }
      const live = () => /** @type {any} */ (window).live;
      for (let i = 0; i < 100 && live() > 0; i++) await sleep(100);
      return live();
    },
    { seed, count: BLOCKS, stays: STAYS },
  );
}

/** What the page holds in memory, after a collection: Chromium alone tells it. @param {Page} page */
async function held(page) {
  // The browser's cache of styles may hold a chart by its clip path: another colour scheme empties it.
  for (const value of ["dark", "light"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  const client = await page.createCDPSession();
  await client.send("Performance.enable");
  for (let i = 0; i < 3; i++) {
    await client.send("HeapProfiler.collectGarbage");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const { metrics } = await client.send("Performance.getMetrics");
  await client.detach();
  const of = (/** @type {string} */ wanted) => metrics.find(({ name }) => name === wanted)?.value ?? NaN;
  const blocks = await page.evaluate(() =>
    /** @type {any} */ (window).removed.flatMap((/** @type {WeakRef<Element>} */ block) => block.deref()?.localName ?? []),
  );
  return { blocks, nodes: of("Nodes"), listeners: of("JSEventListeners") };
}

for (const browser of browsers) {
  test(`${browser}: blocks that come and go leave no worker, no node and no listener behind`, () =>
    visit(
      browser,
      "blank.html",
      async (page) => {
        await page.evaluate(() => {
          const Native = Worker;
          Object.assign(window, { live: 0, removed: [] });
          const counted = /** @type {any} */ (window);
          const count = (/** @type {number} */ change) => (counted.live += change);
          globalThis.Worker = class extends Native {
            #live = true;
            /** @param {ConstructorParameters<typeof Worker>} args */
            constructor(...args) {
              super(...args);
              count(1);
            }

            terminate() {
              if (this.#live) count(-1);
              this.#live = false;
              super.terminate();
            }
          };
        });
        // The first round brings what a page has once: modules, styles, tokenizers.
        assert.equal(await round(page, 3), 0);
        if (browser !== "chromium") return assert.equal(await round(page, 5), 0);
        let [before, grown] = [await held(page), ""];
        for (let i = 1; i < ROUNDS; i++) {
          assert.equal(await round(page, 3 + 2 * i), 0);
          const now = await held(page);
          assert.deepEqual(now.blocks, []);
          if (now.nodes - before.nodes < SLACK.nodes && now.listeners - before.listeners < SLACK.listeners) return;
          grown += `${before.nodes} → ${now.nodes} nodes, ${before.listeners} → ${now.listeners} listeners; `;
          before = now;
        }
        assert.fail(grown);
      },
      { root: blank.root, webgpu: false },
    ));
}
