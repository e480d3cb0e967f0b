// Views of what a model holds and computes: caches, changes, lenses, arithmetic, shaders.

import { source } from "./given.js";

/** Each view with its properties. @type {[string, string, Record<string, unknown>][]} */
export const INSIDE = [
  [
    "lines",
    "diorama-lines",
    {
      label: "times",
      x: "token",
      y: "ms",
      unit: "ms",
      marked: 1,
      lines: [
        { name: "with", hue: "decoder", values: [1, 2, 4] },
        { name: "without", hue: "ink-soft", dashed: true, values: [1, NaN, 15] },
      ],
    },
  ],
  [
    "before-after",
    "diorama-before-after",
    {
      label: "compared",
      watched: 5,
      rows: [
        { id: 5, token: "▁a", special: false, before: 0.5, after: 0.25, logitBefore: 2, logitAfter: -1 },
        { id: 6, token: "<b>", special: false, before: 0.0001, after: 0.5, logitBefore: 0, logitAfter: 3 },
      ],
    },
  ],
  [
    "before-after-numbers",
    "diorama-before-after",
    {
      label: "compared",
      watched: 0,
      numbers: true,
      rows: [{ id: 0, token: "valence", special: false, before: -1.5, after: 0.25, logitBefore: -1.5, logitAfter: 0.25 }],
    },
  ],
  [
    "head-map",
    "diorama-head-map",
    {
      label: "sweep",
      values: [
        [0.1, -0.25],
        [0, 0.0004],
      ],
    },
  ],
  [
    "head-map-numbers",
    "diorama-head-map",
    {
      label: "sweep",
      numbers: true,
      values: [
        [0.1, -0.25],
        [0, 0.0004],
      ],
    },
  ],
  [
    "lens-grid",
    "diorama-lens-grid",
    {
      label: "lens",
      columns: source.slice(0, 1),
      rows: [
        {
          name: "layer 1",
          cells: [
            {
              same: true,
              list: [
                { token: "▁a", special: false, probability: 0.75 },
                { token: "<b>", special: false, probability: 0.125 },
              ],
            },
          ],
        },
      ],
    },
  ],
  [
    "device-badge",
    "diorama-device-badge",
    {
      wanted: "auto",
      ms: 1.8,
      status: "",
      open: true,
      info: {
        device: "cpu",
        deviceReason: "the CPU: faster",
        deviceReasonCode: "cpuFaster",
        adapter: "software",
        timing: { cpu: 0.5, webgpu: null },
        selfTest: [
          { op: "softmax", maxError: 1.5e-7, tolerance: 1e-4, passed: true },
          { op: "linear", maxError: 0.5, tolerance: 1e-4, passed: false },
        ],
      },
    },
  ],
  [
    "token-lines",
    "diorama-token-lines",
    {
      words: ["The", "<b>"],
      concealed: [1],
      lit: 0,
      label: "lines",
      head: "words",
      lines: [
        {
          name: "one",
          hue: "encoder",
          before: [{ id: 1, token: "[CLS]", special: true, position: 0 }],
          under: [
            [{ id: 7, token: "the", special: false, position: 1 }],
            [{ id: 4, token: "[MASK]", special: true, position: 2, mark: "masked" }],
          ],
          after: [],
        },
        {
          name: "other",
          hue: "decoder",
          before: [],
          under: [
            [{ id: 8, token: "▁The", special: false, position: 0 }],
            [
              { id: 9, token: "▁<", special: false, position: 1 },
              { id: 10, token: "b>", special: false, position: 2 },
            ],
          ],
          after: [],
        },
      ],
    },
  ],
  [
    "sketch",
    "diorama-sketch",
    {
      label: "two halves",
      stacks: [
        {
          name: "encoder",
          before: [{ kind: "embed" }],
          layer: [
            { kind: "norm" },
            { kind: "attention" },
            { kind: "add", residual: -1 },
            { kind: "mlp" },
            { kind: "add", residual: 2 },
          ],
          repeat: 4,
          after: [{ kind: "norm" }],
        },
        {
          name: "decoder",
          before: [{ kind: "embed" }],
          layer: [{ kind: "cross" }, { kind: "add", residual: -1 }],
          repeat: 3,
          after: [{ kind: "head" }],
        },
      ],
    },
  ],
  [
    "matrix",
    "diorama-matrix",
    {
      data: [0, 1, -2, 0.5, -1e30, 2],
      rows: 2,
      columns: 3,
      rowTokens: source.slice(0, 2),
      rowAxis: "pos",
      columnAxis: "d_head",
      chosen: { row: 1, column: 2 },
      label: "hook_z",
    },
  ],
  [
    "arithmetic-dot",
    "diorama-arithmetic",
    {
      names: ["q", "k"],
      hues: ["--query", "--key"],
      engine: 5.5,
      explanation: { kind: "dot", axis: "d_head", a: [1, 2], b: [3, 4], times: 0.5, plus: undefined, value: 5.5 },
    },
  ],
  [
    "arithmetic-off",
    "diorama-arithmetic",
    {
      engine: 0.5,
      explanation: {
        kind: "softmax",
        scores: [0, Math.log(3)],
        max: Math.log(3),
        powers: [1 / 3, 1],
        sum: 4 / 3,
        at: 0,
        value: 0.25,
      },
      terms: source.slice(0, 2),
    },
  ],
  [
    "sentence-lines",
    "diorama-sentence-lines",
    {
      above: source.slice(0, 3),
      below: source.slice(3, 5),
      matrix: { rows: 2, columns: 3, data: Float32Array.of(0.1, 0.7, 0.2, 0.02, 0, 0.98) },
      // No token is chosen: where lines run depends on the machine's fonts (home.test.js looks at them).
      row: undefined,
      faint: 1,
      barred: [1],
      hue: "cross",
      label: "a sentence and its answer",
    },
  ],
  [
    "shader-view",
    "diorama-shader-view",
    {
      ops: [{ op: "softmax", file: "softmax.wgsl", variants: ["softmax_reduce.wgsl"], nodes: ["a", "b"] }],
      op: "softmax",
      file: "softmax.wgsl",
      wgsl: "@compute @workgroup_size(64)\nfn main() {\n  let x = 1.0; // one <b>\n}\n",
    },
  ],
];
