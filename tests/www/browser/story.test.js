// The story that a newcomer lives through, in each browser: open the page, type, run, read the tokens, look at the maps, go back and on.

import assert from "node:assert/strict";
import test from "node:test";
import { browsers, visit } from "../story.js";
import { finished, greedyIds, mapSize, press, tileIds, tilesAre, type } from "./page.js";

const SENTENCE = "Where is the station?";
const PROMPT = `translate English to French: ${SENTENCE}`;

for (const browser of browsers) {
  test(`${browser}: the first screen is a finished text, computed live`, () =>
    visit(browser, "explore.html", async (page) => {
      await finished(page);
      const source = await tileIds(page, "source");
      const written = await tileIds(page, "output");
      assert.ok(source.length > 5 && written.length > 1);
      assert.deepEqual(await mapSize(page, "encoder"), { rows: source.length, columns: source.length });
      assert.deepEqual(await mapSize(page, "cross"), { rows: written.length, columns: source.length });
      assert.deepEqual(await mapSize(page, "decoder"), { rows: written.length, columns: written.length });
      const said = await page.$eval(".written", (line) => line.textContent?.trim());
      assert.ok(said && !said.includes("\uFFFD"));
    }));

  test(`${browser}: what is typed and run is what the CPU and the GPU say`, () =>
    visit(browser, "explore.html", async (page) => {
      await finished(page);
      await type(page, SENTENCE);
      await press(page, 1);
      await finished(page);
      const written = await tileIds(page, "output");
      for (const device of /** @type {const} */ (["cpu", "webgpu"])) {
        assert.deepEqual(await greedyIds(page, device, PROMPT), { ids: written, device }, device);
      }
      const source = await tileIds(page, "source");
      assert.deepEqual(await mapSize(page, "cross"), { rows: written.length, columns: source.length });
      assert.match(new URL(page.url()).hash, /text=Where\+is\+the\+station%3F/);
    }));

  test(`${browser}: a token can be taken back and written again, and the maps follow`, () =>
    visit(browser, "explore.html", async (page) => {
      await finished(page);
      const written = await tileIds(page, "output");
      await press(page, 3);
      await tilesAre(page, written.length - 1);
      await page.waitForFunction(
        (rows) =>
          document.querySelector(".lens.cross diorama-attention-map")?.shadowRoot?.querySelectorAll(".rows span").length === rows,
        {},
        written.length - 1,
      );
      await press(page, 3);
      await tilesAre(page, written.length - 2);
      await press(page, 2);
      await tilesAre(page, written.length - 1);
      await press(page, 2);
      await finished(page);
      assert.deepEqual(await tileIds(page, "output"), written);
      assert.equal((await mapSize(page, "cross")).rows, written.length);
    }));

  test(`${browser}: a new text during a run takes the run over`, () =>
    visit(browser, "explore.html#text=We+are+very+happy+to+see+you+again+in+this+big+old+house.", async (page) => {
      await page.waitForFunction(() => /** @type {any} */ (document.querySelector("diorama-app"))?.player.running);
      await page.click(".examples .link");
      await page.waitForFunction(() => /** @type {any} */ (document.querySelector("diorama-app")).state.text === "I am cold.");
      await finished(page);
      const prompt = "translate English to French: I am cold.";
      assert.deepEqual(await tileIds(page, "output"), (await greedyIds(page, "cpu", prompt)).ids);
    }));

  test(`${browser}: the reader can switch the device, and the tokens stay the same`, () =>
    visit(browser, "explore.html", async (page) => {
      await finished(page);
      const written = await tileIds(page, "output");
      await (await page.$("diorama-device-badge >>> .badge"))?.click();
      await (await page.$("diorama-device-badge >>> .choices button:nth-child(2)"))?.click();
      await page.waitForFunction(() => /** @type {any} */ (document.querySelector("diorama-app")).model.info.device === "webgpu");
      await finished(page);
      assert.deepEqual(await tileIds(page, "output"), written);
      assert.match(
        await page.evaluate(
          () => document.querySelector("diorama-device-badge")?.shadowRoot?.querySelector(".badge")?.textContent ?? "",
        ),
        /WebGPU\s*· \d+(\.\d+)? ms\/token/,
      );
    }));

  test(`${browser}: another candidate can be taken, and the text goes on from it`, () =>
    visit(browser, "explore.html", async (page) => {
      await finished(page);
      const written = await tileIds(page, "output");
      // The page may have chosen the first token by itself; a click would let go of it.
      const chosen = await page.evaluate(() => /** @type {any} */ (document.querySelector("diorama-app")).selected);
      if (chosen !== 0) await (await page.$(".output diorama-token-strip >>> li:first-child button"))?.click();
      await page.waitForFunction(() => /** @type {any} */ (document.querySelector("diorama-app")).selected === 0);
      const taken = await page.evaluate(() => {
        const shown = /** @type {any} */ (document.querySelector("diorama-candidates")).candidates;
        /** @type {HTMLButtonElement} */ (
          document.querySelector("diorama-candidates")?.shadowRoot?.querySelectorAll("button")[1]
        )?.click();
        return { first: shown[0].id, second: shown[1].id };
      });
      assert.equal(taken.first, written[0]);
      await page.waitForFunction(
        (id) => /** @type {any} */ (document.querySelector("diorama-app")).player.steps[0]?.id === id,
        {},
        taken.second,
      );
      await finished(page);
      const after = await tileIds(page, "output");
      assert.equal(after[0], taken.second);
      assert.ok(after.length > 1, "the model writes on behind the token that was taken");
      assert.equal(await page.evaluate(() => /** @type {any} */ (document.querySelector("diorama-app")).selected), 0);
    }));

  test(`${browser}: a token under the cursor lights what it attends to, and the arrow keys read the map`, () =>
    visit(browser, "explore.html", async (page) => {
      await finished(page);
      await (await page.$(".output diorama-token-strip >>> li:nth-child(2) button"))?.hover();
      await page.waitForFunction(
        () => document.querySelector(".source diorama-token-strip")?.shadowRoot?.querySelector("small")?.textContent !== "",
      );
      const weights = await page.evaluate(() =>
        [...(document.querySelector(".source diorama-token-strip")?.shadowRoot?.querySelectorAll("small") ?? [])].map((small) =>
          Number(small.textContent),
        ),
      );
      const sum = weights.reduce((total, weight) => total + weight, 0);
      assert.ok(Math.abs(sum - 1) < 0.01 * weights.length, `the weights ${weights} add up to 1, rounding apart`);
      await page.mouse.move(2, 2);
      await (await page.$(".lens.cross diorama-attention-map >>> .frame"))?.focus();
      for (const key of /** @type {const} */ (["ArrowDown", "ArrowRight", "ArrowRight"])) await page.keyboard.press(key);
      const reading = await page.evaluate(() =>
        document
          .querySelector(".lens.cross diorama-attention-map")
          ?.shadowRoot?.querySelector("output")
          ?.innerText.replace(/\s+/g, " "),
      );
      assert.match(reading ?? "", /→ .+ [01]\.\d{3}$/);
    }));

  test(`${browser}: a cell that the causal mask forbids tells its score before the mask, which only a pass over all tokens computes`, () =>
    visit(browser, "explore.html", async (page) => {
      await finished(page);
      await (await page.$(".lens.decoder diorama-mask-grid >>> .cells"))?.focus();
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowRight");
      await page.waitForFunction(() =>
        /score [+−]?\d[\d.]* → −1e30$/.test(
          document.querySelector(".lens.decoder diorama-mask-grid")?.shadowRoot?.querySelector("output")?.innerText ?? "",
        ),
      );
    }));

  test(`${browser}: the page speaks both languages and has both themes, and the link holds them`, () =>
    visit(browser, "explore.html", async (page) => {
      await finished(page);
      const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const light = await paper();
      await page.click(".lang-button");
      await page.waitForFunction(() => document.querySelector(".buttons button")?.textContent === "运行");
      assert.equal(await page.evaluate(() => document.documentElement.lang), "zh-Hans");
      await page.click(".theme-button");
      await page.click(".theme-button");
      await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
      assert.notEqual(await paper(), light);
      assert.match(new URL(page.url()).hash, /lang=zh&theme=dark/);
      await page.reload();
      await finished(page);
      assert.equal(await page.$eval(".buttons button", (button) => button.textContent), "运行");
      assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
    }));
}

test("a Chinese browser meets a Chinese page", () =>
  visit(
    "chromium",
    "explore.html",
    async (page) => {
      await finished(page);
      assert.equal(await page.$eval(".buttons button", (button) => button.textContent), "运行");
    },
    { lang: "zh-CN" },
  ));

test("without WebGPU the page works on the CPU and says why", () =>
  visit(
    "chromium",
    "explore.html",
    async (page) => {
      await finished(page);
      const { device, deviceReason } = await page.evaluate(
        () => /** @type {any} */ (document.querySelector("diorama-app")).model.info,
      );
      assert.equal(device, "cpu");
      assert.ok(deviceReason.length > 10);
    },
    { webgpu: false },
  ));
