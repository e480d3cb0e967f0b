import { LitElement, css, html, nothing } from "lit";
import { isUpright } from "../trace.js";
import { labelled } from "../spelling.js";

/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Say} Say */
/** @typedef {{ row: number, column: number }} Place */

/** Sides of a cell, and the room for the labels, which the styles below repeat. // CSS px */
const SMALLEST = 16;
const LARGEST = 30;
const LABELS = { width: 84, height: 70 };

/**
 * A mask to draw in: a row for who looks, a column for what is looked at. Filled is allowed, hatched is not; a frame says where that differs from the model's own mask.
 * A press or a drag blocks or opens cells, a label its whole row or column. Keys: arrows, Space or Enter for a cell, R and C for its row and column.
 * @fires diorama-mask-edit - { places: { row: number, column: number }[], allow: boolean }
 * @fires diorama-cell-hover - { row: number | undefined, column: number | undefined }
 */
export class MaskEditor extends LitElement {
  static properties = {
    grid: { attribute: false },
    own: { attribute: false },
    rows: { attribute: false },
    columns: { attribute: false },
    label: {},
    axes: {},
    hue: {},
    theme: {},
    say: { attribute: false },
    cursor: { state: true },
    stroke: { state: true },
    width: { state: true },
  };

  /** @type {Say} */
  static say = (key) => key;

  static styles = css`
    :host {
      display: block;
      min-width: 0;
    }
    .frame {
      overflow: auto;
      max-height: 560px;
      scrollbar-width: thin;
      border-radius: 4px;
      padding: 2px;
    }
    .frame:focus-visible {
      outline: 2px solid var(--focus);
    }
    .grid {
      display: grid;
      grid-template-columns: max-content max-content;
      width: max-content;
    }
    .corner,
    .columns,
    .rows {
      background: var(--paper);
      z-index: 1;
    }
    .corner {
      position: sticky;
      top: 0;
      left: 0;
      z-index: 2;
      width: ${LABELS.width}px;
    }
    .columns {
      position: sticky;
      top: 0;
      display: flex;
      height: ${LABELS.height}px;
    }
    .rows {
      position: sticky;
      left: 0;
      width: ${LABELS.width}px;
    }
    .columns span,
    .rows span {
      font: var(--mono-small);
      color: var(--ink-soft);
      overflow: hidden;
      white-space: pre;
      text-overflow: ellipsis;
      display: block;
      cursor: pointer;
    }
    .columns span {
      width: var(--cell);
      height: ${LABELS.height - 4}px;
      line-height: var(--cell);
      writing-mode: vertical-rl;
      transform: rotate(180deg);
    }
    .columns .upright {
      writing-mode: horizontal-tb;
      transform: none;
      display: flex;
      flex-direction: column;
      justify-content: flex-end;
      padding: 0 calc((var(--cell) - 1em) / 2);
      box-sizing: border-box;
      line-height: 1.1;
      text-align: center;
      white-space: pre-wrap;
      word-break: break-all;
    } /* not every font can be set vertically */
    .rows span {
      height: var(--cell);
      line-height: var(--cell);
      padding-right: 6px;
      text-align: right;
    }
    .columns span:hover,
    .rows span:hover {
      color: var(--ink);
      text-decoration: underline;
    }
    .current {
      color: var(--ink) !important;
      font-weight: 700;
    }
    .cells {
      position: relative;
      cursor: crosshair;
      touch-action: none;
    }
    canvas {
      display: block;
    }
    .mark {
      position: absolute;
      box-sizing: border-box;
      border: 2px solid var(--focus);
      border-radius: 3px;
      pointer-events: none;
      width: var(--cell);
      height: var(--cell);
    }
    output {
      display: block;
      min-height: 44px;
      padding-top: 6px;
      font: var(--figures-small);
      color: var(--ink-soft);
    }
    output b {
      color: var(--ink);
      font: var(--mono-small);
      white-space: pre;
    }
  `;

  /** What the canvas shows. @type {unknown[]} */
  #drawn = [];
  #observer = new ResizeObserver(([{ contentRect }]) => (this.width = contentRect.width));

  constructor() {
    super();
    /** 1 allowed, 0 forbidden, row by row. */
    this.grid = new Uint8Array();
    /** The model's own mask in the same form. */
    this.own = new Uint8Array();
    /** @type {Piece[]} */
    this.rows = [];
    /** @type {Piece[]} */
    this.columns = [];
    this.label = "";
    this.axes = "";
    /** @type {string} encoder, decoder or cross */
    this.hue = "encoder";
    this.theme = "";
    /** @type {Place | undefined} */
    this.cursor = undefined;
    /** What a drag has made of the cells so far. @type {{ allow: boolean, cells: Set<number> } | undefined} */
    this.stroke = undefined;
    /** The frame's. // CSS px */
    this.width = 0;
    this.say = /** @type {typeof MaskEditor} */ (this.constructor).say;
  }

  get #cell() {
    return Math.floor(Math.max(SMALLEST, Math.min(LARGEST, (this.width - LABELS.width - 6) / Math.max(1, this.columns.length))));
  }

  render() {
    const { cursor } = this;
    return html`<div
        class="frame"
        role="application"
        tabindex="0"
        aria-label=${`${this.label}. ${this.axes}. ${this.say("mask.keys")}`}
        aria-describedby="reading"
        @keydown=${this.#key}
        @blur=${() => this.#point(undefined)}
      >
        <div class="grid" aria-hidden="true" style=${`--cell:${this.#cell}px`}>
          <div class="corner"></div>
          <div class="columns" translate="no"
            >${this.columns.map((piece, column) => html`<span class=${[column === cursor?.column && "current", isUpright(piece.token) && "upright"].filter(Boolean).join(" ")} title=${this.say("mask.column")} @click=${() => this.#line({ column })}>${shown(piece)}</span>`)}</div
          >
          <div class="rows" translate="no"
            >${this.rows.map((piece, row) => html`<span class=${row === cursor?.row ? "current" : ""} title=${this.say("mask.row")} @click=${() => this.#line({ row })}>${shown(piece)}</span>`)}</div
          >
          <div
            class="cells"
            @pointerdown=${this.#down}
            @pointermove=${this.#drag}
            @pointerup=${this.#up}
            @pointercancel=${() => (this.stroke = undefined)}
            @pointerleave=${() => this.stroke || this.#point(undefined)}
          >
            <canvas></canvas>
            ${cursor ? html`<div class="mark" style=${`left:calc(${cursor.column} * var(--cell));top:calc(${cursor.row} * var(--cell))`}></div>` : nothing}
          </div>
        </div>
      </div>
      <output id="reading" aria-live="polite">${this.#reading()}</output>`;
  }

  #reading() {
    const { cursor } = this;
    const changed = this.grid.reduce((count, allowed, i) => count + Number(allowed !== this.own[i]), 0);
    if (!cursor) return this.say("mask.changed", { n: changed, all: this.grid.length });
    const i = cursor.row * this.columns.length + cursor.column;
    const [now, own] = [this.#allowed(i), this.own[i] === 1].map((allowed) => this.say(allowed ? "map.allowed" : "map.masked"));
    return html`<b>${shown(this.rows[cursor.row])} → ${shown(this.columns[cursor.column])}</b>
      ${now}${now === own ? nothing : ` (${this.say("mask.own", { own })})`}`;
  }

  /** @param {number} index */
  #allowed(index) {
    return this.stroke?.cells.has(index) ? this.stroke.allow : this.grid[index] === 1;
  }

  /** @param {PointerEvent} event @returns {Place | undefined} */
  #place(event) {
    const box = this.renderRoot.querySelector("canvas")?.getBoundingClientRect();
    if (!box) return undefined;
    const [row, column] = [
      Math.floor((event.clientY - box.top) / this.#cell),
      Math.floor((event.clientX - box.left) / this.#cell),
    ];
    return row >= 0 && column >= 0 && row < this.rows.length && column < this.columns.length ? { row, column } : undefined;
  }

  /** @param {PointerEvent} event */
  #down(event) {
    const place = this.#place(event);
    if (!place || event.button !== 0) return;
    /** @type {HTMLElement} */ (event.currentTarget).setPointerCapture(event.pointerId);
    const index = place.row * this.columns.length + place.column;
    this.stroke = { allow: this.grid[index] !== 1, cells: new Set([index]) };
    this.#point(place);
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    const place = this.#place(event);
    if (this.stroke && place)
      this.stroke = { ...this.stroke, cells: this.stroke.cells.add(place.row * this.columns.length + place.column) };
    if (place || !this.stroke) this.#point(place);
  }

  /** A drag is one edit, so that one undo takes it back. */
  #up() {
    const { stroke } = this;
    this.stroke = undefined;
    if (stroke)
      this.#edit(
        [...stroke.cells].map((index) => ({ row: Math.floor(index / this.columns.length), column: index % this.columns.length })),
        stroke.allow,
      );
  }

  /** A whole row or column: forbidden, or opened where all of it is forbidden. @param {{ row?: number, column?: number }} line */
  #line({ row, column }) {
    const places =
      row !== undefined
        ? this.columns.map((_, i) => ({ row, column: i }))
        : this.rows.map((_, i) => ({ row: i, column: column ?? 0 }));
    this.#edit(
      places,
      places.every((place) => this.grid[place.row * this.columns.length + place.column] !== 1),
    );
  }

  /**
   * @param {Place[]} places
   * @param {boolean} allow
   */
  #edit(places, allow) {
    this.dispatchEvent(new CustomEvent("diorama-mask-edit", { bubbles: true, composed: true, detail: { places, allow } }));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || this.rows.length === 0) return;
    const { row, column } = this.cursor ?? { row: 0, column: 0 };
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    const clamp = (/** @type {number} */ value, /** @type {number} */ length) => Math.min(length - 1, Math.max(0, value));
    if (step && this.cursor)
      this.#point({ row: clamp(row + step[0], this.rows.length), column: clamp(column + step[1], this.columns.length) });
    else if (step) this.#point({ row, column });
    else if (event.key === " " || event.key === "Enter")
      this.#edit([{ row, column }], this.grid[row * this.columns.length + column] !== 1);
    else if (event.key.toLowerCase() === "r") this.#line({ row });
    else if (event.key.toLowerCase() === "c") this.#line({ column });
    else return;
    event.preventDefault();
    if (!this.cursor) this.#point({ row, column });
  }

  /** @param {Place | undefined} cursor */
  #point(cursor) {
    if (cursor?.row === this.cursor?.row && cursor?.column === this.cursor?.column) return;
    this.cursor = cursor;
    this.dispatchEvent(
      new CustomEvent("diorama-cell-hover", {
        bubbles: true,
        composed: true,
        detail: { row: cursor?.row, column: cursor?.column },
      }),
    );
  }

  firstUpdated() {
    const frame = this.renderRoot.querySelector(".frame");
    if (frame) this.#observer.observe(frame);
  }

  updated() {
    const canvas = this.renderRoot.querySelector("canvas");
    const pen = canvas?.getContext("2d");
    const cell = this.#cell;
    const ratio = devicePixelRatio || 1;
    const key = [this.grid, this.own, this.stroke, cell, ratio, this.hue, this.theme];
    if (!canvas || !pen || this.width === 0 || key.every((part, i) => part === this.#drawn[i])) return;
    this.#drawn = key;
    const [rows, columns] = [this.rows.length, this.columns.length];
    Object.assign(canvas, { width: Math.round(columns * cell * ratio), height: Math.round(rows * cell * ratio) });
    canvas.style.cssText = `width:${columns * cell}px;height:${rows * cell}px`;
    pen.scale(ratio, ratio);
    const style = getComputedStyle(this);
    const [paper, hue, line, ink] = ["--case", `--${this.hue}`, "--hatch-line", "--ink"].map((name) =>
      style.getPropertyValue(name).trim(),
    );
    const filled = `color-mix(in oklab, ${hue} 62%, ${paper})`;
    for (let i = 0; i < rows * columns; i++) {
      const [x, y] = [(i % columns) * cell + 1, Math.floor(i / columns) * cell + 1];
      const side = cell - 2;
      pen.fillStyle = this.#allowed(i) ? filled : paper;
      pen.fillRect(x, y, side, side);
      if (!this.#allowed(i)) hatch(pen, x, y, side, line);
      if (this.#allowed(i) === (this.own[i] === 1)) continue;
      pen.strokeStyle = ink;
      pen.lineWidth = 1.5;
      pen.strokeRect(x + 0.75, y + 0.75, side - 1.5, side - 1.5);
    }
  }
}

/** @type {(pen: CanvasRenderingContext2D, x: number, y: number, side: number, colour: string) => void} */
function hatch(pen, x, y, side, colour) {
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  pen.beginPath();
  for (let offset = 4; offset < 2 * side; offset += 5) {
    const over = Math.max(0, offset - side);
    pen.moveTo(x + offset - over, y + over);
    pen.lineTo(x + over, y + offset - over);
  }
  pen.stroke();
}

/** @param {Piece | undefined} piece */
function shown(piece) {
  return labelled(piece?.token);
}
