// How files come, in each browser: each once, refused before it costs a download, kept only where it is right, and a sentence where the site has a new build.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { PLAIN, PROBE, RELAXED } from "../../../www/engine/relaxed.js";
import { serveHub } from "../hub.js";
import { browsers, visit } from "../story.js";
import { siteWith } from "./families.js";
import { finished } from "./page.js";

/** @typedef {import("puppeteer-core").Page} Page */

const GOLDENS = fileURLToPath(new URL("../../goldens/models/", import.meta.url));
const GONE = [/404|Failed to (load|fetch)|error loading dynamically imported module|Loading module|NetworkError|MIME/i];

/** @param {Page} page */
const errorOf = (page) =>
  page.evaluate(
    () => document.querySelector("diorama-app")?.textContent?.match(/A part of this page[^.]*\.[^.]*\.|本页面的一部分.*?。/)?.[0],
  );

/**
 * A copy of the site, to be changed while a page is open on it.
 * @param {(root: string) => Promise<void>} story
 */
async function withSite(story) {
  const { root, remove } = siteWith([]);
  try {
    await story(root);
  } finally {
    remove();
  }
}

/**
 * The same file with other bytes; what it is linked to stays.
 * @param {string} root
 * @param {string} file
 * @param {string | Buffer} content
 */
function replace(root, file, content) {
  unlinkSync(join(root, file));
  writeFileSync(join(root, file), content);
}

/**
 * The engine's binary that this browser takes.
 * @param {Page} page
 */
async function engineOf(page) {
  const relaxed = await page.evaluate((probe) => WebAssembly.validate(Uint8Array.from(probe)), [...PROBE]);
  return relaxed ? RELAXED : PLAIN;
}

/**
 * Checkpoints that cannot run: by the configuration alone, and by the table of contents.
 * @returns {{ models: Record<string, string>, remove: () => void }}
 */
function unfit() {
  const root = mkdtempSync(join(tmpdir(), "diorama-unfit-"));
  const copy = (/** @type {string} */ name, /** @type {string} */ golden) => {
    cpSync(join(GOLDENS, golden), join(root, name), { recursive: true });
    return join(root, name);
  };
  const [yarn, wide] = [copy("yarn", "llama1"), copy("wide", "bert-mlm")];
  const change = (/** @type {string} */ folder, /** @type {object} */ change) =>
    writeFileSync(
      join(folder, "config.json"),
      JSON.stringify({ ...JSON.parse(readFileSync(join(folder, "config.json"), "utf8")), ...change }),
    );
  change(yarn, { rope_scaling: { type: "yarn", factor: 2 }, rope_parameters: undefined });
  change(wide, { intermediate_size: 1000 });
  return { models: { "tests/yarn": yarn, "tests/wide": wide }, remove: () => rmSync(root, { recursive: true }) };
}

for (const browser of browsers) {
  test(`${browser}: on a host that allows no caching a model's files and the engine come once, though two devices are tested`, () =>
    visit(browser, "explore.html", async (page, tab) => {
      await finished(page);
      await page.waitForFunction(() => !(/** @type {any} */ (document.querySelector("diorama-app")).testing));
      const asked = tab.served().filter((file) => file.startsWith("models/t5-tiny/") || file.startsWith("wasm/"));
      assert.deepEqual(asked.sort(), [
        "models/t5-tiny/config.json",
        "models/t5-tiny/generation_config.json",
        "models/t5-tiny/model.safetensors",
        "models/t5-tiny/tokenizer.json",
        "models/t5-tiny/tokenizer_config.json",
        await engineOf(page),
      ]);
    }));

  test(`${browser}: a model that cannot run is refused in place of the offer, before its weights are asked for`, async () => {
    const { models, remove } = unfit();
    const hub = await serveHub(models);
    try {
      await visit(
        browser,
        "explore.html#device=cpu",
        async (page) => {
          await finished(page);
          const refusal = async (/** @type {string} */ name) => {
            hub.asked.length = 0;
            await page.evaluate((address) => {
              const { own } = /** @type {any} */ (document.querySelector("diorama-app"));
              own.write(address);
              return own.look();
            }, `${hub.base}/${name}/resolve/main/`);
            return page.evaluate(() => {
              const { own } = /** @type {any} */ (document.querySelector("diorama-app"));
              return own.stated ? "offered" : own.error;
            });
          };
          assert.match(await refusal("tests/yarn"), /yarn/);
          assert.deepEqual(
            hub.asked.filter((line) => line.includes("safetensors")),
            [],
          );
          assert.match(await refusal("tests/wide"), /has shape \[\d+, \d+\], but config\.json asks for \[1000, \d+\]/);
          assert.deepEqual(
            hub.asked.filter((line) => line.includes("safetensors")),
            ["GET tests/wide/resolve/main/model.safetensors bytes=0-65535"],
          );
        },
        { asked: [hub.base], expected: [/404/] },
      );
    } finally {
      await hub.close();
      remove();
    }
  });

  test(`${browser}: an open page whose site has a new build says so in its language, and offers to reload`, () =>
    withSite((root) =>
      visit(
        browser,
        "explore.html#device=cpu",
        async (page) => {
          await finished(page);
          for (const file of readdirSync(root).filter((file) => /^(cell|heads|zh)-\w+\.js$/.test(file)))
            unlinkSync(join(root, file));
          await page.click("#tab-cell");
          await page.waitForSelector("#tool-panel .reload");
          assert.match((await errorOf(page)) ?? "", /the network failed, or the site has a new version/);
          assert.equal(await page.$eval(".late", (late) => getComputedStyle(late).display), "none");
          // The words of another language are such a part, too.
          await page.click(".lang-button");
          await page.waitForFunction(() =>
            [...document.querySelectorAll("[role=alert]")].some(({ textContent }) => textContent?.includes("中文文字未能加载")),
          );
          await Promise.all([page.waitForNavigation(), page.click("#tool-panel .reload")]);
        },
        { root, expected: GONE },
      ),
    ));

  test(`${browser}: a page whose own scripts are gone says so once and at once, and after a while where nothing of it runs`, () =>
    withSite(async (root) => {
      unlinkSync(join(root, "explore.js"));
      await visit(
        browser,
        "explore.html#lang=zh",
        async (page) => {
          const late = () => page.$eval(".late", (late) => [getComputedStyle(late).display, getComputedStyle(late).visibility]);
          const wait = () => page.evaluate(() => document.getAnimations().forEach((animation) => animation.finish()));
          await page.waitForSelector(".unstarted", { visible: true });
          assert.deepEqual(await page.$$eval(".unstarted", (list) => list.map(({ textContent }) => textContent)), [
            "本页面的脚本未能加载：可能是网络中断，也可能是网站已更新。请重新加载页面。",
          ]);
          await wait();
          assert.equal((await late())[0], "none");
          unlinkSync(join(root, "unstarted.js"));
          await page.reload();
          assert.deepEqual(await late(), ["block", "hidden"]);
          await wait();
          assert.deepEqual(await late(), ["block", "visible"]);
        },
        { root, expected: GONE },
      );
    }));

  test(`${browser}: so does one whose worker or engine does not come, and a page for the engine is no engine`, () =>
    withSite((root) =>
      visit(
        browser,
        "explore.html#device=cpu&lang=zh",
        async (page) => {
          await finished(page);
          const load = () =>
            page.evaluate(async () => {
              const { loadModel } = await import(new URL("diorama.js", document.baseURI).href);
              return loadModel("models/gpt2-tiny/", { device: "cpu" }).then(
                () => "loaded",
                (/** @type {Error} */ { message }) => message,
              );
            });
          const engine = await engineOf(page);
          const wasm = readFileSync(join(root, engine));
          unlinkSync(join(root, "wasm"));
          mkdirSync(join(root, "wasm"));
          assert.ok((await load()).includes(`A part of this page (${engine})`));
          writeFileSync(join(root, engine), "<!doctype html><title>Start</title>");
          assert.ok((await load()).includes(`A part of this page (${engine})`));
          writeFileSync(join(root, engine), wasm);
          assert.equal(await load(), "loaded");
          unlinkSync(join(root, "worker.js"));
          assert.match(await load(), /A part of this page \(worker\.js\)/);
          await page.evaluate(() => {
            const app = /** @type {any} */ (document.querySelector("diorama-app"));
            return app.attempt(() => app.loadModel("models/gpt2-tiny/"));
          });
          assert.match((await errorOf(page)) ?? "", /可能是网络中断，也可能是网站已更新/);
          assert.equal(await page.$eval(".remedy", (button) => button.textContent), "重新加载页面");
        },
        { root, expected: GONE },
      ),
    ));

  test(`${browser}: a file of another build, or a page in its place, is not kept: the site is kept when all its files are right`, () =>
    withSite(async (root) => {
      const right = readFileSync(join(root, "course.js"));
      replace(root, "course.js", "// of an earlier build");
      await visit(
        browser,
        "embed.html#block=parameters",
        async (page) => {
          const state = () =>
            page.evaluate(async () => {
              const { installing, active } = (await navigator.serviceWorker.getRegistration()) ?? {};
              const keys = await (await caches.open("diorama-site")).keys();
              return {
                installing: Boolean(installing),
                active: Boolean(active),
                files: keys.map(({ url }) => new URL(url).pathname.split("/").at(-1)),
              };
            });
          const until = async (/** @type {(found: Awaited<ReturnType<typeof state>>) => boolean} */ wanted) => {
            for (;;) {
              const found = await state();
              if (wanted(found)) return found;
              await new Promise((resolve) => setTimeout(resolve, 200));
            }
          };
          const refused = await until(({ installing, files }) => !installing && files.includes("compare.js"));
          assert.equal(refused.active, false);
          assert.ok(!refused.files.includes("course.js"));
          replace(root, "course.js", right);
          await page.reload();
          const kept = await until(({ active }) => active);
          assert.ok(kept.files.includes("course.js"));
          const engine = basename(await engineOf(page));
          assert.deepEqual(
            kept.files.filter((file) => file?.endsWith(".wasm")),
            [engine],
            "the binary for other browsers is not fetched",
          );
        },
        { root, offline: true },
      );
    }));
}
