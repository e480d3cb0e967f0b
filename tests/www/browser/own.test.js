// A model from another host, in each browser: asked for by name, stated before it is fetched, cancelled, resumed, kept, opened without a network, forgotten.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { fileURLToPath } from "node:url";
import { browsers, visit } from "../story.js";
import { serveHub } from "../hub.js";
import { finished, press, shown, tileIds } from "./page.js";

/** @typedef {import("puppeteer-core").Page} Page */

const folder = (/** @type {string} */ path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const MODELS = {
  "tests/t5-tiny": folder("www/models/t5-tiny"),
  "tests/bare": folder("tests/goldens/models/t5-v1_0"),
};
const BARE = Object.fromEntries(
  ["config.json", "model.safetensors"].map((name) => [name, readFileSync(join(MODELS["tests/bare"], name))]),
);

/** A wait longer than this has failed. // ms */
const PATIENCE = 30_000;

/** What browsers report of requests that the stories make fail. */
const EXPECTED = [/404/, /401/, /ERR_|NetworkError|NS_ERROR|CORS|Cross-Origin/i];

/** What a test of the policy makes browsers say. */
const REFUSED = [/Content.Security.Policy|request to another host: .*blocked-uri/i];

/** @param {Page} page */
async function showModel(page) {
  await page.click(".model-button");
  await page.waitForSelector("#own-address");
}

/**
 * Types a name, and asks.
 * @param {Page} page
 * @param {string} name
 */
async function look(page, name) {
  await showModel(page);
  await page.focus("#own-address");
  await page.$eval("#own-address", (input) => /** @type {HTMLInputElement} */ (input).select());
  await page.keyboard.type(name);
  await page.keyboard.press("Enter");
  await page.waitForFunction(
    () => document.querySelector(".statement .load") ?? document.querySelector("dialog .error:not(:empty)"),
  );
}

/**
 * Chooses files of these contents.
 * @param {Page} page
 * @param {Record<string, string | Buffer>} files
 */
async function choose(page, files) {
  const folder = mkdtempSync(join(tmpdir(), "diorama-"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  await showModel(page);
  const chooser = await page.waitForSelector("dialog input[type=file]:not([webkitdirectory])");
  await chooser?.uploadFile(...Object.keys(files).map((name) => join(folder, name)));
  await page.waitForFunction(
    () => !document.querySelector("dialog") && !(/** @type {any} */ (document.querySelector("diorama-app")).loading),
  );
  after(() => rmSync(folder, { recursive: true }));
}

/** @param {Page} page @param {string} selector */
const textOf = (page, selector) => page.$eval(selector, (element) => element.textContent ?? "");

/** @param {Page} page @param {string} name */
const modelIs = (page, name) =>
  page.waitForFunction((name) => /** @type {any} */ (document.querySelector("diorama-app")).model?.info.name === name, {}, name);

/** @param {Page} page @param {string} base */
async function useMirror(page, base) {
  await showModel(page);
  // Not by a click: the dialog's card may still be on its way, and would push what the click aims at.
  await page.$eval(".mirror", (details) => {
    /** @type {HTMLDetailsElement} */ (details).open = true;
  });
  await page.focus(".mirror input");
  await page.keyboard.type(base);
  await page.waitForFunction((base) => localStorage.getItem("diorama.mirror") === base, {}, base);
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !document.querySelector("dialog"));
}

/** `refused`: the story makes the policy refuse something. @param {string} browser @param {(page: Page, hub: import("../hub.js").Hub) => Promise<void>} story */
async function withHub(browser, story, refused = false) {
  const hub = await serveHub(MODELS);
  try {
    await visit(
      /** @type {import("../drive.js").BrowserName} */ (browser),
      "explore.html#device=cpu",
      async (page) => {
        page.setDefaultTimeout(PATIENCE);
        await finished(page);
        await useMirror(page, hub.base);
        await story(page, hub);
      },
      { asked: [hub.base], expected: refused ? [...EXPECTED, ...REFUSED] : EXPECTED },
    );
  } finally {
    await hub.close();
  }
}

for (const browser of browsers) {
  test(`${browser}: a name is looked at, stated, cancelled midway, loaded, kept, opened without its host, and forgotten`, () =>
    withHub(browser, async (page, hub) => {
      const ours = await tileIds(page, "output");
      assert.deepEqual(hub.asked, [], "nobody is asked before the reader says so");
      await look(page, "tests/t5-tiny");
      assert.match(await textOf(page, ".asked"), new RegExp(`${hub.base}/tests/t5-tiny/resolve/main/`));
      assert.match(
        await textOf(page, ".statement"),
        /T5ForConditionalGeneration[\s\S]*1,\d{3},\d{3}[\s\S]*3\.6 MB[\s\S]*MB of 4\.3 GB[\s\S]*tokenizer\.json/,
      );
      assert.ok(
        hub.asked.every((line) => !/safetensors$/.test(line)),
        `only first bytes so far: ${hub.asked}`,
      );

      hub.trouble.pace = 20;
      await page.click(".statement .load");
      await page.waitForFunction(() =>
        /[1-9][\d.]* [kM]B of 3\.6 MB/.test(document.querySelector(".loading")?.textContent ?? ""),
      );
      await page.click(".loading .cancel");
      await page.waitForFunction(() => !document.querySelector(".loading"));
      assert.equal(await page.evaluate(() => /** @type {any} */ (document.querySelector("diorama-app")).error), "");
      await modelIs(page, "t5-tiny");
      await press(page, 1);
      await finished(page);
      assert.deepEqual(await tileIds(page, "output"), ours, "the earlier model goes on");

      hub.trouble.pace = 0;
      await look(page, "tests/t5-tiny");
      await page.click(".statement .load");
      await modelIs(page, "tests/t5-tiny");
      await finished(page);
      assert.deepEqual(await tileIds(page, "output"), ours, "the same model from another place");

      await hub.close();
      await page.reload();
      await modelIs(page, "tests/t5-tiny");
      await finished(page);
      assert.deepEqual(await tileIds(page, "output"), ours, "opened from what the browser keeps");

      await showModel(page);
      await page.waitForSelector(".kept li");
      assert.match(await textOf(page, ".kept"), /tests\/t5-tiny\s+3\.\d MB/);
      await page.click(".kept li button:last-of-type");
      await page.waitForFunction(() => document.querySelector("dialog") && !document.querySelector(".kept"));
      await page.reload();
      await page.waitForFunction(() => document.querySelector(".error")?.textContent?.includes("has not been asked yet"));
      await modelIs(page, "t5-tiny");
      await page.click(".remedy");
      await page.waitForSelector("#own-address");
      assert.equal(
        await page.$eval("#own-address", (input) => /** @type {HTMLInputElement} */ (input).value),
        `${hub.base}/tests/t5-tiny/resolve/main/`,
      );
    }));

  test(`${browser}: a connection that breaks costs a sentence and a click: what came is not fetched again`, () =>
    withHub(browser, async (page, hub) => {
      hub.trouble.breakAt = 3 * 2 ** 20;
      await look(page, "tests/t5-tiny");
      await page.click(".statement .load");
      await page.waitForSelector(".remedy");
      assert.match(await textOf(page, ".error"), /model\.safetensors stopped arriving after (2\.\d|3\.\d) MB/);
      await modelIs(page, "t5-tiny");
      hub.trouble.breakAt = 0;
      hub.asked.length = 0;
      await page.click(".remedy");
      await modelIs(page, "tests/t5-tiny");
      await finished(page);
      assert.deepEqual(
        hub.asked.filter((line) => line.includes("model.safetensors")),
        [`GET tests/t5-tiny/resolve/main/model.safetensors bytes=${2 * 2 ** 20}-`],
      );
    }));

  test(`${browser}: the page itself may ask no other host, nor may its engine; the reader's model comes all the same`, () =>
    withHub(
      browser,
      async (page, hub) => {
        const refusals = await page.evaluate(async (address) => {
          /** @type {string[]} */
          const policies = [];
          document.addEventListener(
            "securitypolicyviolation",
            ({ blockedURI, originalPolicy }) => blockedURI.startsWith(address) && policies.push(originalPolicy),
          );
          const fetched = await fetch(address).then(
            () => "fetched",
            () => "refused",
          );
          const picture = await new Promise((resolve) =>
            Object.assign(new Image(), {
              onload: () => resolve("shown"),
              onerror: () => resolve("refused"),
              src: `${address}/x.png`,
            }),
          );
          while (policies.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
          return { fetched, picture, own: policies.some((policy) => policy.includes("connect-src 'self'; worker-src 'self'")) };
        }, hub.base);
        assert.deepEqual(refusals, { fetched: "refused", picture: "refused", own: true });
        assert.equal(hub.asked.length, 0);
        await look(page, "tests/t5-tiny");
        await page.click(".statement .load");
        await modelIs(page, "tests/t5-tiny");
        await finished(page);
        assert.ok(hub.asked.includes("GET tests/t5-tiny/resolve/main/model.safetensors"));
      },
      true,
    ));

  test(`${browser}: where workers have no WebGPU and the page computes on its own thread, it asks no other host either`, () =>
    withHub(browser, async (page, hub) => {
      const outcome = await page.evaluate(async (address) => {
        const Native = Worker;
        globalThis.Worker = class extends Native {
          /** @param {string} type @param {(event: any) => void} listener @param {any} [options] */
          addEventListener(type, listener, options) {
            const without = (/** @type {any} */ { data }) => ({ data: { ...data, result: { webgpu: false } } });
            super.addEventListener(
              type,
              (/** @type {any} */ event) => listener(event.data?.result?.webgpu ? without(event) : event),
              options,
            );
          }
        };
        const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
        /** @type {number[]} */
        const received = [];
        const model = await loadModel(address, {
          device: "webgpu",
          onProgress: (/** @type {any} */ _, /** @type {any} */ __, /** @type {any} */ bytes) =>
            bytes && received.push(bytes.received),
        });
        const ids = (await model.encode("I am cold.")).map((/** @type {any} */ { id }) => id);
        const { device } = model.info;
        const asked = performance.getEntriesByType("resource").map(({ name }) => name);
        model.dispose();
        return { device, ids, received: received.at(-1), byThePage: asked.filter((name) => name.startsWith(address)) };
      }, `${hub.base}/tests/t5-tiny/resolve/main/`);
      assert.equal(outcome.device, "webgpu");
      assert.ok(outcome.ids.length > 3);
      assert.ok(Number(outcome.received) > 3e6);
      assert.deepEqual(outcome.byThePage, []);
    }));

  test(`${browser}: a block in a frame asks another host when the reader says so, and not before`, async () => {
    const hub = await serveHub({ "tests/bert": folder("www/models/bert-tiny") });
    const hash = new URLSearchParams({
      block: "heads",
      device: "cpu",
      lang: "en",
      model: `${hub.base}/tests/bert/resolve/main/`,
    });
    try {
      await visit(
        browser,
        `embed.html#${hash}`,
        async (page) => {
          const button = await shown(page, "diorama-heads >>> .caption.mono + p button");
          assert.equal(await button?.evaluate((element) => element.textContent), `Ask ${new URL(hub.base).host} for it`);
          assert.equal(hub.asked.length, 0);
          await button?.evaluate((element) => /** @type {HTMLElement} */ (element).click());
          await shown(page, "diorama-heads >>> diorama-attention-map");
          assert.ok(hub.asked.includes("GET tests/bert/resolve/main/model.safetensors"));
        },
        { asked: [hub.base], expected: EXPECTED },
      );
    } finally {
      await hub.close();
    }
  });

  test(`${browser}: tokenizers of another host are asked for when the reader says so, their weights never; one that is not there is a sentence`, async () => {
    const hub = await serveHub({ "tests/bert": folder("www/models/bert-tiny"), "tests/bare": MODELS["tests/bare"] });
    const at = (/** @type {string} */ name) => `${hub.base}/tests/${name}/resolve/main/`;
    const hash = new URLSearchParams({ block: "tokenizers", lang: "zh", models: `models/gpt2-tiny/ ${at("bert")}` });
    const press = async (/** @type {Page} */ page) =>
      (await shown(page, "diorama-tokenizers >>> .caption.mono + p button"))?.evaluate((element) =>
        /** @type {HTMLElement} */ (element).click(),
      );
    try {
      await visit(
        browser,
        `embed.html#${hash}`,
        async (page) => {
          const button = await shown(page, "diorama-tokenizers >>> .caption.mono + p button");
          const { host } = new URL(hub.base);
          assert.equal(await button?.evaluate((element) => element.textContent), `从 ${host} 获取`);
          assert.equal(await textOf(page, "diorama-tokenizers >>> .error"), `链接里的模型在 ${host} 上，现在还没有访问那里。`);
          assert.equal(await textOf(page, "diorama-tokenizers >>> .caption.mono"), at("bert"));
          assert.equal(hub.asked.length, 0);
          await press(page);
          await shown(page, 'diorama-tokenizers >>> tr[data-name="tests/bert"] .amount');
          assert.equal(hub.asked.filter((line) => line.includes("safetensors")).length, 0);
          await page.evaluate(
            (models) => /** @type {any} */ (document.querySelector("diorama-tokenizers")).keep({ models }),
            at("bare"),
          );
          await press(page);
          await page.waitForFunction(
            () => /** @type {any} */ (document.querySelector("diorama-tokenizers")).error.includes("找不到 tokenizer.json"),
            { polling: 100 },
          );
        },
        { asked: [hub.base], expected: EXPECTED },
      );
    } finally {
      await hub.close();
    }
  });

  test(`${browser}: a name that is not there, and a model without a tokenizer`, () =>
    withHub(browser, async (page) => {
      await look(page, "tests/nothing");
      assert.match(await textOf(page, "dialog .error"), /tests\/nothing.* answered 401: there is no such model/);
      await page.keyboard.press("Escape");
      await look(page, "tests/bare");
      assert.match(await textOf(page, ".statement"), /none: you type ids/);
      await page.click(".statement .load");
      await page.waitForFunction(() => document.querySelector(".error")?.textContent?.includes("type ids"));
      await modelIs(page, "tests/bare");
    }));

  test(`${browser}: chosen files: a tokenizer in its older form is named, a part that is missing too`, () =>
    visit(browser, "explore.html#device=cpu", async (page) => {
      await finished(page);
      await choose(page, { ...BARE, "vocab.txt": "[PAD]" });
      await page.waitForFunction(() => document.querySelector(".below-input")?.textContent?.includes("older form (vocab.txt)"));
      await modelIs(page, "model");
      const { "model.safetensors": weights, ...config } = BARE;
      await choose(page, {
        ...config,
        "model.safetensors.index.json": '{"weight_map":{"a":"one.safetensors","b":"two.safetensors"}}',
        "one.safetensors": weights,
      });
      await page.waitForFunction(() => document.querySelector(".error")?.textContent?.includes("two.safetensors is missing"));
      await choose(page, { ...config, "pytorch_model.bin": "PK" });
      await page.waitForFunction(() =>
        document.querySelector(".error")?.textContent?.includes("has pytorch_model.bin but no model.safetensors"),
      );
    }));
}
