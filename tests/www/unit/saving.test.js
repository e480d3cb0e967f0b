// What a reader takes along: files that others read back, tables that a spreadsheet does not run, pictures in which a token is never markup.

import assert from "node:assert/strict";
import test from "node:test";
import { readTensors, writeTensors } from "../../../www/checkpoint/safetensors.js";
import { gridOf, svgOf } from "../../../www/saving/grid.js";
import { csvOf, hasNumbers, tableOf, tensorsOf } from "../../../www/saving/tables.js";
import { MASKED } from "../../../www/trace.js";
import { sources } from "./sources.js";

test("safetensors: what is written is read, aligned to eight bytes", () => {
  const file = writeTensors([
    { name: "a", shape: [2, 2], data: [1, -2.5, 3, 1e-9] },
    { name: "blocks.0.attn.hook_pattern", shape: [1], data: new Float32Array([0.1]) },
    { name: "none", shape: [0], data: [] },
  ]);
  assert.equal(new DataView(file.buffer).getBigUint64(0, true) % 8n, 0n);
  const read = readTensors(file.buffer);
  assert.deepEqual([...read.keys()], ["a", "blocks.0.attn.hook_pattern", "none"]);
  assert.deepEqual(read.get("a"), { shape: [2, 2], data: new Float32Array([1, -2.5, 3, 1e-9]) });
  assert.deepEqual(read.get("none"), { shape: [0], data: new Float32Array() });
  assert.throws(
    () =>
      writeTensors([
        { name: "a", shape: [], data: [] },
        { name: "a", shape: [], data: [] },
      ]),
    /two tensors/,
  );
});

const scores = new Float32Array([0, MASKED, 1, 2, 3, MASKED, 4, 5]);
const pattern = new Float32Array([1, 0, 0.25, 0.75, 1, 0, 0.5, 0.5]);
const activation = (/** @type {string} */ name, /** @type {Float32Array} */ data) => ({
  name,
  axes: ["batch", "head", "query_pos", "key_pos"],
  shape: [1, 2, 2, 2],
  data,
});
const trace = {
  activations: new Map([
    ["a.hook_pattern", activation("a.hook_pattern", pattern)],
    ["a.hook_attn_scores", activation("a.hook_attn_scores", scores)],
  ]),
};
const pieces = [
  { id: 0, token: "▁<b>", special: false },
  { id: 1, token: '=a"', special: false },
];
const map = {
  localName: "diorama-attention-map",
  trace,
  hook: "a.hook_pattern",
  head: "1",
  rows: pieces,
  columns: pieces,
  label: "map & <i>",
};

test("a map's numbers are those of its head, beside the whole activation", () => {
  const grid = gridOf(map);
  assert.deepEqual(Array.from(grid?.data ?? []), [1, 0, 0.5, 0.5]);
  assert.equal(grid?.whole.data, pattern);
  assert.deepEqual(
    [0, 1, 2].map((i) => grid?.forbidden(i)),
    [false, true, false],
  );
  assert.deepEqual(Array.from(gridOf({ ...map, head: "mean" })?.data ?? []), [1, 0, 0.375, 0.625]);
  assert.equal(gridOf({ ...map, hook: "none" }), undefined);
  assert.deepEqual(
    Array.from(gridOf({ ...map, localName: "diorama-mask-grid", attention: "a", head: "0" })?.data ?? []),
    [0, MASKED, 1, 2].map(Math.fround),
  );
});

test("CSV: names are quoted, none begins a formula, and a number that is missing is empty", () => {
  const table = /** @type {import("../../../www/saving/tables.js").Table} */ (tableOf(map));
  assert.equal(csvOf(table), ',"<b>","\'=a"""\r\n"<b>",1,0\r\n"\'=a""",0.5,0.5\r\n');
  assert.equal(tensorsOf(table)[0].data, pattern);
  assert.equal(
    csvOf({
      head: ["n", "p"],
      rows: [
        [1, undefined],
        [2, NaN],
        ["", 1e-7],
      ],
    }),
    '"n","p"\r\n1,\r\n2,\r\n,1e-7\r\n',
  );
});

test("each column of numbers is a tensor; what a row lacks is not a number in it", () => {
  const nodes = [
    { key: 0, token: "prompt" },
    { key: 1, parent: 0, token: "▁a", probability: 0.5 },
  ];
  const table = /** @type {import("../../../www/saving/tables.js").Table} */ (
    tableOf({ localName: "diorama-token-tree", nodes })
  );
  assert.deepEqual(table.rows, [
    [0, undefined, "prompt", undefined, ""],
    [1, 0, "▁a", 0.5, ""],
  ]);
  const tensors = tensorsOf(table);
  assert.deepEqual(
    tensors.map(({ name, shape }) => [name, shape]),
    [
      ["node", [2]],
      ["after", [2]],
      ["probability", [2]],
    ],
  );
  assert.deepEqual(
    tensors.map(({ data }) => Array.from(data)),
    [
      [0, 1],
      [NaN, 0],
      [NaN, 0.5],
    ],
  );
  assert.deepEqual([...readTensors(writeTensors(tensors).buffer).keys()], ["node", "after", "probability"]);
});

test("a chart: the points of its curves, then the points that have names", () => {
  const axis = (/** @type {string} */ label) => ({ label, domain: [1, 10], format: String });
  const picture = {
    label: "loss",
    x: axis("N"),
    y: axis("L"),
    curves: [
      {
        name: "fit",
        points: [
          [1, 3],
          [10, 2],
        ],
      },
    ],
    marks: [
      { name: "GPT-2", x: 5, y: 2.5 },
      { name: "", x: 6, y: 2 },
    ],
  };
  assert.deepEqual(tableOf({ localName: "diorama-chart", picture }), {
    head: ["curve or point", "N", "L"],
    rows: [
      ["fit", 1, 3],
      ["fit", 10, 2],
      ["GPT-2", 5, 2.5],
    ],
  });
  assert.equal(tableOf({ localName: "diorama-chart" }), undefined);
});

test("all heads: a row for each query of each head, and the patterns whole", () => {
  const table = /** @type {import("../../../www/saving/tables.js").Table} */ (
    tableOf({ localName: "diorama-head-grid", trace, hooks: ["a.hook_pattern"] })
  );
  assert.deepEqual(table.rows, [
    [1, 1, 0, 1, 0],
    [1, 1, 1, 0.25, 0.75],
    [1, 2, 0, 1, 0],
    [1, 2, 1, 0.5, 0.5],
  ]);
  assert.deepEqual(tensorsOf(table), [trace.activations.get("a.hook_pattern")]);
});

test("curves, a lens and a mask as they were given, unrounded", () => {
  const lines = [
    { name: "with", values: [0.125, 1 / 3] },
    { name: "without", values: [2] },
  ];
  assert.deepEqual(tableOf({ localName: "diorama-lines", x: "token", lines }), {
    head: ["token", "with", "without"],
    rows: [
      [1, 0.125, 2],
      [2, 1 / 3, undefined],
    ],
  });
  const lens = {
    localName: "diorama-lens-grid",
    columns: pieces,
    rows: [
      {
        name: "layer 1",
        cells: [
          { list: [{ token: "x", probability: 0.75 }] },
          {
            list: [
              { token: "y", probability: 0.5 },
              { token: "z", probability: 0.25 },
            ],
          },
        ],
      },
    ],
  };
  assert.deepEqual(tableOf(lens)?.rows, [
    ["layer 1", 0, "▁<b>", 1, "x", 0.75],
    ["layer 1", 1, '=a"', 1, "y", 0.5],
    ["layer 1", 1, '=a"', 2, "z", 0.25],
  ]);
  const grid = new Uint8Array([1, 0, 1, 1]);
  assert.deepEqual(tableOf({ localName: "diorama-mask-editor", grid, rows: pieces, columns: pieces }), {
    head: ["", "▁<b>", '=a"'],
    rows: [
      ["▁<b>", 1, 0],
      ['=a"', 1, 1],
    ],
    tensors: [{ name: "mask", shape: [2, 2], data: grid }],
  });
});

test("every view is told apart: one that shows numbers can be taken along, the others say why not", () => {
  const without = ["device-badge", "shader-view", "sketch", "tower"];
  const grids = ["attention-lines", "attention-map", "attention-table", "mask-grid", "matrix", "sentence-lines"];
  const trace2 = {
    localName: "",
    trace,
    hook: "a.hook_pattern",
    attention: "a",
    head: "0",
    rows: pieces,
    columns: pieces,
    data: [1],
    above: pieces,
    below: pieces,
    matrix: { rows: 1, columns: 1, data: [1] },
  };
  for (const { file } of sources("www").filter(({ file }) => /^views\/[^/]+$/.test(file))) {
    const name = file.slice("views/".length, -".js".length);
    assert.equal(
      hasNumbers({ ...(grids.includes(name) ? trace2 : {}), localName: `diorama-${name}` }),
      !without.includes(name),
      name,
    );
  }
});

test("SVG: a cell for each number, masked ones hatched, tokens as text", () => {
  const svg = svgOf(/** @type {any} */ (gridOf(map)), {
    paint: (part) => `rgb(${Math.round(part * 100)} 0 0)`,
    paper: "#fff",
    ink: "#000",
    faint: "#ccc",
  });
  assert.equal(svg.match(/<rect x=/g)?.length, 4);
  assert.equal(svg.match(/fill="url\(#masked\)"/g)?.length, 1);
  assert.equal(svg.match(/fill="rgb\(50 0 0\)"/g)?.length, 2);
  assert.ok(!/<b>|<i>/.test(svg), svg);
  assert.ok(svg.includes("&#60;b&#62;"));
});

test("whatever a token holds, the files are well-formed: controls have pictures, halves of pairs do not stay", () => {
  const all = [
    ...Array.from({ length: 32 }, (_, i) => String.fromCharCode(i)),
    "\u007f",
    "\ud800",
    "\udc00a",
    "\ufffe",
    "\uffff",
    "]]>",
    "<![CDATA[",
    "🙂",
    "&#0;",
  ].map((token, id) => ({ id, token, special: false }));
  const grid = /** @type {any} */ (
    gridOf({ ...map, rows: all.slice(0, 2), columns: all.slice(0, 2), label: all.map(({ token }) => token).join("") })
  );
  const svg = svgOf(
    { ...grid, rows: all.map(({ token }) => token) },
    { paint: () => "#000", paper: "#fff", ink: "#000", faint: "#ccc" },
  );
  // XML 1.0, section 2.2.
  assert.match(svg, /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
  assert.ok(svg.includes("␀") && svg.includes("␇") && svg.includes("🙂"), svg);
  const table = { head: ["token"], rows: all.map(({ token }) => [token]) };
  assert.match(csvOf(table), /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
  const read = readTensors(
    writeTensors([
      { name: "constructor", shape: [1], data: [1] },
      { name: "\u0000\ud800__proto__", shape: [1], data: [2] },
    ]).buffer,
  );
  assert.deepEqual(
    [...read.values()].map(({ data }) => data[0]),
    [1, 2],
  );
});
