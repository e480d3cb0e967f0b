import { LitElement, css, html } from "lit";

/** @typedef {import("../trace.js").Say} Say */

/**
 * One number for each head of each layer: a change in a probability, in percentage points, or of a plain number, on the diverging ramp. Rows are layers, the last on top; columns are heads.
 * @fires diorama-head-select - { layer: number, head: number } counted from 0
 */
export class HeadMap extends LitElement {
  static properties = {
    values: { attribute: false },
    most: { type: Number },
    numbers: { type: Boolean },
    label: {},
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
      border-collapse: separate;
      border-spacing: 2px;
      font: var(--figures-small);
      font-variant-numeric: tabular-nums;
    }
    th {
      font-weight: 400;
      color: var(--ink-soft);
      padding: 0 8px 0 0;
      text-align: right;
      white-space: nowrap;
    }
    thead th {
      text-align: center;
      padding: 0 0 2px;
    }
    td {
      padding: 0;
    }
    button {
      width: 58px;
      height: 34px;
      border: 1px solid var(--hairline);
      border-radius: 4px;
      font: inherit;
      color: var(--ink);
      cursor: pointer;
      touch-action: manipulation;
      padding: 0;
      background: color-mix(in oklab, var(--way) calc(var(--size) * 60%), var(--case));
    }
    button:hover {
      border-color: var(--ink-soft);
    }
    button:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 1px;
    }
  `;

  constructor() {
    super();
    /** By layer and head. @type {number[][]} */
    this.values = [];
    /** What is drawn in full colour; 0: the largest of the values. */
    this.most = 0;
    /** The values are not of probabilities. */
    this.numbers = false;
    this.label = "";
    /** @type {{ layer: number, head: number }} */
    this.at = { layer: 0, head: 0 };
    this.say = /** @type {typeof HeadMap} */ (this.constructor).say;
  }

  render() {
    const most = this.most || Math.max(1e-9, ...this.values.flat().map(Math.abs));
    const layers = this.values.map((heads, layer) => ({ heads, layer })).reverse();
    return html`<table aria-label=${this.label} @keydown=${this.#press}>
      <thead
        ><tr
          ><td></td
          >${(this.values[0] ?? []).map((_, head) => html`<th scope="col">${this.say("tower.head", { n: head + 1 })}</th>`)}</tr
        ></thead
      >
      <tbody
        >${layers.map(
          ({ heads, layer }) =>
            html`<tr
              ><th scope="row">${this.say("tower.layer", { n: layer + 1 })}</th>${heads.map(
                (value, head) =>
                  html`<td
                    ><button
                      type="button"
                      data-layer=${layer}
                      data-head=${head}
                      tabindex=${layer === this.at.layer && head === this.at.head ? 0 : -1}
                      style=${`--way:var(--${value < 0 ? "encoder" : "decoder"});--size:${Math.min(1, Math.abs(value) / most)}`}
                      title=${this.say("sweep.take", { layer: layer + 1, head: head + 1 })}
                      @click=${() => this.#take(layer, head)}
                      >${this.numbers ? signed(value, 3) : signed(value * 100, 1)}</button
                    ></td
                  >`,
              )}</tr
            >`,
        )}</tbody
      >
    </table>`;
  }

  /**
   * @param {number} layer
   * @param {number} head
   */
  #take(layer, head) {
    this.dispatchEvent(new CustomEvent("diorama-head-select", { bubbles: true, composed: true, detail: { layer, head } }));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 0], ArrowDown: [-1, 0] }[event.key];
    const { layer, head } = /** @type {HTMLElement} */ (event.target).dataset;
    if (!step || layer === undefined) return;
    event.preventDefault();
    const next = { layer: Number(layer) + step[0], head: Number(head) + step[1] };
    const button = /** @type {HTMLElement | null} */ (
      this.renderRoot.querySelector(`[data-layer="${next.layer}"][data-head="${next.head}"]`)
    );
    if (!button) return;
    this.at = next;
    this.requestUpdate();
    button.focus();
  }
}

/**
 * @param {number} number
 * @param {number} digits
 */
function signed(number, digits) {
  const text = Math.abs(number).toFixed(digits);
  return Number(text) === 0 ? text : `${number < 0 ? "−" : "+"}${text}`;
}
