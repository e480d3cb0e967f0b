// One choice on the page: what it opens on, what the sentence says of it, and that other tools take it over and give it back.

import assert from "node:assert/strict";
import test from "node:test";
import { browsers, visit } from "../story.js";
import { finished } from "./page.js";

/** @typedef {import("puppeteer-core").Page} Page */

/** @param {Page} page */
function shown(page) {
  return page.evaluate(() => {
    const app = /** @type {any} */ (document.querySelector("diorama-app"));
    const lit = (/** @type {string} */ stack) => {
      const { layer, head } = /** @type {any} */ (document.querySelector(`.lens.${stack} diorama-tower`));
      return [layer + 1, head];
    };
    return {
      seen: document.querySelector(".seen span")?.textContent ?? "",
      token: app.player.steps[app.selected]?.token,
      encoder: lit("encoder"),
      cross: lit("cross"),
      decoder: lit("decoder"),
      hash: location.hash,
    };
  });
}

/** The weight that a row of the cross-attention gives to its heaviest column, as the engine has it. @param {Page} page @param {number} layer */
function heaviestOf(page, layer) {
  return page.evaluate((layer) => {
    const { player, selected } = /** @type {any} */ (document.querySelector("diorama-app"));
    const { shape, data } = player.trace.activations.get(`decoder.${layer - 1}.cross_attn.hook_pattern`);
    const [, heads, rows, columns] = shape;
    const mean = Array.from(
      { length: columns },
      (_, column) =>
        Array.from({ length: heads }, (_, head) => data[(head * rows + selected) * columns + column]).reduce(
          (sum, weight) => sum + weight,
          0,
        ) / heads,
    );
    const share = Math.max(...mean);
    return { from: player.traced[mean.indexOf(share)].token.replace("▁", ""), share: Math.round(share * 100) };
  }, layer);
}

for (const browser of browsers) {
  test(`${browser}: a model whose making lies beside it is looked at in every moment of its training, and a link restores the moment`, () =>
    visit(browser, "explore.html#device=cpu&model=models/puzzle-tiny/&tool=heads&at=source:3", async (page) => {
      const written = async () => {
        await finished(page);
        return page.evaluate(() => {
          const { player, state, model } = /** @type {any} */ (document.querySelector("diorama-app"));
          return { text: player.text, moment: state.moment, at: state.at, tool: state.tool, name: model.info.name };
        });
      };
      const made = await written();
      assert.deepEqual(made, { text: "enots", moment: "", at: "source:3", tool: "heads", name: "puzzle-tiny" });
      const settle = (/** @type {string} */ moment) =>
        page.waitForFunction(
          (moment) => {
            const app = /** @type {any} */ (document.querySelector("diorama-app"));
            return (
              app.state.moment === moment &&
              !app.loading &&
              !app.reading.running &&
              !app.reading.stale &&
              app.shownMoment === moment
            );
          },
          { timeout: 60_000, polling: 50 },
          moment,
        );
      await page.focus(".making input");
      await page.keyboard.press("Home");
      await settle("0");
      const fresh = await written();
      assert.notEqual(fresh.text, "enots");
      assert.deepEqual({ ...fresh, text: "" }, { ...made, text: "", moment: "0" }, "the choice stays");
      const address = page.url();
      await page.goto("about:blank");
      await page.goto(address);
      assert.deepEqual(await written(), fresh);
      await page.focus(".making input");
      await page.keyboard.press("End");
      await settle("");
      assert.deepEqual(await written(), made);
    }));

  test(`${browser}: the page opens on a word that looks at a word, and says so from the numbers`, () =>
    visit(browser, "explore.html#device=cpu", async (page) => {
      await finished(page);
      const { seen, token } = await shown(page);
      assert.equal(token, "▁froid");
      const { from, share } = await heaviestOf(page, 3);
      assert.equal(from, "cold");
      assert.ok(seen.startsWith(`Writing “froid”, the decoder takes ${share} % of its attention from “cold”`), seen);
      const bars = await page.evaluate(() => {
        const root = document.querySelector("diorama-candidates")?.shadowRoot;
        return [...(root?.querySelectorAll(".bar") ?? [])].map((bar) =>
          Number(/** @type {HTMLElement} */ (bar).style.getPropertyValue("--share")),
        );
      });
      assert.ok(
        Math.abs(bars.reduce((sum, share) => sum + share, 0) - 1) < 1e-3,
        `with "others" the bars are the whole: ${bars}`,
      );
    }));

  test(`${browser}: a choice in one stack leaves the others, goes to other tools and comes back, and is in the link`, () =>
    visit(browser, "explore.html#device=cpu", async (page) => {
      await finished(page);
      const before = await shown(page);
      await (await page.$(".lens.cross diorama-tower >>> button"))?.click();
      await page.waitForFunction(() => location.hash.includes("heads=cross"));
      const after = await shown(page);
      assert.deepEqual([after.encoder, after.decoder], [before.encoder, before.decoder]);
      assert.notDeepEqual(after.cross, before.cross);
      await page.click(".seen button");
      await page.waitForFunction(() => document.querySelector("diorama-cell")?.shadowRoot?.querySelector(".sentence"), {
        timeout: 120_000,
      });
      const { stack, layer, head, query, key } = await page.evaluate(() => {
        const { stack, layer, head, query, key } = /** @type {any} */ (document.querySelector("diorama-cell")).settings;
        return { stack, layer, head, query, key };
      });
      assert.deepEqual([stack, layer, String(head - 1)], ["cross", ...after.cross]);
      const sentence = await page.$eval("diorama-cell >>> .sentence", (line) => line.textContent ?? "");
      const share = after.seen.match(/(\d+) %/)?.[1];
      assert.ok(
        query > 0 && key > 0 && Math.round(parseFloat(sentence.match(/([\d.]+) %/)?.[1] ?? "")) === Number(share),
        `${sentence} beside ${after.seen}`,
      );
      // Another layer there is another layer here.
      await page.evaluate(() => /** @type {any} */ (document.querySelector("diorama-cell")).keep({ layer: 1 }));
      await page.click("#tab-look");
      const back = await shown(page);
      assert.deepEqual(back.cross, [1, after.cross[1]]);
      assert.deepEqual(back.encoder, before.encoder);
      const address = page.url();
      await page.goto("about:blank");
      await page.goto(address);
      await finished(page);
      assert.deepEqual((await shown(page)).cross, back.cross);
    }));

  test(`${browser}: what the model's vocabulary has nothing for is marked, and said in a sentence`, () =>
    visit(browser, "explore.html#device=cpu&text=I+like+你好.", async (page) => {
      await finished(page);
      const { said, marked, ids } = await page.evaluate(() => {
        const strip = document.querySelector(".source diorama-token-strip");
        return {
          said: document.querySelector(".unread")?.textContent ?? "",
          marked: [...(strip?.shadowRoot?.querySelectorAll(".unknown button") ?? [])].map((tile) => tile.textContent?.trim()),
          ids: /** @type {any} */ (document.querySelector("diorama-app")).reading.source.filter(
            (/** @type {any} */ { unknown }) => unknown,
          ).length,
        };
      });
      assert.deepEqual(marked, ["<unk>"]);
      assert.equal(ids, 1);
      assert.match(said, /1 token stands as <unk>/);
    }));

  test(`${browser}: a chosen token, and what its weights are shown as, are in the link; a text of one's own begins anew`, () =>
    visit(browser, "explore.html#device=cpu", async (page) => {
      await finished(page);
      await (await page.$(".output diorama-token-strip >>> li:nth-child(2) button"))?.click();
      await page.click(".lens.cross .tools button");
      await page.waitForFunction(() => document.querySelector(".lens.cross diorama-attention-lines"));
      const before = await shown(page);
      assert.equal(before.token, "ai");
      assert.match(decodeURIComponent(before.hash), /at=written:1&shapes=cross:lines/);
      const address = page.url();
      await page.goto("about:blank");
      await page.goto(address);
      await finished(page);
      assert.deepEqual(await shown(page), before);
      await page.evaluate(() => /** @type {any} */ (document.querySelector("diorama-app")).set({ text: "She has two cats." }));
      await page.click(".buttons .primary");
      await finished(page);
      assert.ok(!(await shown(page)).hash.includes("at="));
    }));
}
