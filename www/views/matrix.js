import { LitElement, css, html, nothing } from "lit";
import { isMasked } from "../trace.js";
import { isolated, labelled } from "../spelling.js";

/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Say} Say */

/** Sides of a cell. // CSS px */
const WIDEST = 22;
const NARROWEST = 3;
const ROW = 18;
const LABELS = 92;

/**
 * A matrix of an activation as cells: blue below zero, orange above it, hatched where a score is masked; with `share`, numbers from 0 to 1 on the ramp of
 * weights. The number under the cursor stands below. Arrow keys move the cursor, Enter or a click chooses a cell.
 * @fires diorama-cell-select - { row: number, column: number }
 */
export class Matrix extends LitElement {
  static properties = {
    data: { attribute: false },
    rows: { type: Number },
    columns: { type: Number },
    rowTokens: { attribute: false },
    columnTokens: { attribute: false },
    rowAxis: { attribute: "row-axis" },
    columnAxis: { attribute: "column-axis" },
    from: { type: Number },
    share: { type: Boolean },
    chosen: { attribute: false },
    label: {},
    theme: {},
    say: { attribute: false },
    cursor: { state: true },
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
      scrollbar-width: thin;
      max-height: 340px;
      border-radius: 4px;
    }
    .frame:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 2px;
    }
    .grid {
      display: grid;
      grid-template-columns: ${LABELS}px max-content;
      width: max-content;
    }
    .rows {
      position: sticky;
      left: 0;
      z-index: 1;
      background: var(--paper);
    }
    .rows span {
      display: block;
      height: var(--row);
      line-height: var(--row);
      padding-right: 8px;
      text-align: right;
      font: var(--mono-small);
      line-height: var(--row);
      color: var(--ink-soft);
      overflow: hidden;
      white-space: pre;
      text-overflow: ellipsis;
    }
    .rows span[aria-current] {
      color: var(--ink);
      font-weight: 700;
    }
    .cells {
      position: relative;
      cursor: crosshair;
    }
    canvas {
      display: block;
      image-rendering: pixelated;
    }
    .mark {
      position: absolute;
      border: 2px solid var(--ink);
      border-radius: 3px;
      box-sizing: border-box;
      pointer-events: none;
      min-width: 6px;
      margin-left: -1px;
    }
    .mark.chosen {
      border-style: solid;
      border-color: var(--focus);
    }
    output {
      display: flex;
      align-items: center;
      gap: 8px;
      min-height: 26px;
      font: var(--figures-small);
      color: var(--ink-soft);
      white-space: nowrap;
      overflow: hidden;
    }
    output b {
      color: var(--ink);
      font: var(--mono-small);
      white-space: pre;
    }
    output strong {
      color: var(--ink);
      font-variant-numeric: tabular-nums;
    }
    .ramp {
      width: 96px;
      height: 8px;
      border-radius: 2px;
      border: 1px solid var(--hairline);
      background: linear-gradient(in oklab to right, var(--encoder), var(--ramp-0), var(--decoder));
    }
    .ramp.share {
      background: linear-gradient(in oklab to right, var(--ramp-0), var(--ramp-1));
    }
  `;

  #observer = new ResizeObserver(([{ contentRect }]) => (this.width = contentRect.width));
  /** @type {unknown[]} */
  #drawn = [];

  constructor() {
    super();
    /** @type {ArrayLike<number>} row-major */
    this.data = [];
    this.rows = 0;
    this.columns = 0;
    /** @type {Piece[] | undefined} */
    this.rowTokens = undefined;
    /** @type {Piece[] | undefined} */
    this.columnTokens = undefined;
    this.rowAxis = "";
    this.columnAxis = "";
    /** The first column's number, where only some are shown. */
    this.from = 0;
    this.share = false;
    /** @type {{ row: number, column: number } | undefined} */
    this.chosen = undefined;
    this.label = "";
    this.theme = "";
    /** @type {{ row: number, column: number } | undefined} */
    this.cursor = undefined;
    this.width = 0;
    this.say = /** @type {typeof Matrix} */ (this.constructor).say;
  }

  get #cell() {
    const row = this.rows > 60 ? 4 : ROW;
    return {
      width: Math.max(NARROWEST, Math.min(WIDEST, Math.floor((this.width - LABELS - 2) / Math.max(1, this.columns)))),
      height: row,
    };
  }

  render() {
    const { width, height } = this.#cell;
    const mark = (/** @type {{ row: number, column: number } | undefined} */ at, /** @type {string} */ name) =>
      at &&
      html`<div
        class=${`mark ${name}`}
        style=${`left:${at.column * width}px;top:${at.row * height}px;width:${width}px;height:${height}px`}
      ></div>`;
    const spoken = `${this.label}. ${this.say("matrix.axes", { rows: this.rowAxis, columns: this.columnAxis, n: this.rows, m: this.columns })}`;
    return html`<div
        class="frame"
        role="group"
        tabindex="0"
        aria-label=${spoken}
        @keydown=${this.#press}
        @blur=${() => (this.cursor = undefined)}
      >
        <div class="grid" aria-hidden="true" style=${`--row:${height}px`}>
          <div class="rows"
            >${Array.from({ length: this.rows }, (_, row) => html`<span aria-current=${row === this.cursor?.row ? "true" : nothing}>${height < ROW ? nothing : (this.#name(this.rowTokens, row) ?? row)}</span>`)}</div
          >
          <div
            class="cells"
            @pointermove=${this.#hover}
            @pointerdown=${this.#hover}
            @pointerleave=${this.#leave}
            @click=${this.#choose}
            ><canvas></canvas>${mark(this.chosen, "chosen")}${mark(this.cursor, "")}</div
          >
        </div>
      </div>
      <output aria-live="polite">${this.#reading()}</output>`;
  }

  #reading() {
    if (!this.cursor) {
      const most = figure(this.#most());
      return html`<span>${this.share ? "0" : `−${most}`}</span><span class=${this.share ? "ramp share" : "ramp"}></span
        ><span>${this.share ? "1" : most}</span>
        <span>${this.say("matrix.axes", { rows: this.rowAxis, columns: this.columnAxis, n: this.rows, m: this.columns })}</span>`;
    }
    const { row, column } = this.cursor;
    const value = this.data[row * this.columns + column];
    const part = (/** @type {string} */ axis, /** @type {string | undefined} */ token, /** @type {number} */ index) =>
      html`<span>${axis} ${index}</span>${token === undefined ? nothing : html`<b>${isolated(token)}</b>`}`;
    return html`${part(this.rowAxis, this.#name(this.rowTokens, row), row)}<span>·</span>${part(this.columnAxis, this.#name(this.columnTokens, column), column + this.from)}<strong
        >${isMasked(value) ? this.say("map.masked") : figure(value)}</strong
      >`;
  }

  /**
   * @param {Piece[] | undefined} tokens
   * @param {number} index
   */
  #name(tokens, index) {
    return tokens?.[index] && labelled(tokens[index].token);
  }

  /** The largest number of the matrix that is no mask. */
  #most() {
    let most = 0;
    for (let i = 0; i < this.data.length; i++) if (!isMasked(this.data[i])) most = Math.max(most, Math.abs(this.data[i]));
    return most;
  }

  /** @param {PointerEvent} event */
  #hover(event) {
    const box = this.renderRoot.querySelector("canvas")?.getBoundingClientRect();
    if (!box) return;
    const { width, height } = this.#cell;
    const [row, column] = [Math.floor((event.clientY - box.top) / height), Math.floor((event.clientX - box.left) / width)];
    this.cursor = row >= 0 && column >= 0 && row < this.rows && column < this.columns ? { row, column } : undefined;
  }

  /** A finger that is lifted leaves its reading; a mouse takes it along. @param {PointerEvent} event */
  #leave(event) {
    if (event.pointerType !== "touch") this.cursor = undefined;
  }

  #choose() {
    if (this.cursor)
      this.dispatchEvent(new CustomEvent("diorama-cell-select", { bubbles: true, composed: true, detail: { ...this.cursor } }));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (event.key === "Enter") this.#choose();
    if (!step) return;
    event.preventDefault();
    const { row, column } = this.cursor ?? this.chosen ?? { row: 0, column: step[1] < 0 ? 0 : -1 };
    const within = (/** @type {number} */ value, /** @type {number} */ length) => Math.min(length - 1, Math.max(0, value));
    this.cursor = { row: within(row + step[0], this.rows), column: within(column + step[1], this.columns) };
  }

  firstUpdated() {
    const frame = this.renderRoot.querySelector(".frame");
    if (frame) this.#observer.observe(frame);
  }

  updated() {
    const canvas = this.renderRoot.querySelector("canvas");
    const pen = canvas?.getContext("2d");
    const { width, height } = this.#cell;
    const key = [this.data, this.columns, width, height, this.theme, this.share];
    if (!canvas || !pen || key.every((part, i) => part === this.#drawn[i])) return;
    this.#drawn = key;
    const scale = devicePixelRatio || 1;
    [canvas.width, canvas.height] = [Math.round(this.columns * width * scale), Math.round(this.rows * height * scale)];
    canvas.style.cssText = `width:${this.columns * width}px;height:${this.rows * height}px`;
    pen.scale(scale, scale);
    const style = getComputedStyle(this);
    const [paper, ink, minus, plus, hatch] = ["--ramp-0", "--ramp-1", "--encoder", "--decoder", "--hatch-line"].map((name) =>
      style.getPropertyValue(name).trim(),
    );
    const most = this.#most() || 1;
    const gap = width > 5 ? 1 : 0;
    for (let i = 0; i < this.data.length; i++) {
      const [x, y] = [(i % this.columns) * width, Math.floor(i / this.columns) * height];
      const value = this.data[i];
      const part = isMasked(value) ? 0 : this.share ? value : Math.sqrt(Math.abs(value) / most);
      pen.fillStyle = isMasked(value)
        ? hatch
        : `color-mix(in oklab, ${paper}, ${this.share ? ink : value < 0 ? minus : plus} ${(part * 100).toFixed(1)}%)`;
      if (isMasked(value)) pen.fillRect(x + width / 2 - 0.5, y + 2, 1, height - 4);
      else pen.fillRect(x, y, width - gap, height - 1);
    }
  }
}

/** @param {number} value */
function figure(value) {
  return Number(value.toPrecision(4)).toString().replace("-", "−");
}
