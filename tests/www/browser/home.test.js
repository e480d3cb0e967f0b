// The first page: a sentence that is translated, the attention of one word, three ways to break the model; and links of the time when Explore was the first page.

import assert from "node:assert/strict";
import test from "node:test";
import { browsers, visit } from "../story.js";
import { finished } from "./page.js";

/** @typedef {import("puppeteer-core").Page} Page */

/** Waits until the first page has written what it was asked to, and reads it off. @param {Page} page */
async function written(page) {
  await page.waitForFunction(
    () => {
      const home = /** @type {any} */ (document.querySelector("diorama-home"));
      if (home?.error) throw new Error(home.error);
      const { plain, broken } = home?.translator ?? {};
      return plain?.finished && (!home.broken || broken?.finished) && !home.isUpdatePending;
    },
    { timeout: 120_000, polling: 50 },
  );
  return page.evaluate(async () => {
    const home = /** @type {any} */ (document.querySelector("diorama-home"));
    await home.updateComplete;
    const picture = /** @type {any} */ (home.querySelector("diorama-sentence-lines"));
    await picture.updateComplete;
    const texts = (/** @type {string} */ selector) =>
      [...picture.shadowRoot.querySelectorAll(selector)].map(({ textContent }) => textContent.trim());
    return {
      model: home.translator.name,
      answer: home.querySelector(".answer b").textContent.trim(),
      before: home.querySelector(".answer s")?.textContent,
      seen: home.querySelector(".seen").textContent,
      above: texts(".above .tile"),
      shares: texts(".above small"),
      chosen: texts('.below [aria-pressed="true"]'),
      lines: picture.shadowRoot.querySelectorAll("path").length,
      barred: texts(".hidden"),
    };
  });
}

const press = (/** @type {Page} */ page, /** @type {number} */ n) => page.click(`.breaks li:nth-child(${n}) button`);

/** @param {Page} page @param {string} text */
async function say(page, text) {
  await page.click(".live textarea", { count: 3 });
  await page.type(".live textarea", text);
  await page.keyboard.press("Enter");
  await page.waitForFunction(
    (text) => {
      const { translator } = /** @type {any} */ (document.querySelector("diorama-home"));
      const pieces = translator.source.slice(translator.prefix).map((/** @type {any} */ { token }) => token.replace("▁", " "));
      return pieces.join("").includes(text.slice(0, -1));
    },
    { polling: 50 },
    text,
  );
}

for (const browser of browsers) {
  test(`${browser}: the first page translates, opens on the word that says most, and is broken in three ways`, () =>
    visit(browser, "", async (page) => {
      const whole = await written(page);
      assert.equal(whole.model, "t5-tiny");
      assert.equal(whole.answer, "J'ai froid.");
      assert.deepEqual(whole.chosen, ["froid"]);
      assert.equal(whole.above[0], "translate English to French:");
      const cold = whole.above.indexOf("cold");
      assert.ok(parseInt(whole.shares[cold]) >= 90, whole.shares.join(" | "));
      assert.match(whole.seen ?? "", new RegExp(`froid.*${whole.shares[cold]}.*cold`));
      assert.ok(whole.lines >= 1);

      await press(page, 1);
      const hidden = await written(page);
      assert.equal(hidden.before, whole.answer);
      assert.deepEqual(hidden.barred, ["cold"]);
      assert.doesNotMatch(hidden.answer, /froid/);

      await press(page, 2);
      const leftwards = await written(page);
      assert.notEqual(leftwards.answer, whole.answer);
      assert.deepEqual(leftwards.barred, []);

      await press(page, 3);
      const closed = await written(page);
      assert.equal(closed.lines, 0);
      await say(page, "Where is my red hat?");
      assert.equal((await written(page)).answer, closed.answer, "nothing of the sentence crosses a closed bridge");

      await press(page, 3);
      const again = await written(page);
      assert.equal(again.before, undefined);
      assert.match(again.answer, /chapeau/);
    }));

  test(`${browser}: a link to the first page brings sentence and break back, and the doors take the sentence along`, () =>
    visit(browser, "index.html#say=Where+is+my+red+hat%3F&break=bridge&theme=dark", async (page) => {
      const { answer, before } = await written(page);
      assert.match(before ?? "", /chapeau/);
      assert.doesNotMatch(answer, /chapeau/);
      assert.equal(
        await page.$eval('.breaks [aria-pressed="true"]', (button) => button.textContent?.trim()),
        "Close the bridge between the two",
      );
      await press(page, 3);
      await written(page);
      assert.doesNotMatch(await page.evaluate(() => location.hash), /break/);
      await Promise.all([page.waitForNavigation(), page.click('.doors a[href^="explore.html"]')]);
      await finished(page);
      const state = await page.evaluate(() => {
        const { state, player } = /** @type {any} */ (document.querySelector("diorama-app"));
        return [state.text, state.theme, player.text];
      });
      assert.deepEqual(state.slice(0, 2), ["Where is my red hat?", "dark"]);
      assert.match(state[2], /chapeau/);
      await Promise.all([page.waitForNavigation(), page.click('.one-or-three a[href^="compare.html"]')]);
      await page.waitForSelector("diorama-compare:defined");
      assert.equal(
        await page.evaluate(() => /** @type {any} */ (document.querySelector("diorama-compare")).settings.text),
        "Where is my red hat?",
      );
    }));

  test(`${browser}: links of the time when Explore was the first page lead there with all that they hold`, async () => {
    for (const hash of [
      "text=Where+is+my+book%3F&device=cpu",
      "model=models%2Fbert-tiny%2F&tool=heads&b.view=lines&lang=zh",
      "hide=header,input,examples&theme=dark&device=cpu",
      "written=5,6&layer=2&head=1&ids=1",
    ])
      await visit(browser, `index.html#${hash}`, async (page) => {
        await page.waitForSelector("diorama-app .page");
        const address = new URL(page.url());
        assert.match(address.pathname, /\/explore\.html$/);
        assert.equal(address.hash, `#${hash}`);
      });
    // Chosen on the open first page, such a link leads away as well.
    await visit(browser, "index.html#lang=zh", async (page) => {
      assert.equal((await written(page)).model, "t5-tiny-zh");
      await page.evaluate(() => (location.hash = "text=I+am+tired.&device=cpu"));
      await page.waitForSelector("diorama-app .page");
      assert.equal(new URL(page.url()).hash, "#text=I+am+tired.&device=cpu");
    });
  });
}

test("the first page is used by keys alone", () =>
  visit("chromium", "", async (page) => {
    await written(page);
    await page.focus(".live textarea");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    const chosen = () =>
      page.evaluate(() => document.querySelector("diorama-sentence-lines")?.shadowRoot?.activeElement?.textContent?.trim());
    assert.equal(await chosen(), "froid");
    await page.keyboard.press("ArrowLeft");
    assert.equal(await chosen(), "ai");
    assert.match((await written(page)).seen ?? "", /“ai”/);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.ok((await written(page)).before, "the first button breaks the model");
  }));
