import { LitElement, css, html } from "lit";
import { isolated, named, tiled } from "../spelling.js";

/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Say} Say */
/** `list` are the likeliest words, the first first. @typedef {{ list: { token: string, special: boolean, probability: number }[], same: boolean }} LensCell */
/** @typedef {{ name: string, cells: LensCell[] }} LensRow */

/**
 * What would be said after each layer, at each position: the likeliest word, its colour the stronger the surer. A cell that says what the last layer says is underlined.
 * Pointing at a cell, or walking there with the arrow keys, lists its likeliest words below.
 */
export class LensGrid extends LitElement {
  static properties = {
    rows: { attribute: false },
    columns: { attribute: false },
    label: {},
    axes: {},
    hue: {},
    stale: { type: Boolean, reflect: true },
    cursor: { state: true },
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
      max-height: 420px;
      scrollbar-width: thin;
    }
    table {
      border-collapse: separate;
      border-spacing: 2px;
    }
    th {
      font: var(--figures-small);
      color: var(--ink-soft);
      font-weight: 400;
      text-align: right;
      padding: 0 8px 0 2px;
      white-space: nowrap;
      position: sticky;
      left: 0;
      background: var(--paper);
      z-index: 1;
    }
    thead th {
      font: var(--mono-small);
      text-align: center;
      padding: 2px 4px;
      position: sticky;
      top: 0;
      left: auto;
      white-space: pre;
      z-index: 1;
      color: var(--ink);
    }
    thead th:first-child {
      left: 0;
      z-index: 2;
    }
    thead .special {
      color: var(--ink-faint);
      font-variant-caps: all-small-caps;
    }
    td {
      padding: 0;
    }
    button {
      display: block;
      width: 78px;
      height: 38px;
      padding: 0 3px;
      border: 1px solid var(--hairline);
      border-radius: 4px;
      cursor: pointer;
      overflow: hidden;
      touch-action: manipulation;
      background: color-mix(in oklab, var(--bar) calc(var(--weight) * 42%), var(--case));
      color: var(--ink);
    }
    button:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: -1px;
    }
    button:hover,
    button.pointed {
      border-color: var(--ink-soft);
    }
    .token {
      display: block;
      font: var(--mono-small);
      line-height: 19px;
      white-space: pre;
      overflow: hidden;
      text-overflow: ellipsis;
    }
    .same .token {
      text-decoration: underline;
      text-underline-offset: 3px;
      text-decoration-thickness: 2px;
      text-decoration-color: var(--bar);
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
    .share {
      display: block;
      font: var(--figures-small);
      line-height: 15px;
      color: var(--ink-soft);
    }
    .special .token {
      font-variant-caps: all-small-caps;
    }
    .list {
      display: flex;
      flex-wrap: wrap;
      gap: 2px 18px;
      margin: 8px 0 0;
      padding: 0;
      list-style: none;
      min-height: 48px;
      font: var(--figures-small);
      color: var(--ink-soft);
      font-variant-numeric: tabular-nums;
      align-content: flex-start;
    }
    .list li:first-child {
      width: 100%;
    }
    .list b {
      font: var(--mono);
      color: var(--ink);
    }
    :host([stale]) .frame {
      opacity: 0.5;
    }
    @media (max-width: 640px) {
      button {
        width: 70px;
        height: 42px;
      }
    }
  `;

  constructor() {
    super();
    /** From the top of the picture down. @type {LensRow[]} */
    this.rows = [];
    /** @type {Piece[]} */
    this.columns = [];
    this.label = "";
    this.axes = "";
    /** @type {string} encoder or decoder */
    this.hue = "decoder";
    this.stale = false;
    /** @type {{ row: number, column: number } | undefined} */
    this.cursor = undefined;
    this.say = /** @type {typeof LensGrid} */ (this.constructor).say;
  }

  render() {
    return html`<div class="frame" style=${`--bar:var(--${this.hue})`}
        ><table aria-label=${this.label} @keydown=${this.#press}>
          <thead
            ><tr
              ><th scope="col"><span>${this.axes}</span></th
              >${this.columns.map(({ token, special }) => html`<th scope="col" class=${special ? "special" : ""}>${drawn(token)}</th>`)}</tr
            ></thead
          >
          <tbody
            >${this.rows.map(({ name, cells }, row) => html`<tr><th scope="row">${name}</th>${cells.map((cell, column) => this.#cell(cell, row, column))}</tr>`)}</tbody
          >
        </table></div
      >
      <ul class="list" aria-live="polite"
        >${this.#list()}</ul
      >`;
  }

  /**
   * @param {LensCell} cell
   * @param {number} row
   * @param {number} column
   */
  #cell({ list: [first], same }, row, column) {
    const { row: focusRow, column: focusColumn } = this.cursor ?? { row: 0, column: 0 };
    const here = row === focusRow && column === focusColumn;
    const kind = [same && "same", first.special && "special", this.cursor && here && "pointed"].filter(Boolean).join(" ");
    return html`<td
      ><button
        type="button"
        class=${kind}
        tabindex=${here ? 0 : -1}
        style=${`--weight:${first.probability}`}
        data-row=${row}
        data-column=${column}
        @pointerenter=${() => (this.cursor = { row, column })}
        @focus=${() => (this.cursor = { row, column })}
      >
        <span class="token">${drawn(first.token)}</span><span class="share">${percentage(first.probability)}</span></button
      ></td
    >`;
  }

  #list() {
    const { cursor } = this;
    const cell = cursor && this.rows[cursor.row]?.cells[cursor.column];
    if (!cursor || !cell) return html`<li>${this.say("lens.help")}</li>`;
    return html`<li
        >${this.say("lens.at", { row: this.rows[cursor.row].name, token: named(this.columns[cursor.column]?.token), n: cursor.column + 1 })}</li
      >
      ${cell.list.map(({ token, probability }) => html`<li><b>${isolated(named(token))}</b> ${percentage(probability)}</li>`)}`;
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    const { row, column } = /** @type {HTMLElement} */ (event.target).dataset;
    if (!step || row === undefined) return;
    event.preventDefault();
    const next = this.renderRoot.querySelector(
      `[data-row="${Number(row) + step[0]}"][data-column="${Number(column) + step[1]}"]`,
    );
    /** @type {HTMLElement | null} */ (next)?.focus();
  }
}

/** A space alone is shown as a sign, not as an empty tile. @param {string} token */
function drawn(token) {
  return token === "▁" ? isolated(named(token)) : tiled(token);
}

/** @param {number} probability */
function percentage(probability) {
  const percent = probability * 100;
  if (percent < 0.1) return "<0.1 %";
  return `${percent >= 10 ? percent.toFixed(0) : percent.toFixed(1)} %`;
}
