import { LitElement, css, html } from "lit";

/** @typedef {import("../trace.js").Say} Say */

/** What stands over the last heads of a row that is scrolled. // CSS px */
const MEAN = 40;

/**
 * A stack of layers, the first at the bottom, each a row of small blocks: one a head, and one for the mean of the heads.
 * @fires diorama-head-select - { layer: number, head: number | "mean" }
 */
export class Tower extends LitElement {
  static properties = {
    layers: { type: Number },
    heads: { type: Number },
    layer: { type: Number },
    head: {},
    label: {},
    hue: {},
    say: { attribute: false },
  };

  /** @type {Say} */
  static say = (key) => key;

  static styles = css`
    :host {
      display: block;
      position: relative;
      min-width: 0;
      max-height: 94px;
      overflow: auto;
      scrollbar-width: thin;
      padding: 1px;
      margin: -1px;
    }
    .layers {
      display: grid;
      gap: 3px;
      width: max-content;
    }
    .layer {
      display: flex;
      gap: 3px;
      align-items: center;
    }
    .name {
      font: var(--small);
      color: var(--ink-soft);
      flex: none;
      width: 56px;
      white-space: nowrap;
    }
    .layer.current .name {
      color: var(--ink);
      font-weight: 600;
    }
    button {
      flex: none;
      width: 22px;
      height: 20px;
      padding: 0;
      border: 1px solid color-mix(in oklab, var(--tower) 45%, var(--hairline));
      border-radius: 4px;
      cursor: pointer;
      font: var(--figures-small);
      color: var(--ink-soft);
      background: color-mix(in oklab, var(--tower) 8%, var(--case));
    }
    /* Many heads scroll behind the mean, which stays in reach. */
    button.mean {
      width: 30px;
      margin-left: 4px;
      position: sticky;
      right: 0;
      box-shadow: 0 0 0 2px var(--paper);
    }
    button:hover {
      border-color: var(--tower);
      color: var(--ink);
    }
    button:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 1px;
    }
    @media (max-width: 640px) {
      :host {
        max-height: none;
      }
      .layers {
        gap: 5px;
      }
      .layer {
        gap: 4px;
      }
      .name {
        width: 52px;
      }
      button {
        width: 26px;
        height: 30px;
      }
    }
    button[aria-checked="true"] {
      background: var(--tower-solid);
      border-color: var(--tower-solid);
      color: var(--on-hue);
      font-weight: 700;
    }
  `;

  constructor() {
    super();
    this.layers = 0;
    this.heads = 0;
    this.layer = 0;
    /** @type {string} a head's number or "mean" */
    this.head = "mean";
    this.label = "";
    /** @type {string} encoder, decoder or cross */
    this.hue = "encoder";
    this.say = /** @type {typeof Tower} */ (this.constructor).say;
  }

  render() {
    const layers = Array.from({ length: this.layers }, (_, i) => this.layers - 1 - i);
    return html`<div
      class="layers"
      role="radiogroup"
      aria-label=${this.label}
      @keydown=${this.#walk}
      style=${`--tower:var(--${this.hue});--tower-solid:var(--${this.hue}-solid)`}
    >
      ${layers.map(
        (layer) =>
          html`<div class=${layer === this.layer ? "layer current" : "layer"} role="presentation">
            <span class="name" aria-hidden="true">${this.say("tower.layer", { n: layer + 1 })}</span>
            ${Array.from({ length: this.heads }, (_, head) => this.#block(layer, head))} ${this.#block(layer, "mean")}
          </div>`,
      )}
    </div>`;
  }

  /** A tower that is too large for its place shows the choice. */
  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    if (!["layer", "head", "layers", "heads"].some((name) => changed.has(name))) return;
    const chosen = /** @type {HTMLElement | null} */ (this.renderRoot.querySelector('[aria-checked="true"]'));
    if (!chosen) return;
    const { offsetTop: top, offsetHeight: height, offsetLeft: left, offsetWidth: width } = chosen;
    const [down, across] = [
      within(this.scrollTop, top + height - this.clientHeight, top),
      within(this.scrollLeft, left + width + MEAN - this.clientWidth, left),
    ];
    this.scrollTo({ top: down, left: this.head === "mean" ? this.scrollLeft : across });
  }

  /**
   * @param {number} layer
   * @param {number | "mean"} head
   */
  #block(layer, head) {
    const chosen = layer === this.layer && String(head) === String(this.head);
    const spoken =
      head === "mean"
        ? this.say("tower.mean.label", { layer: layer + 1 })
        : this.say("tower.head.label", { layer: layer + 1, head: head + 1 });
    return html`<button
      type="button"
      role="radio"
      class=${head === "mean" ? "mean" : ""}
      aria-checked=${chosen}
      aria-label=${spoken}
      title=${spoken}
      tabindex=${chosen ? 0 : -1}
      @click=${() => this.#select(layer, head)}
      >${head === "mean" ? this.say("tower.mean") : head + 1}</button
    >`;
  }

  /**
   * @param {number} layer
   * @param {number | "mean"} head
   */
  #select(layer, head) {
    this.dispatchEvent(new CustomEvent("diorama-head-select", { bubbles: true, composed: true, detail: { layer, head } }));
  }

  /** @param {KeyboardEvent} event */
  async #walk(event) {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 0], ArrowDown: [-1, 0] }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = this.head === "mean" ? this.heads : Number(this.head);
    const layer = Math.min(this.layers - 1, Math.max(0, this.layer + step[0]));
    const head = Math.min(this.heads, Math.max(0, at + step[1]));
    this.#select(layer, head === this.heads ? "mean" : head);
    await new Promise(requestAnimationFrame);
    /** @type {HTMLElement | null} */ (this.renderRoot.querySelector('[aria-checked="true"]'))?.focus();
  }
}

/**
 * @param {number} at
 * @param {number} least
 * @param {number} most
 */
function within(at, least, most) {
  return Math.min(most, Math.max(least, at));
}
