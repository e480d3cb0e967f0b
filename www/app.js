// The shell: keeps the state, the model and the player, and draws the page from them. The pictures are elements in views/, the page's parts in shell/.

import { LitElement, html, nothing } from "lit";
import { preferredLanguage, words } from "./i18n.js";
import { addressOf, isOurs, openModel } from "./opening.js";
import { Own } from "./own.js";
import { Pause } from "./pause.js";
import { Player } from "./player.js";
import { leastCertain } from "./sampling.js";
import { formatState, parseState } from "./state.js";
import { taskOf } from "./tasks.js";
import { sentence } from "./trouble.js";
import { readCard } from "./shell/card.js";
import { dialogs } from "./shell/dialogs.js";
import { droppedFiles } from "./shell/drop.js";
import { header } from "./shell/header.js";
import { input } from "./shell/input.js";
import { lenses } from "./shell/lenses.js";
import { output } from "./shell/output.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./model.js").Model} Model */
/** @typedef {{ side: "source" | "target", position: number } | undefined} Hover */

/** Least time between tokens of a run, so that the eye can see each row being written. // ms */
const PACE = 90;

/** How long the reader must pause before the tokens of a half-typed text are shown. // ms */
const TYPING_PAUSE = 120;

export class App extends LitElement {
  static properties = {
    state: { state: true },
    hover: { state: true },
    pinned: { state: true },
    cell: { state: true },
    selected: { state: true },
    error: { state: true },
    remedy: { state: true },
    notice: { state: true },
    loading: { state: true },
    dialog: { state: true },
    tables: { state: true },
    shader: { state: true },
    card: { state: true },
    dragging: { state: true },
  };

  player = new Player();
  own = new Own(this);
  /** Files of the reader's own model; they cannot stand in a link. @type {File[] | undefined} */
  ownFiles;
  #typing = new Pause();
  /** Ends the loading of a model: the reader did, or chose another one. */
  abort = new AbortController();
  #darkQuery = matchMedia("(prefers-color-scheme: dark)");

  constructor() {
    super();
    /** @type {State} */
    this.state = parseState(location.hash);
    /** @type {Hover} */
    this.hover = undefined;
    /** The cell under the cursor in one of the lenses. @type {{ stack: string, row: number, column: number } | undefined} */
    this.cell = undefined;
    /** A source token that stays lit. @type {number | undefined} */
    this.pinned = undefined;
    /** The written token whose candidates are shown; undefined: the next one. @type {number | undefined} */
    this.selected = undefined;
    this.error = "";
    /** What the reader can do about the error. @type {{ label: string, act: () => void } | undefined} */
    this.remedy = undefined;
    this.notice = "";
    /** @type {{ stage: string, fraction: number, bytes?: import("./files.js").Bytes } | undefined} */
    this.loading = { stage: "start", fraction: 0 };
    /** @type {"" | "model" | "shader"} */
    this.dialog = "";
    /** Lenses that show their numbers as a table. @type {Set<string>} */
    this.tables = new Set();
    /** @type {{ op: string, file: string, wgsl: string }} */
    this.shader = { op: "", file: "", wgsl: "" };
    /** The model's card and held-out numbers, where it has them. @type {import("./shell/card.js").Card | undefined} */
    this.card = undefined;
    this.dragging = false;
  }

  createRenderRoot() {
    return this;
  }

  get language() {
    return this.state.lang || preferredLanguage(navigator.languages);
  }

  get theme() {
    return this.state.theme === "auto" ? (this.#darkQuery.matches ? "dark" : "light") : this.state.theme;
  }

  get say() {
    return words(this.language);
  }

  /** What is lit everywhere: the token under the cursor, else a pinned source token, else the chosen target token. @returns {Hover} */
  get lit() {
    if (this.hover) return this.hover;
    if (this.pinned !== undefined) return { side: "source", position: this.pinned };
    return this.selected === undefined ? undefined : { side: "target", position: this.selected };
  }

  get task() {
    return taskOf(this.state.task);
  }

  /** @type {Model | undefined} */
  get model() {
    return this.player.model;
  }

  connectedCallback() {
    super.connectedCallback();
    this.player.addEventListener("change", () => this.#played());
    this.#darkQuery.addEventListener("change", () => this.requestUpdate());
    window.addEventListener("hashchange", () => this.#fromHash());
    const start = async () => {
      await this.loadModel();
      await this.run();
    };
    this.attempt(start).then(() => this.own.standIn());
  }

  /**
   * Changes the state, and with it the URL and whatever hangs on it.
   * @param {Partial<State>} change
   */
  set(change) {
    this.state = { ...this.state, ...change };
    const hash = formatState(this.state);
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
    if (["text", "task", "pad"].some((name) => name in change)) this.#readSoon();
    if (["temperature", "topK", "topP", "seed", "beams", "max"].some((name) => name in change)) this.attempt(() => this.player.set(this.state));
  }

  /** Loads the model of the state, or the reader's own files. */
  async loadModel(address = this.state.model) {
    this.abort.abort();
    const { signal } = (this.abort = new AbortController());
    this.#typing.cancel();
    const previous = this.model;
    this.loading = { stage: "start", fraction: 0 };
    try {
      const source = this.ownFiles ?? (await addressOf(address, this.own.allowed));
      /** @type {import("./files.js").OnProgress} */
      const onProgress = (stage, fraction, bytes) => {
        if (!signal.aborted) this.loading = { stage, fraction, bytes };
      };
      const onRecover = (/** @type {string} */ reason) => this.#recovered(reason);
      const model = await openModel(source, { device: this.state.device, onProgress, onRecover, signal }, this.say);
      if (signal.aborted) return model.dispose();
      await this.player.use(model);
      previous?.dispose();
      this.selected = undefined;
      await this.player.set(this.state);
      this.card = undefined;
    } finally {
      if (!signal.aborted) this.loading = undefined;
    }
  }

  async run() {
    this.selected = undefined;
    this.pinned = undefined;
    await this.#read();
    await this.player.run(matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : PACE);
    if (this.player.finished) this.selected = leastCertain(this.player.steps);
  }

  /** @param {number} [force] an id to take instead of sampling */
  async step(force) {
    this.selected = undefined;
    await this.#read();
    await this.player.step(force);
  }

  async back() {
    this.selected = undefined;
    await this.player.back();
  }

  /**
   * Takes another token at a place already written: what followed is forgotten.
   * @param {number} id
   */
  async branch(id) {
    const { steps } = this.player;
    if (this.selected !== undefined && this.selected < steps.length) await this.player.back(steps.length - this.selected);
    await this.step(id);
  }

  /** Opens the model's dialog; its card is read only now. */
  async showModel() {
    this.dialog = "model";
    this.own.refresh();
    if (!this.ownFiles && isOurs(this.state.model)) this.card ??= await readCard(await addressOf(this.state.model, this.own.allowed));
  }

  /** @param {string} op */
  async showShader(op) {
    this.dialog = "shader";
    const shader = await this.model?.shader(op);
    this.shader = { op, file: shader?.file ?? "", wgsl: shader?.wgsl ?? "" };
  }

  async share() {
    // Only a secure page may write to the clipboard.
    await navigator.clipboard?.writeText(location.href);
    this.note(this.say(navigator.clipboard ? "share.done" : "share.byhand"));
  }

  /**
   * Does something that may fail; a failure is one sentence in place, and the page goes on.
   * @param {() => Promise<unknown>} action
   */
  async attempt(action) {
    this.error = "";
    this.remedy = undefined;
    try {
      await action();
    } catch (error) {
      // What the reader ended, or replaced by something newer, is no failure.
      if (error?.name === "AbortError") return;
      this.error = sentence(error, this.say);
      this.remedy = this.own.remedy(error, action);
    }
  }

  render() {
    document.documentElement.lang = this.language === "zh" ? "zh-Hans" : "en";
    document.documentElement.dataset.theme = this.theme;
    document.title = this.say("title");
    return html`<div class="page" data-hide=${this.state.hide.join(" ")} @dragover=${this.#drag} @dragleave=${this.#drag} @drop=${this.#drag}>
      ${header(this)}
      <main>${input(this)} ${lenses(this)} ${output(this)}</main>
      ${dialogs(this)}
      ${this.dragging ? html`<div class="dropzone">${this.say("model.drop")}</div>` : nothing}
    </div>`;
  }

  updated() {
    const dialog = /** @type {HTMLDialogElement | null} */ (this.querySelector("dialog"));
    if (dialog && !dialog.open) dialog.showModal();
  }

  #read() {
    this.#typing.cancel();
    return this.player.read(this.#request());
  }

  #request() {
    return { text: this.state.text, prefix: this.task.prefix, pad: this.state.pad };
  }

  #readSoon() {
    this.#typing.after(TYPING_PAUSE, () => this.player.read(this.#request()), (read) => this.attempt(read));
  }

  #played() {
    if (this.selected !== undefined && this.selected >= this.player.steps.length) this.selected = undefined;
    this.requestUpdate();
  }

  #fromHash() {
    const before = this.state;
    this.state = parseState(location.hash);
    const reload = before.model !== this.state.model || before.device !== this.state.device;
    this.attempt(async () => {
      if (reload) await this.loadModel();
      await this.player.set(this.state);
      await this.run();
    });
  }

  /** @param {string} reason */
  #recovered(reason) {
    this.note(`${this.say("recovered")} (${reason})`);
  }

  /** @param {string} text */
  note(text) {
    this.notice = text;
    setTimeout(() => {
      if (this.notice === text) this.notice = "";
    }, 6000);
  }

  /** @param {DragEvent} event */
  #drag(event) {
    event.preventDefault();
    this.dragging = event.type === "dragover";
    if (event.type === "drop") this.attempt(async () => this.own.openFiles(await droppedFiles(event)));
  }
}

customElements.define("diorama-app", App);
