import { LitElement, css, html, nothing } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { attentionMatrix, isMasked } from "../trace.js";

/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../trace.js").Say} Say */
/** @typedef {{ rows: number, columns: number, data: Float32Array }} Matrix */

/** Sides of a cell, and the room for the labels, which the styles below repeat. // CSS px */
const SMALLEST_CELL = 16;
const LARGEST_CELL = 26;
const LABELS = { width: 84, height: 66 };

/**
 * One attention pattern as cells: rows are queries, columns are keys, colour is the weight. Cells whose score
 * (`hook_attn_scores`, where the trace has it) is masked are hatched. Arrow keys move a cursor; the reading stands below, always in the same place.
 * @fires diorama-cell-hover - { row: number | undefined, column: number | undefined }
 */
export class AttentionMap extends LitElement {
  static properties = {
    trace: { attribute: false },
    hook: {},
    head: {},
    rows: { attribute: false },
    columns: { attribute: false },
    row: { type: Number },
    column: { type: Number },
    label: {},
    axes: {},
    empty: {},
    room: { type: Number },
    table: { type: Boolean },
    follow: { type: Boolean },
    stale: { type: Boolean, reflect: true },
    theme: {},
    say: { attribute: false },
    cursor: { state: true },
    size: { state: true },
  };

  /** @type {Say} */
  static say = (key) => key;

  static styles = css`
    :host { display: flex; flex-direction: column; min-width: 0; min-height: 0; }
    .frame { flex: 1; min-height: 0; overflow: auto; scrollbar-width: thin; position: relative; border-radius: 4px; }
    .frame:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
    .grid { display: grid; --cell: 20px; grid-template-columns: max-content max-content; width: max-content; }
    .corner, .columns, .rows { background: var(--paper); z-index: 1; }
    .corner { position: sticky; top: 0; left: 0; z-index: 2; width: ${LABELS.width}px; }
    .columns { position: sticky; top: 0; display: flex; height: ${LABELS.height}px; }
    .rows { position: sticky; left: 0; width: ${LABELS.width}px; }
    .columns span, .rows span { font: var(--mono-small); color: var(--ink-soft); overflow: hidden; white-space: pre; text-overflow: ellipsis; display: block; }
    .columns span { width: var(--cell); height: 62px; line-height: var(--cell); writing-mode: vertical-rl; transform: rotate(180deg); text-align: left; }
    .rows span { height: var(--cell); line-height: var(--cell); padding-right: 6px; text-align: right; }
    .columns span[aria-current], .rows span[aria-current] { color: var(--ink); font-weight: 700; }
    .columns .special, .rows .special { font-variant-caps: all-small-caps; font-size: 15px; color: var(--ink-faint); }
    .cells { position: relative; }
    canvas { display: block; }
    .veil { position: absolute; left: 0; right: 0; height: var(--cell); background: var(--paper); transform-origin: right; animation: write 240ms ease-out forwards; }
    @keyframes write { from { transform: scaleX(1); } to { transform: scaleX(0); } }
    .mark { position: absolute; border: 2px solid var(--ink); border-radius: 3px; box-sizing: border-box; pointer-events: none; }
    .band { position: absolute; left: 0; right: 0; height: var(--cell); box-shadow: 0 0 0 1px var(--ink-soft); border-radius: 3px; pointer-events: none; }
    .band.column { top: 0; bottom: 0; right: auto; width: var(--cell); height: auto; }
    output { padding-right: var(--map-tools, 0); display: flex; align-items: center; gap: 8px; min-height: 24px; font: var(--figures-small); color: var(--ink-soft); white-space: nowrap; overflow: hidden; }
    output b { color: var(--ink); font: var(--mono-small); white-space: pre; }
    output strong { color: var(--ink); font-variant-numeric: tabular-nums; }
    .ramp { width: 72px; height: 8px; border-radius: 2px; border: 1px solid var(--hairline);
      background: linear-gradient(in oklab to right, var(--ramp-0), var(--ramp-1)); }
    .swatch { width: 12px; height: 12px; border-radius: 2px; border: 1px solid var(--hairline); background: var(--hatch); }
    .empty { padding: 24px 8px; color: var(--ink-faint); font: var(--small); text-align: center; }
    table { border-collapse: collapse; font: var(--figures-small); color: var(--ink); }
    th, td { padding: 2px 6px; border-bottom: 1px solid var(--hairline); text-align: right; font-variant-numeric: tabular-nums; white-space: pre; }
    th { font: var(--mono-small); position: sticky; background: var(--paper); }
    thead th { top: 0; }
    tbody th { left: 0; }
    :host([stale]) .frame { opacity: 0.5; }
    @media (prefers-reduced-motion: reduce) { .veil { display: none; } }
  `;

  constructor() {
    super();
    /** @type {Trace | undefined} */
    this.trace = undefined;
    this.hook = "";
    /** @type {string} a head's number or "mean" */
    this.head = "mean";
    /** @type {Piece[]} */
    this.rows = [];
    /** @type {Piece[]} */
    this.columns = [];
    /** @type {number | undefined} a row lit from outside */
    this.row = undefined;
    /** @type {number | undefined} a column lit from outside */
    this.column = undefined;
    this.label = "";
    this.axes = "";
    this.empty = "";
    /** Columns to keep room for, so that cells do not shrink while a map grows. */
    this.room = 0;
    this.table = false;
    this.follow = false;
    this.stale = false;
    this.theme = "";
    /** @type {{ row: number, column: number } | undefined} */
    this.cursor = undefined;
    /** The frame's. // CSS px */
    this.size = { width: 0, height: 0 };
    this.say = /** @type {typeof AttentionMap} */ (this.constructor).say;
  }

  render() {
    const matrix = this.#matrix();
    return html`<div class="frame" role="group" tabindex="0" aria-label=${`${this.label}. ${this.axes}`} @keydown=${this.#move} @blur=${() => this.#point(undefined)}>
        ${!matrix ? html`<p class="empty">${this.empty}</p>` : this.table ? this.#table(matrix) : this.#grid(matrix)}
      </div>
      <output aria-live="polite">${matrix ? this.#reading(matrix) : nothing}</output>`;
  }

  /** @param {Matrix} matrix */
  #grid({ rows, columns }) {
    const cursor = this.cursor;
    return html`<div class="grid" aria-hidden="true" style=${`--cell:${this.#cell(rows, columns)}px`}>
      <div class="corner"></div>
      <div class="columns">${this.columns.slice(0, columns).map((piece, i) => label(piece, i === (cursor?.column ?? this.column)))}</div>
      <div class="rows">${this.rows.slice(0, rows).map((piece, i) => label(piece, i === (cursor?.row ?? this.row)))}</div>
      <div class="cells" @pointermove=${this.#hover} @pointerdown=${this.#hover} @pointerleave=${this.#leave}>
        <canvas></canvas>
        ${this.follow ? keyed(rows, html`<div class="veil" style=${`top:calc(${rows - 1} * var(--cell))`}></div>`) : nothing}
        ${this.row !== undefined && this.row < rows ? html`<div class="band" style=${`top:calc(${this.row} * var(--cell))`}></div>` : nothing}
        ${this.column !== undefined && this.column < columns ? html`<div class="band column" style=${`left:calc(${this.column} * var(--cell))`}></div>` : nothing}
        ${cursor && cursor.row < rows && cursor.column < columns
          ? html`<div class="mark" style=${`left:calc(${cursor.column} * var(--cell));top:calc(${cursor.row} * var(--cell));width:var(--cell);height:var(--cell)`}></div>`
          : nothing}
      </div>
    </div>`;
  }

  /** @param {Matrix} matrix */
  #table({ rows, columns, data }) {
    const forbidden = this.#forbidden();
    return html`<table aria-label=${this.label}>
      <thead><tr><td></td>${this.columns.slice(0, columns).map((piece) => html`<th scope="col">${piece.token}</th>`)}</tr></thead>
      <tbody>${this.rows.slice(0, rows).map((piece, row) => html`<tr><th scope="row">${piece.token}</th>
        ${Array.from(data.subarray(row * columns, (row + 1) * columns), (weight, column) =>
          html`<td>${forbidden(row * columns + column) ? this.say("map.masked") : weight.toFixed(3)}</td>`)}</tr>`)}</tbody>
    </table>`;
  }

  /** @param {Matrix} matrix */
  #reading({ rows, columns, data }) {
    const lit = this.row !== undefined && this.column !== undefined ? { row: this.row, column: this.column } : undefined;
    const cursor = this.cursor ?? lit;
    if (!cursor || cursor.row >= rows || cursor.column >= columns) {
      return html`<span>0</span><span class="ramp"></span><span>1</span><span class="swatch"></span><span>${this.say("map.masked")}</span>`;
    }
    const from = this.rows[cursor.row]?.token ?? "";
    const to = this.columns[cursor.column]?.token ?? "";
    const index = cursor.row * columns + cursor.column;
    const value = this.#forbidden()(index) ? this.say("map.masked") : data[index].toFixed(3);
    return html`<b>${shown(from)}</b><span>→</span><b>${shown(to)}</b><strong>${value}</strong>`;
  }

  /**
   * The side of a cell: as large as the frame allows, down to where labels stop being readable and the frame scrolls. A map that grows (`follow`) is
   * sized by its width alone.
   * @param {number} rows
   * @param {number} columns
   */
  #cell(rows, columns) {
    const across = (this.size.width - LABELS.width - 2) / Math.max(columns, this.room, 1);
    const down = this.follow ? Infinity : (this.size.height - LABELS.height - 2) / rows;
    return Math.floor(Math.min(LARGEST_CELL, Math.max(SMALLEST_CELL, Math.min(across, down))));
  }

  #matrix() {
    return attentionMatrix(this.trace, this.hook, this.head === "mean" ? "mean" : Number(this.head));
  }

  /**
   * Whether each cell's score is the masked one, the same in every head; nothing is hatched where the trace lacks the scores.
   * @returns {(index: number) => boolean}
   */
  #forbidden() {
    const scores = attentionMatrix(this.trace, this.hook.replace("hook_pattern", "hook_attn_scores"), 0);
    return (index) => scores !== undefined && isMasked(scores.data[index]);
  }

  /** @param {PointerEvent} event */
  #hover(event) {
    const canvas = this.renderRoot.querySelector("canvas");
    const matrix = this.#matrix();
    if (!canvas || !matrix) return;
    const box = canvas.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * matrix.columns);
    const row = Math.floor(((event.clientY - box.top) / box.height) * matrix.rows);
    const inside = row >= 0 && column >= 0 && row < matrix.rows && column < matrix.columns;
    this.#point(inside ? { row, column } : undefined);
  }

  /** A finger that is lifted leaves its reading; a mouse takes it along. @param {PointerEvent} event */
  #leave(event) {
    if (event.pointerType !== "touch") this.#point(undefined);
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    const matrix = this.#matrix();
    if (!step || !matrix || this.table) return;
    event.preventDefault();
    const { row, column } = this.cursor ?? { row: step[0] < 0 ? matrix.rows : step[0] > 0 ? -1 : 0, column: step[1] < 0 ? matrix.columns : step[1] > 0 ? -1 : 0 };
    this.#point({ row: Math.min(matrix.rows - 1, Math.max(0, row + step[0])), column: Math.min(matrix.columns - 1, Math.max(0, column + step[1])) });
  }

  /** @param {{ row: number, column: number } | undefined} cursor */
  #point(cursor) {
    if (cursor?.row === this.cursor?.row && cursor?.column === this.cursor?.column) return;
    this.cursor = cursor;
    this.dispatchEvent(new CustomEvent("diorama-cell-hover", { bubbles: true, composed: true, detail: { row: cursor?.row, column: cursor?.column } }));
  }

  #observer = new ResizeObserver(([{ contentRect }]) => {
    this.size = { width: contentRect.width, height: contentRect.height };
  });

  firstUpdated() {
    const frame = this.renderRoot.querySelector(".frame");
    if (frame) this.#observer.observe(frame);
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    const matrix = this.#matrix();
    if (matrix && !this.table) this.#draw(matrix);
    if (this.follow && changed.has("trace")) this.renderRoot.querySelector(".frame")?.scrollTo({ top: 1e6 });
  }

  /** @param {Matrix} matrix */
  #draw({ rows, columns, data }) {
    const canvas = this.renderRoot.querySelector("canvas");
    const pen = canvas?.getContext("2d");
    if (!canvas || !pen) return;
    const style = getComputedStyle(this);
    const read = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
    const cell = this.#cell(rows, columns);
    const [paper, ink, faint, line] = ["--ramp-0", "--ramp-1", "--hatch-line", "--hairline"].map(read);
    const ratio = devicePixelRatio || 1;
    canvas.width = Math.round(columns * cell * ratio);
    canvas.height = Math.round(rows * cell * ratio);
    canvas.style.width = `${columns * cell}px`;
    canvas.style.height = `${rows * cell}px`;
    pen.scale(ratio, ratio);
    const forbidden = this.#forbidden();
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const [x, y] = [column * cell, row * cell];
        if (forbidden(row * columns + column)) {
          hatch(pen, x, y, cell, faint);
        } else {
          pen.fillStyle = `color-mix(in oklab, ${paper}, ${ink} ${(data[row * columns + column] * 100).toFixed(1)}%)`;
          pen.beginPath();
          pen.roundRect(x + 0.5, y + 0.5, cell - 1, cell - 1, 2);
          pen.fill();
          pen.strokeStyle = line;
          pen.lineWidth = 0.5;
          pen.stroke();
        }
      }
    }
  }
}

/** @type {(piece: Piece, current: boolean) => unknown} */
function label(piece, current) {
  return html`<span class=${piece.special ? "special" : ""} aria-current=${current ? "true" : nothing}>${shown(piece.token)}</span>`;
}

/** @param {string} token */
function shown(token) {
  return token.replace(/^<extra_id_(\d+)>$/, "<$1>").replace(/^▁/, "").replaceAll("▁", "␣").replaceAll("\n", "⏎") || "␣";
}

/**
 * "Not allowed", which is not the same as "weight 0".
 * @type {(pen: CanvasRenderingContext2D, x: number, y: number, cell: number, colour: string) => void}
 */
function hatch(pen, x, y, cell, colour) {
  pen.save();
  pen.beginPath();
  pen.rect(x + 1, y + 1, cell - 2, cell - 2);
  pen.clip();
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  pen.beginPath();
  for (let offset = 0; offset <= 2 * cell; offset += 5) {
    pen.moveTo(x + offset, y);
    pen.lineTo(x + offset - cell, y + cell);
  }
  pen.stroke();
  pen.restore();
}
