import { LitElement, css, html } from "lit";
import { attentionMatrix, headOf, isMasked } from "../trace.js";

/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../trace.js").Say} Say */

/**
 * One attention pattern as numbers, the text alternative of <diorama-attention-map>: rows are queries, columns are keys; a masked cell says so in words.
 */
export class AttentionTable extends LitElement {
  static properties = {
    trace: { attribute: false },
    hook: {},
    head: {},
    rows: { attribute: false },
    columns: { attribute: false },
    label: {},
    axes: {},
    empty: {},
    stale: { type: Boolean, reflect: true },
    say: { attribute: false },
  };

  /** @type {Say} */
  static say = (key) => key;

  static styles = css`
    :host { display: block; overflow: auto; scrollbar-width: thin; min-width: 0; min-height: 0; }
    div:focus-visible { outline: 2px solid var(--focus); outline-offset: -2px; }
    table { border-collapse: collapse; font: var(--figures-small); color: var(--ink); }
    caption { text-align: left; color: var(--ink-soft); padding-bottom: 4px; position: absolute; clip-path: inset(50%); }
    th, td { padding: 2px 6px; border-bottom: 1px solid var(--hairline); text-align: right; font-variant-numeric: tabular-nums; white-space: pre; }
    th { font: var(--mono-small); position: sticky; background: var(--paper); }
    thead th { top: 0; }
    tbody th { left: 0; }
    .masked { color: var(--ink-faint); }
    p { padding: 24px 8px; color: var(--ink-faint); font: var(--small); text-align: center; }
    :host([stale]) { opacity: 0.5; }
  `;

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
    this.stale = false;
    this.say = /** @type {typeof AttentionTable} */ (this.constructor).say;
  }

  render() {
    const matrix = attentionMatrix(this.trace, this.hook, headOf(this.head));
    if (!matrix) return html`<p>${this.empty}</p>`;
    const { rows, columns, data } = matrix;
    const scores = attentionMatrix(this.trace, this.hook.replace("hook_pattern", "hook_attn_scores"), 0)?.data;
    const cell = (/** @type {number} */ index) =>
      isMasked(scores?.[index] ?? 0) ? html`<td class="masked">${this.say("map.masked")}</td>` : html`<td>${data[index].toFixed(3)}</td>`;
    return html`<div role="region" tabindex="0" aria-label=${this.label}><table>
      <caption>${this.axes}</caption>
      <thead><tr><td></td>${this.columns.slice(0, columns).map((piece) => html`<th scope="col">${piece.token.replace(/^▁/, "")}</th>`)}</tr></thead>
      <tbody>${this.rows.slice(0, rows).map((piece, row) => html`<tr><th scope="row">${piece.token.replace(/^▁/, "")}</th>
        ${Array.from({ length: columns }, (_, column) => cell(row * columns + column))}</tr>`)}</tbody>
    </table></div>`;
  }
}
