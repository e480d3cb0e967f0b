import { LitElement, css, html, nothing } from "lit";
import { guard } from "lit/directives/guard.js";
import { attentionMatrix, headOf, isMasked, isUpright } from "../trace.js";
import { labelled } from "../spelling.js";

/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../trace.js").Say} Say */

/** Rows that are written at once, and those that come with each frame after: a long text has some twenty thousand cells. */
const FIRST = 24;
const AT_ONCE = 12;

/** What a token's character takes, in widths of a digit; words among figures are set narrower. */
const WIDTHS = { plain: 1.1, wide: 2.1, words: 0.8, figures: "0.000".length };

/**
 * One attention pattern as numbers, the text alternative of <diorama-attention-map>: rows are queries, columns are keys; a masked cell says so in words.
 * Its rows are grids of the same columns, each by itself: a browser would lay out a table as a whole for one number, and what is out of sight as well.
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
    :host {
      display: block;
      overflow: auto;
      scrollbar-width: thin;
      min-width: 0;
      min-height: 0;
    }
    div:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: -2px;
    }
    table {
      display: block;
      width: max-content;
      font: var(--figures-small);
      color: var(--ink);
    }
    caption {
      display: block;
      text-align: left;
      color: var(--ink-soft);
      padding-bottom: 4px;
      position: absolute;
      clip-path: inset(50%);
    }
    thead,
    tbody {
      display: block;
    }
    thead {
      position: sticky;
      top: 0;
      z-index: 1;
      background: var(--paper);
    }
    tr {
      display: grid;
      grid-template-columns: var(--columns);
      align-items: baseline;
      border-bottom: 1px solid var(--hairline);
    }
    tbody tr {
      content-visibility: auto;
      contain-intrinsic-height: auto 22px;
    }
    th,
    td {
      box-sizing: border-box;
      padding: 2px 6px;
      text-align: right;
      font-variant-numeric: tabular-nums;
      white-space: pre;
    }
    th {
      font: var(--mono-small);
      background: var(--paper);
    }
    tr > :first-child {
      position: sticky;
      left: 0;
      background: var(--paper);
    }
    thead td {
      align-self: stretch;
    }
    .masked {
      color: var(--ink-faint);
    }
    p {
      padding: 24px 8px;
      color: var(--ink-faint);
      font: var(--small);
      text-align: center;
    }
    :host([stale]) {
      opacity: 0.5;
    }
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

  /** What the written rows show. @type {unknown[]} */
  #shown = [];
  /** The rows as they stand in the table, and the texts of their cells. @type {{ line: HTMLTableRowElement, cells: Text[] }[]} */
  #lines = [];
  /** The rows that still show something else, in the order in which they are written. @type {number[]} */
  #waiting = [];
  /** The first row in sight. */
  #top = 0;
  #frame = 0;

  connectedCallback() {
    super.connectedCallback();
    this.addEventListener("scroll", this.#scrolled, { passive: true });
    if (this.#waiting.length > 0) this.requestUpdate();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.removeEventListener("scroll", this.#scrolled);
    cancelAnimationFrame(this.#frame);
  }

  #scrolled = () => {
    const height = this.#lines[0]?.line.getBoundingClientRect().height;
    this.#top = height ? Math.max(0, Math.floor(this.scrollTop / height) - 1) : 0;
  };

  /** A table begins with what can be seen of it; the other rows come with the next frames. */
  willUpdate() {
    const matrix = this.#matrix();
    const shown = [matrix?.data, this.#scores(), this.rows, this.columns, this.say];
    if (shown.every((part, i) => part === this.#shown[i])) return;
    this.#shown = shown;
    const rows = Math.min(matrix?.rows ?? 0, this.rows.length);
    const seen = Math.min(this.#top, Math.max(0, rows - FIRST));
    this.#waiting = Array.from({ length: rows }, (_, i) => (seen + i) % rows);
    for (const { line } of this.#lines.splice(rows)) line.remove();
    this.#write(FIRST);
  }

  updated() {
    cancelAnimationFrame(this.#frame);
    this.renderRoot.querySelector("tbody")?.append(...this.#lines.map(({ line }) => line).filter((line) => !line.isConnected));
    if (this.#waiting.length === 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#write(AT_ONCE);
      this.requestUpdate();
    });
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
    // Styles that say how a table's parts are laid out take from some browsers what they are.
    return html`<div role="region" tabindex="0" aria-label=${this.label} aria-busy=${this.#waiting.length > 0 ? "true" : nothing}
      ><table translate="no" role="table" style=${this.#widths(matrix)}>
        <caption>${this.axes}</caption>
        <thead role="rowgroup"
          >${guard([this.columns, matrix.columns], () => html`<tr role="row"><td role="cell"></td>${this.columns.slice(0, matrix.columns).map((piece) => html`<th role="columnheader" scope="col">${plain(piece)}</th>`)}</tr>`)}</thead
        >
        <tbody role="rowgroup"></tbody> </table
    ></div>`;
  }

  /** Each column as wide as what may come to stand in it. @param {import("../trace.js").Matrix} matrix */
  #widths({ rows, columns }) {
    const cell = Math.max(WIDTHS.figures, this.#scores() ? WIDTHS.words * digits(this.say("map.masked")) : 0);
    const track = (/** @type {number} */ width) => `calc(${width.toFixed(1)}ch + 12px)`;
    const first = Math.max(1, ...this.rows.slice(0, rows).map((piece) => digits(plain(piece))));
    return `--columns:${[first, ...this.columns.slice(0, columns).map((piece) => Math.max(cell, digits(plain(piece))))].map(track).join(" ")}`;
  }

  /** Writes the next rows; a row that is there takes the new numbers. @param {number} count */
  #write(count) {
    const matrix = this.#matrix();
    const scores = this.#scores();
    const forbidden = this.say("map.masked");
    for (const row of matrix ? this.#waiting.splice(0, count) : [])
      this.#row(row, /** @type {import("../trace.js").Matrix} */ (matrix), scores, forbidden);
  }

  /**
   * Made by hand: to a template, each cell would be a place that may change.
   * @param {number} row
   * @param {import("../trace.js").Matrix} matrix
   * @param {Float32Array | undefined} scores
   * @param {string} forbidden
   */
  #row(row, { columns, data }, scores, forbidden) {
    for (let next = this.#lines.length; next <= row; next++) this.#lines.push(emptyLine());
    const { line, cells } = this.#lines[row];
    const name = plain(this.rows[row]);
    const head = /** @type {HTMLElement} */ (line.firstChild);
    if (head.textContent !== name) head.textContent = name;
    for (const text of cells.splice(columns)) text.parentElement?.remove();
    for (let column = 0; column < columns; column++) {
      const index = row * columns + column;
      const masked = isMasked(scores?.[index] ?? 0);
      const text = masked ? forbidden : data[index].toFixed(3);
      const cell = (cells[column] ??= emptyCell(line));
      if (cell.data === text) continue;
      cell.data = text;
      const parent = /** @type {Element} */ (cell.parentElement);
      if (masked) parent.className = "masked";
      else if (parent.className) parent.removeAttribute("class");
    }
  }
}

function emptyLine() {
  const line = Object.assign(document.createElement("tr"), { role: "row" });
  line.append(Object.assign(document.createElement("th"), { scope: "row", role: "rowheader" }));
  return { line, cells: /** @type {Text[]} */ ([]) };
}

/** @param {HTMLTableRowElement} line */
function emptyCell(line) {
  const text = document.createTextNode("");
  line.appendChild(Object.assign(document.createElement("td"), { role: "cell" })).append(text);
  return text;
}

/** @param {Piece} piece */
function plain(piece) {
  return labelled(piece.token);
}

/** @param {string} text */
function digits(text) {
  return [...text].reduce((sum, character) => sum + (isUpright(character) ? WIDTHS.wide : WIDTHS.plain), 0);
}
