// What a reader takes along: files that others read back, tables that a spreadsheet does not run, pictures in which a token is never markup.

import assert from "node:assert/strict";
import test from "node:test";
import { readTensors, writeTensors } from "../../../www/safetensors.js";
import { csvOf, gridOf, svgOf } from "../../../www/saving.js";
import { MASKED } from "../../../www/trace.js";

test("safetensors: what is written is read, aligned to eight bytes", () => {
  const file = writeTensors([{ name: "a", shape: [2, 2], data: [1, -2.5, 3, 1e-9] }, { name: "blocks.0.attn.hook_pattern", shape: [1], data: new Float32Array([0.1]) }, { name: "none", shape: [0], data: [] }]);
  assert.equal(new DataView(file.buffer).getBigUint64(0, true) % 8n, 0n);
  const read = readTensors(file.buffer);
  assert.deepEqual([...read.keys()], ["a", "blocks.0.attn.hook_pattern", "none"]);
  assert.deepEqual(read.get("a"), { shape: [2, 2], data: new Float32Array([1, -2.5, 3, 1e-9]) });
  assert.deepEqual(read.get("none"), { shape: [0], data: new Float32Array() });
  assert.throws(() => writeTensors([{ name: "a", shape: [], data: [] }, { name: "a", shape: [], data: [] }]), /two tensors/);
});

const scores = new Float32Array([0, MASKED, 1, 2, 3, MASKED, 4, 5]);
const pattern = new Float32Array([1, 0, 0.25, 0.75, 1, 0, 0.5, 0.5]);
const activation = (/** @type {string} */ name, /** @type {Float32Array} */ data) => ({ name, axes: ["batch", "head", "query_pos", "key_pos"], shape: [1, 2, 2, 2], data });
const trace = { activations: new Map([["a.hook_pattern", activation("a.hook_pattern", pattern)], ["a.hook_attn_scores", activation("a.hook_attn_scores", scores)]]) };
const pieces = [{ id: 0, token: "▁<b>", special: false }, { id: 1, token: '=a"', special: false }];
const map = { localName: "diorama-attention-map", trace, hook: "a.hook_pattern", head: "1", rows: pieces, columns: pieces, label: "map & <i>" };

test("a map's numbers are those of its head, beside the whole activation", () => {
  const grid = gridOf(map);
  assert.deepEqual(Array.from(grid?.data ?? []), [1, 0, 0.5, 0.5]);
  assert.equal(grid?.whole.data, pattern);
  assert.deepEqual([0, 1, 2].map((i) => grid?.forbidden(i)), [false, true, false]);
  assert.deepEqual(Array.from(gridOf({ ...map, head: "mean" })?.data ?? []), [1, 0, 0.375, 0.625]);
  assert.equal(gridOf({ ...map, hook: "none" }), undefined);
  assert.deepEqual(Array.from(gridOf({ ...map, localName: "diorama-mask-grid", attention: "a", head: "0" })?.data ?? []), [0, MASKED, 1, 2].map(Math.fround));
});

test("CSV: names are quoted, and none begins a formula", () => {
  assert.equal(csvOf(/** @type {any} */ (gridOf(map))), '"","<b>","\'=a"""\r\n"<b>",1,0\r\n"\'=a""",0.5,0.5\r\n'.replace(/^"",/, ","));
});

test("SVG: a cell for each number, masked ones hatched, tokens as text", () => {
  const svg = svgOf(/** @type {any} */ (gridOf(map)), { paint: (part) => `rgb(${Math.round(part * 100)} 0 0)`, paper: "#fff", ink: "#000", faint: "#ccc" });
  assert.equal(svg.match(/<rect x=/g)?.length, 4);
  assert.equal(svg.match(/fill="url\(#masked\)"/g)?.length, 1);
  assert.equal(svg.match(/fill="rgb\(50 0 0\)"/g)?.length, 2);
  assert.ok(!/<b>|<i>/.test(svg), svg);
  assert.ok(svg.includes("&#60;b&#62;"));
});
