import { LitElement, css, html, nothing, svg } from "lit";
import { named, tiled } from "../spelling.js";

/** @typedef {import("../trace.js").Continuation} Continuation */
/** @typedef {import("../trace.js").Say} Say */
/** A continuation in its place: `parent` is the key of the one that it continues, undefined in the first step. @typedef {Continuation & { key: number, step: number, rank: number, parent: number | undefined, children: number, won: boolean }} Placed */

const [COLUMN, ROW, WIDTH, HEIGHT] = [104, 50, 84, 42]; // px
const HEAD = 22; // px

/**
 * A beam search as it went: one column for each step, the likeliest continuation on top; lines lead from a text to what continues it. Kept ones are solid, dropped ones dashed, ended ones
 * closed by a bar; the chosen text is lit, and so is the one that is pointed at. The arrow keys walk.
 * @fires diorama-node-select - { key: number | undefined }
 */
export class BeamLattice extends LitElement {
  static properties = {
    steps: { attribute: false },
    ids: { attribute: false },
    current: { type: Number },
    label: {},
    hue: {},
    hideDropped: { type: Boolean },
    say: { attribute: false },
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
      padding: 4px;
      max-height: 560px;
    }
    .lattice {
      position: relative;
    }
    svg {
      position: absolute;
      inset: 0;
      pointer-events: none;
    }
    path {
      fill: none;
      stroke: var(--hairline-strong);
      stroke-width: 1.25;
    }
    .dropped-line {
      stroke-dasharray: 3 3;
    }
    .won-line {
      stroke: var(--bar);
      stroke-width: 3;
    }
    .lit-line {
      stroke: var(--ink);
      stroke-width: 2;
    }
    .head {
      position: absolute;
      top: 0;
      font: var(--figures-small);
      color: var(--ink-faint);
      width: 84px;
      text-align: center;
    }
    .node {
      position: absolute;
      width: 84px;
      height: 42px;
      box-sizing: border-box;
      display: grid;
      grid-template-rows: 21px 17px;
      justify-items: center;
      border: 1px solid var(--hairline-strong);
      border-radius: 4px;
      background: var(--case);
      cursor: pointer;
      touch-action: manipulation;
    }
    .node:hover {
      border-color: var(--ink-soft);
    }
    .node:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 1px;
    }
    .token {
      font: var(--mono);
      line-height: 22px;
      white-space: pre;
      max-width: 78px;
      overflow: hidden;
      text-overflow: ellipsis;
      color: var(--ink);
    }
    .score {
      font: var(--figures-small);
      line-height: 15px;
      color: var(--ink-soft);
      font-variant-numeric: tabular-nums;
    }
    .dropped {
      border-style: dashed;
      background: none;
    }
    .dropped .token,
    .dropped .score {
      color: var(--ink-faint);
    }
    .finished {
      border-right: 4px solid var(--ink-soft);
    }
    .special .token {
      font-variant-caps: all-small-caps;
    }
    .won {
      border-color: var(--bar);
      background: color-mix(in oklab, var(--bar) 12%, var(--case));
    }
    .won .token {
      font-weight: 700;
    }
    .lit {
      border-color: var(--ink);
      box-shadow: inset 0 0 0 1px var(--ink);
    }
    .state {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    .space {
      display: inline-block;
      width: 0.45em;
      height: 0.28em;
      margin-right: 1px;
      border: 1px solid var(--ink-ghost);
      border-top: 0;
      vertical-align: -0.1em;
    }
  `;

  constructor() {
    super();
    /** @type {Continuation[][]} */
    this.steps = [];
    /** The chosen text. @type {number[]} */
    this.ids = [];
    /** @type {number | undefined} */
    this.current = undefined;
    this.label = "";
    /** @type {string} encoder or decoder */
    this.hue = "decoder";
    this.hideDropped = false;
    this.say = /** @type {typeof BeamLattice} */ (this.constructor).say;
  }

  render() {
    const all = placed(this.steps, this.ids);
    const shown = all.filter(({ fate }) => !this.hideDropped || fate !== "dropped");
    const rows = Math.max(0, ...shown.map(({ rank }) => rank)) + 1;
    const [width, height] = [this.steps.length * COLUMN, rows * ROW + HEAD];
    const lit = new Set(line(all, this.current).map(({ key }) => key));
    const first = shown.find(({ key }) => key === this.current) ?? shown.find(({ won }) => won) ?? shown[0];
    return html`<div class="frame"
      ><div class="lattice" style=${`width:${width}px;height:${height}px;--bar:var(--${this.hue})`}>
        <svg width=${width} height=${height} aria-hidden="true">
          ${[...shown].sort((a, b) => Number(a.won) - Number(b.won) || Number(lit.has(a.key)) - Number(lit.has(b.key))).map((node) => this.#line(node, all, lit))}
        </svg>
        ${this.steps.map((_, step) => html`<span class="head" aria-hidden="true" style=${`left:${step * COLUMN}px`}>${this.say("beams.step", { n: step + 1 })}</span>`)}
        <div role="tree" aria-label=${this.label} @keydown=${(/** @type {KeyboardEvent} */ event) => this.#press(event, shown)}>
          ${shown.map((node) => this.#tile(node, lit.has(node.key), node === first, shown))}
        </div>
      </div></div
    >`;
  }

  /**
   * @param {Placed} node
   * @param {boolean} lit
   * @param {boolean} focusable
   * @param {Placed[]} shown
   */
  #tile({ key, step, rank, token, special, score, fate, won, children }, lit, focusable, shown) {
    const total = signed(score);
    const mean = signed(score / (step + 1));
    const name = this.say("beams.node", {
      token: named(token),
      total,
      mean,
      fate: this.say(won ? "beams.fate.won" : `beams.fate.${fate}`),
    });
    return html`<div
      class=${["node", fate, won && "won", lit && "lit", special && "special"].filter(Boolean).join(" ")}
      role="treeitem"
      aria-level=${step + 1}
      aria-posinset=${rank + 1}
      aria-setsize=${shown.filter((other) => other.step === step).length}
      aria-selected=${key === this.current}
      aria-expanded=${children > 0 ? "true" : nothing}
      title=${name}
      tabindex=${focusable ? 0 : -1}
      data-key=${key}
      style=${`left:${step * COLUMN}px;top:${HEAD + rank * ROW}px`}
      @click=${() => this.#emit(key === this.current ? undefined : key)}
    >
      <span class="token">${tiled(token)}</span>
      <span class="score">${fate === "finished" ? `÷${step + 1}: ${mean}` : total}</span
      ><span class="state">, ${this.say(won ? "beams.fate.won" : `beams.fate.${fate}`)}</span></div
    >`;
  }

  /**
   * @param {Placed} node
   * @param {Placed[]} all
   * @param {Set<number>} lit
   */
  #line({ key, parent, step, rank, fate, won }, all, lit) {
    const above = parent === undefined ? undefined : all[parent];
    if (!above) return nothing;
    const [x, y] = [step * COLUMN, HEAD + rank * ROW + HEIGHT / 2];
    const [fromX, fromY] = [above.step * COLUMN + WIDTH, HEAD + above.rank * ROW + HEIGHT / 2];
    const kind = [won ? "won-line" : "", lit.has(key) ? "lit-line" : "", fate === "dropped" ? "dropped-line" : ""].join(" ");
    return svg`<path class=${kind} d=${`M${fromX} ${fromY}C${fromX + 10} ${fromY} ${x - 10} ${y} ${x} ${y}`}></path>`;
  }

  /**
   * @param {KeyboardEvent} event
   * @param {Placed[]} shown
   */
  #press(event, shown) {
    const here = shown.find(({ key }) => key === Number(/** @type {HTMLElement} */ (event.target).dataset.key));
    if (!here) return;
    const beside = (/** @type {number} */ by) =>
      shown.filter(({ step }) => step === here.step).at(shown.filter(({ step }) => step === here.step).indexOf(here) + by);
    const first = shown.filter(({ step }) => step === here.step)[0] === here;
    /** @type {Record<string, () => Placed | undefined>} */
    const moves = {
      ArrowLeft: () => shown.find(({ key }) => key === here.parent),
      ArrowRight: () => shown.find(({ parent }) => parent === here.key),
      ArrowDown: () => beside(1),
      ArrowUp: () => (first ? undefined : beside(-1)),
      Enter: () => here,
      " ": () => here,
    };
    if (!(event.key in moves)) return;
    event.preventDefault();
    const next = moves[event.key]();
    if (next) this.#emit(next.key);
  }

  updated() {
    const focused = this.shadowRoot?.activeElement;
    const tile = /** @type {HTMLElement | null} */ (this.renderRoot.querySelector('[aria-selected="true"]'));
    if (tile && focused && focused !== tile) tile.focus();
  }

  /** @param {number | undefined} key */
  #emit(key) {
    this.dispatchEvent(new CustomEvent("diorama-node-select", { bubbles: true, composed: true, detail: { key } }));
  }
}

/**
 * @param {Continuation[][]} steps
 * @param {number[]} ids
 * @returns {Placed[]} in the order of their keys
 */
function placed(steps, ids) {
  /** @type {Placed[]} */
  const all = [];
  /** The texts that the step before kept. @type {Placed[]} */
  let kept = [];
  steps.forEach((continuations, step) => {
    const column = continuations.map((continuation, rank) => {
      const above = kept[continuation.beam];
      if (above) above.children++;
      const follows = step === 0 || above?.won;
      const won =
        Boolean(follows) &&
        continuation.id === ids[step] &&
        continuation.fate !== "dropped" &&
        (continuation.fate === "finished") === (step === ids.length - 1);
      const node = { ...continuation, key: all.length, step, rank, parent: above?.key, children: 0, won };
      all.push(node);
      return node;
    });
    kept = column.filter(({ fate }) => fate === "kept");
  });
  return all;
}

/**
 * A node and those that lead to it, the first one first.
 * @param {Placed[]} all
 * @param {number | undefined} key
 * @returns {Placed[]}
 */
function line(all, key) {
  if (key === undefined || !all[key]) return [];
  return [...line(all, all[key].parent), all[key]];
}

/** @param {number} score */
function signed(score) {
  return score.toFixed(2).replace("-", "−");
}
