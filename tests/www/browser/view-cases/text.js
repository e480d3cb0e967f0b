// Views of a text: its tokens, what attends to what, what a model answers and writes.

import { source, target, HEADS, FEW, CAUSAL } from "./given.js";

/** Each view with its properties. @type {[string, string, Record<string, unknown>][]} */
export const TEXT = [
  ["token-strip", "diorama-token-strip", { tokens: source, label: "source", faint: 2, padded: 3, ids: true, selected: 1 }],
  [
    "token-strip-lit",
    "diorama-token-strip",
    { tokens: target, weights: [0, 0.25, 1, 0.5, 0.125], label: "target", cursor: true },
  ],
  [
    "token-strip-marked",
    "diorama-token-strip",
    { tokens: target, marks: ["", "masked", "filled", "written", ""], label: "by hand", editable: true },
  ],
  [
    "class-bars",
    "diorama-class-bars",
    {
      label: "classes",
      classes: [
        { name: "<b>kind</b>", probability: 0.75 },
        { name: "unkind", probability: 0.25 },
      ],
    },
  ],
  [
    "class-bars-sigmoid",
    "diorama-class-bars",
    {
      label: "classes",
      kind: "sigmoid",
      unused: ["<b>other</b>"],
      classes: [
        { name: "toxic", value: 0.75, probability: 0.75 },
        { name: "threat", value: 0.5, probability: 0.5 },
        { name: "insult", value: 0.25, probability: 0.25 },
      ],
    },
  ],
  [
    "class-bars-numbers",
    "diorama-class-bars",
    {
      label: "classes",
      kind: "numbers",
      classes: [
        { name: "valence", value: -1.405, probability: -1.405 },
        { name: "arousal", value: 12, probability: 12 },
      ],
    },
  ],
  [
    "attention-map-encoder",
    "diorama-attention-map",
    { hook: "encoder.0.attn.hook_pattern", head: "mean", rows: source, columns: source, label: "encoder", axes: "rows; columns" },
  ],
  [
    "attention-map-cross",
    "diorama-attention-map",
    {
      hook: "decoder.0.cross_attn.hook_pattern",
      head: "1",
      rows: target,
      columns: source,
      label: "cross",
      axes: "rows; columns",
      row: 2,
      column: 1,
    },
  ],
  [
    "attention-map-decoder",
    "diorama-attention-map",
    { hook: "decoder.0.attn.hook_pattern", head: "0", rows: target, columns: target, label: "decoder", axes: "rows; columns" },
  ],
  [
    "attention-table",
    "diorama-attention-table",
    {
      hook: "decoder.0.cross_attn.hook_pattern",
      head: "0",
      rows: target,
      columns: source,
      label: "cross",
      axes: "rows; columns",
    },
  ],
  [
    "attention-map-empty",
    "diorama-attention-map",
    { hook: "decoder.9.attn.hook_pattern", rows: [], columns: [], label: "none", empty: "Press Run." },
  ],
  [
    "mask-grid-encoder",
    "diorama-mask-grid",
    { attention: "encoder.0.attn", head: "mean", rows: source, columns: source, label: "bidirectional", hue: "--encoder" },
  ],
  [
    "mask-grid-decoder",
    "diorama-mask-grid",
    {
      attention: "decoder.0.attn",
      head: "0",
      rows: target,
      columns: target,
      label: "causal",
      hue: "--decoder",
      row: 1,
      column: 3,
    },
  ],
  ["tower", "diorama-tower", { layers: 2, heads: 3, layer: 1, head: "0", label: "encoder", hue: "encoder" }],
  [
    "candidates",
    "diorama-candidates",
    {
      chosen: 5,
      temperature: 0.5,
      topK: 2,
      topP: 0.9,
      label: "next",
      candidates: [
        { id: 5, token: "▁froid", special: false, probability: 0.625, kept: true, logit: 3 },
        { id: 9, token: "<b>", special: false, probability: 0.25, kept: true, logit: 2 },
        { id: 1, token: "</s>", special: true, probability: 0.0004, kept: false, logit: -4 },
      ],
    },
  ],
  [
    "head-grid",
    "diorama-head-grid",
    { hooks: ["decoder.0.attn.hook_pattern"], heads: HEADS, layer: 0, head: "0", label: "all heads", hue: "decoder" },
  ],
  [
    "attention-lines",
    "diorama-attention-lines",
    {
      hook: "decoder.0.cross_attn.hook_pattern",
      head: "0",
      rows: target,
      columns: source,
      label: "cross",
      axes: "rows; columns",
      hue: "cross",
    },
  ],
  [
    "mask-editor",
    "diorama-mask-editor",
    {
      grid: CAUSAL,
      own: CAUSAL.map((allowed, i) => (i === 0 ? 0 : allowed)),
      rows: FEW,
      columns: FEW,
      label: "mask",
      axes: "rows; columns",
      hue: "decoder",
    },
  ],
  ["change-strip", "diorama-change-strip", { tokens: FEW, changes: [0, 0.004, 2.5], label: "moved" }],
  [
    "epoch-grid",
    "diorama-epoch-grid",
    { tokens: FEW, epochs: [[0, 1], [1], [], [0]], upto: 3, every: 2, label: "epochs", hue: "encoder" },
  ],
  [
    "coverage-chart",
    "diorama-coverage-chart",
    {
      lines: [
        { name: "<b>fresh</b>", hue: "encoder", values: [0.25, 0.5, 1] },
        { name: "fixed", hue: "decoder", dashed: true, values: [0.25, 0.5, 0.5] },
      ],
      upto: 2,
      label: "coverage",
    },
  ],
  [
    "interlinear",
    "diorama-interlinear",
    {
      label: "masked",
      hue: "encoder",
      cells: [
        { text: "the", spoken: "the" },
        {
          text: "[MASK]",
          mark: "masked",
          truth: "<b>",
          truthShare: 0.25,
          guess: "cat",
          guessShare: 0.5,
          right: false,
          spoken: "masked: <b>",
        },
        { text: "cat", mark: "replaced", share: 0.0004, spoken: "replaced" },
        { text: "[SEP]", special: true, spoken: "end" },
      ],
    },
  ],
  [
    "token-tree",
    "diorama-token-tree",
    {
      label: "paths",
      current: 3,
      nodes: [
        { key: 0, token: "prompt", special: false },
        { key: 1, parent: 0, token: "▁a", special: false, probability: 0.5 },
        { key: 2, parent: 1, token: "<b>", special: false, probability: 0.25, note: "ln p −2.1 · 2" },
        { key: 3, parent: 1, token: "</s>", special: true, probability: 0.125, note: "ln p −2.8 · 2" },
      ],
    },
  ],
  [
    "beam-lattice",
    "diorama-beam-lattice",
    {
      label: "beams",
      ids: [5, 1],
      current: 1,
      steps: [
        [
          { beam: 0, id: 5, token: "▁a", special: false, score: -0.5, fate: "kept" },
          { beam: 0, id: 6, token: "<b>", special: false, score: -1.5, fate: "dropped" },
        ],
        [{ beam: 0, id: 1, token: "</s>", special: true, score: -1, fate: "finished" }],
      ],
    },
  ],
  [
    "cache-grid",
    "diorama-cache-grid",
    {
      label: "cache",
      upto: 1,
      passes: [
        { computed: 2, reused: 0 },
        { computed: 1, reused: 2 },
      ],
    },
  ],
];
