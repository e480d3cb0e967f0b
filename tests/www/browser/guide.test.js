// The first minute: it begins when asked, sees what the reader does, says what came of it, and is never in the way.

import assert from "node:assert/strict";
import test from "node:test";
import { browsers, visit } from "../story.js";
import { violations } from "./axe.js";
import { finished, press, type } from "./page.js";

/** @typedef {import("puppeteer-core").Page} Page */

/**
 * The card as it stands; `remark` is empty until the step is done.
 * @param {Page} page
 */
function card(page) {
  return page.evaluate(() => {
    const root = document.querySelector("diorama-guide")?.shadowRoot;
    const text = (/** @type {string} */ part) => root?.querySelector(part)?.textContent?.trim() ?? "";
    return {
      title: text("h2"),
      count: text("footer small"),
      remark: text(".done"),
      focused: root?.activeElement?.localName ?? "",
    };
  });
}

/** @param {Page} page */
async function done(page) {
  await page.waitForFunction(() => document.querySelector("diorama-guide")?.shadowRoot?.querySelector(".done"));
  return (await card(page)).remark;
}

/** @param {Page} page */
async function next(page) {
  const before = (await card(page)).title;
  await (await page.$("diorama-guide >>> .primary"))?.click();
  await page.waitForFunction(
    (before) => document.querySelector("diorama-guide")?.shadowRoot?.querySelector("h2")?.textContent !== before,
    {},
    before,
  );
}

/**
 * By the keyboard; Firefox without a window on the screen gives a button neither the focus's events nor a click from a key.
 * @param {Page} page
 * @param {import("../drive.js").BrowserName} browser
 * @param {string} button
 */
async function activate(page, browser, button) {
  if (browser === "firefox") return page.click(button);
  await page.focus(button);
  await page.keyboard.press(" ");
}

for (const browser of browsers) {
  test(`${browser}: the first minute, done by hand`, () =>
    visit(browser, "explore.html#device=cpu", async (page) => {
      await finished(page);
      assert.equal(await page.$("diorama-guide"), null);
      const places = () =>
        page.evaluate(() =>
          [...document.querySelectorAll("header, .input, .source, .lens, .output, .candidates")].map((part) =>
            JSON.stringify(part.getBoundingClientRect()),
          ),
        );
      const before = await places();
      await activate(page, browser, ".guide-button");
      await page.waitForSelector("diorama-guide");
      assert.deepEqual(await places(), before, "nothing moves to make room");
      assert.deepEqual(await card(page), { title: "It is already running", count: "1 / 6", remark: "", focused: "section" });

      await type(page, "She has two cats.");
      await press(page, 1);
      const written = await done(page);
      await finished(page);
      const tokens = await page.evaluate(() => /** @type {any} */ (document.querySelector("diorama-app")).player.steps.length);
      assert.match(written, new RegExp(`^${tokens} tokens from “She has two cats\\.”.* \\(CPU\\)\\.$`));

      await next(page);
      await page.click(".source .check input");
      const named = await page.evaluate(() => {
        const { reading, model } = /** @type {any} */ (document.querySelector("diorama-app"));
        return { id: reading.source[reading.prefixLength].id, vocab: model.info.vocab.toLocaleString("en") };
      });
      assert.ok((await done(page)).endsWith(`is number ${named.id} of ${named.vocab}.`));

      await next(page);
      assert.equal((await card(page)).count, "3 / 6");
      await (await page.$(".lens.decoder diorama-mask-grid >>> canvas"))?.hover();
      assert.match(await done(page), /−1e30/);

      await next(page);
      await page.keyboard.press("F6");
      await page.waitForFunction(() => document.querySelector(".output diorama-token-strip")?.shadowRoot?.activeElement);
      if (browser === "firefox") await (await page.$(".output diorama-token-strip >>> li:nth-child(2) button"))?.hover();
      const looked = await done(page);
      const [, token] = looked.match(/“(.+?)” looks most/) ?? [];
      const most = await page.evaluate((token) => {
        const { player, state } = /** @type {any} */ (document.querySelector("diorama-app"));
        const position = player.steps.findIndex((/** @type {any} */ step) => step.token.replace("▁", "␣") === token);
        const { shape, data } = player.trace.activations.get(`decoder.${state.layer - 1}.cross_attn.hook_pattern`);
        const [, heads, rows, columns] = shape;
        const row = Array.from(
          { length: columns },
          (_, column) =>
            Array.from({ length: heads }, (_, head) => data[(head * rows + position) * columns + column]).reduce(
              (sum, weight) => sum + weight,
              0,
            ) / heads,
        );
        const share = Math.max(...row);
        return { from: player.traced[row.indexOf(share)].token.replace("▁", "␣"), share: Math.round(share * 100) };
      }, token);
      assert.ok(looked.endsWith(`looks most at “${most.from}”: ${most.share} %.`), `${looked} against ${JSON.stringify(most)}`);
      await page.keyboard.press("F6");
      assert.equal((await card(page)).focused, "button", "and back to the card");

      await activate(page, browser, "diorama-guide >>> .primary");
      await page.waitForFunction(
        () => document.querySelector("diorama-guide")?.shadowRoot?.querySelector("small")?.textContent?.trim() === "5 / 6",
      );
      await (await page.$(".lens.cross diorama-tower >>> button"))?.click();
      const { heads } = await page.evaluate(() => /** @type {any} */ (document.querySelector("diorama-app")).state);
      const [, layer, head] = heads.match(/^cross:(\d+)\.(\d+)$/) ?? [];
      assert.equal(await done(page), `Now showing: layer ${layer}, head ${head}.`);

      await next(page);
      await page.evaluate(() =>
        /** @type {HTMLElement} */ (
          document.querySelector("diorama-candidates")?.shadowRoot?.querySelector("input[type=range]")
        ).focus(),
      );
      await page.keyboard.press("ArrowRight");
      assert.match(await done(page), /^Temperature \d\.\d: /);

      await next(page);
      const links = await page.evaluate(() =>
        [...(document.querySelector("diorama-guide")?.shadowRoot?.querySelectorAll("a") ?? [])].map((link) =>
          link.getAttribute("href"),
        ),
      );
      assert.deepEqual(links, ["compare.html", "course.html"]);
      await (await page.$("diorama-guide >>> .primary"))?.click();
      await page.waitForFunction(() => !document.querySelector("diorama-guide"));
      assert.equal(await page.evaluate(() => document.activeElement?.className), "guide-button");
    }));

  test(`${browser}: the first minute can be walked through without doing anything, and left at any time`, () =>
    visit(browser, "explore.html#device=cpu&lang=zh&model=models/bert-tiny/", async (page) => {
      await page.waitForFunction(() => /** @type {any} */ (document.querySelector("diorama-app"))?.reader?.trace);
      await page.click(".guide-button");
      await page.waitForSelector("diorama-guide");
      const titles = [];
      for (let { count } = await card(page); count; { count } = await card(page)) {
        titles.push((await card(page)).title);
        await next(page);
      }
      assert.deepEqual(
        titles,
        ["它已经在运行了", "它读的是 token，不是字母", "掩码规定谁能看谁", "注意力：它在看哪里", "每个头各有各的看法"],
        "an encoder draws no candidates by chance",
      );
      await page.focus("diorama-guide >>> section");
      await page.keyboard.press("Escape");
      await page.waitForFunction(() => !document.querySelector("diorama-guide"));
    }));
}

for (const [theme, width, height] of /** @type {const} */ ([
  ["light", 1280, 800],
  ["dark", 390, 844],
])) {
  test(`axe-core finds nothing in the first minute, and the card stays in the window: ${theme}, ${width} px`, () =>
    visit(
      "chromium",
      "explore.html#device=cpu",
      async (page) => {
        await finished(page);
        await page.click(".guide-button");
        await page.waitForSelector("diorama-guide");
        for (let step = 0; step <= 6; step++) {
          assert.deepEqual(await violations(page), [], `step ${step + 1}`);
          const { left, top, right, bottom, scroll } = await page.evaluate(() => {
            const { left, top, right, bottom } = /** @type {Element} */ (
              document.querySelector("diorama-guide")?.shadowRoot?.querySelector("section")
            ).getBoundingClientRect();
            return { left, top, right, bottom, scroll: document.documentElement.scrollWidth };
          });
          assert.ok(
            left >= 0 && top >= 0 && right <= width && bottom <= height && scroll <= width,
            `step ${step + 1}: ${left} ${top} ${right} ${bottom}`,
          );
          if (step < 6) await next(page);
        }
      },
      { theme, width, height, motion: false },
    ));
}
