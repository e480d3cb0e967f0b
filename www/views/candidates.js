import { LitElement, css, html, nothing } from "lit";
import { labelled, tiled } from "../spelling.js";

/** @typedef {import("../trace.js").Candidate} Candidate */
/** @typedef {import("../trace.js").Say} Say */

/** What is not listed has a bar of its own from so much on. */
const LISTED = 0.0005;

/**
 * The likeliest tokens for one place as bars, as high as their probabilities, and what is not listed as one more: solid where temperature, top-k and top-p keep them, hollow where they cut them; the chosen one is marked.
 * The sliders are part of the picture because they move the cut.
 * @fires diorama-settings-change - { temperature?: number, topK?: number, topP?: number }
 * @fires diorama-candidate-select - { id: number }
 */
export class Candidates extends LitElement {
  static properties = {
    candidates: { attribute: false },
    chosen: { type: Number },
    temperature: { type: Number },
    topK: { type: Number, attribute: "top-k" },
    topP: { type: Number, attribute: "top-p" },
    label: {},
    fixed: { type: Boolean },
    hue: {},
    deed: {},
    stale: { type: Boolean, reflect: true },
    say: { attribute: false },
  };

  /** @type {Say} */
  static say = (key) => key;

  static styles = css`
    :host {
      display: flex;
      gap: 16px 28px;
      min-width: 0;
    }
    ol {
      flex: 1;
      min-width: 0;
      height: 92px;
      box-sizing: border-box;
      overflow-y: hidden;
      display: flex;
      gap: 6px;
      margin: 0;
      padding: 0 2px 2px;
      list-style: none;
      overflow-x: auto;
      scrollbar-width: thin;
    }
    li {
      position: relative;
      flex: 1 0 50px;
      max-width: 88px;
      min-width: 0;
    }
    .cell {
      display: grid;
      grid-template-rows: 44px 22px 20px;
      justify-items: center;
      width: 100%;
      padding: 0 0 2px;
      border: 0;
      border-radius: 4px;
      background: none;
      color: var(--ink);
    }
    button {
      cursor: pointer;
    }
    button:hover {
      background: color-mix(in oklab, var(--bar) 8%, transparent);
    }
    ol:focus-visible,
    button:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: -2px;
    }
    .bar {
      align-self: end;
      width: 70%;
      height: max(2px, calc(var(--share) * 44px));
      border-radius: 3px 3px 0 0;
      background: var(--bar);
      border: 1.5px solid var(--bar);
      box-sizing: border-box;
      transition: height 180ms ease-out;
    }
    .others .token {
      font: var(--small);
      line-height: 21px;
      color: var(--ink-soft);
    }
    .others .bar {
      background: var(--hatch) var(--case);
      border-color: var(--ink-ghost);
    }
    .cut .bar {
      background: none;
      border-style: dashed;
      border-color: var(--ink-ghost);
    }
    .token {
      font: var(--mono);
      line-height: 21px;
      max-width: 100%;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: pre;
      padding: 0 2px;
      text-align: center;
      border-top: 1px solid var(--hairline-strong);
      width: 100%;
      box-sizing: border-box;
    }
    .cut .token,
    .cut .share {
      color: var(--ink-faint);
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
    .special .token {
      font-variant-caps: all-small-caps;
    }
    .chosen .token {
      font-weight: 700;
      box-shadow: inset 0 -2px 0 var(--ink);
    }
    .state {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    .share {
      font: var(--figures-small);
      line-height: 20px;
      white-space: nowrap;
      color: var(--ink-soft);
    }
    .sliders {
      flex: none;
      display: grid;
      grid-template-columns: auto 108px 44px;
      gap: 4px 10px;
      align-content: center;
      align-items: center;
    }
    label {
      font: var(--small);
      color: var(--ink-soft);
      text-align: right;
    }
    input {
      accent-color: var(--decoder-solid);
      width: 100%;
      height: 22px;
      margin: 0;
    }
    .value {
      font: var(--figures-small);
      color: var(--ink);
      min-width: 3ch;
    }
    .waiting {
      max-width: none;
      white-space: nowrap;
      color: var(--ink-faint);
      font: var(--small);
      align-self: center;
    }
    :host([stale]) ol {
      opacity: 0.5;
    }
    @media (max-width: 640px) {
      :host {
        flex-direction: column;
      }
      ol {
        flex: none;
      }
      .sliders {
        grid-template-columns: auto 1fr 44px;
      }
      input {
        height: 32px;
      }
    }
    @media (prefers-reduced-motion: reduce) {
      .bar {
        transition: none;
      }
    }
  `;

  constructor() {
    super();
    /** @type {Candidate[]} */
    this.candidates = [];
    /** @type {number | undefined} the id that was taken here */
    this.chosen = undefined;
    this.temperature = 0;
    /** 0: no limit. */
    this.topK = 0;
    this.topP = 1;
    this.label = "";
    /** Without sliders. */
    this.fixed = false;
    /** @type {string} encoder or decoder */
    this.hue = "decoder";
    /** What choosing one does: "take" it and go on from it, or "fill" it in; empty: they are only looked at. */
    this.deed = "take";
    this.stale = false;
    this.say = /** @type {typeof Candidates} */ (this.constructor).say;
  }

  render() {
    const others = 1 - this.candidates.reduce((sum, { probability }) => sum + probability, 0);
    return html`<ol aria-label=${this.label} tabindex=${this.deed ? nothing : 0} style=${`--bar:var(--${this.hue})`}>
        ${this.candidates.length === 0 ? html`<li class="waiting">${this.say("candidates.empty")}</li>` : nothing}
        ${this.candidates.map((candidate) => this.#bar(candidate))}
        ${this.candidates.length > 0 && others >= LISTED ? this.#others(others) : nothing}
      </ol>
      ${this.fixed ? nothing : this.#sliders()}`;
  }

  /**
   * As high as its probability, in every view.
   * @param {Candidate} candidate
   */
  #bar({ id, token, probability, kept, special }) {
    const chosen = id === this.chosen;
    const percent = percentage(probability);
    const kind = [kept ? "kept" : "cut", chosen && "chosen", special && "special"].filter(Boolean).join(" ");
    const state = this.say(chosen ? "candidates.chosen" : kept ? "candidates.kept" : "candidates.cut");
    const content = html`<span class="bar" style=${`--share:${probability}`}></span>
      <span class="token">${tiled(token)}</span>
      <span class="share">${percent}</span><span class="state">, ${state}</span>`;
    if (!this.deed) return html`<li class=${kind}><div class="cell">${content}</div></li>`;
    return html`<li class=${kind}
      ><button
        type="button"
        class="cell"
        title=${this.say(`candidates.${this.deed}`, { token: labelled(token) })}
        @click=${() => this.#emit("diorama-candidate-select", { id })}
        >${content}</button
      ></li
    >`;
  }

  /**
   * All that is not listed, in one bar.
   * @param {number} probability
   */
  #others(probability) {
    return html`<li class="others"
      ><div class="cell"
        ><span class="bar" style=${`--share:${probability}`}></span>
        <span class="token">${this.say("candidates.others")}</span>
        <span class="share">${percentage(probability)}</span></div
      ></li
    >`;
  }

  #sliders() {
    return html`<div class="sliders">
      ${this.#slider("temperature", this.temperature, 0, 2, 0.05, this.temperature === 0 ? this.say("candidates.greedy") : this.temperature.toFixed(2))}
      ${this.#slider("topK", this.topK, 0, 20, 1, this.topK === 0 ? this.say("candidates.off") : String(this.topK))}
      ${this.#slider("topP", this.topP, 0.05, 1, 0.05, this.topP >= 1 ? this.say("candidates.off") : this.topP.toFixed(2))}
    </div>`;
  }

  /**
   * @param {"temperature" | "topK" | "topP"} name
   * @param {number} value
   * @param {number} min
   * @param {number} max
   * @param {number} step
   * @param {string} shown
   */
  #slider(name, value, min, max, step, shown) {
    return html`<label for=${name}>${this.say(`candidates.${name}`)}</label>
      <input
        id=${name}
        type="range"
        min=${min}
        max=${max}
        step=${step}
        .value=${String(value)}
        aria-valuetext=${shown}
        title=${this.say(`candidates.${name}.help`)}
        @input=${(/** @type {Event} */ event) => this.#emit("diorama-settings-change", { [name]: Number(/** @type {HTMLInputElement} */ (event.target).value) })}
      />
      <span class="value" aria-hidden="true">${shown}</span>`;
  }

  /**
   * @param {string} name
   * @param {object} detail
   */
  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }));
  }
}

/** @param {number} probability */
function percentage(probability) {
  const percent = probability * 100;
  if (percent < 0.1) return "<0.1 %";
  return `${percent >= 10 ? percent.toFixed(0) : percent.toFixed(1)} %`;
}
