// One text, three families: an encoder-only, an encoder-decoder and a decoder-only model side by side, with their architectures, masks, attention and answers.

import { css, html, nothing } from "lit";
import { SHIPPED } from "../catalogue.js";
import { wordsOf } from "../text/alignment.js";
import { MODEL_OF } from "../compare/choice.js";
import { face } from "../compare/face.js";
import { faceStyles } from "../compare/styles.js";
import { Panel } from "../compare/panel.js";
import { hueOf, KINDS } from "../kinds.js";
import { Pause } from "../pause.js";
import { Block } from "./block.js";
import { propertiesOf } from "./settings.js";
import { blockStyles } from "./styles.js";

/** @typedef {import("../kinds.js").Kind} Kind */

/** How long the reader must pause before a half-typed text is read. // ms */
const TYPING_PAUSE = 250;

export class Compare extends Block {
  /**
   * `encoder`, `both` and `decoder` are names of models beside the page; `masked` are words, counted from 1, that the masked model does not see. Layers and
   * heads are counted from 1; head 0 is the mean. `stack` is the encoder-decoder's attention that is shown.
   */
  static settings = {
    text: "The little girl is happy.",
    masked: "5",
    encoder: "bert-tiny",
    both: "t5-tiny",
    decoder: "gpt2-tiny",
    task: "translate",
    layer: 2,
    head: 0,
    stack: "cross",
    temperature: 0,
    tab: "encoder",
  };
  static hideable = ["input"];

  static properties = { ...propertiesOf(this.settings), lit: { state: true }, drawn: { state: true } };

  static styles = [
    blockStyles,
    faceStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        container-type: inline-size;
      }
      form {
        display: flex;
        gap: 8px 16px;
        align-items: center;
        padding: 10px 0 4px;
        flex-wrap: wrap;
      }
      form diorama-field {
        flex: 1 1 320px;
        font-size: 19px;
      }
      form label {
        display: inline-flex;
        gap: 6px;
        align-items: center;
      }
      .lines {
        display: grid;
        gap: 2px;
        padding-bottom: 4px;
        min-height: 146px;
        align-content: start;
      }
      .lines .caption {
        max-width: none;
      }
      .panels {
        flex: 1;
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1.45fr) minmax(0, 1fr);
        border-top: 1px solid var(--hairline);
      }
      .tabs {
        display: none;
      }
      @container (max-width: 1180px) {
        .tabs {
          display: grid;
          grid-template-columns: repeat(3, 1fr);
          position: sticky;
          top: 0;
          z-index: 3;
          background: var(--paper);
          border-bottom: 1px solid var(--hairline);
        }
        .tabs button {
          border: 0;
          border-radius: 0;
          background: none;
          min-height: 44px;
          padding: 0 4px;
          border-bottom: 2px solid transparent;
          font: var(--small);
          color: var(--ink-soft);
        }
        .tabs button[aria-selected="true"] {
          color: var(--ink);
          border-color: var(--tab);
          font-weight: 650;
          background: none;
        }
        .panels {
          grid-template-columns: repeat(3, 100%);
          overflow-x: auto;
          scroll-snap-type: x mandatory;
          scrollbar-width: none;
          border-top: 0;
        }
        .panels > * {
          scroll-snap-align: start;
          scroll-snap-stop: always;
          border-left: 0 !important;
          padding-left: 2px !important;
          padding-right: 2px !important;
        }
      }
    `,
  ];

  #typing = new Pause();
  /** @type {Map<Kind, Panel>} */
  panels = new Map();

  constructor() {
    super();
    /** The word under the cursor. @type {number | undefined} */
    this.lit = undefined;
    this.drawn = 0;
  }

  get ready() {
    return true;
  }

  get unfinished() {
    return (
      super.unfinished ||
      this.panels.size === 0 ||
      [...this.panels.values()].some(({ model, busy }) => !model || busy !== undefined)
    );
  }

  get words() {
    return wordsOf(this.settings.text);
  }

  get hiddenWords() {
    const count = this.words.length;
    return new Set(
      String(this.settings.masked)
        .split(",")
        .flatMap((text) => (Number(text) >= 1 && Number(text) <= count ? [Number(text) - 1] : [])),
    );
  }

  async begin() {
    for (const kind of KINDS)
      this.panels.set(kind, new Panel(kind, { device: this.settings.device, until: this.holding, changed: () => this.drawn++ }));
    await Promise.all(KINDS.map((kind) => this.#open(kind)));
  }

  left() {
    this.#typing.cancel();
    this.panels.clear();
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    for (const [kind, panel] of this.panels) {
      const name = this.#nameOf(kind);
      if (panel.name && panel.name !== name) this.attempt(() => this.#open(kind));
    }
    if (["text", "masked", "task", "seed", "temperature"].some((name) => changed.has(name)) && this.panels.size > 0) {
      this.#typing.after(
        changed.has("text") ? TYPING_PAUSE : 0,
        () => Promise.all([...this.panels.values()].map((panel) => this.#ask(panel))),
        (ask) => this.attempt(ask),
      );
    }
    if (changed.has("tab")) this.#swipeTo(this.settings.tab, changed.get("tab") === undefined);
  }

  /** A model that the page does not have gives way to the family's first. @param {Kind} kind */
  #nameOf(kind) {
    const own = SHIPPED.filter((model) => model.kind === kind);
    return (own.find(({ name }) => name === this.settings[MODEL_OF[kind]]) ?? own[0]).name;
  }

  /** @param {Kind} kind */
  async #open(kind) {
    const panel = /** @type {Panel} */ (this.panels.get(kind));
    await panel.open(this.#nameOf(kind));
    await this.#ask(panel);
  }

  /** @param {Panel} panel */
  #ask(panel) {
    const { text, task, seed, temperature } = this.settings;
    return panel.ask({ text, words: this.words, hidden: this.hiddenWords, task, seed, temperature });
  }

  draw() {
    const { say, words, settings } = this;
    return html` ${
        this.hides("input")
          ? nothing
          : html`<form @submit=${(/** @type {Event} */ event) => event.preventDefault()}>
              <diorama-field
                .label=${say("compare.text")}
                .placeholder=${say("compare.text")}
                .value=${settings.text}
                .say=${say}
                @input=${(/** @type {any} */ { currentTarget }) => this.keep({ text: currentTarget.value })}
              ></diorama-field>
              ${this.#choices()}
            </form>`
      }
      <div class="lines">
        <diorama-token-lines
          .words=${words.map(({ text }) => text)}
          .concealed=${[...this.hiddenWords]}
          .lines=${this.#lines()}
          .lit=${this.lit}
          .label=${say("compare.lines")}
          .head=${say("compare.words")}
          .say=${say}
          @diorama-word-hover=${(/** @type {CustomEvent} */ event) => (this.lit = event.detail.word)}
          @diorama-word-edit=${(/** @type {CustomEvent} */ event) => this.#toggle(event.detail.word)}
        ></diorama-token-lines>
        <p class="caption">${say("compare.lead")} ${say("compare.hint")}</p>
      </div>
      <div class="tabs" role="tablist" aria-label=${say("compare.families")}
        >${KINDS.map(
          (kind) =>
            html`<button
              type="button"
              role="tab"
              style=${`--tab:var(--${hueOf(kind)})`}
              aria-selected=${kind === settings.tab}
              @click=${() => this.keep({ tab: kind })}
              >${say(`kind.${kind.replace("-", "_")}`)}</button
            >`,
        )}</div
      >
      <div class="panels" @scrollend=${this.#swiped}>${KINDS.map((kind) => face(this, kind))}</div>`;
  }

  /** Layer and head of all three. */
  #choices() {
    const { say, settings } = this;
    const infos = [...this.panels.values()].flatMap(({ model }) => (model ? [model.info] : []));
    const count = (/** @type {"layers" | "heads"} */ what) =>
      Array.from({ length: Math.max(...infos.map((info) => info[what]), 1) }, (_, i) => i + 1);
    return html`<label
        >${say("compare.layer")}<select @change=${(/** @type {Event} */ event) => this.keep({ layer: Number(valueOf(event)) })}>
          ${count("layers").map((n) => html`<option .selected=${n === settings.layer} value=${n}>${n}</option>`)}</select
        ></label
      >
      <label
        >${say("compare.head")}<select @change=${(/** @type {Event} */ event) => this.keep({ head: Number(valueOf(event)) })}>
          <option .selected=${settings.head === 0} value="0">${say("tower.mean")}</option>
          ${count("heads").map((n) => html`<option .selected=${n === settings.head} value=${n}>${n}</option>`)}</select
        ></label
      >`;
  }

  #lines() {
    return KINDS.flatMap((kind) => {
      const panel = this.panels.get(kind);
      return panel ? [{ name: panel.name, hue: hueOf(kind), editable: kind === "encoder", ...panel.tiles }] : [];
    });
  }

  /** @param {number} word */
  #toggle(word) {
    const hidden = new Set(this.hiddenWords);
    if (!hidden.delete(word)) hidden.add(word);
    this.keep({
      masked: [...hidden]
        .sort((a, b) => a - b)
        .map((word) => word + 1)
        .join(","),
    });
  }

  /**
   * @param {string} tab
   * @param {boolean} first the page has just come: nothing moves
   */
  #swipeTo(tab, first) {
    const panels = /** @type {HTMLElement | null} */ (this.renderRoot.querySelector(".panels"));
    const still = first || matchMedia("(prefers-reduced-motion: reduce)").matches;
    panels?.scrollTo({
      left: KINDS.findIndex((kind) => kind === tab) * panels.clientWidth,
      behavior: still ? "instant" : "smooth",
    });
  }

  /** @param {Event} event */
  #swiped({ target }) {
    const { scrollLeft, clientWidth, scrollWidth } = /** @type {HTMLElement} */ (target);
    if (scrollWidth <= clientWidth) return;
    const tab = KINDS[Math.round(scrollLeft / clientWidth)];
    if (tab !== this.settings.tab) this.keep({ tab });
  }
}

/** @param {Event} event */
function valueOf(event) {
  return /** @type {HTMLInputElement} */ (event.target).value;
}

export { Compare as element };
