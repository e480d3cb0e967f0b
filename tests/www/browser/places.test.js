// The site in ordinary places: in a sandboxed frame, opened from disk, translated by the browser, on paper; and texts with lines or of another direction.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL, fileURLToPath } from "node:url";
import { browsers, visit } from "../story.js";
import { settled } from "./block.js";
import { blockFrame, drawn, visitElsewhere } from "./elsewhere.js";
import { finished, paste } from "./page.js";

/** @typedef {import("puppeteer-core").Page} Page */

const DIST = fileURLToPath(new URL("../../../dist/", import.meta.url));
const PAGES = ["index.html", "explore.html", "train.html", "course.html", "compare.html", "blocks.html", "embed.html"];
const CPU = { webgpu: false };

const link = (/** @type {Record<string, string>} */ settings) =>
  `explore.html#${new URLSearchParams({ device: "cpu", temperature: "0", ...settings })}`;
/** What the text's field shows, and the tokens that are read. @param {Page} page */
const shownAndRead = (page) =>
  page.evaluate(() => {
    const app = /** @type {any} */ (document.querySelector("diorama-app"));
    return {
      field: /** @type {HTMLTextAreaElement} */ (document.querySelector(".input .text")).value,
      read: app.player.source.map((/** @type {any} */ { token }) => token).join("|"),
      notice: app.notice,
    };
  });

for (const browser of browsers) {
  test(`${browser}: a frame with sandbox="allow-scripts" alone computes, and the page around follows its height`, () =>
    visitElsewhere(
      browser,
      (folder, site) => {
        const frame = `<iframe sandbox="allow-scripts" src="${site}embed.html#block=heads&amp;text=The+dog+ran.&amp;device=cpu" style="width:800px"></iframe>`;
        writeFileSync(
          join(folder, "index.html"),
          `<!doctype html><meta charset="utf-8" /><title>A course</title>${frame}<script type="module" src="${site}frames.js"></script>`,
        );
      },
      "index.html",
      async (page) => {
        await drawn(await blockFrame(page));
        await page.waitForFunction(() => document.querySelector("iframe")?.style.height.endsWith("px"), { polling: 100 });
      },
    ));

  test(`${browser}: opened from disk, every page says that it needs a server`, () =>
    visit(
      browser,
      "explore.html",
      async (page) => {
        for (const file of PAGES) {
          await page.goto(`${pathToFileURL(DIST + file).href}#lang=zh`);
          await page.waitForSelector(".unstarted", { visible: true });
          const said = await page.$$eval(".unstarted", (list) => list.map(({ textContent }) => textContent));
          assert.equal(said.length, 1, file);
          assert.match(said[0] ?? "", /需要一个小型 Web 服务器.*python3 -m http\.server/, file);
        }
      },
      { ...CPU, expected: [/./] },
    ));

  test(`${browser}: counts follow in a translated page, and what the model writes is not translated`, () =>
    visit(
      browser,
      link({ lang: "en" }),
      async (page) => {
        await finished(page);
        const written = await page.evaluate(() => {
          const texts = [];
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          for (; walker.nextNode();) {
            const text = /** @type {Text} */ (walker.currentNode);
            if (text.data.trim() && !text.parentElement?.closest("script, style, noscript, [translate=no]")) texts.push(text);
          }
          for (const text of texts) {
            const [outer, inner] = [document.createElement("font"), document.createElement("font")];
            inner.textContent = text.data;
            outer.append(inner);
            text.replaceWith(outer);
          }
          return document.querySelectorAll(".written font, .written [translate=no] font, textarea font").length;
        });
        assert.equal(written, 0);
        await paste(page, "Thank you very much, my old friend has two black cats.");
        await page.evaluate(() => document.querySelector("form")?.requestSubmit());
        await page.waitForFunction(() => /** @type {any} */ (document.querySelector("diorama-app")).player.source.length > 15);
        await finished(page);
        const counts = await page.evaluate(() => {
          const { player } = /** @type {any} */ (document.querySelector("diorama-app"));
          const said = (/** @type {string} */ part) =>
            Number(document.querySelector(`${part} h2 small`)?.textContent?.match(/\d+/));
          return { said: [said(".source"), said(".output")], are: [player.source.length, player.steps.length] };
        });
        assert.deepEqual(counts.said, counts.are);
      },
      CPU,
    ));

  test(`${browser}: a lesson in the dark theme goes to paper whole and light`, () =>
    visit(
      browser,
      "course.html#lesson=bert&theme=dark&lang=en",
      async (page) => {
        const looks = () =>
          page.$$eval(".live", (blocks) =>
            blocks.map((block) => ({
              begun: /** @type {any} */ (block).seen,
              theme: /** @type {HTMLElement} */ (block).dataset.theme,
            })),
          );
        await settled(page, "diorama-corruption", "diorama-interlinear");
        await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
        const onPaper = await looks();
        assert.ok(onPaper.length >= 4);
        assert.deepEqual(
          onPaper,
          onPaper.map(() => ({ begun: true, theme: "light" })),
        );
        assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "light");
        await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
        assert.equal((await looks())[0].theme, "dark");
        await settled(page, "diorama-intervene", "diorama-before-after");
      },
      CPU,
    ));

  test(`${browser}: a text's lines are shown as they are read; a text that is too long is cut in words`, () =>
    visit(
      browser,
      link({ model: "models/llama-tiny/", text: "One day.\r\nTwo days.", lang: "en" }),
      async (page) => {
        await finished(page);
        const lines = await shownAndRead(page);
        assert.equal(lines.field, "One day.\nTwo days.");
        assert.match(lines.read, /day\|\.\|\n\|T/);
        assert.doesNotMatch(lines.read, /\r/);
        await page.focus(".input .text");
        await page.keyboard.press("End");
        await page.keyboard.down("Shift");
        await page.keyboard.press("Enter");
        await page.keyboard.up("Shift");
        await page.keyboard.type("Three");
        await page.keyboard.press("Enter");
        await page.waitForFunction(() =>
          /** @type {any} */ (document.querySelector("diorama-app")).player.source
            .map((/** @type {any} */ { token }) => token)
            .join("")
            .includes("Three"),
        );
        assert.match((await shownAndRead(page)).field, /^One day\.\n(Three)?[^]*Two days\.\n?(Three)?$/);
        await finished(page);
        await paste(page, "word ".repeat(500));
        assert.equal((await shownAndRead(page)).field.length, 2000);
        assert.match((await shownAndRead(page)).notice, /2000 of 2\d{3}/);
      },
      CPU,
    ));

  test(`${browser}: a text of another direction runs in its own, and an override ends with the prompt`, () =>
    visit(
      browser,
      link({ model: "models/gpt2-tiny/", text: "مرحبا \u202edef", max: "4" }),
      async (page) => {
        await finished(page);
        const sides = await page.evaluate(() => {
          const [field, written] = [".input .text", ".written"].map(
            (part) => /** @type {HTMLElement} */ (document.querySelector(part)),
          );
          return {
            field: getComputedStyle(field).direction,
            written: written.dir,
            prompt: getComputedStyle(/** @type {Element} */ (written.querySelector("bdi"))).unicodeBidi,
          };
        });
        assert.deepEqual(sides, { field: "rtl", written: "auto", prompt: "isolate" });
        const tiles = await page.$$eval("diorama-app .source diorama-token-strip >>> button", (buttons) =>
          buttons.map((button) => [button.firstElementChild?.localName, /[\u202a-\u202e]/.test(button.textContent ?? "")]),
        );
        assert.ok(tiles.length > 4);
        assert.deepEqual(
          tiles,
          tiles.map(() => ["bdi", false]),
        );
      },
      CPU,
    ));
}
