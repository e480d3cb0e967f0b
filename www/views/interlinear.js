import { LitElement, css, html, nothing } from "lit";
import { isolated, visible } from "../spelling.js";

/** @typedef {import("../trace.js").Say} Say */
/**
 * One piece of a text and what stands below it: `truth` and `guess` with their probabilities, or a `share` of its own. `mark` says what was done to it. `spoken` is all of that in a sentence.
 * @typedef {{ text: string, special?: boolean, mark?: "" | "masked" | "random" | "kept" | "replaced" | "span", truth?: string, truthShare?: number, guess?: string, guessShare?: number, right?: boolean,
 *   share?: number, spoken: string }} Cell
 */

/** A text whose pieces wrap like words, each with the truth (solid) and a guess (outlined) below it where it has them. */
export class Interlinear extends LitElement {
  static properties = {
    cells: { attribute: false },
    label: {},
    hue: {},
    stale: { type: Boolean, reflect: true },
    say: { attribute: false },
  };

  /** @type {Say} */
  static say = (key) => key;

  static styles = css`
    :host {
      display: block;
      min-width: 0;
    }
    ol {
      display: flex;
      flex-wrap: wrap;
      gap: 8px 4px;
      margin: 0;
      padding: 2px;
      list-style: none;
      align-items: flex-start;
    }
    li {
      display: grid;
      justify-items: center;
      gap: 3px;
      min-width: 0;
      max-width: 100%;
    }
    span {
      font: var(--mono);
      white-space: pre-wrap;
      overflow-wrap: anywhere;
      border-radius: 4px;
      padding: 4px 6px;
      line-height: 20px;
      text-align: center;
      border: 1px solid transparent;
    }
    .read {
      border-color: var(--hairline-strong);
      background: var(--case);
      min-width: 24px;
    }
    .plain .read {
      border-color: var(--hairline);
    }
    .special {
      color: var(--ink-faint);
      border-style: dotted;
      font-variant-caps: all-small-caps;
    }
    .masked .read,
    .span .read {
      border: 1.5px dashed var(--mark);
    }
    .random .read,
    .replaced .read {
      border: 1.5px solid var(--mark);
      text-decoration: underline wavy var(--mark) 1px;
      text-underline-offset: 3px;
    }
    .kept .read {
      border: 1.5px double var(--mark);
      border-width: 3px;
      padding: 2px 4px;
    }
    .truth {
      background: var(--solid);
      color: var(--on-hue);
    }
    .guess {
      border: 1.5px solid var(--solid);
      background: var(--paper);
    }
    .right::after {
      content: " ✓";
    }
    small {
      font: var(--figures-small);
      color: var(--ink-soft);
      line-height: 14px;
      min-height: 14px;
    }
    .bar {
      width: 100%;
      min-width: 28px;
      height: 6px;
      border-radius: 3px;
      background: linear-gradient(to right, var(--solid) calc(var(--share) * 100%), var(--hairline) 0);
    }
    .spoken {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
      padding: 0;
    }
    :host([stale]) ol {
      opacity: 0.5;
    }
  `;

  constructor() {
    super();
    /** @type {Cell[]} */
    this.cells = [];
    this.label = "";
    /** @type {string} encoder, decoder or cross */
    this.hue = "encoder";
    this.stale = false;
    this.say = /** @type {typeof Interlinear} */ (this.constructor).say;
  }

  render() {
    return html`<ol aria-label=${this.label} style=${`--mark:var(--${this.hue});--solid:var(--${this.hue}-solid)`}
      >${this.cells.map((cell) => this.#cell(cell))}</ol
    >`;
  }

  /** @param {Cell} cell */
  #cell({ text, special, mark, truth, truthShare, guess, guessShare, right, share, spoken }) {
    const percent = (/** @type {number | undefined} */ value) =>
      value === undefined ? nothing : html`<small>${percentage(value)}</small>`;
    return html`<li class=${mark || "plain"}
      ><b class="spoken">${spoken}</b>
      <span aria-hidden="true" class=${special ? "read special" : "read"}>${isolated(visible(text))}</span>
      ${share === undefined ? nothing : html`<i aria-hidden="true" class="bar" style=${`--share:${share}`}></i><small aria-hidden="true">${percentage(share)}</small>`}
      ${truth === undefined ? nothing : html`<span aria-hidden="true" class="truth">${isolated(visible(truth))}</span><div aria-hidden="true">${percent(truthShare)}</div>`}
      ${guess === undefined ? nothing : html`<span aria-hidden="true" class=${right ? "guess right" : "guess"}>${isolated(visible(guess))}</span><div aria-hidden="true">${percent(guessShare)}</div>`}
    </li>`;
  }
}

/** @param {number} share */
function percentage(share) {
  const percent = share * 100;
  if (percent < 0.1) return "<0.1 %";
  return `${percent >= 10 ? percent.toFixed(0) : percent.toFixed(1)} %`;
}
