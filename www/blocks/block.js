// What every block is: an element that stands by itself on any page. It begins to work when it is seen, shares models with the other blocks of the page,
// speaks the reader's language, and keeps everything that the reader can change in attributes, so that a link or a line of HTML brings it back.

import { LitElement, html, nothing } from "lit";
import { preferredLanguage, spoken, words } from "../i18n.js";
import { lowerIndices } from "../shell/indices.js";
import { stage } from "../shell/loading.js";
import { agree } from "../checkpoint/opening.js";
import { reload } from "../offline.js";
import { sentence } from "../sentence.js";
import { Printing, onPaper } from "../printing.js";
import { Trouble } from "../trouble.js";
import { Holding } from "./holding.js";
import { acquire } from "./pool.js";
import { COMMON, HIDEABLE, propertiesOf } from "./settings.js";
import { sharePanel } from "./share-panel.js";
import { keepMarkers } from "../translation.js";

/** @typedef {import("../engine/model.js").Model} Model */
/** @typedef {import("../trace.js").Say} Say */
/** @typedef {import("./settings.js").Settings} Settings */

const dark = matchMedia("(prefers-color-scheme: dark)");

/**
 * A subclass gives `static settings` (its own attributes and their defaults) and `static hideable`, and overrides `draw()`, its picture, and `begin()`, which runs when the block is first
 * seen and whenever its model is another one. `use(address)` gives it a model; `keep({ … })` changes settings by the reader's hand and tells the page.
 * @fires diorama-settings - { settings } those that differ from the defaults
 */
export class Block extends LitElement {
  /** @type {Settings} */
  static settings = {};
  /** The parts that `hide` can leave out, beside those of all blocks. @type {string[]} */
  static hideable = [];

  static properties = {
    ...propertiesOf(COMMON),
    ...Object.fromEntries(
      ["loaded", "address", "error", "outdated", "foreign", "loading", "seen", "sharing", "copied"].map((name) => [
        name,
        { state: true },
      ]),
    ),
  };

  /** Lit asks each class once; a block's own settings are its properties. */
  static finalize() {
    if (Object.hasOwn(this, "settings") && !Object.hasOwn(this, "properties"))
      Object.defineProperty(this, "properties", { value: propertiesOf(this.settings) });
    super.finalize();
  }

  #holding = new Holding(this, () => this.#left());
  #watch = new IntersectionObserver((entries) => entries.some(({ isIntersecting }) => isIntersecting) && this.wake(), {
    rootMargin: "200px",
  });
  #attempts = 0;
  /** Paper was asked for before all was drawn. */
  #unfinished = false;
  #redraw = () => this.requestUpdate();

  constructor() {
    super();
    new Printing(this);
    Object.assign(this, COMMON, /** @type {typeof Block} */ (this.constructor).settings);
    /** A model that the page has open already, for a block whose `model` is empty. @type {Model | undefined} */
    this.loaded = undefined;
    /** Where that model comes from, for those who get a link to this block. */
    this.address = "";
    this.error = "";
    /** A part of the site did not come: reloading may help. */
    this.outdated = false;
    /** A model's address on a host that waits for the reader's word. @type {{ host: string, address: string } | undefined} */
    this.foreign = undefined;
    /** @type {{ stage: string, fraction: number } | undefined} */
    this.loading = undefined;
    this.seen = false;
    this.sharing = false;
    /** The code that was copied last. */
    this.copied = "";
  }

  /** This block's settings, whatever they are called. @returns {any} */
  get settings() {
    return this;
  }

  get language() {
    return (
      this.settings.lang ||
      (this.closest("[lang]")?.getAttribute("lang") ?? "").split("-")[0] ||
      preferredLanguage(navigator.languages)
    );
  }

  /** The settings and their defaults. @returns {Settings} */
  get defaults() {
    return { ...COMMON, .../** @type {typeof Block} */ (this.constructor).settings };
  }

  /** Whatever the block opens is opened under this signal, which aborts when the block leaves the page or has begun anew. */
  get holding() {
    return this.#holding.signal;
  }

  /** @returns {Say} */
  get say() {
    return words(this.language);
  }

  /** "light" or "dark"; "auto" follows the page, where it says, and the system. */
  get shade() {
    const { theme } = this.settings;
    if (onPaper()) return "light";
    return theme === "light" || theme === "dark"
      ? theme
      : (document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light"));
  }

  /** @param {string} part one of those that the block says it has */
  hides(part) {
    const { hideable } = /** @type {typeof Block} */ (this.constructor);
    return (
      [...HIDEABLE, ...hideable].includes(part) &&
      String(this.settings.hide)
        .split(/[,\s]+/)
        .includes(part)
    );
  }

  /** What is shown stays until there are words for what comes. */
  scheduleUpdate() {
    return spoken(this.language, () => super.scheduleUpdate());
  }

  connectedCallback() {
    super.connectedCallback();
    keepMarkers(this);
    this.#watch.observe(this);
    dark.addEventListener("change", this.#redraw);
  }

  /** A block that is moved keeps what it has; one that is gone lets its models go (see `holding`). */
  disconnectedCallback() {
    super.disconnectedCallback();
    this.#watch.disconnect();
    dark.removeEventListener("change", this.#redraw);
  }

  /** The block has left the page. */
  left() {}

  /** Runs when the block is first seen, and again when its model is another one. */
  async begin() {}

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (this.seen && this.ready && ["model", "loaded", "seen"].some((name) => changed.has(name)))
      this.attempt(() => this.#start());
  }

  /** Whether there is all that `begin` needs: a block of the page waits until the page has its model. */
  get ready() {
    return this.settings.model !== "" || this.loaded !== undefined;
  }

  /** The block's picture. @returns {unknown} */
  draw() {
    return nothing;
  }

  render() {
    // To set what is there already would style the whole block anew.
    if (this.dataset.theme !== this.shade) this.dataset.theme = this.shade;
    const { loading } = this;
    return html`<div
        class="progress ${loading ? "active" : ""}"
        style=${loading?.fraction ? `--done:${loading.fraction}` : ""}
        role="status"
        >${loading ? html`<small>${stage({ loading, say: this.say })}</small>` : nothing}</div
      >
      ${this.error ? html`<p class="error" role="alert">${this.error}${this.outdated ? html` <button type="button" class="link reload" @click=${reload}>${this.say("reload")}</button>` : nothing}</p>` : nothing}
      ${this.foreign ? html`<p class="caption mono">${this.foreign.address}</p><p><button type="button" @click=${() => this.#agree()}>${this.say("blocks.ask", { host: this.foreign.host })}</button></p>` : nothing}
      ${this.#unfinished ? html`<p class="caption">${this.say("print.unfinished")}</p>` : nothing} ${this.#drawn()}
      ${sharePanel(this)}`;
  }

  /**
   * Changes settings by the reader's hand.
   * @param {Settings} change
   */
  keep(change) {
    Object.assign(this, change);
    this.dispatchEvent(
      new CustomEvent("diorama-settings", { detail: { settings: this.changed() }, bubbles: true, composed: true }),
    );
  }

  /** The settings that differ from the defaults. @returns {Settings} */
  changed() {
    return Object.fromEntries(
      Object.entries(this.defaults).flatMap(([name, value]) =>
        this.settings[name] === value ? [] : [[name, this.settings[name]]],
      ),
    );
  }

  /** What brings this block back elsewhere: an open page's model by its address, the seed always, and what differs from the defaults. @returns {Settings} */
  shared() {
    const { lang, theme, ...changed } = this.changed();
    /** @type {Settings} */
    const settings = { ...changed, seed: this.settings.seed, lang: this.language };
    if (this.settings.model === "" && this.address) settings.model = this.address;
    return settings;
  }

  /**
   * A model of the page's pool, or the one that the page has open where `address` is empty.
   * @param {string} address
   * @param {"auto" | "webgpu" | "cpu"} [device] the block's own, where none is named
   * @returns {Promise<Model>}
   */
  async use(address, device = this.settings.device) {
    if (!address) {
      if (this.loaded) return this.loaded;
      throw new Error(`<${this.localName}> needs a model: give it the attribute model="models/…/".`);
    }
    try {
      return await acquire(address, this.holding, {
        device,
        onProgress: (stage, fraction) => (this.loading = { stage, fraction }),
      });
    } finally {
      this.loading = undefined;
    }
  }

  /**
   * Does something that may fail; a failure is one sentence in place, and the block goes on.
   * @param {() => unknown} action
   */
  async attempt(action) {
    const attempt = ++this.#attempts;
    this.error = "";
    this.outdated = false;
    this.foreign = undefined;
    try {
      await action();
    } catch (error) {
      // What was overtaken by something newer may have lost its model on the way.
      if (attempt === this.#attempts && error?.name !== "AbortError") {
        this.error = await spoken(this.language, () => sentence(error, this.say));
        this.outdated = error instanceof Trouble && error.ofSite;
        this.foreign = error.key === "trouble.foreign" ? error.values : undefined;
      }
    }
    this.requestUpdate();
  }

  /** The picture; settings of which there is none are said. */
  #drawn() {
    try {
      return this.draw();
    } catch (error) {
      return html`<p class="error" role="alert">${this.say("blocks.undrawn", { why: error.message })}</p>`;
    }
  }

  /** The reader has seen the address. */
  #agree() {
    if (this.foreign) agree(this.foreign.address);
    return this.attempt(() => this.#start());
  }

  /** Begins, whether it is seen or not. */
  wake() {
    this.seen = true;
  }

  /** Whether it waits to be seen, or computes. */
  get unfinished() {
    return !this.seen || this.loading !== undefined;
  }

  /** Paper shows what is there now; what is not begins, for the next try. */
  paperChanged() {
    this.#unfinished = onPaper() && (this.#unfinished || this.unfinished);
    if (onPaper()) this.wake();
  }

  #start() {
    lowerIndices();
    return this.#holding.anew(() => this.begin());
  }

  #left() {
    this.seen = false;
    // What was begun ends unheard.
    this.#attempts++;
    this.left();
  }
}
