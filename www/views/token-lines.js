import { LitElement, css, html, nothing } from "lit";
import { isolated, tiled, visible } from "../spelling.js";

/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Say} Say */
/** A token and its place in its own line. @typedef {Piece & { position: number, mark?: string }} Tile */
/** `under[i]` stand under word i; `before` and `after` stand for no word. @typedef {{ name: string, hue: string, editable?: boolean, before: Tile[], under: Tile[][], after: Tile[] }} Line */

/**
 * A text's words, and under each the tokens that several tokenizers make of it: one line a tokenizer. A word under the cursor lights its tokens in all lines.
 * Words are focused with the arrow keys; Enter, M or a double click on a word or an editable token asks for the word to be hidden or shown.
 * @fires diorama-word-hover - { word: number | undefined }
 * @fires diorama-word-edit - { word: number }
 */
export class TokenLines extends LitElement {
  static properties = {
    words: { attribute: false },
    concealed: { attribute: false },
    lines: { attribute: false },
    lit: { type: Number },
    label: {},
    head: {},
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
    }
    th,
    td {
      padding: 2px 3px;
      text-align: left;
      vertical-align: middle;
      font-weight: 400;
    }
    tr > :first-child {
      position: sticky;
      left: 0;
      z-index: 1;
      background: var(--paper);
      padding-right: 14px;
      font: var(--small);
      white-space: nowrap;
    }
    tbody th {
      color: var(--line-ink);
    }
    thead th {
      font: 16px/1.3 var(--sans);
    }
    thead tr > :first-child {
      color: var(--ink-soft);
    }
    button {
      font: inherit;
      color: var(--ink);
      border: 0;
      border-radius: 4px;
      background: none;
      padding: 2px 5px;
      min-height: 26px;
      min-width: 24px;
      cursor: pointer;
      touch-action: manipulation;
    }
    button.hidden {
      text-decoration: line-through;
      text-decoration-color: var(--ink-soft);
      color: var(--ink-faint);
    }
    button:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: -1px;
    }
    .lit {
      background: color-mix(in oklab, var(--line, var(--ink-soft)) 18%, transparent);
    }
    .tiles {
      display: flex;
      gap: 2px;
    }
    .tile {
      font: var(--mono-small);
      line-height: 22px;
      height: 24px;
      min-width: 12px;
      padding: 0 4px;
      border: 1px solid var(--hairline-strong);
      border-radius: 4px;
      background: var(--case);
      white-space: pre;
      text-align: center;
    }
    .lit .tile {
      border-color: var(--line);
      background: color-mix(in oklab, var(--line) 30%, var(--case));
    }
    .special {
      font-variant-caps: all-small-caps;
      font-size: 15px;
      border-style: dotted;
      color: var(--ink-faint);
    }
    .masked {
      border: 1.5px dashed var(--line);
      color: var(--ink);
    }
    .faint {
      color: var(--ink-faint);
      border-color: var(--hairline);
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
    @media (max-width: 640px) {
      .edge:not([data-count=""]) .tiles {
        display: none;
      }
      .edge:not([data-count=""])::after {
        content: attr(data-count);
        font: var(--figures-small);
        color: var(--ink-faint);
      }
      tr > :first-child {
        padding-right: 6px;
      }
    }
    .count {
      color: var(--ink-soft);
      font: var(--figures-small);
      padding-left: 10px;
      white-space: nowrap;
    }
  `;

  constructor() {
    super();
    /** @type {string[]} */
    this.words = [];
    /** Words that are hidden. @type {number[]} */
    this.concealed = [];
    /** @type {Line[]} */
    this.lines = [];
    /** @type {number | undefined} */
    this.lit = undefined;
    this.label = "";
    /** What stands before the words. */
    this.head = "";
    this.say = /** @type {typeof TokenLines} */ (this.constructor).say;
  }

  render() {
    const edges = this.lines.some(({ before }) => before.length > 0);
    return html`<table aria-label=${this.label} @pointerleave=${this.#leave} @keydown=${this.#press}>
      <thead
        ><tr
          ><th scope="col">${this.head}</th>${edges ? html`<td></td>` : nothing}
          ${this.words.map(
            (word, i) =>
              html`<th scope="col" class=${i === this.lit ? "lit" : ""} @pointerenter=${() => this.#hover(i)}
                ><button
                  type="button"
                  class=${this.concealed.includes(i) ? "hidden" : ""}
                  tabindex=${i === (this.lit ?? 0) ? 0 : -1}
                  aria-pressed=${this.concealed.includes(i)}
                  aria-label=${this.say("lines.word", { word, n: i + 1 })}
                  aria-keyshortcuts="Enter M"
                  @focus=${() => this.#hover(i)}
                  @blur=${() => this.#hover(undefined)}
                  @dblclick=${() => this.#edit(i)}
                  >${isolated(visible(word))}</button
                ></th
              >`,
          )} <td></td><td></td></tr
      ></thead>
      <tbody>${this.lines.map((line) => this.#line(line, edges))}</tbody>
    </table>`;
  }

  /**
   * @param {Line} line
   * @param {boolean} edges
   */
  #line({ name, hue, editable, before, under, after }, edges) {
    const count = new Set([...before, ...under.flat(), ...after].map(({ position }) => position)).size;
    return html`<tr style=${`--line:var(--${hue});--line-ink:var(--${hue}-ink)`}
      ><th scope="row">${name}</th>
      ${edges ? html`<td class="edge" data-count=${before.length > 1 ? `+${before.length}` : ""}><span class="tiles">${before.map((tile) => tileOf(tile, true))}</span></td>` : nothing}
      ${this.words.map(
        (_, i) =>
          html`<td
            class=${i === this.lit ? "lit" : ""}
            @pointerenter=${() => this.#hover(i)}
            @dblclick=${() => editable && this.#edit(i)}
          >
            <span class="tiles">${(under[i] ?? []).map((tile) => tileOf(tile, false))}</span></td
          >`,
      )}
      <td><span class="tiles">${after.map((tile) => tileOf(tile, true))}</span></td
      ><td class="count">${count > 0 ? this.say("source.count", { n: count }) : nothing}</td></tr
    >`;
  }

  /** @param {number | undefined} word */
  #hover(word) {
    if (word !== this.lit)
      this.dispatchEvent(new CustomEvent("diorama-word-hover", { bubbles: true, composed: true, detail: { word } }));
  }

  /** @param {PointerEvent} event */
  #leave(event) {
    if (event.pointerType !== "touch") this.#hover(undefined);
  }

  /** @param {number} word */
  #edit(word) {
    this.dispatchEvent(new CustomEvent("diorama-word-edit", { bubbles: true, composed: true, detail: { word } }));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const buttons = [...this.renderRoot.querySelectorAll("button")];
    const word = buttons.indexOf(/** @type {HTMLButtonElement} */ (event.target));
    if (word < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = buttons[word + ({ ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0)];
    if (["Enter", "m", "M"].includes(event.key)) {
      event.preventDefault();
      this.#edit(word);
    } else if (next && next !== buttons[word]) {
      event.preventDefault();
      next.focus();
    }
  }
}

/**
 * @param {Tile} tile
 * @param {boolean} faint
 */
function tileOf({ token, special, mark, id }, faint) {
  const kind = ["tile", special && !mark ? "special" : "", mark ?? "", faint && !special ? "faint" : ""].join(" ");
  return html`<span class=${kind} title=${`id ${id}`}>${tiled(token)}</span>`;
}
