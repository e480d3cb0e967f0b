import { LitElement, css, html, nothing } from "lit";
import { guard } from "lit/directives/guard.js";
import { attentionMatrix, headOf, isMasked } from "../trace.js";

/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../trace.js").Say} Say */

/** Rows that are there at first, and those that come with each frame: a long text has some twenty thousand cells. */
const FIRST = 16;
const AT_ONCE = 8;

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

  /** What the rows show. @type {unknown[]} */
  #shown = [];
  /** How many rows are there. */
  #count = 0;
  /** @type {HTMLTableRowElement[]} */
  #lines = [];
  #frame = 0;

  disconnectedCallback() {
    super.disconnectedCallback();
    cancelAnimationFrame(this.#frame);
  }

  /** A table begins with what can be seen of it; the other rows come with the next frames. */
  willUpdate() {
    const rows = this.#matrix()?.rows ?? 0;
    this.#count = Math.min(rows, Math.max(FIRST, this.#count));
    this.#shown = [this.#matrix()?.data, this.#scores(), this.rows, this.columns, this.say];
  }

  updated() {
    cancelAnimationFrame(this.#frame);
    if (this.#complete) return;
    this.#frame = requestAnimationFrame(() => {
      this.#count += AT_ONCE;
      this.requestUpdate();
    });
  }

  get #complete() {
    return this.#count >= (this.#matrix()?.rows ?? 0);
  }

  #matrix() {
    return attentionMatrix(this.trace, this.hook, headOf(this.head));
  }

  #scores() {
    return attentionMatrix(this.trace, this.hook.replace("hook_pattern", "hook_attn_scores"), 0)?.data;
  }

  render() {
    const matrix = this.#matrix();
    if (!matrix) return html`<p>${this.empty}</p>`;
    return html`<div role="region" tabindex="0" aria-label=${this.label} aria-busy=${this.#complete ? nothing : "true"}><table>
      <caption>${this.axes}</caption>
      <thead>${guard(this.#shown, () => html`<tr><td></td>${this.columns.slice(0, matrix.columns).map((piece) => html`<th scope="col">${piece.token.replace(/^▁/, "")}</th>`)}</tr>`)}</thead>
      <tbody>${this.rows.slice(0, this.#count).map((piece, row) => guard(this.#shown, () => this.#row(piece, row, matrix)))}</tbody>
    </table></div>`;
  }

  /**
   * Made by hand: to a template, each cell would be a place that may change. A row that is there takes the new numbers.
   * @param {Piece} piece
   * @param {number} row
   * @param {import("../trace.js").Matrix} matrix
   */
  #row(piece, row, { columns, data }) {
    const scores = this.#scores();
    const line = (this.#lines[row] ??= document.createElement("tr"));
    const cells = [...line.cells];
    for (const cell of cells.splice(columns + 1)) cell.remove();
    const name = cells[0] ?? line.appendChild(Object.assign(document.createElement("th"), { scope: "row" }));
    name.textContent = piece.token.replace(/^▁/, "");
    for (let column = 0; column < columns; column++) {
      const index = row * columns + column;
      const masked = isMasked(scores?.[index] ?? 0);
      const text = masked ? this.say("map.masked") : data[index].toFixed(3);
      const cell = cells[column + 1] ?? line.appendChild(document.createElement("td"));
      if (cell.textContent === text) continue;
      cell.textContent = text;
      if (masked) cell.className = "masked";
      else cell.removeAttribute("class");
    }
    return line;
  }
}
