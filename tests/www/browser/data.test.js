// The texts for training: what lies beside the page is named with its sources and licences wherever the site says its own.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { browsers, visit } from "../story.js";
import { violations } from "./axe.js";

/** @type {import("../../../www/shell/data-credits.js").Credit[]} */
const CREDITS = JSON.parse(readFileSync(new URL("../../../www/data/credits.json", import.meta.url), "utf8")).files;

for (const browser of browsers) {
  for (const language of /** @type {const} */ (["en", "zh"])) {
    test(`${browser}: in ${language} every text for training is there, with its title, authors and licence`, () =>
      visit(browser, `compare.html#lang=${language}`, async (page) => {
        const credits = () =>
          /** @type {any} */ (document.querySelector("diorama-colophon"))?.renderRoot.querySelector("diorama-data-credits")
            ?.renderRoot;
        await page.evaluate(`credits = ${credits}`);
        await page.waitForFunction("credits()?.querySelector('summary')");
        await page.evaluate("credits().querySelector('details').open = true");
        await page.waitForFunction(`credits().querySelectorAll('dt').length === ${CREDITS.length}`);
        const shown = /** @type {string} */ (await page.evaluate("credits().querySelector('dl').textContent"));
        for (const { file, title, sources } of CREDITS) {
          for (const words of [file, title[language], ...sources.flatMap(({ authors, license }) => [authors, license])])
            assert.ok(shown.includes(words), words);
        }
        const sizes = await page.evaluate(
          async (files) => Promise.all(files.map(async (file) => (await (await fetch(`data/${file}`)).arrayBuffer()).byteLength)),
          CREDITS.map(({ file }) => file),
        );
        assert.deepEqual(
          sizes,
          CREDITS.map(({ bytes }) => bytes),
        );
        assert.deepEqual(await violations(page), []);
      }));
  }
}
