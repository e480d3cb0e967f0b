// What a reader takes along from any view: its numbers are the view's own, unrounded, and its picture shows what the page shows.

import assert from "node:assert/strict";
import test from "node:test";
import { browsers, visit } from "../story.js";
import { readTensors } from "../../../www/checkpoint/safetensors.js";
import { violations } from "./axe.js";

/** @typedef {import("puppeteer-core").Page} Page */
/** @typedef {"copy" | "png" | "svg" | "csv" | "safetensors"} Way */

const WAYS = ["copy", "png", "svg", "csv", "safetensors"];
const HEADS = "diorama-heads";

for (const browser of browsers) {
  test(`${browser}: the foot of a tool has the numbers and the picture of each of its views`, () =>
    visit(browser, "explore.html#device=cpu&tool=heads&b.view=lines&b.write=4", async (page) => {
      await page.waitForFunction(
        () =>
          document
            .querySelector("diorama-heads")
            ?.shadowRoot?.querySelector("diorama-attention-lines")
            ?.shadowRoot?.querySelector("canvas")?.width,
      );
      const names = await openMenu(page);
      assert.deepEqual(names.slice(0, 1), ["All heads"]);
      assert.deepEqual(await violations(page), []);
      await page.keyboard.press("Escape");

      const pattern = await page.evaluate(() => {
        const { trace, hooks } = /** @type {any} */ (document.querySelector("diorama-heads")).shadowRoot.querySelector(
          "diorama-head-grid",
        );
        return hooks.map((/** @type {string} */ hook) => ({
          name: hook,
          shape: trace.activations.get(hook).shape,
          data: Array.from(trace.activations.get(hook).data),
        }));
      });
      const tensors = readTensors(Uint8Array.from(await take(page, 0, "safetensors")).buffer);
      assert.deepEqual(
        [...tensors].map(([name, { shape, data }]) => ({ name, shape, data: Array.from(data) })),
        pattern,
      );
      const [head, first] = text(await take(page, 0, "csv")).split("\r\n");
      const keys = pattern[0].shape[3];
      assert.equal(head.split(",").length, 3 + keys);
      assert.deepEqual(first.split(",").map(Number), [1, 1, 0, ...pattern[0].data.slice(0, keys)]);

      const svg = text(await take(page, 1, "svg"));
      assert.match(svg, /^<svg .*froid.*<\/svg>$/s);
      assert.doesNotMatch(svg, /<script|<canvas|href=/);
      for (const view of [0, 1]) {
        const { width, height, colours, paper } = await seen(page, await take(page, view, "png"));
        assert.ok(
          width > 400 && height > 200 && colours > 20 && paper > 0.3 && paper < 0.98,
          `${names[view]}: ${width} × ${height}, ${colours} colours, ${paper} of it paper`,
        );
      }
    }));

  test(`${browser}: beside the candidates, the tokens and what the model says`, () =>
    visit(browser, "explore.html#device=cpu&text=I+am+cold.", async (page) => {
      await page.waitForFunction(
        () =>
          /** @type {any} */ (document.querySelector("diorama-app")).player.finished &&
          document.querySelector(".output diorama-save"),
      );
      const names = await page.evaluate(async () => {
        const save = /** @type {any} */ (document.querySelector(".output diorama-save"));
        save.shadowRoot.querySelector(".toggle").click();
        await save.updateComplete;
        return [...save.shadowRoot.querySelectorAll("option")].map(({ textContent }) => textContent.trim());
      });
      assert.deepEqual(names, ["Output", "Source", "Candidates"]);
      const shown = await page.evaluate(() => /** @type {any} */ (document.querySelector("diorama-candidates")).candidates);
      const rows = text(await take(page, 2, "csv", ".output diorama-save"))
        .split("\r\n")
        .slice(1, -1);
      // Between them stands the token, which may be a comma itself.
      const numbers = rows.map((row) => /^(\d+),.+,([^,]+),([^,]+),[01]$/.exec(row)?.slice(1).map(Number));
      assert.deepEqual(
        numbers,
        shown.map((/** @type {any} */ { id, probability, logit }) => [id, probability, logit]),
      );
    }));

  test(`${browser}: a picture of tokens with control characters is well-formed`, () =>
    visit(
      browser,
      "explore.html#device=cpu&text=I+am+cold.",
      async (page) => {
        await page.waitForFunction(() => document.querySelector(".output diorama-save"));
        await page.evaluate(async () => {
          const probe = Object.assign(document.createElement("div"), { id: "probe" });
          const tokens = ["\u0000", "\u0007a", "\u001b[", "\ud800", "\uffff", "<b>&"].map((token, id) => ({
            id,
            token,
            special: false,
          }));
          const strip = Object.assign(document.createElement("diorama-token-strip"), { tokens, label: "controls \u0001" });
          const save = Object.assign(document.createElement("diorama-save"), { of: () => strip });
          probe.append(strip, save);
          document.body.append(probe);
          await /** @type {any} */ (strip).updateComplete;
        });
        const svg = text(await take(page, 0, "svg", "#probe diorama-save"));
        assert.equal(
          await page.evaluate(
            (svg) => new DOMParser().parseFromString(svg, "image/svg+xml").querySelector("parsererror")?.textContent ?? "",
            svg,
          ),
          "",
        );
        assert.ok(svg.includes("␇"), svg.slice(-2000));
        const { width } = await seen(page, await take(page, 0, "png", "#probe diorama-save"));
        assert.ok(width > 40);
        // The page's policy holds for what is parsed in it, too.
      },
      { expected: [/Content.Security.Policy/] },
    ));
}

/** @param {Page} page */
function openMenu(page) {
  return page.evaluate(async (tag) => {
    const save = /** @type {any} */ (document.querySelector(tag)).shadowRoot.querySelector("diorama-save");
    save.shadowRoot.querySelector(".toggle").click();
    await save.updateComplete;
    return [...save.shadowRoot.querySelectorAll("option")].map(({ textContent }) => textContent.trim());
  }, HEADS);
}

/**
 * A file that the menu writes: the bytes, kept back on their way to the disk.
 * @param {Page} page
 * @param {number} view
 * @param {Way} way
 * @param {string} [where] the page's own menu; else that of the tool
 * @returns {Promise<number[]>}
 */
function take(page, view, way, where) {
  return page.evaluate(
    async ({ view, place, where, tag }) => {
      const save = /** @type {any} */ (
        where ? document.querySelector(where) : document.querySelector(tag)?.shadowRoot?.querySelector("diorama-save")
      );
      const make = URL.createObjectURL;
      HTMLAnchorElement.prototype.click = () => {};
      const blob = new Promise((resolve, reject) => {
        URL.createObjectURL = (/** @type {any} */ blob) => {
          resolve(blob);
          return make.call(URL, blob);
        };
        setTimeout(() => reject(new Error(`nothing was written; the menu says: ${save.said}`)), 10_000);
      });
      save.chosen = view;
      save.open = true;
      await save.updateComplete;
      save.shadowRoot.querySelectorAll("li button")[place].click();
      const bytes = await /** @type {Blob} */ (await blob).arrayBuffer();
      URL.createObjectURL = make;
      return Array.from(new Uint8Array(bytes));
    },
    { view, place: WAYS.indexOf(way), where, tag: HEADS },
  );
}

/** @param {number[]} bytes */
function text(bytes) {
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

/**
 * What is on a picture: how many colours, and how much of it is as its first pixel.
 * @param {Page} page
 * @param {number[]} bytes
 */
function seen(page, bytes) {
  return page.evaluate(async (bytes) => {
    const image = await createImageBitmap(new Blob([Uint8Array.from(bytes)], { type: "image/png" }));
    const pen = /** @type {CanvasRenderingContext2D} */ (
      Object.assign(document.createElement("canvas"), { width: image.width, height: image.height }).getContext("2d")
    );
    pen.drawImage(image, 0, 0);
    const pixels = new Uint32Array(pen.getImageData(0, 0, image.width, image.height).data.buffer);
    return {
      width: image.width,
      height: image.height,
      colours: new Set(pixels).size,
      paper: pixels.filter((pixel) => pixel === pixels[0]).length / pixels.length,
    };
  }, bytes);
}
