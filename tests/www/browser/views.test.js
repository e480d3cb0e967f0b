// Snapshots of the views, fed with a golden's numbers, in both themes: the text and structure are held to files in tests/www/snapshots (written anew with
// UPDATE_SNAPSHOTS=1), the canvases to the numbers themselves.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import test from "node:test";
import { visit } from "../story.js";
import { finished } from "./page.js";
import { activations, tensors } from "./view-cases/given.js";
import { INSIDE } from "./view-cases/inside.js";
import { TEXT } from "./view-cases/text.js";

const VIEWS = [...TEXT, ...INSIDE];

/** Which cells are filled where the properties do not say it cell by cell; the last token of the epochs' is no target. @type {Record<string, number[]>} */
const FILLED = { "epoch-grid": [1, 1, 2, 0, 1, 2, 0, 0, 2, 0, 0, 2] };

test("every view has a snapshot", () => {
  const gallery = readFileSync(new URL("../../../www/elements.js", import.meta.url), "utf8");
  const views = [...gallery.matchAll(/import \{ \w+ \} from "\.\/views\/([\w-]+)\.js"/g)].map(([, view]) => `diorama-${view}`);
  assert.deepEqual([...new Set(VIEWS.map(([, tag]) => tag))].sort(), views.sort());
});

test("pointing at a long text's cells draws nothing anew", () =>
  visit("chromium", "explore.html#device=cpu", async (page) => {
    await finished(page);
    const drawn = await page.evaluate(async () => {
      const [heads, length] = [2, 128];
      const shape = [1, heads, length, length];
      const weight = (/** @type {number} */ i) =>
        i % length <= Math.floor(i / length) % length ? 1 / ((Math.floor(i / length) % length) + 1) : 0;
      const data = Float32Array.from({ length: heads * length * length }, (_, i) => weight(i));
      const axes = ["batch", "head", "query_pos", "key_pos"];
      const trace = {
        activations: new Map(
          [
            ["a.hook_pattern", data],
            ["a.hook_attn_scores", data.map((w) => (w === 0 ? -1e30 : w))],
          ].map(([name, data]) => [name, { name, axes, shape, data }]),
        ),
      };
      const tokens = Array.from({ length }, (_, id) => ({ id, token: `t${id}`, special: false }));
      let count = 0;
      for (const name of /** @type {const} */ (["fill", "fillRect", "stroke", "putImageData", "drawImage"])) {
        const own = /** @type {any} */ (CanvasRenderingContext2D.prototype)[name];
        /** @type {any} */ (CanvasRenderingContext2D.prototype)[name] = function (/** @type {any[]} */ ...args) {
          count++;
          return own.apply(this, args);
        };
      }
      /** @type {Record<string, number[]>} */
      const drawn = {};
      for (const [tag, more] of /** @type {[string, object][]} */ ([
        ["diorama-attention-map", {}],
        ["diorama-mask-grid", { attention: "a", hue: "--decoder" }],
        ["diorama-head-grid", { hooks: ["a.hook_pattern"], heads, hue: "decoder" }],
      ])) {
        const view = /** @type {any} */ (
          Object.assign(document.createElement(tag), {
            trace,
            hook: "a.hook_pattern",
            head: "0",
            rows: tokens,
            columns: tokens,
            theme: "light",
            ...more,
          })
        );
        view.style.cssText = "position:fixed;inset:0;z-index:99;width:600px;height:400px";
        document.body.append(view);
        for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
        const steps = [count];
        const point = (/** @type {string} */ type, /** @type {Element} */ at, /** @type {number} */ by) => {
          const { left, top } = at.getBoundingClientRect();
          at.dispatchEvent(new PointerEvent(type, { bubbles: true, clientX: left + by, clientY: top + by }));
          return view.updateComplete;
        };
        const buttons = view.shadowRoot.querySelectorAll("button");
        for (let i = 0; i < 3; i++)
          await (buttons.length > 0
            ? point("pointerenter", buttons[i], 2)
            : point("pointermove", view.shadowRoot.querySelector("canvas"), 5 + 8 * i));
        steps.push(count);
        view.head = "1";
        await view.updateComplete;
        steps.push(count);
        drawn[tag] = steps.slice(1).map((now, i) => now - steps[i]);
        view.remove();
      }
      return drawn;
    });
    assert.deepEqual(drawn, { "diorama-attention-map": [0, 1], "diorama-mask-grid": [0, 2], "diorama-head-grid": [0, 0] });
  }));

for (const theme of /** @type {const} */ (["light", "dark"])) {
  test(`views look as they did, and their canvases follow the numbers: ${theme}`, () =>
    visit(
      "chromium",
      "explore.html#device=cpu",
      async (page) => {
        await finished(page);
        for (const [name, tag, properties] of VIEWS) {
          const { markup, pixels } = await draw(page, tag, properties, theme);
          hold(name, markup);
          const wanted = properties.grid ?? FILLED[name];
          if (pixels && wanted) filled(name, /** @type {number[]} */ (wanted), pixels, theme);
          else if (pixels) follow(name, properties, pixels, theme);
        }
      },
      { theme, motion: false },
    ));
}

test("a tower of more heads and layers than fit shows the chosen head, and the mean of its layer", () =>
  visit("chromium", "explore.html#device=cpu", async (page) => {
    await finished(page);
    const seen = await page.evaluate(async () => {
      const tower = /** @type {any} */ (document.createElement("diorama-tower"));
      Object.assign(tower, { layers: 12, heads: 16, layer: 1, head: "9" });
      tower.style.cssText = "position:fixed;left:20px;top:20px;width:200px;z-index:99;background:var(--paper)";
      document.body.append(tower);
      const shown = (/** @type {string} */ selector) => {
        const { left, width, top, height } = tower.shadowRoot.querySelector(selector).getBoundingClientRect();
        return tower.shadowRoot.elementFromPoint(left + width / 2, top + height / 2)?.matches(selector) ?? false;
      };
      const seen = [];
      for (const head of ["9", "15", "0", "mean"]) {
        tower.head = head;
        await tower.updateComplete;
        seen.push([head, shown('[aria-checked="true"]'), shown(".current .mean")]);
      }
      tower.remove();
      return seen;
    });
    assert.deepEqual(
      seen,
      ["9", "15", "0", "mean"].map((head) => [head, true, true]),
    );
  }));

/**
 * @param {string} name
 * @param {string} markup
 */
function hold(name, markup) {
  const file = new URL(`../snapshots/${name}.html`, import.meta.url);
  if (process.env.UPDATE_SNAPSHOTS === "1") writeFileSync(file, markup);
  assert.equal(
    markup,
    readFileSync(file, "utf8"),
    `${name}: the view has changed; if it should have, write the snapshots anew with UPDATE_SNAPSHOTS=1`,
  );
}

/**
 * Cells that are filled are all of one lightness and far from the others: darker in the light theme, lighter in the dark one.
 * @param {string} name
 * @param {number[]} wanted 1 for each cell that is filled
 * @param {{ light: number[] }} pixels
 * @param {"light" | "dark"} theme
 */
function filled(name, wanted, { light }, theme) {
  const [full, empty] = [1, 0].map((kind) => light.filter((_, cell) => wanted[cell] === kind));
  assert.ok(Math.max(...full) - Math.min(...full) < 2, `${name}: filled cells differ: ${full}`);
  assert.ok(
    theme === "light" ? Math.max(...full) < Math.min(...empty) - 10 : Math.min(...full) > Math.max(...empty) + 10,
    `${name}: filled ${full}, empty ${empty}`,
  );
}

/**
 * In the light theme a heavier cell is darker, in the dark theme lighter; a masked cell is neither of its two ends.
 * @param {string} name
 * @param {Record<string, any>} properties
 * @param {{ rows: number, columns: number, light: number[] }} pixels the mean lightness of each cell, 0..255
 * @param {"light" | "dark"} theme
 */
function follow(name, properties, pixels, theme) {
  const hook = properties.hook ?? properties.hooks?.[0];
  const place = hook?.replace(".hook_pattern", "") ?? properties.attention;
  const [, heads, rows, columns] = tensors.get(`case0/${place}.hook_pattern`)?.shape ?? [];
  assert.deepEqual([pixels.rows, pixels.columns], [rows, columns], name);
  assert.ok(new Set(pixels.light.map(Math.round)).size > 1, `${name}: the canvas is one colour`);
  if (!hook) return;
  const pattern = tensors.get(`case0/${hook}`)?.data ?? [];
  const scores = tensors.get(`case0/${place}.hook_attn_scores`)?.data ?? [];
  const size = rows * columns;
  const weight = (/** @type {number} */ cell) =>
    properties.head === "mean"
      ? Array.from({ length: heads }, (_, head) => pattern[head * size + cell]).reduce((sum, value) => sum + value, 0) / heads
      : pattern[Number(properties.head) * size + cell];
  const allowed = pixels.light
    .map((_, cell) => cell)
    .filter((cell) => scores[cell] > -1e29)
    .sort((a, b) => weight(a) - weight(b));
  for (let i = 1; i < allowed.length; i++) {
    const [less, more] = [allowed[i - 1], allowed[i]];
    if (weight(more) - weight(less) < 0.03) continue;
    const change = (pixels.light[more] - pixels.light[less]) * (theme === "light" ? -1 : 1);
    assert.ok(
      change > 0,
      `${name}: weight ${weight(less)} → ${weight(more)}, lightness ${pixels.light[less]} → ${pixels.light[more]}`,
    );
  }
}

/**
 * @param {import("puppeteer-core").Page} page
 * @param {string} tag
 * @param {Record<string, unknown>} properties
 * @param {string} theme
 * @returns {Promise<{ markup: string, pixels: { rows: number, columns: number, light: number[] } | undefined }>}
 */
function draw(page, tag, properties, theme) {
  return page.evaluate(
    async ({ tag, properties, theme, activations }) => {
      const view = /** @type {any} */ (document.createElement(tag));
      const trace = {
        activations: new Map(
          activations.map((activation) => [activation.name, { ...activation, data: Float32Array.from(activation.data) }]),
        ),
      };
      Object.assign(view, { trace, theme, ...properties });
      const stage = document.createElement("div");
      stage.style.cssText = "position:fixed;inset:0;z-index:99;background:var(--paper);display:grid;grid-template:360px / 420px";
      stage.append(view);
      document.body.append(stage);
      for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
      await view.updateComplete;
      const markup =
        view.shadowRoot.innerHTML
          .replace(/<!--.*?-->/g, "")
          .replace(/\s+/g, " ")
          .replaceAll("> <", ">\n<")
          .trim() + "\n";
      const canvas = view.shadowRoot.querySelector("canvas");
      const shape = activations.find(
        ({ name }) => name === (view.hook ?? view.hooks?.[0]) || name === `${view.attention}.hook_attn_scores`,
      )?.shape;
      const [rows, columns] = view.epochs
        ? [view.epochs.length, view.tokens.length]
        : view.grid
          ? [view.rows.length, view.columns.length]
          : (shape?.slice(2) ?? []);
      // The small map of a head is as large as the button above it.
      const first = tag === "diorama-head-grid" ? view.shadowRoot.querySelector("button").style : undefined;
      /** @type {any} */
      let pixels;
      if (canvas && rows && tag !== "diorama-attention-lines") {
        const pen = canvas.getContext("2d");
        const [width, height] = [
          (first ? parseFloat(first.width) : canvas.width) / columns,
          (first ? parseFloat(first.height) : canvas.height) / rows,
        ];
        const light = Array.from({ length: rows * columns }, (_, cell) => {
          const { data } = pen.getImageData(
            ((cell % columns) + 0.3) * width,
            (Math.floor(cell / columns) + 0.3) * height,
            Math.max(1, width * 0.4),
            Math.max(1, height * 0.4),
          );
          const on = Array.from(data).filter((_, i) => i % 4 < 3);
          return on.reduce((sum, value) => sum + value, 0) / on.length;
        });
        pixels = { rows, columns, light };
      }
      stage.remove();
      return { markup, pixels };
    },
    { tag, properties, theme, activations },
  );
}
