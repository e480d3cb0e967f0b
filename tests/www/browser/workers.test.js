// A worker that ends or hangs, in each browser: whoever waits for it goes on with the same tokens or is told in a sentence, and those beside it lose nothing.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { after } from "node:test";
import { browsers, visit } from "../story.js";
import { siteWith } from "./families.js";

/** @typedef {import("puppeteer-core").Page} Page */

/** A page of somebody else, whose policy lets a worker begin with a line of its own. */
const blank = siteWith([]);
writeFileSync(join(blank.root, "blank.html"), '<!doctype html><html lang="en"><meta charset="utf-8"><title>blank</title></html>');
after(() => blank.remove());

/** Workers that end or run for ever at a word; `window.tell(word)` says it to the newest or to another. @param {Page} page */
function prepare(page) {
  return page.evaluate(() => {
    /** @type {Worker[]} */
    const workers = [];
    const Native = Worker;
    globalThis.Worker = /** @type {any} */ (
      function (/** @type {URL} */ address) {
        const script = `import ${JSON.stringify(address.href)}; addEventListener("message", ({ data }) => { if (data === "end") close(); if (data === "spin") for (;;); });`;
        const worker = new Native(URL.createObjectURL(new Blob([script], { type: "text/javascript" })), { type: "module" });
        workers.push(worker);
        return worker;
      }
    );
    Object.assign(window, {
      tell: (/** @type {string} */ word, worker = workers.at(-1)) => worker?.postMessage(word),
      workers,
      write: async (/** @type {any} */ model, /** @type {object} */ options = {}, at = () => {}) => {
        const ids = [];
        for await (const step of model.generate(
          { text: "translate English to French: Where is the station?" },
          { maxNewTokens: 20, ...options },
        )) {
          ids.push(step.id);
          if (ids.length === 2) at();
        }
        return ids;
      },
    });
  });
}

for (const browser of browsers) {
  test(`${browser}: a worker that ends, or hangs, costs a pause or one sentence, and the next text has the same tokens`, () =>
    visit(
      browser,
      "blank.html",
      async (page) => {
        await prepare(page);
        const told = await page.evaluate(async () => {
          const { tell, write, workers } = /** @type {any} */ (window);
          const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
          /** @type {string[]} */
          const reasons = [];
          const model = await loadModel("models/t5-tiny/", {
            device: "cpu",
            onRecover: (/** @type {string} */ reason) => reasons.push(reason),
          });
          const calm = await write(model);
          const ended = await write(model, { capture: ["*"] }, () => tell("end"));
          // Nobody waits while it ends.
          tell("end");
          await new Promise((resolve) => setTimeout(resolve, 200));
          const idle = await write(model);
          const stop = new AbortController();
          tell("spin");
          setTimeout(() => stop.abort(), 300);
          const began = performance.now();
          const stopped = await write(model, { signal: stop.signal });
          const took = performance.now() - began;
          const encoding = await model
            .encode("cold", undefined, { signal: AbortSignal.timeout(200) })
            .catch((/** @type {Error} */ error) => error.name);
          const said = await model.encode("cold").then(
            () => "",
            (/** @type {Error} */ error) => error.message,
          );
          const seconds = (performance.now() - began) / 1000;
          const after = await write(model);
          model.dispose();
          return { calm, ended, idle, stopped, took, encoding, said, seconds, after, reasons, workers: workers.length };
        });
        assert.ok(told.calm.length > 2);
        assert.deepEqual(told.ended, told.calm);
        assert.deepEqual(told.idle, told.calm);
        assert.ok(told.stopped.length === 0 && told.took < 2000, `${told.took} ms`);
        assert.equal(told.encoding, "TimeoutError");
        assert.deepEqual(told.after, told.calm);
        assert.ok(told.seconds < 60, `${told.seconds} s`);
        assert.match(told.reasons[0], /has ended/);
      },
      { root: blank.root, webgpu: false },
    ));

  test(`${browser}: one call that never ends is told so; blocks beside it go on in another worker`, () =>
    visit(
      browser,
      "blank.html",
      async (page) => {
        await prepare(page);
        const told = await page.evaluate(async () => {
          const { tell, workers } = /** @type {any} */ (window);
          const { define, loadModel } = await import(new URL("diorama.js", document.baseURI).href);
          const model = await loadModel("models/gpt2-tiny/", { device: "cpu" });
          const alone = workers.at(-1);
          await define("diorama-lens");
          const [one, two] = ["gpt2-tiny", "llama-tiny"].map((name) =>
            Object.assign(document.createElement("diorama-lens"), {
              device: "cpu",
              model: `models/${name}/`,
              text: "Once upon a time",
            }),
          );
          document.body.append(one, two);
          const columns = (/** @type {any} */ block) => block.shadowRoot?.querySelector("diorama-lens-grid")?.columns.length ?? 0;
          const until = async (/** @type {() => unknown} */ holds) => {
            while (!holds()) await new Promise((resolve) => setTimeout(resolve, 50));
          };
          await until(() => columns(one) && columns(two));
          const before = [columns(one), columns(two)];
          // Both wait at the same time: a worker counts as hung only after a while.
          tell("spin");
          tell("spin", alone);
          Object.assign(one, { text: "Once upon a time there was" });
          Object.assign(two, { text: "Once upon a time there was" });
          const said = await model.encode("cold").then(
            () => "",
            (/** @type {Error} */ error) => error.message,
          );
          await until(() => columns(one) > before[0] && columns(two) > before[1]);
          const errors = [one, two].map((block) => /** @type {any} */ (block).error);
          const again = (await model.encode("cold")).length;
          one.remove();
          two.remove();
          model.dispose();
          return { errors, said, again };
        });
        assert.deepEqual(told.errors, ["", ""]);
        assert.match(told.said, /without a sign of life/);
        assert.ok(told.again > 0);
      },
      { root: blank.root, webgpu: false },
    ));
}
