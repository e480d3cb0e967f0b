// The page's own checks of its numbers: against `transformers`, and between the devices, in each browser.

import assert from "node:assert/strict";
import test from "node:test";
import { browsers, visit } from "../story.js";
import { finished } from "./page.js";

for (const browser of browsers) {
  test(`${browser}: the numbers are held against transformers, and the devices against each other`, () =>
    visit(browser, "explore.html#model=models/bert-tiny/", async (page) => {
      await finished(page);
      await (await page.$("diorama-device-badge >>> .badge"))?.click();
      await (await page.$("diorama-device-badge >>> .check"))?.click();
      await page.waitForSelector(".checks-table");
      assert.deepEqual(await rows(page, 2), await rows(page, 2, "within"));
      assert.deepEqual(new Set(await rows(page, 3)), new Set(["–"]));
      await page.click("dialog.checks button:not(.quiet)");
      await page.waitForFunction(() => document.querySelector(".checks-table td:nth-child(4)")?.textContent !== "–", {
        timeout: 60_000,
      });
      assert.deepEqual(await rows(page, 3), await rows(page, 3, "within"));
      const said = await page.$$eval("dialog.checks p", (lines) => lines.map((line) => line.textContent ?? ""));
      assert.equal(said.filter((line) => /\b(\d+) of \1 hooks agree/.test(line)).length, 2, said.join("\n"));
      assert.equal(await page.$(".failed"), null);
    }));
}

/**
 * A column of the table: differences, or with `within` only those that are real numbers inside their bound.
 * @param {import("puppeteer-core").Page} page
 * @param {number} column
 * @param {"within"} [only]
 */
function rows(page, column, only) {
  return page.$$eval(
    ".checks-table tbody tr",
    (lines, column, only) => {
      const cells = lines.map((line) => [...line.children].map((cell) => cell.textContent ?? ""));
      if (cells.length < 9) throw new Error(`${cells.length} hooks were compared`);
      return cells.filter((line) => !only || Number(line[column]) <= Number(line[4])).map((line) => line[column]);
    },
    column,
    only,
  );
}
