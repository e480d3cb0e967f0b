// How soon the page is alive: it writes before the GPU is tested, and a model moves to another device without losing its place.

import assert from "node:assert/strict";
import test from "node:test";
import { browsers, visit } from "../story.js";
import { finished, tileIds } from "./page.js";

/** Generous: a slow machine takes a second. // ms */
const SOON = 20_000;

for (const browser of browsers) {
  test(`${browser}: the page writes its first text before the devices are tested, and then says what the test found`, () =>
    visit(browser, "explore.html", async (page) => {
      await finished(page);
      const written = await tileIds(page, "output");
      await page.waitForFunction(() => !(/** @type {any} */ (document.querySelector("diorama-app")).testing));
      const { token, tested, info } = await page.evaluate(() => {
        const [token, tested] = ["diorama: a first token", "diorama: devices tested"].map(
          (name) => performance.getEntriesByName(name)[0].startTime,
        );
        return { token, tested, info: /** @type {any} */ (document.querySelector("diorama-app")).model.info };
      });
      assert.ok(token < tested, `a first token at ${token} ms, the devices tested at ${tested} ms`);
      assert.ok(token < SOON, `a first token at ${token} ms`);
      assert.match(info.deviceReasonCode, /^(cpuFaster|gpuFaster)$/);
      assert.ok(info.selfTest.length > 5 && info.timing.webgpu > 0);
      assert.deepEqual(await tileIds(page, "output"), written);
    }));

  test(`${browser}: a model moves to another device in the middle of a text, and goes on with the same tokens`, () =>
    visit(browser, "embed.html", async (page) => {
      const outcome = await page.evaluate(async () => {
        const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
        const model = await loadModel("models/t5-tiny/", { device: "cpu" });
        const write = async (/** @type {() => Promise<void>} */ meanwhile) => {
          const generation = await model.start({ text: "translate English to French: Where is the station?" });
          const ids = [];
          for (let done = false; !done;) {
            const step = await generation.step();
            ids.push(step.id);
            done = step.done;
            if (ids.length === 2) await meanwhile();
          }
          await generation.release();
          return ids;
        };
        const still = await write(async () => {});
        const devices = [model.info.device];
        const there = await write(() => model.move("webgpu"));
        devices.push(model.info.device);
        const back = await write(() => model.move("cpu"));
        devices.push(model.info.device);
        model.dispose();
        return { still, there, back, devices };
      });
      assert.ok(outcome.still.length > 3);
      assert.deepEqual(outcome.there, outcome.still);
      assert.deepEqual(outcome.back, outcome.still);
      assert.deepEqual(outcome.devices, ["cpu", "webgpu", "cpu"]);
    }));
}
