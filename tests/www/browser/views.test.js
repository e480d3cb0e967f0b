// Snapshots of the views, fed with a golden's numbers, in both themes: the text and structure are held to files in tests/www/snapshots (written anew with
// UPDATE_SNAPSHOTS=1), the canvases to the numbers themselves.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import test from "node:test";
import { visit } from "../story.js";
import { golden } from "./golden.js";
import { finished } from "./page.js";

const tensors = golden("t5-v1_0-relu");
const hooks = ["encoder.0.attn", "decoder.0.attn", "decoder.0.cross_attn"].flatMap((place) => ["hook_pattern", "hook_attn_scores", "hook_attn_scores_unmasked"].map((hook) => `${place}.${hook}`));
const activations = hooks.map((name) => ({ name, axes: ["batch", "head", "query_pos", "key_pos"], .../** @type {import("./golden.js").Tensor} */ (tensors.get(`case0/${name}`)) }));
const pieces = (/** @type {string} */ key) => (tensors.get(`case0/${key}`)?.data ?? []).map((id, i) => ({ id, token: i % 3 ? `t${id}` : `▁w${id}`, special: id < 2 }));
const source = pieces("input.ids");
const target = pieces("input.decoder_ids");

const HEADS = tensors.get("case0/decoder.0.attn.hook_pattern")?.shape[1];
const FEW = [{ id: 7, token: "▁a", special: false }, { id: 8, token: "<b>", special: false }, { id: 1, token: "</s>", special: true }];
const CAUSAL = [1, 0, 0, 1, 1, 0, 1, 1, 1];

/** Each view with its properties. @type {[string, string, Record<string, unknown>][]} */
const VIEWS = [
  ["token-strip", "diorama-token-strip", { tokens: source, label: "source", faint: 2, padded: 3, ids: true, selected: 1 }],
  ["token-strip-lit", "diorama-token-strip", { tokens: target, weights: [0, 0.25, 1, 0.5, 0.125], label: "target", cursor: true }],
  ["token-strip-marked", "diorama-token-strip", { tokens: target, marks: ["", "masked", "filled", "written", ""], label: "by hand", editable: true }],
  ["class-bars", "diorama-class-bars", { label: "classes", classes: [{ name: "<b>kind</b>", probability: 0.75 }, { name: "unkind", probability: 0.25 }] }],
  ["class-bars-sigmoid", "diorama-class-bars", { label: "classes", kind: "sigmoid", unused: ["<b>other</b>"], classes: [{ name: "toxic", value: 0.75, probability: 0.75 }, { name: "threat", value: 0.5, probability: 0.5 }, { name: "insult", value: 0.25, probability: 0.25 }] }],
  ["class-bars-numbers", "diorama-class-bars", { label: "classes", kind: "numbers", classes: [{ name: "valence", value: -1.405, probability: -1.405 }, { name: "arousal", value: 12, probability: 12 }] }],
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
  ["head-grid", "diorama-head-grid", { hooks: ["decoder.0.attn.hook_pattern"], heads: HEADS, layer: 0, head: "0", label: "all heads", hue: "decoder" }],
  ["attention-lines", "diorama-attention-lines", { hook: "decoder.0.cross_attn.hook_pattern", head: "0", rows: target, columns: source, label: "cross", axes: "rows; columns", hue: "cross" }],
  ["mask-editor", "diorama-mask-editor", { grid: CAUSAL, own: CAUSAL.map((allowed, i) => (i === 0 ? 0 : allowed)), rows: FEW, columns: FEW, label: "mask", axes: "rows; columns", hue: "decoder" }],
  ["change-strip", "diorama-change-strip", { tokens: FEW, changes: [0, 0.004, 2.5], label: "moved" }],
  ["epoch-grid", "diorama-epoch-grid", { tokens: FEW, epochs: [[0, 1], [1], [], [0]], upto: 3, every: 2, label: "epochs", hue: "encoder" }],
  ["coverage-chart", "diorama-coverage-chart", { lines: [{ name: "<b>fresh</b>", hue: "encoder", values: [0.25, 0.5, 1] }, { name: "fixed", hue: "decoder", dashed: true, values: [0.25, 0.5, 0.5] }], upto: 2, label: "coverage" }],
  ["interlinear", "diorama-interlinear", { label: "masked", hue: "encoder", cells: [
    { text: "the", spoken: "the" }, { text: "[MASK]", mark: "masked", truth: "<b>", truthShare: 0.25, guess: "cat", guessShare: 0.5, right: false, spoken: "masked: <b>" },
    { text: "cat", mark: "replaced", share: 0.0004, spoken: "replaced" }, { text: "[SEP]", special: true, spoken: "end" },
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
  ["before-after-numbers", "diorama-before-after", { label: "compared", watched: 0, numbers: true, rows: [{ id: 0, token: "valence", special: false, before: -1.5, after: 0.25, logitBefore: -1.5, logitAfter: 0.25 }] }],
  ["head-map", "diorama-head-map", { label: "sweep", values: [[0.1, -0.25], [0, 0.0004]] }],
  ["head-map-numbers", "diorama-head-map", { label: "sweep", numbers: true, values: [[0.1, -0.25], [0, 0.0004]] }],
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

/** Which cells are filled where the properties do not say it cell by cell; the last token of the epochs' is no target. @type {Record<string, number[]>} */
const FILLED = { "epoch-grid": [1, 1, 2, 0, 1, 2, 0, 0, 2, 0, 0, 2] };

test("every view has a snapshot", () => {
  const gallery = readFileSync(new URL("../../../www/elements.js", import.meta.url), "utf8");
  const views = [...gallery.matchAll(/import \{ \w+ \} from "\.\/views\/([\w-]+)\.js"/g)].map(([, view]) => `diorama-${view}`);
  assert.deepEqual([...new Set(VIEWS.map(([, tag]) => tag))].sort(), views.sort());
});

test("pointing at a long text's cells draws nothing anew", () =>
  visit("chromium", "index.html#device=cpu", async (page) => {
    await finished(page);
    const drawn = await page.evaluate(async () => {
      const [heads, length] = [2, 128];
      const shape = [1, heads, length, length];
      const weight = (/** @type {number} */ i) => (i % length <= Math.floor(i / length) % length ? 1 / ((Math.floor(i / length) % length) + 1) : 0);
      const data = Float32Array.from({ length: heads * length * length }, (_, i) => weight(i));
      const axes = ["batch", "head", "query_pos", "key_pos"];
      const trace = { activations: new Map([["a.hook_pattern", data], ["a.hook_attn_scores", data.map((w) => (w === 0 ? -1e30 : w))]].map(([name, data]) => [name, { name, axes, shape, data }])) };
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
      for (const [tag, more] of /** @type {[string, object][]} */ ([["diorama-attention-map", {}], ["diorama-mask-grid", { attention: "a", hue: "--decoder" }], ["diorama-head-grid", { hooks: ["a.hook_pattern"], heads, hue: "decoder" }]])) {
        const view = /** @type {any} */ (Object.assign(document.createElement(tag), { trace, hook: "a.hook_pattern", head: "0", rows: tokens, columns: tokens, theme: "light", ...more }));
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
        for (let i = 0; i < 3; i++) await (buttons.length > 0 ? point("pointerenter", buttons[i], 2) : point("pointermove", view.shadowRoot.querySelector("canvas"), 5 + 8 * i));
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
    visit("chromium", "index.html#device=cpu", async (page) => {
      await finished(page);
      for (const [name, tag, properties] of VIEWS) {
        const { markup, pixels } = await draw(page, tag, properties, theme);
        hold(name, markup);
        const wanted = properties.grid ?? FILLED[name];
        if (pixels && wanted) filled(name, /** @type {number[]} */ (wanted), pixels, theme);
        else if (pixels) follow(name, properties, pixels, theme);
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
 * Cells that are filled are all of one lightness and far from the others: darker in the light theme, lighter in the dark one.
 * @param {string} name
 * @param {number[]} wanted 1 for each cell that is filled
 * @param {{ light: number[] }} pixels
 * @param {"light" | "dark"} theme
 */
function filled(name, wanted, { light }, theme) {
  const [full, empty] = [1, 0].map((kind) => light.filter((_, cell) => wanted[cell] === kind));
  assert.ok(Math.max(...full) - Math.min(...full) < 2, `${name}: filled cells differ: ${full}`);
  assert.ok(theme === "light" ? Math.max(...full) < Math.min(...empty) - 10 : Math.min(...full) > Math.max(...empty) + 10, `${name}: filled ${full}, empty ${empty}`);
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
    const shape = activations.find(({ name }) => name === (view.hook ?? view.hooks?.[0]) || name === `${view.attention}.hook_attn_scores`)?.shape;
    const [rows, columns] = view.epochs ? [view.epochs.length, view.tokens.length] : view.grid ? [view.rows.length, view.columns.length] : (shape?.slice(2) ?? []);
    // The small map of a head is as large as the button above it.
    const first = tag === "diorama-head-grid" ? view.shadowRoot.querySelector("button").style : undefined;
    /** @type {any} */
    let pixels;
    if (canvas && rows && tag !== "diorama-attention-lines") {
      const pen = canvas.getContext("2d");
      const [width, height] = [(first ? parseFloat(first.width) : canvas.width) / columns, (first ? parseFloat(first.height) : canvas.height) / rows];
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
