import { LitElement, css, html, nothing } from "lit";
import { attentionMatrix, headOf, isMasked } from "../trace.js";
import { isolated, labelled } from "../spelling.js";

/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Say} Say */
/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../trace.js").Matrix} Matrix */
/** @typedef {"rows" | "columns"} Side */

/** How high a token stands, which the styles below repeat. // CSS px */
const LINE = 26;
/** What is lighter cannot be seen. */
const FAINTEST = 0.01;
/** More lines than that are a haze, and take long: of a long text only so many, the heaviest, are drawn at once. */
const MOST = 800;
/** Weights that are read out with a token. */
const READ = 3;

/**
 * One attention pattern as lines between two columns of tokens, queries on the left, keys on the right; a line is as dense as its weight. A token that is pointed at or
 * focused shows its lines only, with the weights beside the tokens they lead to. Arrow keys walk along a column and across.
 * @fires diorama-cell-hover - { row: number | undefined, column: number | undefined }
 */
export class AttentionLines extends LitElement {
  static properties = {
    trace: { attribute: false },
    hook: {},
    head: {},
    rows: { attribute: false },
    columns: { attribute: false },
    label: {},
    axes: {},
    empty: {},
    hue: {},
    stale: { type: Boolean, reflect: true },
    theme: {},
    say: { attribute: false },
    lit: { state: true },
    stop: { state: true },
    width: { state: true },
  };

  /** @type {Say} */
  static say = (key) => key;

  static styles = css`
    :host {
      display: block;
      min-width: 0;
      min-height: 0;
      overflow: auto;
      scrollbar-width: thin;
    }
    .sides {
      display: grid;
      grid-template-columns: minmax(64px, max-content) minmax(72px, 1fr) minmax(64px, max-content);
      max-width: 560px;
      padding: 2px;
    }
    p {
      margin: 0;
      font: var(--small);
      color: var(--ink-soft);
      padding: 0 8px 4px;
    }
    .sides > p,
    output {
      position: sticky;
      z-index: 1;
      background: var(--paper);
    }
    .sides > p {
      top: 0;
    }
    ol.rows,
    p.left {
      text-align: right;
    }
    p.right {
      grid-column: 3;
    }
    ol {
      list-style: none;
      margin: 0;
      padding: 0;
    }
    li {
      height: ${LINE}px;
    }
    button {
      height: ${LINE - 2}px;
      max-width: 150px;
      padding: 0 8px;
      border: 0;
      border-radius: 4px;
      font: var(--mono-small);
      color: var(--ink);
      cursor: pointer;
      white-space: pre;
      overflow: hidden;
      text-overflow: ellipsis;
      background: color-mix(in oklab, var(--lines) calc(var(--weight, 0) * 60%), transparent);
      touch-action: manipulation;
    }
    button:focus-visible {
      outline: 2px solid var(--focus);
    }
    button.here {
      outline: 2px solid var(--ink);
      outline-offset: -2px;
    }
    .special {
      font-variant-caps: all-small-caps;
      font-size: 15px;
      color: var(--ink-faint);
    }
    .forbidden {
      color: var(--ink-faint);
      background: var(--hatch);
    }
    .lines {
      position: relative;
    }
    canvas {
      position: absolute;
      inset: 0;
    }
    .quiet {
      visibility: hidden;
    }
    output {
      display: block;
      bottom: 0;
      min-height: 40px;
      padding-top: 8px;
      font: var(--figures-small);
      color: var(--ink-soft);
    }
    output b {
      color: var(--ink);
      font: var(--mono-small);
      white-space: pre;
    }
    .empty {
      padding: 24px 8px;
      color: var(--ink-faint);
      font: var(--small);
      text-align: center;
    }
    :host([stale]) .sides {
      opacity: 0.5;
    }
  `;

  /** What the lower canvas shows. @type {unknown[]} */
  #drawn = [];
  /** The threshold of a matrix, found once. @type {{ data: Float32Array | undefined, from: number, all: number }} */
  #known = { data: undefined, from: FAINTEST, all: 0 };
  /** The lines' colour in a theme. */
  #ink = { of: "", colour: "" };
  #observer = new ResizeObserver(([{ contentRect }]) => (this.width = contentRect.width));

  constructor() {
    super();
    /** @type {Trace | undefined} */
    this.trace = undefined;
    this.hook = "";
    /** @type {string} a head's number, "mean" or "max" */
    this.head = "mean";
    /** @type {Piece[]} */
    this.rows = [];
    /** @type {Piece[]} */
    this.columns = [];
    this.label = "";
    this.axes = "";
    this.empty = "";
    /** @type {string} encoder, decoder or cross */
    this.hue = "encoder";
    this.stale = false;
    this.theme = "";
    /** @type {{ side: Side, index: number } | undefined} */
    this.lit = undefined;
    /** Where the Tab key enters. @type {{ side: Side, index: number }} */
    this.stop = { side: "rows", index: 0 };
    /** Of the room between the columns. // CSS px */
    this.width = 0;
    this.say = /** @type {typeof AttentionLines} */ (this.constructor).say;
  }

  render() {
    const matrix = attentionMatrix(this.trace, this.hook, headOf(this.head));
    if (!matrix) return html`<p class="empty">${this.empty}</p>`;
    const height = Math.max(matrix.rows, matrix.columns) * LINE;
    return html`<div
        class="sides"
        role="group"
        aria-label=${`${this.label}. ${this.axes}`}
        style=${`--lines:var(--${this.hue})`}
        @keydown=${this.#walk}
        @pointerleave=${this.#leave}
        @focusout=${() => this.#light(undefined)}
      >
        <p class="left" aria-hidden="true">${this.say("lines.rows")}</p
        ><p class="right" aria-hidden="true">${this.say("lines.columns")}</p>
        ${this.#side("rows", matrix)}
        <div class="lines" aria-hidden="true" style=${`height:${height}px`}
          ><canvas class=${this.lit ? "quiet" : ""}></canvas><canvas></canvas
        ></div>
        ${this.#side("columns", matrix)}
      </div>
      <output aria-live="polite">${this.lit ? this.#reading(this.lit, matrix) : this.#hint(matrix)}</output>`;
  }

  /** What to do, and what is left out. @param {Matrix} matrix */
  #hint(matrix) {
    const { all } = this.#threshold(matrix);
    return html`${this.say("lines.hint")}${all > MOST ? ` ${this.say("lines.most", { n: MOST, all })}` : nothing}`;
  }

  /**
   * The weight from which on lines are drawn, and how many lines there are.
   * @param {Matrix} matrix
   */
  #threshold({ data }) {
    if (this.#known.data !== data) {
      const weights = data.filter((weight) => weight >= FAINTEST).sort();
      this.#known = { data, from: weights.length > MOST ? weights[weights.length - MOST] : FAINTEST, all: weights.length };
    }
    return this.#known;
  }

  /**
   * @param {Side} side
   * @param {Matrix} matrix
   */
  #side(side, matrix) {
    const stop = this.stop.index < matrix[this.stop.side] ? this.stop : { side: "rows", index: 0 };
    return html`<ol class=${side} aria-label=${this.say(side === "rows" ? "lines.rows" : "lines.columns")}
      >${this[side].slice(0, matrix[side]).map((piece, index) => {
        const here = this.lit?.side === side && this.lit.index === index;
        const weight = this.lit && this.lit.side !== side ? this.#weight(side, index, matrix) : undefined;
        const kind = [here && "here", piece.special && "special", weight === "masked" && "forbidden"].filter(Boolean).join(" ");
        return html`<li
          ><button
            type="button"
            class=${kind}
            style=${typeof weight === "number" ? `--weight:${weight.toFixed(3)}` : ""}
            tabindex=${stop.side === side && stop.index === index ? 0 : -1}
            aria-label=${this.say("lines.token", { n: index + 1, token: labelled(piece.token) })}
            data-place=${`${side} ${index}`}
            @pointerenter=${() => this.#light({ side, index })}
            @focus=${() => this.#light({ side, index })}
            >${isolated(labelled(piece.token))}</button
          ></li
        >`;
      })}</ol
    >`;
  }

  /**
   * The weight between the lit token and one of the other side.
   * @param {Side} side of the other one
   * @param {number} index
   * @param {Matrix} matrix
   * @returns {number | "masked"}
   */
  #weight(side, index, { columns, data }) {
    const own = this.lit?.index ?? 0;
    const cell = side === "columns" ? own * columns + index : index * columns + own;
    return isMasked(this.#scores()?.[cell] ?? 0) ? "masked" : data[cell];
  }

  #scores() {
    return attentionMatrix(this.trace, this.hook.replace("hook_pattern", "hook_attn_scores"), 0)?.data;
  }

  /**
   * The lit token's heaviest lines in words.
   * @param {{ side: Side, index: number }} lit
   * @param {Matrix} matrix
   */
  #reading({ side, index }, matrix) {
    const other = side === "rows" ? "columns" : "rows";
    const weights = Array.from({ length: matrix[other] }, (_, i) => ({
      piece: this[other][i],
      weight: this.#weight(other, i, matrix),
    }));
    const most = weights
      .flatMap(({ piece, weight }) => (typeof weight === "number" && piece ? [{ piece, weight }] : []))
      .sort((a, b) => b.weight - a.weight)
      .slice(0, READ);
    return html`<b>${isolated(labelled(this[side][index]?.token))}</b> ${this.say(side === "rows" ? "lines.looks" : "lines.seen")}
      ${most.map(({ piece, weight }, i) => html`${i > 0 ? " · " : ""}<b>${isolated(labelled(piece.token))}</b> ${weight.toFixed(3)}`)}${most.length === 0 ? this.say("lines.nothing") : nothing}`;
  }

  /** A finger that is lifted leaves its light; a mouse takes it along. @param {PointerEvent} event */
  #leave(event) {
    if (event.pointerType !== "touch") this.#light(undefined);
  }

  /** @param {{ side: Side, index: number } | undefined} lit */
  #light(lit) {
    if (lit?.side === this.lit?.side && lit?.index === this.lit?.index) return;
    this.lit = lit;
    if (lit) this.stop = lit;
    const { side, index } = lit ?? {};
    this.dispatchEvent(
      new CustomEvent("diorama-cell-hover", {
        bubbles: true,
        composed: true,
        detail: { row: side === "rows" ? index : undefined, column: side === "columns" ? index : undefined },
      }),
    );
  }

  /** @param {KeyboardEvent} event */
  #walk(event) {
    const step = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: 0, ArrowRight: 0 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const side = event.key === "ArrowLeft" ? "rows" : event.key === "ArrowRight" ? "columns" : this.stop.side;
    const tiles = this.renderRoot.querySelectorAll(`.${side} button`);
    /** @type {HTMLElement | undefined} */ (tiles[Math.min(tiles.length - 1, Math.max(0, this.stop.index + step))])?.focus();
  }

  updated() {
    const room = this.renderRoot.querySelector(".lines");
    if (room) this.#observer.observe(room);
    const matrix = attentionMatrix(this.trace, this.hook, headOf(this.head));
    const [below, above] = this.renderRoot.querySelectorAll("canvas");
    if (!matrix || !below || !above || this.width === 0) return;
    const key = [below, matrix.data, this.width, this.hue, this.theme];
    if (key.some((part, i) => part !== this.#drawn[i])) {
      this.#drawn = key;
      this.#draw(below, matrix, undefined);
    }
    this.#draw(above, matrix, this.lit ?? "nothing");
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Matrix} matrix
   * @param {{ side: Side, index: number } | "nothing" | undefined} only undefined: all lines
   */
  #draw(canvas, matrix, only) {
    const { rows, columns, data } = matrix;
    const pen = canvas.getContext("2d");
    if (!pen) return;
    const ratio = devicePixelRatio || 1;
    const height = Math.max(rows, columns) * LINE;
    const blank = canvas.width !== Math.round(this.width * ratio) || canvas.height !== Math.round(height * ratio);
    if (blank) Object.assign(canvas, { width: Math.round(this.width * ratio), height: Math.round(height * ratio) });
    if (blank) canvas.style.cssText = `width:${this.width}px;height:${height}px`;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, this.width, height);
    if (only === "nothing") return;
    const of = `${this.hue} ${this.theme}`;
    if (this.#ink.of !== of) this.#ink = { of, colour: getComputedStyle(this).getPropertyValue(`--${this.hue}`).trim() };
    pen.strokeStyle = this.#ink.colour;
    pen.lineWidth = only ? 2 : 1.5;
    const range = (/** @type {Side} */ side, /** @type {number} */ length) =>
      only?.side === side ? [only.index, Math.min(length, only.index + 1)] : [0, length];
    const [[firstRow, lastRow], [firstColumn, lastColumn]] = [range("rows", rows), range("columns", columns)];
    const least = only ? FAINTEST : this.#threshold(matrix).from;
    for (let row = firstRow; row < lastRow; row++) {
      for (let column = firstColumn; column < lastColumn; column++) {
        const weight = data[row * columns + column];
        if (weight < least) continue;
        const [from, to] = [(row + 0.5) * LINE, (column + 0.5) * LINE];
        pen.globalAlpha = Math.min(1, weight);
        pen.beginPath();
        pen.moveTo(0, from);
        pen.bezierCurveTo(this.width / 2, from, this.width / 2, to, this.width, to);
        pen.stroke();
      }
    }
  }
}
