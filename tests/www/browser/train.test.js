// The page that trains: one click makes a model that learns to repeat what it has read; its head is found by its numbers, and every moment can be gone back to.

import assert from "node:assert/strict";
import test from "node:test";
import { browsers, visit } from "../story.js";
import { finished } from "./page.js";

/** @typedef {import("puppeteer-core").Page} Page */

/** Waits until the run is in a state. @param {Page} page @param {"running" | "paused" | "done"} state @param {number} [least] steps that must be done */
async function reached(page, state, least = 0) {
  await page.waitForFunction(
    (state, least) => {
      const { error, run, busy } = /** @type {any} */ (document.querySelector("diorama-train-page")) ?? {};
      if (error) throw new Error(error);
      return run?.state === state && run.done >= least && !busy;
    },
    { timeout: 170_000, polling: 100 },
    state,
    least,
  );
}

/** What the page shows of the moment that is looked at. @param {Page} page */
function shown(page) {
  return page.evaluate(async () => {
    const train = /** @type {any} */ (document.querySelector("diorama-train-page"));
    await train.updateComplete;
    const text = (/** @type {string} */ selector) => train.querySelector(selector)?.textContent.trim() ?? "";
    return {
      done: train.run.done,
      losses: train.run.steps.map((/** @type {any} */ { loss }) => loss),
      step: train.moment.step,
      score: train.moment.score?.score,
      written: train.moment.written,
      verdict: text(".verdict"),
      without: text(".without"),
      moments: train.run.moments.all.length,
    };
  });
}

const act = (/** @type {Page} */ page, /** @type {number} */ n) => page.click(`.acts button:nth-child(${n})`);
const begin = (/** @type {Page} */ page) => page.click(".controls .primary");

for (const browser of browsers) {
  test(`${browser}: a click trains a model whose stripe appears, dissolves when the step is dragged back, and costs the loss when it is switched off`, () =>
    visit(
      browser,
      "train.html",
      async (page) => {
        await page.waitForSelector(".controls .primary");
        await begin(page);
        await reached(page, "running", 50);
        await begin(page);
        await reached(page, "paused", 50);
        const paused = await shown(page);
        await begin(page);
        await reached(page, "done");
        const end = await shown(page);
        assert.equal(end.done, 600);
        assert.ok(paused.done < 600);
        assert.deepEqual(end.losses.slice(0, paused.done), paused.losses, "what was done before the pause stays");
        assert.ok(
          end.losses[0] > 3 && end.losses.slice(-20).every((/** @type {number} */ loss) => loss < 2),
          `${end.losses.slice(-20)}`,
        );
        assert.ok(end.score > 0.5, `the best head puts ${end.score} where the rule says`);
        assert.match(end.verdict, /induction head/);
        assert.equal(end.written[0], "k a x m f t b z");
        assert.ok(end.moments > 5);

        await act(page, 1);
        await reached(page, "done");
        const [, whole, without] = (await shown(page)).without.match(/is ([\d.]+) nats.* it is ([\d.]+)\./) ?? [];
        assert.ok(Number(without) > Number(whole) + 0.5, `${whole} → ${without}`);

        await page.focus(".scrubber input");
        await page.keyboard.press("Home");
        const start = await shown(page);
        assert.equal(start.step, 0);
        assert.ok(start.score < 0.2, `${start.score}`);
        assert.notEqual(start.written[0], end.written[0]);
        await act(page, 2);
        await reached(page, "paused");
        const back = await shown(page);
        assert.deepEqual([back.done, back.moments], [0, 1]);
        await begin(page);
        await reached(page, "running", 30);
        await begin(page);
        await reached(page, "paused", 30);
        const again = await shown(page);
        assert.deepEqual(again.losses, end.losses.slice(0, again.done), "the same way again, bit for bit");

        await Promise.all([page.waitForNavigation(), act(page, 3)]);
        await finished(page);
        const explored = await page.evaluate(() => {
          const { state, model, player, opened } = /** @type {any} */ (document.querySelector("diorama-app"));
          return { text: state.text, layers: model.info.layers, read: player.source.length, opened };
        });
        assert.match(explored.opened, /^run:induction \d+/);
        assert.deepEqual([explored.layers, explored.read], [2, 32]);
        await page.click(".model-button");
        await page.waitForSelector("dialog .kept li");
        assert.match(await page.$eval("dialog .kept li", (item) => item.textContent ?? ""), /induction \d+/);
        await page.click("dialog .kept li .choices button:last-of-type");
        await page.waitForFunction(() => !document.querySelector("dialog .kept li"));
      },
      { webgpu: false },
    ));
}

test("a link restores an experiment and its settings; an encoder-decoder's map becomes an antidiagonal", () =>
  visit(
    "chromium",
    "train.html#recipe=reverse&steps=450&seed=3&theme=dark",
    async (page) => {
      await page.waitForSelector(".controls .primary");
      await begin(page);
      await reached(page, "done");
      const { score, done, verdict, losses } = await shown(page);
      assert.equal(done, 450);
      assert.ok(score > 0.4, `${score}`);
      assert.ok(losses.at(-1) < losses[0] / 5, `${losses.at(-1)}`);
      assert.match(verdict, /mirrored/);
      await page.click(".recipes button:nth-child(1)");
      assert.equal(await page.evaluate(() => location.hash), "#seed=3&theme=dark");
    },
    { webgpu: false },
  ));

test("a text that is too short and a rate that explodes are told in a sentence, and nothing is lost", () =>
  visit(
    "chromium",
    "train.html#recipe=own&lang=zh",
    async (page) => {
      await page.waitForSelector("textarea.own");
      await page.type("textarea.own", "three short words");
      await begin(page);
      await page.waitForSelector(".error");
      assert.match((await page.$eval(".error", ({ textContent }) => textContent)) ?? "", /17 个字符/);
      assert.equal(await page.$eval("textarea.own", (area) => area.value), "three short words");
      await page.evaluate(() => (location.hash = "recipe=sort&rate=10&steps=200"));
      await page.waitForFunction(() => !document.querySelector("textarea.own"));
      await begin(page);
      await page.waitForFunction(() => {
        const { error, run } = /** @type {any} */ (document.querySelector("diorama-train-page"));
        return error || run?.state === "done";
      });
      const { error, done, losses } = await page.evaluate(() => {
        const { error, run } = /** @type {any} */ (document.querySelector("diorama-train-page"));
        return { error, done: run?.done ?? 0, losses: run?.steps.map((/** @type {any} */ { loss }) => loss) ?? [] };
      });
      assert.ok(error || done === 200);
      assert.ok(losses.every(Number.isFinite), "no step whose loss is not a number is kept");
    },
    { webgpu: false },
  ));
