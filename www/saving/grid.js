// What a reader takes along from a view: the matrix that it shows, as a table of numbers, as a picture, and the activation behind it.

import { escaped } from "./xml.js";
import { attentionMatrix, headOf, isMasked } from "../trace.js";

/** @typedef {import("../trace.js").Piece} Piece */
/**
 * `share`: numbers from 0 to 1. `forbidden` are cells that a mask closes. `whole` is the activation that the matrix is a part of.
 * @typedef {{ name: string, label: string, rows: string[], columns: string[], data: ArrayLike<number>, share: boolean, forbidden: (index: number) => boolean, whole: { name: string, shape: number[], data: ArrayLike<number> } }} Grid
 */

const CELL = 18;
const FONT = 'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="11"';

/**
 * The matrix of a map, a mask or a matrix of numbers; nothing while it shows none.
 * @param {any} view
 * @returns {Grid | undefined}
 */
export function gridOf(view) {
  if (view?.localName === "diorama-matrix") return view.data.length > 0 ? ofMatrix(view) : undefined;
  if (view?.localName === "diorama-sentence-lines") return view.matrix ? ofSentences(view) : undefined;
  const mask = view?.localName === "diorama-mask-grid";
  const hook = mask ? `${view.attention}.hook_attn_scores` : view?.hook;
  const head = headOf(String(view?.head));
  const matrix = attentionMatrix(view?.trace, hook ?? "", head);
  if (!matrix) return undefined;
  const whole = view.trace.activations.get(hook);
  const scores = mask ? matrix.data : attentionMatrix(view.trace, hook.replace("hook_pattern", "hook_attn_scores"), 0)?.data;
  const names = (/** @type {Piece[]} */ pieces, /** @type {number} */ count) =>
    Array.from({ length: count }, (_, i) => plain(pieces[i]?.token ?? String(i)));
  return {
    name: `${hook}${typeof head === "string" ? `.${head}` : `.head${head + 1}`}`,
    label: view.label,
    rows: names(view.rows, matrix.rows),
    columns: names(view.columns, matrix.columns),
    data: matrix.data,
    share: !mask,
    forbidden: (index) => isMasked(scores?.[index] ?? 0),
    whole,
  };
}

/**
 * @param {any} view
 * @returns {Grid}
 */
function ofSentences({ label, below, above, matrix: { rows, columns, data } }) {
  const names = (/** @type {Piece[]} */ pieces, /** @type {number} */ count) =>
    Array.from({ length: count }, (_, i) => plain(pieces[i]?.token ?? String(i)));
  return {
    name: label,
    label,
    rows: names(below, rows),
    columns: names(above, columns),
    data,
    share: true,
    forbidden: () => false,
    whole: { name: label, shape: [rows, columns], data },
  };
}

/**
 * @param {any} view
 * @returns {Grid}
 */
function ofMatrix(view) {
  const names = (/** @type {Piece[] | undefined} */ pieces, /** @type {number} */ count, /** @type {number} */ from) =>
    Array.from({ length: count }, (_, i) => plain(pieces?.[i]?.token ?? String(i + from)));
  return {
    name: view.label,
    label: view.label,
    rows: names(view.rowTokens, view.rows, 0),
    columns: names(view.columnTokens, view.columns, view.from),
    data: view.data,
    share: view.share,
    forbidden: (index) => isMasked(view.data[index]),
    whole: { name: view.label, shape: [view.rows, view.columns], data: view.data },
  };
}

/**
 * @param {Grid} grid
 * @param {{ paint: (value: number) => string, paper: string, ink: string, faint: string }} colours `paint` takes a share of the largest number, −1 to 1
 */
export function svgOf({ label, rows, columns, data, share, forbidden }, { paint, paper, ink, faint }) {
  const [left, top] = [8 + 7 * longest(rows), 30 + 7 * longest(columns)];
  const [width, height] = [left + columns.length * CELL + 10, top + rows.length * CELL + 10];
  let most = 1;
  if (!share)
    most = Array.from(data).reduce((found, value) => (isMasked(value) ? found : Math.max(found, Math.abs(value))), 1e-30);
  const cells = Array.from(data, (value, index) => {
    const [x, y] = [left + (index % columns.length) * CELL, top + Math.floor(index / columns.length) * CELL];
    const fill = forbidden(index) ? "url(#masked)" : paint(value / most);
    return `<rect x="${x + 0.5}" y="${y + 0.5}" width="${CELL - 1}" height="${CELL - 1}" rx="2" fill="${fill}"><title>${escaped(`${rows[Math.floor(index / columns.length)]} → ${columns[index % columns.length]}: ${forbidden(index) ? "masked" : value}`)}</title></rect>`;
  });
  const across = columns.map(
    (name, i) => `<text transform="translate(${left + i * CELL + 13} ${top - 5}) rotate(-90)">${escaped(name)}</text>`,
  );
  const down = rows.map(
    (name, i) => `<text x="${left - 6}" y="${top + i * CELL + 13}" text-anchor="end">${escaped(name)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><title>${escaped(label)}</title>
<defs><pattern id="masked" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V5" stroke="${faint}" stroke-width="1.4"/></pattern></defs>
<rect width="${width}" height="${height}" fill="${paper}"/><g ${FONT} fill="${ink}"><text x="8" y="16">${escaped(label)}</text>${across.join("")}${down.join("")}</g>${cells.join("")}</svg>`;
}

/** @param {string[]} names */
function longest(names) {
  return Math.max(
    ...names.map((name) => [...name].reduce((sum, character) => sum + (/[\u2e80-\uffff]/.test(character) ? 1.7 : 1), 0)),
    1,
  );
}

/** @param {string} token */
function plain(token) {
  return token.replace(/^▁/, "").replaceAll("▁", " ").replaceAll("\n", "⏎") || "␣";
}
