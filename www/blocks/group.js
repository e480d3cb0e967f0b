// Several blocks in one place, of which the reader sees one: a row of choices, and below it the block that was chosen. Each keeps what it has.

import { css, html } from "lit";
import { Block } from "./block.js";
import { COMMON } from "./settings.js";
import { blockStyles } from "./styles.js";

/** @typedef {import("../kinds.js").Kind} Kind */
/** `kinds` are those whose models it knows. @typedef {{ id: string, tag: string, element: typeof Block, kinds: Kind[] }} Part */

export class Group extends Block {
  /** A subclass lists its parts. @type {Part[]} */
  static parts = [];
  /** Before the words of the choices, in the locales. */
  static words = "";
  static styles = [
    blockStyles,
    css`
      /* The part has its own. */
      .progress {
        display: none;
      }
      .choices {
        display: flex;
        gap: 4px;
        margin: 4px 0 12px;
        flex-wrap: wrap;
      }
      .choices button {
        min-height: 30px;
        padding: 0 14px;
        border-radius: 15px;
        font: 14px/1.3 var(--sans);
      }
      @media (max-width: 640px) {
        .choices button {
          min-height: 40px;
          border-radius: 20px;
        }
      }
    `,
  ];

  /** @type {Map<string, Block>} */
  #made = new Map();

  /**
   * The settings of all parts, and which of them is seen.
   * @param {Part[]} parts
   * @returns {import("./settings.js").Settings}
   */
  static settingsOf(parts) {
    return Object.assign({}, ...parts.map(({ element }) => element.settings), {
      model: "models/gpt2-tiny/",
      text: "Once upon a time",
      view: "",
    });
  }

  /** Parts are given what the group is told to hide. */
  static get hideable() {
    return [...new Set(this.parts.flatMap(({ element }) => element.hideable))];
  }

  get #parts() {
    const { parts } = /** @type {typeof Group} */ (this.constructor);
    const kind = this.loaded?.info.kind;
    return kind ? parts.filter(({ kinds }) => kinds.includes(kind)) : parts;
  }

  /** The part can be shared by itself. @param {string} part */
  hides(part) {
    return part === "share" || super.hides(part);
  }

  draw() {
    const parts = this.#parts;
    const chosen = parts.find(({ id }) => id === this.settings.view) ?? parts[0];
    if (!chosen) return html``;
    const { words } = /** @type {typeof Group} */ (this.constructor);
    const choices = html`<div class="choices" role="group" aria-label=${this.say(`${words}.title`)}>
      ${parts.map(({ id }) => html`<button type="button" aria-pressed=${id === chosen.id} @click=${() => this.keep({ view: id })}>${this.say(`${words}.${id}`)}</button>`)}
    </div>`;
    return html`${parts.length > 1 ? choices : ""}${this.#partOf(chosen)}`;
  }

  /**
   * @param {Part} part
   * @returns {Block}
   */
  #partOf({ tag, element }) {
    if (!customElements.get(tag)) customElements.define(tag, element);
    let made = this.#made.get(tag);
    const { settings } = this;
    if (!made) {
      made = /** @type {Block} */ (document.createElement(tag));
      for (const name of Object.keys(element.settings)) if (settings[name] !== undefined) made.settings[name] = settings[name];
      made.addEventListener("diorama-settings", (event) => this.#heard(element, /** @type {CustomEvent} */ (event)));
      this.#made.set(tag, made);
    }
    const { model, text, seed, lang, theme, hide } = settings;
    Object.assign(made, { loaded: this.loaded, address: this.address, model: this.loaded ? "" : model, text, lang, theme, hide });
    if (made.settings.seed !== seed) made.settings.seed = seed;
    return made;
  }

  /**
   * A part's settings are the group's, under the same names.
   * @param {typeof Block} element
   * @param {CustomEvent} event
   */
  #heard(element, event) {
    event.stopPropagation();
    const { model, text, lang, theme, hide, ...own } = { ...COMMON, ...element.settings, ...event.detail.settings };
    this.keep(own);
  }
}
