// Snapshots of the views, fed with a golden's numbers, in both themes: the text and structure are held to files in tests/www/snapshots (written anew with
// UPDATE_SNAPSHOTS=1), the canvases to the numbers themselves.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import test from "node:test";
import { visit } from "../drive.js";
import { golden } from "./golden.js";
import { finished } from "./page.js";

const tensors = golden("t5-v1_0-relu");
const hooks = ["encoder.0.attn", "decoder.0.attn", "decoder.0.cross_attn"].flatMap((place) => ["hook_pattern", "hook_attn_scores", "hook_attn_scores_unmasked"].map((hook) => `${place}.${hook}`));
const activations = hooks.map((name) => ({ name, axes: ["batch", "head", "query_pos", "key_pos"], .../** @type {import("./golden.js").Tensor} */ (tensors.get(`case0/${name}`)) }));
const pieces = (/** @type {string} */ key) => (tensors.get(`case0/${key}`)?.data ?? []).map((id, i) => ({ id, token: i % 3 ? `t${id}` : `▁w${id}`, special: id < 2 }));
const source = pieces("input.ids");
const target = pieces("input.decoder_ids");

/** Each view with its properties. @type {[string, string, Record<string, unknown>][]} */
const VIEWS = [
  ["token-strip", "diorama-token-strip", { tokens: source, label: "source", faint: 2, padded: 3, ids: true, selected: 1 }],
  ["token-strip-lit", "diorama-token-strip", { tokens: target, weights: [0, 0.25, 1, 0.5, 0.125], label: "target", cursor: true }],
  ["token-strip-marked", "diorama-token-strip", { tokens: target, marks: ["", "masked", "filled", "written", ""], label: "by hand", editable: true }],
  ["class-bars", "diorama-class-bars", { label: "classes", classes: [{ name: "<b>kind</b>", probability: 0.75 }, { name: "unkind", probability: 0.25 }] }],
  ["attention-map-encoder", "diorama-attention-map", { hook: "encoder.0.attn.hook_pattern", head: "mean", rows: source, columns: source, label: "encoder", axes: "rows; columns" }],
  ["attention-map-cross", "diorama-attention-map", { hook: "decoder.0.cross_attn.hook_pattern", head: "1", rows: target, columns: source, label: "cross", axes: "rows; columns", row: 2, column: 1 }],
  ["attention-map-decoder", "diorama-attention-map", { hook: "decoder.0.attn.hook_pattern", head: "0", rows: target, columns: target, label: "decoder", axes: "rows; columns" }],
  ["attention-table", "diorama-attention-table", { hook: "decoder.0.cross_attn.hook_pattern", head: "0", rows: target, columns: source, label: "cross", axes: "rows; columns" }],
  ["attention-map-empty", "diorama-attention-map", { hook: "decoder.9.attn.hook_pattern", rows: [], columns: [], label: "none", empty: "Press Run." }],
  ["mask-grid-encoder", "diorama-mask-grid", { attention: "encoder.0.attn", head: "mean", rows: source, columns: source, label: "bidirectional", hue: "--encoder" }],
  ["mask-grid-decoder", "diorama-mask-grid", { attention: "decoder.0.attn", head: "0", rows: target, columns: target, label: "causal", hue: "--decoder", row: 1, column: 3 }],
  ["tower", "diorama-tower", { layers: 2, heads: 3, layer: 1, head: "0", label: "encoder", hue: "encoder" }],
  ["candidates", "diorama-candidates", { chosen: 5, temperature: 0.5, topK: 2, topP: 0.9, label: "next", candidates: [
    { id: 5, token: "▁froid", special: false, probability: 0.625, kept: true, logit: 3 },
    { id: 9, token: "<b>", special: false, probability: 0.25, kept: true, logit: 2 },
    { id: 1, token: "</s>", special: true, probability: 0.0004, kept: false, logit: -4 },
  ] }],
  ["token-tree", "diorama-token-tree", { label: "paths", current: 3, nodes: [
    { key: 0, token: "prompt", special: false },
    { key: 1, parent: 0, token: "▁a", special: false, probability: 0.5 },
    { key: 2, parent: 1, token: "<b>", special: false, probability: 0.25, note: "ln p −2.1 · 2" },
    { key: 3, parent: 1, token: "</s>", special: true, probability: 0.125, note: "ln p −2.8 · 2" },
  ] }],
  ["beam-lattice", "diorama-beam-lattice", { label: "beams", ids: [5, 1], current: 1, steps: [
    [{ beam: 0, id: 5, token: "▁a", special: false, score: -0.5, fate: "kept" }, { beam: 0, id: 6, token: "<b>", special: false, score: -1.5, fate: "dropped" }],
    [{ beam: 0, id: 1, token: "</s>", special: true, score: -1, fate: "finished" }],
  ] }],
  ["cache-grid", "diorama-cache-grid", { label: "cache", upto: 1, passes: [{ computed: 2, reused: 0 }, { computed: 1, reused: 2 }] }],
  ["lines", "diorama-lines", { label: "times", x: "token", y: "ms", unit: "ms", marked: 1, lines: [{ name: "with", hue: "decoder", values: [1, 2, 4] }, { name: "without", hue: "ink-soft", dashed: true, values: [1, NaN, 15] }] }],
  ["before-after", "diorama-before-after", { label: "compared", watched: 5, rows: [
    { id: 5, token: "▁a", special: false, before: 0.5, after: 0.25, logitBefore: 2, logitAfter: -1 },
    { id: 6, token: "<b>", special: false, before: 0.0001, after: 0.5, logitBefore: 0, logitAfter: 3 },
  ] }],
  ["head-map", "diorama-head-map", { label: "sweep", values: [[0.1, -0.25], [0, 0.0004]] }],
  ["lens-grid", "diorama-lens-grid", { label: "lens", columns: source.slice(0, 1), rows: [
    { name: "layer 1", cells: [{ same: true, list: [{ token: "▁a", special: false, probability: 0.75 }, { token: "<b>", special: false, probability: 0.125 }] }] },
  ] }],
  ["device-badge", "diorama-device-badge", { wanted: "auto", ms: 1.8, status: "", open: true, info: { device: "cpu", deviceReason: "the CPU: faster", deviceReasonCode: "cpuFaster", adapter: "software", timing: { cpu: 0.5, webgpu: null },
    selfTest: [{ op: "softmax", maxError: 1.5e-7, tolerance: 1e-4, passed: true }, { op: "linear", maxError: 0.5, tolerance: 1e-4, passed: false }] } }],
  ["token-lines", "diorama-token-lines", { words: ["The", "<b>"], concealed: [1], lit: 0, label: "lines", head: "words", lines: [
    { name: "one", hue: "encoder", before: [{ id: 1, token: "[CLS]", special: true, position: 0 }], under: [[{ id: 7, token: "the", special: false, position: 1 }], [{ id: 4, token: "[MASK]", special: true, position: 2, mark: "masked" }]], after: [] },
    { name: "other", hue: "decoder", before: [], under: [[{ id: 8, token: "▁The", special: false, position: 0 }], [{ id: 9, token: "▁<", special: false, position: 1 }, { id: 10, token: "b>", special: false, position: 2 }]], after: [] },
  ] }],
  ["sketch", "diorama-sketch", { label: "two halves", stacks: [
    { name: "encoder", before: [{ kind: "embed" }], layer: [{ kind: "norm" }, { kind: "attention" }, { kind: "add", residual: -1 }, { kind: "mlp" }, { kind: "add", residual: 2 }], repeat: 4, after: [{ kind: "norm" }] },
    { name: "decoder", before: [{ kind: "embed" }], layer: [{ kind: "cross" }, { kind: "add", residual: -1 }], repeat: 3, after: [{ kind: "head" }] },
  ] }],
  ["matrix", "diorama-matrix", { data: [0, 1, -2, 0.5, -1e30, 2], rows: 2, columns: 3, rowTokens: source.slice(0, 2), rowAxis: "pos", columnAxis: "d_head", chosen: { row: 1, column: 2 }, label: "hook_z" }],
  ["arithmetic-dot", "diorama-arithmetic", { names: ["q", "k"], hues: ["--query", "--key"], engine: 5.5, explanation: { kind: "dot", axis: "d_head", a: [1, 2], b: [3, 4], times: 0.5, plus: undefined, value: 5.5 } }],
  ["arithmetic-off", "diorama-arithmetic", { engine: 0.5, explanation: { kind: "softmax", scores: [0, Math.log(3)], max: Math.log(3), powers: [1 / 3, 1], sum: 4 / 3, at: 0, value: 0.25 }, terms: source.slice(0, 2) }],
  ["shader-view", "diorama-shader-view", { ops: [{ op: "softmax", file: "softmax.wgsl", variants: ["softmax_reduce.wgsl"], nodes: ["a", "b"] }], op: "softmax", file: "softmax.wgsl",
    wgsl: "@compute @workgroup_size(64)\nfn main() {\n  let x = 1.0; // one <b>\n}\n" }],
];

for (const theme of /** @type {const} */ (["light", "dark"])) {
  test(`views look as they did, and their canvases follow the numbers: ${theme}`, () =>
    visit("chromium", "index.html#device=cpu", async (page) => {
      await finished(page);
      for (const [name, tag, properties] of VIEWS) {
        const { markup, pixels } = await draw(page, tag, properties, theme);
        hold(name, markup);
        if (pixels) follow(name, properties, pixels, theme);
      }
    }, { theme, motion: false }));
}

test("a tower of more heads and layers than fit shows the chosen head, and the mean of its layer", () =>
  visit("chromium", "index.html#device=cpu", async (page) => {
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
    assert.deepEqual(seen, ["9", "15", "0", "mean"].map((head) => [head, true, true]));
  }));

/**
 * @param {string} name
 * @param {string} markup
 */
function hold(name, markup) {
  const file = new URL(`../snapshots/${name}.html`, import.meta.url);
  if (process.env.UPDATE_SNAPSHOTS === "1") writeFileSync(file, markup);
  assert.equal(markup, readFileSync(file, "utf8"), `${name}: the view has changed; if it should have, write the snapshots anew with UPDATE_SNAPSHOTS=1`);
}

/**
 * In the light theme a heavier cell is darker, in the dark theme lighter; a masked cell is neither of its two ends.
 * @param {string} name
 * @param {Record<string, any>} properties
 * @param {{ rows: number, columns: number, light: number[] }} pixels the mean lightness of each cell, 0..255
 * @param {"light" | "dark"} theme
 */
function follow(name, properties, pixels, theme) {
  const place = properties.hook?.replace(".hook_pattern", "") ?? properties.attention;
  const [, heads, rows, columns] = tensors.get(`case0/${place}.hook_pattern`)?.shape ?? [];
  assert.deepEqual([pixels.rows, pixels.columns], [rows, columns], name);
  assert.ok(new Set(pixels.light.map(Math.round)).size > 1, `${name}: the canvas is one colour`);
  if (!properties.hook) return;
  const pattern = tensors.get(`case0/${properties.hook}`)?.data ?? [];
  const scores = tensors.get(`case0/${place}.hook_attn_scores`)?.data ?? [];
  const size = rows * columns;
  const weight = (/** @type {number} */ cell) => properties.head === "mean"
    ? Array.from({ length: heads }, (_, head) => pattern[head * size + cell]).reduce((sum, value) => sum + value, 0) / heads
    : pattern[Number(properties.head) * size + cell];
  const allowed = pixels.light.map((_, cell) => cell).filter((cell) => scores[cell] > -1e29).sort((a, b) => weight(a) - weight(b));
  for (let i = 1; i < allowed.length; i++) {
    const [less, more] = [allowed[i - 1], allowed[i]];
    if (weight(more) - weight(less) < 0.03) continue;
    const change = (pixels.light[more] - pixels.light[less]) * (theme === "light" ? -1 : 1);
    assert.ok(change > 0, `${name}: weight ${weight(less)} → ${weight(more)}, lightness ${pixels.light[less]} → ${pixels.light[more]}`);
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
  return page.evaluate(async ({ tag, properties, theme, activations }) => {
    const view = /** @type {any} */ (document.createElement(tag));
    const trace = { activations: new Map(activations.map((activation) => [activation.name, { ...activation, data: Float32Array.from(activation.data) }])) };
    Object.assign(view, { trace, theme, ...properties });
    const stage = document.createElement("div");
    stage.style.cssText = "position:fixed;inset:0;z-index:99;background:var(--paper);display:grid;grid-template:360px / 420px";
    stage.append(view);
    document.body.append(stage);
    for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
    await view.updateComplete;
    const markup = view.shadowRoot.innerHTML.replace(/<!--.*?-->/g, "").replace(/\s+/g, " ").replaceAll("> <", ">\n<").trim() + "\n";
    const canvas = view.shadowRoot.querySelector("canvas");
    const shape = activations.find(({ name }) => name === view.hook || name === `${view.attention}.hook_attn_scores`)?.shape;
    /** @type {any} */
    let pixels;
    if (canvas && shape) {
      const [, , rows, columns] = shape;
      const pen = canvas.getContext("2d");
      const [width, height] = [canvas.width / columns, canvas.height / rows];
      const light = Array.from({ length: rows * columns }, (_, cell) => {
        const { data } = pen.getImageData(((cell % columns) + 0.3) * width, (Math.floor(cell / columns) + 0.3) * height, Math.max(1, width * 0.4), Math.max(1, height * 0.4));
        const on = Array.from(data).filter((_, i) => i % 4 < 3);
        return on.reduce((sum, value) => sum + value, 0) / on.length;
      });
      pixels = { rows, columns, light };
    }
    stage.remove();
    return { markup, pixels };
  }, { tag, properties, theme, activations });
}
