import { LitElement, css, html, nothing } from "lit";
import { isolated, labelled } from "../spelling.js";

/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Say} Say */

/** A row's height, the widest and the narrowest column, from where on columns have labels, and the room of the rows' numbers. // CSS px */
const ROW = 7;
const WIDEST = 26;
const NARROWEST = 3;
const LABELLED = 14;
const NUMBERS = 28;

/** Which tokens were chosen in each epoch: a row an epoch, a column a token, the present epoch framed, and how often each was chosen so far below. */
export class EpochGrid extends LitElement {
  static properties = {
    epochs: { attribute: false },
    tokens: { attribute: false },
    upto: { type: Number },
    every: { type: Number },
    label: {},
    hue: {},
    theme: {},
    say: { attribute: false },
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
      overflow-x: auto;
      scrollbar-width: thin;
    }
    .grid {
      position: relative;
      padding-left: ${NUMBERS}px;
      width: max-content;
    }
    canvas {
      display: block;
    }
    .number {
      position: absolute;
      left: 0;
      width: ${NUMBERS - 6}px;
      text-align: right;
      font: var(--figures-small);
      font-size: 12px;
      line-height: ${ROW}px;
      color: var(--ink-soft);
    }
    .now {
      position: absolute;
      left: ${NUMBERS}px;
      right: 0;
      height: ${ROW}px;
      outline: 1.5px solid var(--ink);
      border-radius: 1px;
      pointer-events: none;
    }
    .counts,
    .tokens {
      display: flex;
      margin-top: 4px;
    }
    .counts span {
      font: var(--figures-small);
      font-size: 12px;
      text-align: center;
      color: var(--ink-soft);
      flex: none;
    }
    .counts .never {
      color: var(--danger);
      font-weight: 700;
    }
    .tokens span {
      flex: none;
      font: var(--mono-small);
      color: var(--ink-soft);
      writing-mode: vertical-rl;
      height: 72px;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: pre;
    }
  `;

  #observer = new ResizeObserver(([{ contentRect }]) => (this.width = contentRect.width));

  constructor() {
    super();
    /** The chosen places of each epoch. @type {number[][]} */
    this.epochs = [];
    /** @type {Piece[]} */
    this.tokens = [];
    /** How many epochs are over. */
    this.upto = 0;
    /** A line after so many epochs; 0: none. */
    this.every = 0;
    this.label = "";
    /** @type {string} */
    this.hue = "encoder";
    this.theme = "";
    /** The frame's. // CSS px */
    this.width = 0;
    this.say = /** @type {typeof EpochGrid} */ (this.constructor).say;
  }

  get #cell() {
    return Math.max(NARROWEST, Math.min(WIDEST, Math.floor((this.width - NUMBERS) / Math.max(1, this.tokens.length))));
  }

  render() {
    const cell = this.#cell;
    const counts = this.tokens.map(
      (_, place) => this.epochs.slice(0, this.upto).filter((places) => places.includes(place)).length,
    );
    const seen = counts.filter((count) => count > 0).length;
    const numbers = this.epochs.map((_, epoch) => epoch + 1).filter((epoch) => epoch === 1 || epoch % 10 === 0);
    return html`<div
      class="frame"
      role="img"
      aria-label=${`${this.label}. ${this.say("epochs.read", { epoch: this.upto, seen, all: this.tokens.filter(({ special }) => !special).length })}`}
    >
      <div class="grid"
        ><canvas></canvas>
        ${numbers.map((epoch) => html`<span class="number" style=${`top:${(epoch - 1) * ROW}px`}>${epoch}</span>`)}
        ${this.upto > 0 ? html`<div class="now" style=${`top:${(this.upto - 1) * ROW}px`}></div>` : nothing}
        ${
          cell < LABELLED
            ? nothing
            : html`<div class="counts"
                  >${counts.map((count, i) => html`<span class=${count === 0 && !this.tokens[i].special ? "never" : ""} style=${`width:${cell}px`}>${this.tokens[i].special ? "" : count}</span>`)}</div
                >
                <div class="tokens"
                  >${this.tokens.map(({ token }) => html`<span style=${`width:${cell}px;line-height:${cell}px`}>${isolated(labelled(token))}</span>`)}</div
                >`
        }
      </div>
    </div>`;
  }

  firstUpdated() {
    const frame = this.renderRoot.querySelector(".frame");
    if (frame) this.#observer.observe(frame);
  }

  updated() {
    const canvas = this.renderRoot.querySelector("canvas");
    const pen = canvas?.getContext("2d");
    if (!canvas || !pen || this.width === 0) return;
    const [cell, ratio] = [this.#cell, devicePixelRatio || 1];
    const [width, height] = [cell * this.tokens.length, ROW * this.epochs.length];
    Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    canvas.style.cssText = `width:${width}px;height:${height}px`;
    pen.scale(ratio, ratio);
    const style = getComputedStyle(this);
    const [hue, line, strong] = [`--${this.hue}`, "--hairline", "--ink-faint"].map((name) => style.getPropertyValue(name).trim());
    this.epochs.forEach((places, epoch) => {
      pen.fillStyle = line;
      pen.globalAlpha = epoch < this.upto ? 1 : 0.45;
      this.tokens.forEach(({ special }, place) => special || pen.fillRect(place * cell, epoch * ROW, cell - 1, ROW - 1));
      if (epoch >= this.upto) return;
      pen.fillStyle = hue;
      for (const place of places) pen.fillRect(place * cell, epoch * ROW, cell - 1, ROW - 1);
    });
    pen.globalAlpha = 1;
    pen.fillStyle = strong;
    if (this.every > 0)
      for (let epoch = this.every; epoch < this.epochs.length; epoch += this.every) pen.fillRect(0, epoch * ROW - 1, width, 1);
  }
}
