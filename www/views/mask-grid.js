import { LitElement, css, html, nothing } from "lit";
import { attentionMatrix, headOf, isMasked } from "../trace.js";
import { isolated, labelled } from "../spelling.js";

/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../trace.js").Say} Say */

/** The longest side of the picture, and the largest cell. // CSS px */
const SIDE = 92;
const LARGEST_CELL = 9;

/** Cells smaller than that have no lines of their own. // CSS px */
const FINE = 3;

/** Masked scores of a matrix, counted once: every render says the number. @type {WeakMap<Float32Array, number>} */
const COUNTS = new WeakMap();

/**
 * Who may look at whom, read from the numbers: a cell is hatched where `hook_attn_scores` is the masked score, filled where it equals the score before
 * the mask. `attention` names the place, such as `decoder.0.attn`. Arrow keys move a cursor.
 * @fires diorama-cell-hover - { row: number | undefined, column: number | undefined }
 */
export class MaskGrid extends LitElement {
  static properties = {
    trace: { attribute: false },
    attention: {},
    head: {},
    rows: { attribute: false },
    columns: { attribute: false },
    row: { type: Number },
    column: { type: Number },
    label: {},
    hue: {},
    stale: { type: Boolean, reflect: true },
    theme: {},
    say: { attribute: false },
    cursor: { state: true },
  };

  /** What the canvas shows: it is drawn again only when one of these changes. @type {unknown[]} */
  #drawn = [];
  #colours = { of: "", list: [""] };

  /** @type {Say} */
  static say = (key) => key;

  static styles = css`
    :host {
      display: grid;
      grid-template-columns: ${SIDE}px minmax(0, 1fr);
      gap: 10px;
      align-items: start;
      height: ${SIDE}px;
    }
    .cells {
      position: relative;
      width: max-content;
      border-radius: 2px;
      cursor: crosshair;
      line-height: 0;
    }
    .mark {
      position: absolute;
      border: 2px solid var(--ink);
      box-sizing: border-box;
      pointer-events: none;
      min-width: 4px;
      min-height: 4px;
    }
    .fine canvas {
      background: var(--hatch);
    }
    .cells:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 2px;
    }
    .words {
      font: var(--small);
      color: var(--ink-soft);
      display: grid;
      gap: 2px;
      align-content: start;
    }
    .words strong {
      font-weight: 600;
      color: var(--ink);
      white-space: nowrap;
    }
    output {
      display: block;
      font: var(--figures-small);
      color: var(--ink-soft);
      overflow-wrap: anywhere;
      max-height: 76px;
      overflow: hidden;
    }
    output b {
      font: var(--mono-small);
      color: var(--ink);
    }
    .blank {
      width: ${SIDE}px;
      height: ${SIDE}px;
      border: 1px dashed var(--hairline);
      border-radius: 4px;
    }
    :host([stale]) .cells {
      opacity: 0.5;
    }
    @media (max-width: 640px) {
      :host {
        grid-template-columns: minmax(0, 1fr);
        grid-template-rows: ${SIDE}px 84px;
        height: auto;
        gap: 6px;
      }
    }
  `;

  constructor() {
    super();
    /** @type {Trace | undefined} */
    this.trace = undefined;
    this.attention = "";
    /** @type {string} a head's number, "mean" or "max" */
    this.head = "mean";
    /** @type {Piece[]} */
    this.rows = [];
    /** @type {Piece[]} */
    this.columns = [];
    /** @type {number | undefined} */
    this.row = undefined;
    /** @type {number | undefined} */
    this.column = undefined;
    this.label = "";
    /** @type {string} a custom property's name */
    this.hue = "--encoder";
    this.stale = false;
    this.theme = "";
    /** @type {{ row: number, column: number } | undefined} */
    this.cursor = undefined;
    this.say = /** @type {typeof MaskGrid} */ (this.constructor).say;
  }

  render() {
    const scores = this.#scores();
    return html`${
        scores
          ? html`<div
              class=${this.#size(scores).cell < FINE ? "cells fine" : "cells"}
              role="group"
              tabindex="0"
              aria-label=${`${this.label}. ${this.#counted(scores)}`}
              @keydown=${this.#move}
              @blur=${() => this.#point(undefined)}
              @pointermove=${this.#hover}
              @pointerdown=${this.#hover}
              @pointerleave=${this.#leave}
            >
              <canvas aria-hidden="true"></canvas>${this.#mark(scores)}</div
            >`
          : html`<div class="blank"></div>`
      }
      <div class="words"
        ><strong>${this.label}</strong><output aria-live="polite">${scores ? this.#reading(scores) : nothing}</output></div
      >`;
  }

  /**
   * How many cells are drawn, and their side. A text longer than the grid has pixels is thinned out: each pixel shows the cell in its place.
   * @param {{ rows: number, columns: number }} scores
   */
  #size(scores) {
    const thin = Math.max(1, Math.max(scores.rows, scores.columns) / SIDE);
    const [rows, columns] = [Math.ceil(scores.rows / thin), Math.ceil(scores.columns / thin)];
    return { thin, rows, columns, cell: Math.min(LARGEST_CELL, SIDE / Math.max(rows, columns)) };
  }

  /** The lit cell, above the picture, so that the picture stays. @param {{ rows: number, columns: number }} scores */
  #mark(scores) {
    const at = this.#lit();
    if (!at || at.row >= scores.rows || at.column >= scores.columns) return nothing;
    const { thin, cell } = this.#size(scores);
    return html`<div
      class="mark"
      style=${`left:${(at.column / thin) * cell}px;top:${(at.row / thin) * cell}px;width:${cell}px;height:${cell}px`}
    ></div>`;
  }

  /** @param {{ rows: number, columns: number, data: Float32Array }} scores */
  #counted({ data }) {
    const masked = COUNTS.get(data) ?? data.reduce((count, score) => count + Number(isMasked(score)), 0);
    COUNTS.set(data, masked);
    return this.say("mask.count", { masked, all: data.length });
  }

  /** @param {{ rows: number, columns: number, data: Float32Array }} scores */
  #reading(scores) {
    const at = this.#lit();
    if (!at || at.row >= scores.rows || at.column >= scores.columns) return this.#counted(scores);
    const index = at.row * scores.columns + at.column;
    const before = this.#matrix("hook_attn_scores_unmasked")?.data[index];
    const masked = isMasked(scores.data[index]);
    const [from, to] = [plain(this.rows[at.row]), plain(this.columns[at.column])];
    const known = before !== undefined && !isMasked(before);
    const score = !masked ? signed(scores.data[index]) : known ? `${signed(before)} → −1e30` : "−1e30";
    return html`<b>${isolated(from)} → ${isolated(to)}</b
      ><br />${this.say(masked ? "map.masked" : "map.allowed")}<br />${this.say("mask.score")} ${score}`;
  }

  /** The cell read out: the reader's own, or the one that another view lights. */
  #lit() {
    if (this.cursor) return this.cursor;
    return this.row !== undefined && this.column !== undefined ? { row: this.row, column: this.column } : undefined;
  }

  #scores() {
    return this.#matrix("hook_attn_scores");
  }

  /** @param {string} hook */
  #matrix(hook) {
    return attentionMatrix(this.trace, `${this.attention}.${hook}`, headOf(this.head));
  }

  /** @param {PointerEvent} event */
  #hover(event) {
    const box = this.renderRoot.querySelector("canvas")?.getBoundingClientRect();
    const scores = this.#scores();
    if (!box || !scores) return;
    const column = Math.floor(((event.clientX - box.left) / box.width) * scores.columns);
    const row = Math.floor(((event.clientY - box.top) / box.height) * scores.rows);
    const inside = row >= 0 && column >= 0 && row < scores.rows && column < scores.columns;
    this.#point(inside ? { row, column } : undefined);
  }

  /** A finger that is lifted leaves its reading; a mouse takes it along. @param {PointerEvent} event */
  #leave(event) {
    if (event.pointerType !== "touch") this.#point(undefined);
  }

  /** @param {KeyboardEvent} event */
  #move(event) {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    const scores = this.#scores();
    if (!step || !scores) return;
    event.preventDefault();
    const { row, column } = this.cursor ?? { row: 0, column: 0 };
    const clamp = (/** @type {number} */ value, /** @type {number} */ length) => Math.min(length - 1, Math.max(0, value));
    this.#point({ row: clamp(row + step[0], scores.rows), column: clamp(column + step[1], scores.columns) });
  }

  /** @param {{ row: number, column: number } | undefined} cursor */
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

  /** The theme's colours, asked for once: to ask lays the page out. */
  #inks() {
    const of = `${this.hue} ${this.theme}`;
    if (this.#colours.of === of && this.#colours.list[0]) return this.#colours.list;
    const style = getComputedStyle(this);
    this.#colours = { of, list: ["--hatch-line", this.hue, "--ramp-0"].map((name) => style.getPropertyValue(name).trim()) };
    return this.#colours.list;
  }

  updated() {
    const scores = this.#scores();
    const canvas = this.renderRoot.querySelector("canvas");
    const pen = canvas?.getContext("2d");
    if (!scores || !canvas || !pen) return;
    const { thin, rows, columns, cell } = this.#size(scores);
    const ratio = devicePixelRatio || 1;
    const key = [canvas, scores, cell, ratio, this.hue, this.theme];
    if (key.every((part, i) => part === this.#drawn[i])) return;
    this.#drawn = key;
    canvas.width = Math.ceil(columns * cell * ratio);
    canvas.height = Math.ceil(rows * cell * ratio);
    canvas.style.width = `${columns * cell}px`;
    canvas.style.height = `${rows * cell}px`;
    pen.scale(ratio, ratio);
    const [hatch, fill, paper] = this.#inks();
    pen.strokeStyle = hatch;
    pen.fillStyle = `color-mix(in oklab, ${fill} 55%, ${paper})`;
    // Cells in a path each, so that a long text's are two strokes of the pen; cells too fine for lines let the hatch behind the canvas through.
    const gap = cell > 4 ? 1 : 0;
    const [allowed, lines] = [new Path2D(), new Path2D()];
    for (let index = 0; index < rows * columns; index++) {
      const [row, column] = [Math.floor(index / columns), index % columns];
      const [x, y] = [column * cell, row * cell];
      const score = scores.data[Math.floor(row * thin) * scores.columns + Math.floor(column * thin)];
      if (!isMasked(score)) {
        allowed.rect(x, y, cell - gap, cell - gap);
      } else if (cell >= FINE) {
        lines.moveTo(x + cell - gap, y + gap);
        lines.lineTo(x + gap, y + cell - gap);
        if (cell <= 6) continue;
        lines.moveTo(x + cell / 2, y + gap);
        lines.lineTo(x + gap, y + cell / 2);
        lines.moveTo(x + cell - gap, y + cell / 2);
        lines.lineTo(x + cell / 2, y + cell - gap);
      }
    }
    pen.fill(allowed);
    pen.stroke(lines);
  }
}

/** @param {Piece | undefined} piece */
function plain(piece) {
  return piece ? labelled(piece.token) : "";
}

/** @param {number} value */
function signed(value) {
  return value.toFixed(2).replace("-", "−");
}
