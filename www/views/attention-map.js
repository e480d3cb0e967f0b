import { LitElement, html, nothing } from "lit";
import { guard } from "lit/directives/guard.js";
import { keyed } from "lit/directives/keyed.js";
import { attentionMatrix, headOf, isMasked, isUpright } from "../trace.js";
import { isolated, labelled } from "../spelling.js";
import { LABELS, styles } from "./styles/attention-map.js";

/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../trace.js").Say} Say */
/** @typedef {import("../trace.js").Matrix} Matrix */

/** Sides of a cell, and the room for the labels, of which the styles below repeat the height. // CSS px */
const SMALLEST_CELL = 14;
const LARGEST_CELL = 26;
/** A long text's cells shrink below that, without labels, so that the canvas stays drawable. */
const LARGEST_CANVAS = 2400;
/** Of the ramp. */
const STEPS = 256;
/** From so many cells on each is a pixel that the page enlarges: round ones take a while. */
const MANY = 2500;

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
    follow: { type: Boolean },
    stale: { type: Boolean, reflect: true },
    theme: {},
    say: { attribute: false },
    cursor: { state: true },
    size: { state: true },
  };

  /** What the canvas shows: it is drawn again only when one of these changes. @type {unknown[]} */
  #drawn = [];
  #colours = { theme: "", list: [""] };
  /** @type {Say} */
  static say = (key) => key;
  static styles = styles;

  constructor() {
    super();
    /** @type {Trace | undefined} */
    this.trace = undefined;
    this.hook = "";
    /** @type {string} a head's number, "mean" or "max" */
    this.head = "mean";
    this.rows = /** @type {Piece[]} */ ([]);
    this.columns = /** @type {Piece[]} */ ([]);
    /** A row and a column lit from outside. */
    this.row = /** @type {number | undefined} */ (undefined);
    this.column = /** @type {number | undefined} */ (undefined);
    this.label = "";
    this.axes = "";
    this.empty = "";
    /** Columns to keep room for, so that cells do not shrink while a map grows by columns too. */
    this.room = 0;
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
    return html`<div
        class="frame"
        role="group"
        tabindex="0"
        aria-label=${`${this.label}. ${this.axes}`}
        @keydown=${this.#move}
        @blur=${() => this.#point(undefined)}
      >
        ${!matrix ? html`<p class="empty">${this.empty}</p>` : this.#grid(matrix)}
      </div>
      <output aria-live="polite">${matrix ? this.#reading(matrix) : nothing}</output>`;
  }

  /** @param {Matrix} matrix */
  #grid({ rows, columns }) {
    const cursor = this.cursor;
    return html`<div
      aria-hidden="true"
      class=${this.#cell(rows, columns) < SMALLEST_CELL ? "grid bare" : "grid"}
      style=${`--cell:${this.#cell(rows, columns)}px;--labels:${this.#labels()}px`}
    >
      <div class="corner"></div>
      <div class="columns" translate="no">${labels(this.columns, columns, cursor?.column ?? this.column)}</div>
      <div class="rows" translate="no">${labels(this.rows, rows, cursor?.row ?? this.row)}</div>
      <div
        class=${rows * columns > MANY ? "cells many" : "cells"}
        @pointermove=${this.#hover}
        @pointerdown=${this.#hover}
        @pointerleave=${(/** @type {PointerEvent} */ event) => event.pointerType === "touch" || this.#point(undefined)}
      >
        <canvas></canvas>
        ${this.follow ? keyed(rows, html`<div class="veil" style=${`top:calc(${rows - 1} * var(--cell))`}></div>`) : nothing}
        ${this.row !== undefined && this.row < rows ? html`<div class="band" style=${`top:calc(${this.row} * var(--cell))`}></div>` : nothing}
        ${this.column !== undefined && this.column < columns ? html`<div class="band column" style=${`left:calc(${this.column} * var(--cell))`}></div>` : nothing}
        ${
          cursor && cursor.row < rows && cursor.column < columns
            ? html`<div
                class="mark"
                style=${`left:calc(${cursor.column} * var(--cell));top:calc(${cursor.row} * var(--cell));width:var(--cell);height:var(--cell)`}
              ></div>`
            : nothing
        }
      </div>
    </div>`;
  }

  /** @param {Matrix} matrix */
  #reading({ rows, columns, data }) {
    const lit = this.row !== undefined && this.column !== undefined ? { row: this.row, column: this.column } : undefined;
    const cursor = this.cursor ?? lit;
    if (!cursor || cursor.row >= rows || cursor.column >= columns) {
      return html`<span>0</span><span class="ramp"></span><span>1</span><span class="swatch"></span
        ><span>${this.say("map.masked")}</span>`;
    }
    const [from, to] = [this.rows[cursor.row]?.token ?? "", this.columns[cursor.column]?.token ?? ""];
    const index = cursor.row * columns + cursor.column;
    const value = isMasked(this.#scores()?.[index] ?? 0) ? this.say("map.masked") : data[index].toFixed(3);
    return html`<b>${isolated(shown(from))}</b><span>→</span><b>${isolated(shown(to))}</b><strong>${value}</strong>`;
  }

  /**
   * The side of a cell: as large as the frame allows, down to where labels stop being readable and the frame scrolls. A map that grows (`follow`) is
   * sized by its width alone.
   * @param {number} rows
   * @param {number} columns
   */
  #cell(rows, columns) {
    const across = (this.size.width - this.#labels() - 2) / Math.max(columns, this.room, 1);
    const down = this.follow ? Infinity : (this.size.height - LABELS.height - 2) / rows;
    const drawable = Math.max(1, Math.floor(LARGEST_CANVAS / Math.max(rows, columns)));
    return Math.floor(Math.min(LARGEST_CELL, drawable, Math.max(SMALLEST_CELL, Math.min(across, down))));
  }

  /** What the rows' labels take: as much as the longest needs, up to a bound; a map that grows keeps room for what will come. */
  #labels() {
    if (this.follow) return LABELS.width;
    const wide = (/** @type {Piece} */ { token }) =>
      [...shown(token)].reduce((sum, character) => sum + (isUpright(character) ? LABELS.wide : LABELS.character), 0);
    return Math.ceil(Math.min(LABELS.width, Math.max(LABELS.least, ...this.rows.map(wide)) + LABELS.gap));
  }

  #matrix = () => attentionMatrix(this.trace, this.hook, headOf(this.head));

  /** The scores of which masked ones hatch their cell, the same in every head; nothing is hatched where the trace lacks them. */
  #scores() {
    return attentionMatrix(this.trace, this.hook.replace("hook_pattern", "hook_attn_scores"), 0)?.data;
  }

  /** A finger that is lifted leaves its reading; a mouse takes it along. @param {PointerEvent} event */
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

  /** @param {KeyboardEvent} event */
  #move(event) {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    const matrix = this.#matrix();
    if (!step || !matrix) return;
    event.preventDefault();
    const { row, column } = this.cursor ?? {
      row: step[0] < 0 ? matrix.rows : step[0] > 0 ? -1 : 0,
      column: step[1] < 0 ? matrix.columns : step[1] > 0 ? -1 : 0,
    };
    this.#point({
      row: Math.min(matrix.rows - 1, Math.max(0, row + step[0])),
      column: Math.min(matrix.columns - 1, Math.max(0, column + step[1])),
    });
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

  #observer = new ResizeObserver(
    ([
      {
        contentRect: { width, height },
      },
    ]) => (this.size = { width, height }),
  );

  firstUpdated() {
    this.#observer.observe(/** @type {Element} */ (this.renderRoot.querySelector(".frame")));
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    const matrix = this.#matrix();
    if (matrix) this.#draw(matrix);
    if (this.follow && changed.has("trace"))
      this.renderRoot.querySelector(".frame")?.scrollTo({ top: 1e6, left: this.room > 0 ? 1e6 : 0 });
    if (changed.has("row") && this.row !== undefined && matrix && this.row < matrix.rows) this.#show(this.row, matrix);
  }

  /**
   * Brings a row and its heaviest cell into sight, within the frame; the labels at its edges cover what is behind them.
   * @param {number} row
   * @param {import("../trace.js").Matrix} matrix
   */
  #show(row, { columns, rows, data }) {
    const frame = this.renderRoot.querySelector(".frame");
    if (!frame) return;
    const cell = this.#cell(rows, columns);
    const weights = data.subarray(row * columns, (row + 1) * columns);
    const column = weights.reduce((best, weight, i) => (weight > weights[best] ? i : best), 0);
    const within = (/** @type {number} */ at, /** @type {number} */ from, /** @type {number} */ length) =>
      Math.min(at * cell, Math.max((at + 1) * cell - length, from));
    frame.scrollTo({
      top: within(row, frame.scrollTop, frame.clientHeight - LABELS.height),
      left: within(column, frame.scrollLeft, frame.clientWidth - this.#labels()),
    });
  }

  /** The theme's colours, asked for once: to ask lays the page out. */
  #inks() {
    const style = this.#colours.theme === this.theme && this.#colours.list[0] ? undefined : getComputedStyle(this);
    if (style)
      this.#colours = {
        theme: this.theme,
        list: ["--ramp-0", "--ramp-1", "--hatch-line", "--hairline"].map((name) => style.getPropertyValue(name).trim()),
      };
    return this.#colours.list;
  }

  /** @param {Matrix} matrix */
  #draw(matrix) {
    const { rows, columns, data } = matrix;
    const canvas = this.renderRoot.querySelector("canvas");
    const pen = canvas?.getContext("2d");
    const cell = this.#cell(rows, columns);
    const scores = this.#scores();
    const key = [canvas, data, scores, cell, this.theme];
    if (!canvas || !pen || key.every((part, i) => part === this.#drawn[i])) return;
    this.#drawn = key;
    const dots = data.length > MANY;
    const scale = dots ? 1 / cell : devicePixelRatio || 1;
    Object.assign(canvas, { width: Math.round(columns * cell * scale), height: Math.round(rows * cell * scale) });
    canvas.style.cssText = `width:${columns * cell}px;height:${rows * cell}px`;
    const [paper, ink, faint, line] = this.#inks();
    const ramp = rampOf(paper, ink);
    const step = (/** @type {number} */ weight) => Math.round(Math.min(1, weight) * (STEPS - 1));
    const forbidden = (/** @type {number} */ index) => isMasked(scores?.[index] ?? 0);
    if (dots) {
      // A pixel a cell, which the page enlarges; where a cell is forbidden the hatch behind the canvas is seen.
      const image = pen.createImageData(columns, rows);
      const [pixels, steps] = [image, { data: ramp }].map(({ data }) => new Uint32Array(data.buffer));
      for (let i = 0; i < pixels.length; i++) pixels[i] = forbidden(i) ? 0 : steps[step(data[i])];
      return pen.putImageData(image, 0, 0);
    }
    pen.scale(scale, scale);
    pen.strokeStyle = line;
    pen.lineWidth = 0.5;
    const hatched = new Path2D();
    data.forEach((weight, index) => {
      const [x, y] = [(index % columns) * cell, Math.floor(index / columns) * cell];
      if (forbidden(index)) return hatched.rect(x + 1, y + 1, cell - 2, cell - 2);
      const at = 4 * step(weight);
      pen.fillStyle = `rgb(${ramp[at]} ${ramp[at + 1]} ${ramp[at + 2]})`;
      pen.beginPath();
      pen.roundRect(x + 0.5, y + 0.5, cell - 1, cell - 1, 2);
      pen.fill();
      pen.stroke();
    });
    // What is not allowed is hatched, which is not the same as "weight 0".
    pen.clip(hatched);
    pen.strokeStyle = faint;
    pen.lineWidth = 1;
    pen.beginPath();
    for (let offset = 0; offset <= (rows + columns) * cell; offset += 5) {
      pen.moveTo(offset, 0);
      pen.lineTo(offset - rows * cell, rows * cell);
    }
    pen.stroke();
  }
}

/** Ramps between two colours, mixed once for a theme, not for a map or a cell: red, green, blue and alpha of each step. @type {Map<string, Uint8ClampedArray>} */
const RAMPS = new Map();

/** @type {(paper: string, ink: string) => Uint8ClampedArray} */
function rampOf(paper, ink) {
  const name = `${paper} ${ink}`;
  const pen = RAMPS.has(name)
    ? undefined
    : Object.assign(document.createElement("canvas"), { width: STEPS, height: 1 }).getContext("2d", { willReadFrequently: true });
  for (let i = 0; pen && i < STEPS; i++) {
    pen.fillStyle = `color-mix(in oklab, ${paper}, ${ink} ${((i / (STEPS - 1)) * 100).toFixed(2)}%)`;
    pen.fillRect(i, 0, 1, 1);
  }
  if (pen) RAMPS.set(name, pen.getImageData(0, 0, STEPS, 1).data);
  return RAMPS.get(name) ?? new Uint8ClampedArray(STEPS * 4);
}

/** @type {(pieces: Piece[], count: number, lit: number | undefined) => unknown} */
function labels(pieces, count, lit) {
  const kind = (/** @type {Piece} */ { special, token }) =>
    [special && "special", isUpright(token) && "upright"].filter(Boolean).join(" ");
  return guard([pieces, count, lit], () =>
    pieces
      .slice(0, count)
      .map(
        (piece, i) => html`<span class=${kind(piece)} aria-current=${i === lit ? "true" : nothing}>${shown(piece.token)}</span>`,
      ),
  );
}

/** A sentinel of T5 has a name longer than a label. @param {string} token */
const shown = (token) => labelled(token.replace(/^<extra_id_(\d+)>$/, "<$1>"));
