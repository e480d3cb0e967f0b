// Blocks in pages of other people, at another origin: as elements, in frames, in posts, books, slides and notebooks.

import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import MarkdownIt from "markdown-it";
import { browsers } from "../story.js";
import { EXAMPLES, POLLING, blockFrame, copyExample, drawn, visitElsewhere } from "./elsewhere.js";

/** As kramdown and pulldown-cmark do, which Jekyll and mdBook have: HTML in Markdown stays what it is. */
const markdown = new MarkdownIt({ html: true });

for (const browser of browsers) {
  test(`${browser}: elements share one worker and one model, and go without a trace`, () =>
    visitElsewhere(
      browser,
      (folder, site) => copyExample("plain", folder, site),
      "index.html",
      async (page, { served }) => {
        await drawn(page, 0);
        await drawn(page, 1);
        const own = served().filter((file) => file === "models/bert-tiny/tokenizer.json");
        assert.equal(own.length, 1, "two blocks, one download");
        const shown = await page.$$eval("diorama-heads", (blocks) =>
          blocks.map((block) =>
            /** @type {any} */ (block).shadowRoot
              .querySelector("diorama-attention-map")
              .rows.map((/** @type {any} */ { token }) => token)
              .join(" "),
          ),
        );
        assert.deepEqual(shown, ["[CLS] the little dog ran to the big tree . [SEP]", "[CLS] lily likes her red ball . [SEP]"]);
        assert.equal(
          await page.$eval("h1", (title) => getComputedStyle(title).color),
          "rgb(178, 34, 34)",
          "the page keeps its own looks",
        );
        await page.$eval("diorama-heads", (block) => block.remove());
        await page.$eval("diorama-heads", (block) => block.setAttribute("text", "Tom ran home."));
        await page.waitForFunction(
          () =>
            /** @type {any} */ (document.querySelector("diorama-heads")).shadowRoot.querySelector("diorama-attention-map").rows
              .length === 6,
        );
      },
    ));

  test(`${browser}: a frame takes its height from its block, its words and colours from its address, and answers its own page only`, () =>
    visitElsewhere(
      browser,
      (folder, site) => copyExample("plain", folder, site),
      "index.html",
      async (page, { site }) => {
        const frame = await blockFrame(page);
        await drawn(frame);
        const looks = await frame.evaluate(() => ({
          lang: document.documentElement.lang,
          theme: document.documentElement.dataset.theme,
          share: Boolean(document.querySelector("diorama-heads")?.shadowRoot?.querySelector(".foot")),
        }));
        assert.deepEqual(looks, { lang: "zh-Hans", theme: "dark", share: false });
        // The block may still be growing, and what grows above may push the frame out of sight, where a browser lays out nothing: what counts is
        // that the frame comes to its block's height while it is seen.
        const heights = async () => {
          const outside = await page.$eval("iframe", (frame) => (frame.scrollIntoView(), frame.style.height));
          return [await frame.evaluate(() => `${Math.ceil(document.documentElement.getBoundingClientRect().height)}px`), outside];
        };
        let [inside, outside] = await heights();
        for (let tries = 0; inside !== outside && tries < 100; tries++) {
          await new Promise((resolve) => setTimeout(resolve, 100));
          [inside, outside] = await heights();
        }
        assert.equal(outside, inside);

        const answer = await page.evaluate(async (origin) => {
          const frame = /** @type {HTMLIFrameElement} */ (document.querySelector("iframe")).contentWindow;
          const heard = new Promise((resolve) =>
            addEventListener(
              "message",
              ({ data, origin: from }) => data.type === "settings" && from === origin && resolve(data.settings),
            ),
          );
          frame?.postMessage({ diorama: 1, type: "set", settings: { layer: 3, text: "The moon is red." } }, origin);
          return heard;
        }, new URL(site).origin);
        assert.equal(/** @type {any} */ (answer).layer, 3);
        await frame.waitForFunction(
          () =>
            /** @type {any} */ (document.querySelector("diorama-heads")).shadowRoot
              .querySelector("diorama-attention-map")
              .rows[4]?.token.endsWith("red"),
          POLLING,
        );
        // A window that is not the frame's page says the same, and is not heard.
        await frame.evaluate(() => window.postMessage({ diorama: 1, type: "set", settings: { layer: 1 } }, "*"));
        await new Promise((resolve) => setTimeout(resolve, 200));
        assert.equal(await frame.evaluate(() => /** @type {any} */ (document.querySelector("diorama-heads")).layer), 3);
      },
    ));

  for (const [name, file] of [
    ["jekyll", "_posts/2026-01-05-attention.md"],
    ["mdbook", "src/attention.md"],
  ]) {
    test(`${browser}: a Markdown page with a block, as ${name} renders it`, () =>
      visitElsewhere(
        browser,
        (folder, site) => {
          copyExample(name, folder, site);
          const body = readFileSync(join(folder, file), "utf8").replace(/^---[\s\S]*?---\n/, "");
          writeFileSync(
            join(folder, "index.html"),
            `<!doctype html><html lang="en"><meta charset="utf-8"><title>post</title>${markdown.render(body)}`,
          );
        },
        "index.html",
        async (page) => drawn((await page.$("iframe")) ? await blockFrame(page) : page),
      ));
  }

  test(`${browser}: a slide with a block`, () =>
    visitElsewhere(
      browser,
      (folder, site) => {
        copyExample("reveal", folder, site);
        cpSync(fileURLToPath(new URL("../../../node_modules/reveal.js/dist", import.meta.url)), join(folder, "reveal.js/dist"), {
          recursive: true,
        });
      },
      "index.html#/1",
      async (page) => drawn(await blockFrame(page)),
    ));

  test(`${browser}: a notebook's frame, and its widget`, () =>
    visitElsewhere(
      browser,
      (folder, site) => {
        copyExample("jupyter", folder, site);
        const notebook = JSON.parse(readFileSync(join(folder, "diorama.ipynb"), "utf8"));
        const [, address] =
          notebook.cells
            .flatMap((/** @type {any} */ { source }) => source)
            .join("")
            .match(/IFrame\("([^"]+)"/) ?? [];
        writeFileSync(
          join(folder, "index.html"),
          `<!doctype html><html lang="en"><meta charset="utf-8"><title>notebook</title><iframe title="block" src="${address.replaceAll("&", "&amp;")}" width="100%" height="520"></iframe>`,
        );
      },
      "index.html",
      async (page, { site }) => {
        await drawn(await blockFrame(page));
        const chosen = await page.evaluate(async (site) => {
          const { render } = await import(new URL("diorama_widget.js", document.baseURI).href);
          /** @type {Record<string, any>} */
          const state = { site, block: "heads", settings: { text: "The little dog ran.", layer: 2 } };
          const cell = document.body.appendChild(document.createElement("div"));
          const saved = new Promise((resolve) =>
            render({
              model: {
                get: (/** @type {string} */ name) => state[name],
                set: (/** @type {string} */ name, /** @type {any} */ value) => (state[name] = value),
                save_changes: () => resolve(state.chosen),
                on: () => {},
              },
              el: cell,
            }),
          );
          await customElements.whenDefined("diorama-heads");
          while (!cell.querySelector("diorama-heads")) await new Promise((resolve) => setTimeout(resolve, 20));
          /** @type {any} */ (cell.querySelector("diorama-heads")).keep({ layer: 4 });
          return saved;
        }, site);
        assert.deepEqual(chosen, { text: "The little dog ran.", layer: 4 });
        await drawn(page);
      },
    ));
}

test("examples are complete", () => {
  for (const file of [
    "plain/index.html",
    "jekyll/_posts/2026-01-05-attention.md",
    "mdbook/src/attention.md",
    "reveal/index.html",
    "jupyter/diorama.ipynb",
  ]) {
    assert.match(readFileSync(join(EXAMPLES, file), "utf8"), /https:\/\/diorama\.example\//, file);
  }
});
