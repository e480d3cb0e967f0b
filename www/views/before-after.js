import { LitElement, css, html, nothing } from "lit";
import { tiled } from "../spelling.js";

/** @typedef {import("../trace.js").Say} Say */
/** `before` and `after` are probabilities, or plain numbers (`numbers`). @typedef {{ id: number, token: string, special: boolean, before: number, after: number, logitBefore: number, logitAfter: number }} Row */

/**
 * One distribution before a change and after it: probabilities as bars and numbers, the difference with its sign on the diverging ramp, the logits beside. Where they are
 * the numbers of a regression, neither bars nor logits are drawn. A token can be chosen to be watched.
 * @fires diorama-candidate-select - { id: number }
 */
export class BeforeAfter extends LitElement {
  static properties = {
    rows: { attribute: false },
    watched: { type: Number },
    numbers: { type: Boolean },
    label: {},
    fixed: { type: Boolean },
    stale: { type: Boolean, reflect: true },
    say: { attribute: false },
  };

  /** @type {Say} */
  static say = (key) => key;

  static styles = css`
    :host {
      display: block;
      min-width: 0;
      overflow-x: auto;
      scrollbar-width: thin;
    }
    table {
      border-collapse: collapse;
      width: 100%;
      font: var(--figures-small);
      font-variant-numeric: tabular-nums;
    }
    th,
    td {
      padding: 2px 0 2px 14px;
      text-align: right;
      font-weight: 400;
      color: var(--ink-soft);
      border-bottom: 1px solid var(--hairline);
      white-space: nowrap;
    }
    th:first-child {
      text-align: left;
      padding-left: 0;
    }
    thead th {
      vertical-align: bottom;
    }
    button {
      font: var(--mono);
      color: var(--ink);
      border: 1px solid transparent;
      border-radius: 4px;
      background: none;
      min-height: 28px;
      padding: 0 6px;
      cursor: pointer;
      white-space: pre;
      max-width: 16ch;
      overflow: hidden;
      text-overflow: ellipsis;
    }
    button:hover {
      border-color: var(--hairline-strong);
    }
    button[aria-pressed="true"] {
      border-color: var(--ink);
      font-weight: 700;
    }
    button:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 1px;
    }
    .special button {
      font-variant-caps: all-small-caps;
    }
    .bars {
      width: 34%;
      min-width: 90px;
    }
    .bars span {
      display: block;
      height: 7px;
      width: max(1px, calc(var(--share) * 100%));
      border-radius: 0 2px 2px 0;
    }
    .bars .was {
      background: var(--ink-ghost);
      margin-bottom: 2px;
    }
    .bars .is {
      background: var(--ink);
    }
    .delta {
      border-radius: 3px;
      padding: 2px 6px;
      margin-left: 8px;
      display: inline-block;
      min-width: 58px;
      color: var(--ink);
      background: color-mix(in oklab, var(--way) calc(var(--size) * 55%), var(--case));
    }
    .number {
      color: var(--ink);
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
    .key {
      display: inline-block;
      width: 14px;
      height: 7px;
      border-radius: 2px;
      margin-right: 5px;
    }
    :host([stale]) table {
      opacity: 0.5;
    }
    @media (max-width: 640px) {
      .logit {
        display: none;
      }
      .bars {
        min-width: 60px;
        width: auto;
      }
      button {
        min-height: 40px;
      }
      th,
      td {
        padding-left: 8px;
      }
    }
  `;

  constructor() {
    super();
    /** @type {Row[]} */
    this.rows = [];
    /** @type {number | undefined} */
    this.watched = undefined;
    /** What is compared is no probability. */
    this.numbers = false;
    this.label = "";
    /** No token can be chosen. */
    this.fixed = false;
    this.stale = false;
    this.say = /** @type {typeof BeforeAfter} */ (this.constructor).say;
  }

  render() {
    const { say, numbers } = this;
    return html`<table aria-label=${this.label}>
      <thead
        ><tr
          ><th scope="col">${numbers ? say("compare.number") : say("compare.token")}</th
          >${numbers ? nothing : html`<th scope="col" class="bars"></th>`}<th scope="col"
            ><span class="key" style="background:var(--ink-ghost)"></span>${say("compare.before")}</th
          ><th scope="col"><span class="key" style="background:var(--ink)"></span>${say("compare.after")}</th>
          <th scope="col">${numbers ? say("compare.difference") : say("compare.delta")}</th
          >${numbers ? nothing : html`<th scope="col" class="logit">${say("compare.logits")}</th>`}</tr
        ></thead
      >
      <tbody>${this.rows.map((row) => this.#row(row))}</tbody>
    </table>`;
  }

  /** @param {Row} row */
  #row({ id, token, special, before, after, logitBefore, logitAfter }) {
    const { numbers } = this;
    const delta = after - before;
    // Of numbers, the largest change in sight has the full colour.
    const size = numbers
      ? Math.abs(delta) / Math.max(1e-9, ...this.rows.map((row) => Math.abs(row.after - row.before)))
      : Math.sqrt(Math.abs(delta));
    const shown = tiled(token);
    return html`<tr class=${special ? "special" : ""}
      ><th scope="row"
        >${this.fixed ? shown : html`<button type="button" aria-pressed=${id === this.watched} title=${this.say("compare.watch")} @click=${() => this.#watch(id)}>${shown}</button>`}</th
      >
      ${numbers ? nothing : html`<td class="bars" aria-hidden="true"><span class="was" style=${`--share:${before}`}></span><span class="is" style=${`--share:${after}`}></span></td>`}
      <td>${numbers ? signed(before, 3) : percentage(before)}</td
      ><td class="number">${numbers ? signed(after, 3) : percentage(after)}</td>
      <td
        ><span class="delta" style=${`--way:var(--${delta < 0 ? "encoder" : "decoder"});--size:${size}`}
          >${numbers ? signed(delta, 3) : signed(delta * 100, 1)}</span
        ></td
      >
      ${numbers ? nothing : html`<td class="logit">${signed(logitBefore, 2)} → ${signed(logitAfter, 2)}</td>`}</tr
    >`;
  }

  /** @param {number} id */
  #watch(id) {
    this.dispatchEvent(new CustomEvent("diorama-candidate-select", { bubbles: true, composed: true, detail: { id } }));
  }
}

/** @param {number} probability */
function percentage(probability) {
  const percent = probability * 100;
  if (percent < 0.1) return "<0.1 %";
  return `${percent >= 10 ? percent.toFixed(0) : percent.toFixed(1)} %`;
}

/**
 * @param {number} number
 * @param {number} digits
 */
function signed(number, digits) {
  const text = Math.abs(number).toFixed(digits);
  return Number(text) === 0 ? text : `${number < 0 ? "−" : "+"}${text}`;
}
