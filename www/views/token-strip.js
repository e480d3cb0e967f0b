import { LitElement, css, html, nothing } from "lit";
import { named, tiled } from "../spelling.js";

/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Say} Say */

/** So many tiles change at once, without a transition each. */
const MANY = 48;

/**
 * Tokens in a row, each a tile. With `weights`, tiles light up by them and the numbers stand underneath; with `ids`, the ids do.
 * `marks` says what was done to a token: "masked" and "filled" by hand, "written" by the model, in the hue of `--mark`.
 * Arrow keys walk along the tiles; where the strip is `editable`, a double click, Enter or M asks for the token to be hidden or shown.
 * @fires diorama-token-hover - { position: number | undefined }
 * @fires diorama-token-select - { position: number }
 * @fires diorama-token-edit - { position: number }
 */
export class TokenStrip extends LitElement {
  static properties = {
    tokens: { attribute: false },
    weights: { attribute: false },
    marks: { attribute: false },
    label: {},
    selected: { type: Number },
    ids: { type: Boolean },
    faint: { type: Number },
    padded: { type: Number },
    cursor: { type: Boolean },
    editable: { type: Boolean },
    stale: { type: Boolean, reflect: true },
    say: { attribute: false },
  };

  /** @type {Say} */
  static say = (key) => key;

  static styles = css`
    :host {
      display: block;
      min-width: 0;
      min-height: 51px;
    }
    ol {
      display: flex;
      gap: 3px;
      margin: 0;
      padding: 3px 3px 2px;
      list-style: none;
      overflow-x: auto;
      scrollbar-width: thin;
      align-items: flex-start;
    }
    li {
      flex: none;
      display: grid;
      justify-items: center;
    }
    button {
      font: var(--mono);
      color: var(--ink);
      height: 30px;
      min-width: 32px;
      padding: 0 6px;
      border: 1px solid var(--hairline-strong);
      border-radius: 4px;
      background: color-mix(in oklab, var(--light, var(--cross)) calc(var(--weight, 0) * 46%), var(--case));
      cursor: pointer;
      white-space: pre;
      touch-action: manipulation;
      transition:
        background 160ms,
        border-color 160ms;
    }
    button:hover {
      border-color: var(--ink-soft);
    }
    button:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 1px;
    }
    button[aria-pressed="true"] {
      border-color: var(--ink);
      box-shadow: inset 0 -2px 0 var(--ink);
    }
    .faint button {
      color: var(--ink-faint);
      border-color: var(--hairline);
    }
    .special button {
      color: color-mix(in oklab, var(--ink) calc(var(--weight, 0) * 100%), var(--ink-faint));
      font-variant-caps: all-small-caps;
      font-size: 17px;
      border-style: dotted;
    }
    .unknown button {
      color: var(--danger);
      border: 1.5px dashed var(--danger);
    }
    .written button {
      border-color: color-mix(in oklab, var(--mark) 60%, var(--hairline));
      background: color-mix(
        in oklab,
        var(--light, var(--cross)) calc(var(--weight, 0) * 46%),
        color-mix(in oklab, var(--mark) 9%, var(--case))
      );
    }
    .filled button,
    .masked button {
      border: 1.5px solid var(--mark);
    }
    .masked button {
      border-style: dashed;
      color: var(--ink);
    }
    .padded button {
      background: var(--hatch) var(--case);
      color: var(--ink-faint);
    }
    .space {
      display: inline-block;
      width: 0.5em;
      height: 0.28em;
      margin-right: 2px;
      border: 1px solid var(--ink-ghost);
      border-top: 0;
      vertical-align: -0.1em;
    }
    small {
      font: var(--figures-small);
      color: var(--ink-soft);
      min-height: 16px;
      line-height: 16px;
    }
    .growing::after {
      content: "";
      flex: none;
      width: 2px;
      height: 22px;
      margin: 4px 4px 0;
      background: var(--ink-faint);
    }
    :host([stale]) ol {
      opacity: 0.5;
    }
    .many button {
      transition: none;
    }
    @media (prefers-reduced-motion: reduce) {
      button {
        transition: none;
      }
    }
  `;

  /** How many tokens there were when the strip was drawn last. */
  #length = 0;

  constructor() {
    super();
    /** @type {Piece[]} */
    this.tokens = [];
    /** @type {ArrayLike<number> | undefined} one weight 0..1 for each token */
    this.weights = undefined;
    /** @type {string[] | undefined} for each token "", "masked", "filled" or "written" */
    this.marks = undefined;
    this.label = "";
    /** @type {number | undefined} */
    this.selected = undefined;
    this.ids = false;
    /** How many tokens at the start are scaffolding (a task's prefix). */
    this.faint = 0;
    /** How many tokens at the end are padding. */
    this.padded = 0;
    this.cursor = false;
    this.editable = false;
    this.stale = false;
    this.say = /** @type {typeof TokenStrip} */ (this.constructor).say;
  }

  render() {
    return html`<ol
      class=${[this.cursor && "growing", this.tokens.length > MANY && "many"].filter(Boolean).join(" ") || nothing}
      aria-label=${this.label}
      @pointerleave=${this.#leave}
      @focusout=${() => this.#hover(undefined)}
      @keydown=${this.#press}
    >
      ${this.tokens.map((piece, position) => this.#tile(piece, position))}
    </ol>`;
  }

  /**
   * @param {Piece} piece
   * @param {number} position
   */
  #tile(piece, position) {
    const weight = this.weights?.[position];
    const mark = this.marks?.[position];
    const padded = position >= this.tokens.length - this.padded;
    const kind = [
      piece.special && "special",
      piece.unknown && "unknown",
      position < this.faint && "faint",
      padded && "padded",
      mark,
    ]
      .filter(Boolean)
      .join(" ");
    const under = weight !== undefined ? weight.toFixed(2) : this.ids ? String(piece.id) : "";
    const spoken =
      this.say("token.label", { n: position + 1, token: named(piece.token), id: piece.id }) +
      (mark ? `, ${this.say(`mark.${mark}`)}` : "") +
      (piece.unknown ? `, ${this.say("mark.unknown")}` : "");
    return html`<li class=${kind}>
      <button
        type="button"
        style=${weight === undefined ? "" : `--weight:${weight.toFixed(3)}`}
        tabindex=${position === (this.selected ?? 0) ? 0 : -1}
        aria-label=${weight === undefined ? spoken : `${spoken}, ${weight.toFixed(2)}`}
        aria-pressed=${position === this.selected}
        aria-keyshortcuts=${this.editable ? "Enter M" : nothing}
        title=${piece.unknown ? `id ${piece.id}: ${this.say("mark.unknown")}` : `id ${piece.id}`}
        @pointerenter=${() => this.#hover(position)}
        @focus=${() => this.#hover(position)}
        @click=${() => this.#select(position)}
        @dblclick=${() => this.#edit(position)}
        >${tiled(piece.token)}</button
      >
      <small aria-hidden="true">${under}</small>
    </li>`;
  }

  /** @param {number | undefined} position */
  #hover(position) {
    this.dispatchEvent(new CustomEvent("diorama-token-hover", { bubbles: true, composed: true, detail: { position } }));
  }

  /** A finger that is lifted leaves its light; a mouse takes it along. @param {PointerEvent} event */
  #leave(event) {
    if (event.pointerType !== "touch") this.#hover(undefined);
  }

  /** @param {number} position */
  #select(position) {
    this.dispatchEvent(new CustomEvent("diorama-token-select", { bubbles: true, composed: true, detail: { position } }));
  }

  /** @param {number} position */
  #edit(position) {
    if (this.editable)
      this.dispatchEvent(new CustomEvent("diorama-token-edit", { bubbles: true, composed: true, detail: { position } }));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const buttons = [...this.renderRoot.querySelectorAll("button")];
    const position = buttons.indexOf(/** @type {HTMLButtonElement} */ (event.target));
    if (this.editable && ["Enter", "m", "M"].includes(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      this.#edit(position);
    }
    if (!move) return;
    const next = buttons[position + move];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  /** Brings a tile into sight, within the strip. @param {number} position */
  #show(position) {
    const list = this.renderRoot.querySelector("ol");
    const tile = list?.children[position]?.getBoundingClientRect();
    const frame = list?.getBoundingClientRect();
    if (!list || !tile || !frame || (tile.left >= frame.left && tile.right <= frame.right)) return;
    list.scrollLeft += (tile.left + tile.right - frame.left - frame.right) / 2;
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    if (this.cursor && changed.has("tokens") && this.tokens.length !== this.#length) {
      const list = this.renderRoot.querySelector("ol");
      if (list) list.scrollLeft = list.scrollWidth;
    }
    if (changed.has("selected") && this.selected !== undefined) this.#show(this.selected);
    this.#length = this.tokens.length;
  }
}
