import { LitElement, css, html, nothing, svg } from "lit";
import { isolated, labelled } from "../spelling.js";

/** @typedef {import("../trace.js").Matrix} Matrix */
/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Say} Say */
/** A line from tile `row` of the lower sentence to tile `column` of the upper one. // CSS px @typedef {{ row: number, column: number, weight: number, x: number, y: number, toX: number, toY: number }} Line */

/** What is lighter cannot be seen. */
const FAINTEST = 0.01;
/** A share that stands beside its word as a number. */
const NAMED = 0.05;
/** Of the thickest line, whose weight is 1. // CSS px */
const THICKEST = 9;

/**
 * Two sentences, one below the other, and the attention that the chosen token of the lower one pays to the upper one: a line is as thick and as dense as its weight.
 * `faint` is how many tokens at the start of the upper sentence are no part of what a reader typed. `matrix` has a row for each lower token and a column for each upper one.
 * A lower token is chosen by a pointer, a finger or the keyboard; the arrow keys walk along them.
 * @fires diorama-row-choose - { row: number }
 */
export class SentenceLines extends LitElement {
  static properties = {
    above: { attribute: false },
    below: { attribute: false },
    matrix: { attribute: false },
    row: { type: Number },
    faint: { type: Number },
    barred: { attribute: false },
    hue: {},
    label: {},
    stale: { type: Boolean, reflect: true },
    say: { attribute: false },
    lines: { state: true },
  };

  /** @type {Say} */
  static say = (key) => key;

  static styles = css`
    :host {
      display: block;
      min-width: 0;
    }
    .picture {
      position: relative;
      display: grid;
      gap: 84px;
      --hue: var(--cross);
    }
    ol {
      display: flex;
      flex-wrap: wrap;
      justify-content: center;
      gap: 8px;
      margin: 0;
      padding: 0;
      list-style: none;
    }
    li {
      display: grid;
      justify-items: center;
      max-width: 100%;
    }
    .above li {
      grid-template-rows: 20px 1fr;
    }
    .tile {
      box-sizing: border-box;
      display: grid;
      place-items: center;
      font: 20px/1.3 var(--sans);
      color: var(--ink);
      background: var(--case);
      border: 1px solid var(--hairline-strong);
      border-radius: 6px;
      padding: 4px 12px;
      min-height: 38px;
      min-width: 24px;
      max-width: 100%;
      overflow-wrap: anywhere;
    }
    .above .tile {
      background: color-mix(in oklab, var(--hue) calc(var(--weight, 0) * 38%), var(--case));
    }
    .faint {
      font: 15px/26px var(--sans);
      color: var(--ink-faint);
      border-style: dotted;
      padding: 5px 8px;
    }
    .hidden {
      background: var(--hatch);
      color: var(--ink-faint);
      text-decoration: line-through;
    }
    button.tile {
      cursor: pointer;
      touch-action: manipulation;
    }
    button.tile[aria-pressed="true"] {
      border-color: var(--ink);
      box-shadow: inset 0 -3px 0 var(--hue);
      font-weight: 600;
    }
    button:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 2px;
    }
    small {
      font: var(--figures-small);
      font-variant-numeric: tabular-nums;
      color: var(--ink-soft);
      height: 20px;
    }
    svg {
      position: absolute;
      inset: 0;
      width: 100%;
      height: 100%;
      pointer-events: none;
      overflow: visible;
    }
    path {
      fill: none;
      stroke: var(--hue);
      stroke-linecap: round;
    }
    :host([stale]) .picture {
      opacity: 0.5;
    }
    @media (max-width: 640px) {
      .picture {
        gap: 64px;
      }
      .tile {
        font-size: 17px;
        padding: 5px 9px;
      }
      .faint {
        font: 13px/24px var(--sans);
      }
    }
  `;

  #observer = new ResizeObserver(() => this.#measure());

  constructor() {
    super();
    /** @type {Piece[]} */
    this.above = [];
    /** @type {Piece[]} */
    this.below = [];
    /** @type {Matrix | undefined} */
    this.matrix = undefined;
    /** The lower token whose lines are drawn. @type {number | undefined} */
    this.row = undefined;
    this.faint = 0;
    /** Upper tokens that the lower sentence may not look at. @type {number[]} */
    this.barred = [];
    this.hue = "cross";
    this.label = "";
    this.stale = false;
    /** @type {Line[]} */
    this.lines = [];
    this.say = /** @type {typeof SentenceLines} */ (this.constructor).say;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#observer.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#observer.disconnect();
  }

  /** @param {number} column */
  #weight(column) {
    const { matrix, row } = this;
    return matrix && row !== undefined && row < matrix.rows && column < matrix.columns
      ? matrix.data[row * matrix.columns + column]
      : 0;
  }

  render() {
    return html`<div class="picture" role="group" aria-label=${this.label} style=${`--hue:var(--${this.hue})`}>
      <ol class="above" aria-label=${this.say("sentence.above")}
        >${this.above.map((piece, i) => this.#upper(piece, i))}</ol
      >
      <svg aria-hidden="true">
        ${this.lines.map(({ weight, x, y, toX, toY }) => {
          const middle = (y + toY) / 2;
          return svg`<path
            d="M${x} ${y}C${x} ${middle} ${toX} ${middle} ${toX} ${toY}"
            stroke-width=${(1 + weight * (THICKEST - 1)).toFixed(2)}
            stroke-opacity=${(0.15 + 0.85 * weight).toFixed(2)}
          ></path>`;
        })}
      </svg>
      <ol class="below" aria-label=${this.say("sentence.below")} @keydown=${this.#walk}
        >${this.below.map((piece, i) => this.#lower(piece, i))}</ol
      >
    </div>`;
  }

  /**
   * @param {Piece} piece
   * @param {number} i
   */
  #upper(piece, i) {
    const weight = this.#weight(i);
    const kind = ["tile", (i < this.faint || piece.special) && "faint", this.barred.includes(i) && "hidden"];
    return html`<li
      ><small>${weight >= NAMED ? `${Math.round(weight * 100)} %` : nothing}</small
      ><span class=${kind.filter(Boolean).join(" ")} style=${`--weight:${weight.toFixed(3)}`}
        >${isolated(labelled(piece.token))}</span
      ></li
    >`;
  }

  /**
   * @param {Piece} piece
   * @param {number} i
   */
  #lower(piece, i) {
    const choose = () => this.#choose(i);
    return html`<li
      ><button
        type="button"
        class=${piece.special ? "tile faint" : "tile"}
        aria-pressed=${i === this.row}
        tabindex=${i === (this.row ?? 0) ? 0 : -1}
        @pointerenter=${(/** @type {PointerEvent} */ event) => event.pointerType === "mouse" && choose()}
        @focus=${choose}
        @click=${choose}
        >${isolated(labelled(piece.token))}</button
      ></li
    >`;
  }

  /** @param {number} row */
  #choose(row) {
    if (row !== this.row)
      this.dispatchEvent(new CustomEvent("diorama-row-choose", { bubbles: true, composed: true, detail: { row } }));
  }

  /** @param {KeyboardEvent} event */
  #walk(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = this.renderRoot.querySelectorAll("button");
    buttons[Math.min(buttons.length - 1, Math.max(0, (this.row ?? 0) + step))]?.focus();
  }

  updated() {
    this.#measure();
  }

  /** Where the lines run depends on where the browser has put the tiles. */
  #measure() {
    const [upper, lower] = ["above", "below"].map((side) => [...this.renderRoot.querySelectorAll(`.${side} .tile`)]);
    const from = lower[this.row ?? -1]?.getBoundingClientRect();
    const frame = this.renderRoot.querySelector(".picture")?.getBoundingClientRect();
    const lines =
      from && frame
        ? upper.flatMap((tile, column) => {
            const weight = this.#weight(column);
            if (weight < FAINTEST) return [];
            const to = tile.getBoundingClientRect();
            const [x, toX] = [from, to].map(({ left, width }) => Math.round(left + width / 2 - frame.left));
            return [
              {
                row: this.row ?? 0,
                column,
                weight,
                x,
                y: Math.round(from.top - frame.top),
                toX,
                toY: Math.round(to.bottom - frame.top),
              },
            ];
          })
        : [];
    if (JSON.stringify(lines) !== JSON.stringify(this.lines)) this.lines = lines;
  }
}
