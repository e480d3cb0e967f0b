// What goes wrong, in each browser: one sentence, the page still usable, the reader's text and tokens kept.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { fileURLToPath } from "node:url";
import { browsers, visit } from "../story.js";
import { siteWith } from "./families.js";
import { finished, mapSize, press, tileIds, type } from "./page.js";

const MODEL = new URL("../../../www/models/t5-tiny/", import.meta.url);
/** A checkpoint of the goldens, which has no tokenizer. */
const BARE = new URL("../../goldens/models/t5-v1_0/", import.meta.url);
const CONFIG = readFileSync(new URL("config.json", MODEL), "utf8");
const TRUNCATED = readFileSync(new URL("model.safetensors", MODEL)).subarray(0, 100_000);
/** A header's length of 10 GB, and nothing behind it. */
const BOASTING = Buffer.from(new BigUint64Array([10_000_000_000n]).buffer);

/** Folders that are no model, and what the one sentence must name. @type {[string, Record<string, string | Buffer>, RegExp][]} */
const REFUSED = [
  ["a folder without config.json", { "model.safetensors": TRUNCATED }, /config\.json/],
  ["a folder without weights", { "config.json": CONFIG }, /model\.safetensors/],
  ["a config.json that is not JSON", { "config.json": "<!doctype html>", "model.safetensors": TRUNCATED }, /config\.json/],
  ["an unknown architecture", { "config.json": '{"model_type":"mamba"}', "model.safetensors": TRUNCATED }, /mamba|safetensors/],
  ["a truncated safetensors file", { "config.json": CONFIG, "model.safetensors": TRUNCATED }, /model\.safetensors/],
  ["a header that claims 10 GB", { "config.json": CONFIG, "model.safetensors": BOASTING }, /model\.safetensors/],
];

/** A page of somebody else, whose policy lets a worker begin with a line of its own. */
const blank = siteWith([]);
writeFileSync(join(blank.root, "blank.html"), '<!doctype html><html lang="en"><meta charset="utf-8"><title>blank</title></html>');
after(() => blank.remove());

for (const browser of browsers) {
  test(`${browser}: folders that are no model are refused in one sentence, and the page goes on`, () =>
    visit(browser, "explore.html", async (page) => {
      await finished(page);
      const before = await tileIds(page, "output");
      for (const [what, files, names] of REFUSED) {
        const folder = mkdtempSync(join(tmpdir(), "diorama-"));
        try {
          for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
          await page.click(".model-button");
          const chooser = await page.waitForSelector("dialog input[type=file]:not([webkitdirectory])");
          await chooser?.uploadFile(...Object.keys(files).map((name) => join(folder, name)));
          await page.waitForFunction(
            () =>
              document.querySelector(".error") !== null && !(/** @type {any} */ (document.querySelector("diorama-app")).loading),
          );
          const said = await page.$eval(".error", (error) => error.textContent ?? "");
          assert.match(said, names, what);
          assert.doesNotMatch(said.trim(), /\n|panicked|unreachable|undefined/, what);
        } finally {
          rmSync(folder, { recursive: true });
        }
      }
      assert.equal(await page.$eval(".input .text", (input) => /** @type {HTMLInputElement} */ (input).value), "I am cold.");
      await press(page, 1);
      await finished(page);
      assert.deepEqual(await tileIds(page, "output"), before);
    }));

  test(`${browser}: a model without a tokenizer is run with typed ids, and the way back is open`, () =>
    visit(browser, "explore.html", async (page) => {
      await finished(page);
      const ours = await tileIds(page, "output");
      await page.click(".model-button");
      const chooser = await page.waitForSelector("dialog input[type=file]:not([webkitdirectory])");
      await chooser?.uploadFile(...["config.json", "model.safetensors"].map((name) => fileURLToPath(new URL(name, BARE))));
      await page.waitForFunction(() => document.querySelector(".error")?.textContent?.includes("type ids"));
      await type(page, "5 9, 2");
      await press(page, 1);
      await finished(page);
      assert.deepEqual((await tileIds(page, "source")).slice(0, 3), [5, 9, 2]);
      assert.ok((await mapSize(page, "cross")).rows > 0);
      await type(page, "I am cold.");
      await page.click(".model-button");
      await page.waitForSelector("dialog .own button");
      await page.click("dialog .own button");
      await page.waitForFunction(() => /** @type {any} */ (document.querySelector("diorama-app")).model.info.name === "t5-tiny");
      await finished(page);
      assert.deepEqual(await tileIds(page, "output"), ours);
    }));

  test(`${browser}: a link cannot make the page fetch a model from another host`, () =>
    visit(browser, "explore.html#model=http%3A%2F%2Fexample.invalid%2Fmodel%2F", async (page) => {
      await page.waitForFunction(() => document.querySelector(".error")?.textContent?.includes("example.invalid"));
      await page.click(".model-button");
      await page.waitForSelector("dialog .own button");
      await page.click("dialog .own button");
      await finished(page);
    }));

  test(`${browser}: an address without a model, a wrong device and bad ids are refused by the module`, () =>
    visit(
      browser,
      "explore.html",
      async (page) => {
        await finished(page);
        const said = await page.evaluate(async () => {
          const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
          const refusal = (/** @type {Promise<any>} */ promise) =>
            promise.then(
              () => "accepted",
              (error) => error.message,
            );
          const model = await loadModel("models/t5-tiny/", { device: "cpu" });
          const answers = {
            address: await refusal(loadModel("models/nowhere/")),
            device: await refusal(loadModel("models/t5-tiny/", { device: "tpu" })),
            vocabulary: await refusal(model.run({ ids: [5, 1_000_000] })),
            empty: await refusal(model.run({ ids: [] })),
            nothing: await refusal(model.run({})),
            long: await refusal(model.run({ ids: new Array(200_000).fill(5) })),
            after: await model.run({ text: "date: 1 May 2020" }).then((/** @type {any} */ trace) => trace.logits.shape.length),
          };
          model.dispose();
          return { ...answers, disposed: await refusal(model.run({ ids: [5] })) };
        });
        assert.match(said.address, /config\.json was not found at .*models\/nowhere\//);
        assert.match(said.device, /"tpu"/);
        assert.match(said.vocabulary, /1000000/);
        for (const answer of [said.empty, said.nothing, said.long, said.disposed]) assert.match(answer, /^\S.{10,300}$/);
        for (const answer of Object.values(said)) assert.notEqual(answer, "accepted");
        assert.equal(said.after, 3);
      },
      { expected: [/nowhere/] },
    ));

  test(`${browser}: where workers have no WebGPU, the page computes on its own thread, and goes back to a worker for the CPU`, () =>
    visit(
      browser,
      "blank.html",
      async (page) => {
        const { ids, devices, reason } = await page.evaluate(async () => {
          const Native = Worker;
          globalThis.Worker = /** @type {any} */ (
            function (/** @type {URL} */ address) {
              const script = `delete WorkerNavigator.prototype.gpu; import ${JSON.stringify(address.href)};`;
              return new Native(URL.createObjectURL(new Blob([script], { type: "text/javascript" })), { type: "module" });
            }
          );
          const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
          const [devices, ids] = [[], []].map((list) => /** @type {any[]} */ (list));
          let reason = "";
          for (const device of ["webgpu", "auto", "cpu"]) {
            const model = await loadModel("models/t5-tiny/", { device });
            const written = [];
            for await (const step of model.generate({ text: "date: 1 May 2020" }, { maxNewTokens: 20 })) written.push(step.id);
            devices.push(model.info.device);
            ids.push(written);
            if (device === "auto") reason = model.info.deviceReason;
            model.dispose();
          }
          return { ids, devices, reason };
        });
        assert.equal(devices[0], "webgpu");
        assert.equal(devices[2], "cpu");
        assert.match(reason, /CPU/);
        assert.deepEqual(ids[0], ids[2]);
        assert.deepEqual(ids[1], ids[2]);
      },
      { root: blank.root },
    ));

  test(`${browser}: a crashed worker and a lost GPU cost a pause, not the tokens`, () =>
    visit(browser, "explore.html#device=cpu", async (page) => {
      // With a device chosen, the page starts no worker of its own meanwhile.
      await finished(page);
      const outcome = await page.evaluate(async () => {
        /** @type {Worker[]} */
        const workers = [];
        const Native = Worker;
        globalThis.Worker = class extends Native {
          /** @param {ConstructorParameters<typeof Worker>} args */
          constructor(...args) {
            super(...args);
            workers.push(this);
          }
        };
        const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
        /** @type {string[]} */
        const reasons = [];
        const onRecover = (/** @type {string} */ reason) => reasons.push(reason);
        const write = async (/** @type {any} */ model, /** @type {() => unknown} */ trouble) => {
          const ids = [];
          for await (const step of model.generate(
            { text: "translate English to French: Where is the station?" },
            { maxNewTokens: 20 },
          )) {
            ids.push(step.id);
            if (ids.length === 2) await trouble();
          }
          return ids;
        };
        const cpu = await loadModel("models/t5-tiny/", { device: "cpu", onRecover });
        const calm = await write(cpu, () => {});
        const crashed = await write(cpu, () =>
          workers.at(-1)?.dispatchEvent(new ErrorEvent("error", { message: "made to fail" })),
        );
        const gpu = await loadModel("models/t5-tiny/", { device: "webgpu", onRecover });
        const lost = await write(gpu, () => gpu.loseGpu());
        cpu.dispose();
        gpu.dispose();
        return { calm, crashed, lost, reasons, workers: workers.length };
      });
      assert.ok(outcome.calm.length > 2);
      assert.deepEqual(outcome.crashed, outcome.calm);
      assert.deepEqual(outcome.lost, outcome.calm);
      assert.equal(outcome.reasons.length, 2);
      assert.match(outcome.reasons[0], /made to fail/);
      assert.match(outcome.reasons[1], /GPU was lost/);
      assert.equal(outcome.workers, 3, "one for each model and one after the crash");
    }));
}
