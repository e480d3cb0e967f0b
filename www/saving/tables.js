// The numbers of each view as a table: what a row is of, then its numbers. Words and numbers are as the view was given them, not as it rounds them.

import { entry } from "../lookup.js";
import { gridOf } from "./grid.js";
import { visible } from "./xml.js";

/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {{ name: string, shape: number[], data: ArrayLike<number> }} Tensor */
/** Without `tensors` each column of numbers is one. @typedef {{ head: string[], rows: (string | number | undefined)[][], tensors?: Tensor[] }} Table */

const spelled = (/** @type {{ token: string } | undefined} */ piece) => piece?.token ?? "";
const serial = (/** @type {unknown[]} */ list) => list.map((_, i) => i);

/** By a view's tag; a view without numbers is not here. @type {Record<string, (view: any) => Table>} */
const TABLES = {
  "diorama-arithmetic": ({ explanation, names: [one, two], terms }) => {
    const { kind, axis = kind === "softmax" ? "key_pos" : "d_model", a, b, scores, powers, row, value } = explanation ?? {};
    if (kind === "dot")
      return {
        head: [axis, "token", one, two, `${one} × ${two}`],
        rows: serial(Array.from(a)).map((i) => [i, spelled(terms?.[i]), a[i], b[i], a[i] * b[i]]),
      };
    if (kind === "softmax")
      return {
        head: [axis, "token", "score", "exp(score - max)", "share"],
        rows: serial(Array.from(scores)).map((i) => [i, spelled(terms?.[i]), scores[i], powers[i], powers[i] / explanation.sum]),
      };
    if (kind === "norm") return { head: [axis, "x"], rows: Array.from(row, (x, i) => [i, x]) };
    return { head: ["value"], rows: explanation ? [[value]] : [] };
  },
  "diorama-beam-lattice": ({ steps }) => ({
    head: ["step", "rank", "continues", "id", "token", "score", "fate"],
    rows: steps.flatMap((/** @type {any[]} */ list, /** @type {number} */ step) =>
      list.map(({ beam, id, token, score, fate }, rank) => [
        step + 1,
        rank + 1,
        step === 0 ? undefined : beam + 1,
        id,
        token,
        score,
        fate,
      ]),
    ),
  }),
  "diorama-before-after": ({ rows }) => ({
    head: ["id", "token", "before", "after", "logit before", "logit after"],
    rows: rows.map((/** @type {any} */ row) => [row.id, row.token, row.before, row.after, row.logitBefore, row.logitAfter]),
  }),
  "diorama-cache-grid": ({ passes }) => ({
    head: ["pass", "computed", "reused"],
    rows: passes.map((/** @type {any} */ { computed, reused }, /** @type {number} */ i) => [i + 1, computed, reused]),
  }),
  "diorama-candidates": ({ candidates }) => ({
    head: ["id", "token", "probability", "logit", "kept"],
    rows: candidates.map((/** @type {any} */ { id, token, probability, logit, kept }) => [
      id,
      token,
      probability,
      logit,
      Number(kept),
    ]),
  }),
  "diorama-change-strip": ({ tokens, changes }) => ({
    head: ["position", "token", "change"],
    rows: changes.map((/** @type {number} */ change, /** @type {number} */ i) => [i, spelled(tokens[i]), change]),
  }),
  "diorama-chart": ({ picture }) => ({
    head: ["curve or point", picture?.x.label ?? "x", picture?.y.label ?? "y"],
    rows: [
      ...(picture?.curves ?? []).flatMap((/** @type {any} */ { name, points }) =>
        points.map((/** @type {[number, number]} */ [x, y]) => [name, x, y]),
      ),
      ...(picture?.marks ?? [])
        .filter((/** @type {any} */ { name }) => name)
        .map((/** @type {any} */ { name, x, y }) => [name, x, y]),
    ],
  }),
  "diorama-class-bars": ({ classes, kind }) => ({
    head: ["class", kind === "numbers" ? "value" : "probability"],
    rows: classes.map((/** @type {any} */ { name, probability, value = probability }) => [name, value]),
  }),
  "diorama-coverage-chart": (view) => curves(view, "step"),
  "diorama-epoch-grid": ({ epochs, tokens }) => ({
    head: ["epoch", ...tokens.map(spelled)],
    rows: epochs.map((/** @type {number[]} */ places, /** @type {number} */ epoch) => [
      epoch + 1,
      ...tokens.map((/** @type {Piece} */ _, /** @type {number} */ i) => Number(places.includes(i))),
    ]),
    tensors: [
      {
        name: "epochs",
        shape: [epochs.length, tokens.length],
        data: epochs.flatMap((/** @type {number[]} */ places) =>
          tokens.map((/** @type {Piece} */ _, /** @type {number} */ i) => Number(places.includes(i))),
        ),
      },
    ],
  }),
  "diorama-head-grid": heads,
  "diorama-head-map": ({ values }) => ({
    head: ["layer", ...serial(values[0] ?? []).map((head) => `head ${head + 1}`)],
    rows: values.map((/** @type {number[]} */ row, /** @type {number} */ layer) => [layer + 1, ...row]),
    tensors: [{ name: "values", shape: [values.length, values[0]?.length ?? 0], data: values.flat() }],
  }),
  "diorama-interlinear": ({ cells }) => ({
    head: ["place", "text", "mark", "truth", "probability of the truth", "guess", "probability of the guess", "share"],
    rows: cells.map((/** @type {any} */ cell, /** @type {number} */ i) => [
      i,
      cell.text,
      cell.mark ?? "",
      cell.truth ?? "",
      cell.truthShare,
      cell.guess ?? "",
      cell.guessShare,
      cell.share,
    ]),
  }),
  "diorama-lens-grid": ({ rows, columns }) => ({
    head: ["layer", "position", "read", "rank", "said", "probability"],
    rows: rows.flatMap((/** @type {any} */ { name, cells }) =>
      cells.flatMap((/** @type {any} */ { list }, /** @type {number} */ i) =>
        list.map((/** @type {any} */ { token, probability }, /** @type {number} */ rank) => [
          name,
          i,
          spelled(columns[i]),
          rank + 1,
          token,
          probability,
        ]),
      ),
    ),
  }),
  "diorama-lines": (view) => curves(view, view.x),
  "diorama-mask-editor": ({ grid, rows, columns }) => ({
    head: ["", ...columns.map(spelled)],
    rows: rows.map((/** @type {Piece} */ piece, /** @type {number} */ row) => [
      spelled(piece),
      ...grid.slice(row * columns.length, (row + 1) * columns.length),
    ]),
    tensors: [{ name: "mask", shape: [rows.length, columns.length], data: grid }],
  }),
  "diorama-token-lines": ({ lines, words }) => ({
    head: ["model", "word", "position", "id", "token"],
    rows: lines.flatMap((/** @type {any} */ { name, before, under, after }) => {
      const tile =
        (/** @type {string} */ word) =>
        (/** @type {any} */ { position, id, token }) => [name, word, position, id, token];
      return [
        ...before.map(tile("")),
        ...under.flatMap((/** @type {any[]} */ tiles, /** @type {number} */ i) => tiles.map(tile(words[i]))),
        ...after.map(tile("")),
      ];
    }),
  }),
  "diorama-token-strip": ({ tokens, weights, marks }) => ({
    head: ["position", "id", "token", "weight", "mark"],
    rows: tokens.map((/** @type {Piece} */ { id, token }, /** @type {number} */ i) => [
      i,
      id,
      token,
      weights?.[i],
      marks?.[i] ?? "",
    ]),
  }),
  "diorama-token-tree": ({ nodes }) => ({
    head: ["node", "after", "token", "probability", "note"],
    rows: nodes.map((/** @type {any} */ { key, parent, token, probability, note }) => [
      key,
      parent,
      token,
      probability,
      note ?? "",
    ]),
  }),
};

/**
 * Whether a view shows numbers now, told without gathering them.
 * @param {any} view
 */
export function hasNumbers(view) {
  if (view.localName === "table") return view.rows.length > 1;
  return entry(TABLES, view.localName) !== undefined || gridOf(view) !== undefined;
}

/**
 * A view's numbers, or those of a plain table in a block; nothing where there are none (yet).
 * @param {any} view
 * @returns {Table | undefined}
 */
export function tableOf(view) {
  const grid = gridOf(view);
  if (grid)
    return {
      head: ["", ...grid.columns],
      rows: grid.rows.map((name, row) => [
        name,
        ...Array.from({ length: grid.columns.length }, (_, column) => grid.data[row * grid.columns.length + column]),
      ]),
      tensors: [grid.whole],
    };
  const table = view?.localName === "table" ? plain(view) : entry(TABLES, view?.localName)?.(view);
  return table && table.rows.length > 0 ? table : undefined;
}

/**
 * The tensors of a table: its own, or each column of which a row has a number; where a row has none the number is not one.
 * @param {Table} table
 * @returns {Tensor[]}
 */
export function tensorsOf({ head, rows, tensors }) {
  if (tensors) return tensors;
  return head.flatMap((name, column) => {
    const numbers = rows.map((row) => row[column]);
    return numbers.some((value) => typeof value === "number")
      ? [{ name, shape: [rows.length], data: numbers.map((value) => (typeof value === "number" ? value : NaN)) }]
      : [];
  });
}

/** What opens a formula in a spreadsheet is set as text. @param {Table} table */
export function csvOf({ head, rows }) {
  const cell = (/** @type {string | number | undefined} */ value) =>
    typeof value === "number" ? (Number.isNaN(value) ? "" : String(value)) : value === undefined ? "" : text(value);
  return [head, ...rows]
    .map((row) => row.map(cell).join(","))
    .concat("")
    .join("\r\n");
}

/** @param {string} value */
function text(value) {
  const shown = visible(value);
  return shown === "" ? "" : `"${(/^[=+\-@\t\r]/.test(shown) ? `'${shown}` : shown).replaceAll('"', '""')}"`;
}

/**
 * @param {{ lines: { name: string, values: number[] }[] }} view
 * @param {string} step
 * @returns {Table}
 */
function curves({ lines }, step) {
  const length = Math.max(0, ...lines.map(({ values }) => values.length));
  return {
    head: [step, ...lines.map(({ name }) => name)],
    rows: Array.from({ length }, (_, i) => [i + 1, ...lines.map(({ values }) => values[i])]),
  };
}

/**
 * Every head's weights, a row for each query; the file has the patterns whole.
 * @param {{ trace: import("../trace.js").Trace | undefined, hooks: string[] }} view
 * @returns {Table}
 */
function heads({ trace, hooks }) {
  const patterns = hooks.flatMap((hook) => trace?.activations.get(hook) ?? []);
  const [, count, queries, keys] = patterns[0]?.shape ?? [0, 0, 0, 0];
  const rows = patterns.flatMap(({ data }, layer) =>
    Array.from({ length: count * queries }, (_, i) => [
      layer + 1,
      Math.floor(i / queries) + 1,
      i % queries,
      ...data.subarray(i * keys, (i + 1) * keys),
    ]),
  );
  return { head: ["layer", "head", "query", ...Array.from({ length: keys }, (_, key) => `key ${key}`)], rows, tensors: patterns };
}

/** A number as the page writes it. */
const WRITTEN = /^[+−-]?\d[\d,]*(\.\d+)?$/;

/**
 * A table of the page as it is read.
 * @param {HTMLTableElement} table
 * @returns {Table}
 */
function plain(table) {
  const [head = [], ...rows] = Array.from(table.rows, (row) =>
    Array.from(row.cells, (cell) => (cell.textContent ?? "").replace(/\s+/g, " ").trim()),
  );
  return {
    head,
    rows: rows.map((row) => row.map((cell) => (WRITTEN.test(cell) ? Number(cell.replace("−", "-").replaceAll(",", "")) : cell))),
  };
}
