// The address tells what is open, in each browser: the model that is seen, also after one from the disk, and the tokens that were taken by hand, which undo takes back.

import assert from "node:assert/strict";
import test from "node:test";
import { browsers, visit } from "../story.js";
import { finished, tileIds } from "./page.js";

/** @typedef {import("puppeteer-core").Page} Page */

/** What the page and its address say of the model. @param {Page} page */
const told = (page) =>
  page.evaluate(() => {
    const app = /** @type {any} */ (document.querySelector("diorama-app"));
    return { named: app.state.model, opened: app.opened, runs: app.model.info.architecture, error: app.error };
  });

/** @param {Page} page @param {string} architecture */
const runs = (page, architecture) =>
  page.waitForFunction(
    (architecture) => {
      const app = /** @type {any} */ (document.querySelector("diorama-app"));
      return app.model?.info.architecture === architecture && !app.loading;
    },
    {},
    architecture,
  );

/** Whether the page's output has these tokens. @param {string} ids */
function holds(ids) {
  const app = /** @type {any} */ (document.querySelector("diorama-app"));
  return app?.player?.steps.map((/** @type {any} */ { id }) => id).join() === ids;
}

for (const browser of browsers) {
  test(`${browser}: after a model from the disk, an address opens the model that it names, and back opens the files again`, () =>
    visit(
      browser,
      "explore.html#device=cpu",
      async (page) => {
        await finished(page);
        await page.evaluate(async () => {
          const app = /** @type {any} */ (document.querySelector("diorama-app"));
          const file = async (/** @type {string} */ name) =>
            new File([await (await fetch(`models/gpt2-tiny/${name}`)).blob()], name);
          await app.attempt(async () =>
            app.own.openFiles(await Promise.all(["config.json", "model.safetensors", "tokenizer.json"].map(file))),
          );
        });
        const own = await told(page);
        assert.deepEqual(own, { named: "file:1", opened: "file:1", runs: "GPT2LMHeadModel", error: "" });
        await page.evaluate(() => (location.hash = "model=models/bert-tiny/&device=cpu"));
        await runs(page, "BertForPreTraining");
        assert.deepEqual(await told(page), {
          named: "models/bert-tiny/",
          opened: "models/bert-tiny/",
          runs: "BertForPreTraining",
          error: "",
        });
        await page.evaluate(() => history.back());
        await runs(page, "GPT2LMHeadModel");
        assert.deepEqual(await told(page), own);
        // A model that is not there: the one before stays, and the address names it.
        await page.evaluate(() => (location.hash = "model=models/constructor/&device=cpu"));
        await page.waitForFunction(() => /** @type {any} */ (document.querySelector("diorama-app")).error);
        assert.deepEqual({ ...(await told(page)), error: "" }, own);
      },
      { webgpu: false, expected: [/404/] },
    ));

  test(`${browser}: a link made with a model from the disk says so elsewhere, and the page shows its own`, () =>
    visit(
      browser,
      "explore.html#model=file:1&device=cpu&lang=en",
      async (page) => {
        await runs(page, "T5ForConditionalGeneration");
        assert.match((await told(page)).error, /somebody’s disk/);
        assert.equal((await told(page)).opened, "models/t5-tiny/");
      },
      { webgpu: false },
    ));

  test(`${browser}: undo takes back a token that was taken by hand, and a link brings it`, () =>
    visit(
      browser,
      "explore.html#device=cpu",
      async (page, tab) => {
        await finished(page);
        const before = await tileIds(page, "output");
        const id = await page.evaluate(async () => {
          const app = /** @type {any} */ (document.querySelector("diorama-app"));
          app.selected = 1;
          await app.updateComplete;
          const candidates = /** @type {any} */ (document.querySelector("diorama-candidates"));
          const { id } = candidates.candidates.find((/** @type {any} */ { id }) => id !== app.player.steps[1].id);
          candidates.dispatchEvent(
            new CustomEvent("diorama-candidate-select", { detail: { id }, bubbles: true, composed: true }),
          );
          while (app.state.written.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
          return id;
        });
        await finished(page);
        const taken = await tileIds(page, "output");
        assert.deepEqual(taken.slice(0, 2), [before[0], id]);
        assert.ok(taken.length > 2, "the model writes on");
        const link = await page.evaluate(() => location.hash);
        await page.click(".undo button:first-child");
        await finished(page);
        assert.deepEqual(await tileIds(page, "output"), before);
        await page.click(".undo button:last-child");
        await page.waitForFunction(holds, {}, taken.join());
        assert.deepEqual(await tileIds(page, "output"), taken);
        await page.goto("about:blank");
        await page.goto(`${tab.base}${link}`);
        await page.waitForFunction(holds, {}, taken.join());
        assert.deepEqual(await tileIds(page, "output"), taken);
      },
      { webgpu: false },
    ));
}
