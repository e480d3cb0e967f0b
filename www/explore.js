// The shell: keeps the state and the text being read or written, and draws the page from them. The pictures are elements in views/, the page's parts in shell/.

import { LitElement, html, nothing } from "lit";
import { shippedAt } from "./catalogue.js";
import { makingOf, momentFiles } from "./checkpoint/making.js";
import { loadModel } from "./diorama.js";
import { formatEdits } from "./reading/edits.js";
import { preferredLanguage, spoken, words } from "./i18n.js";
import { keepOffline } from "./offline.js";
import { Own } from "./own.js";
import { Pause } from "./pause.js";
import { Player } from "./reading/player.js";
import { Reader, pairHeadOf } from "./reading/reader.js";
import { loadSoon, mayStartSoon } from "./engine/soon.js";
import { begun, formatState, parseState } from "./state.js";
import { taskOf, tasksOf } from "./reading/tasks.js";
import { Trail } from "./trail.js";
import { sentence } from "./sentence.js";
import { answers } from "./shell/answers.js";
import { dialogs } from "./shell/dialogs.js";
import { dress } from "./shell/dress.js";
import { dragged } from "./shell/drop.js";
import { guide } from "./shell/guide.js";
import { follow } from "./shell/follow.js";
import { header } from "./shell/header.js";
import { input } from "./shell/input.js";
import { lenses } from "./shell/lenses.js";
import { making } from "./shell/making.js";
import { output } from "./shell/output.js";
import { Preferences, shadeOf } from "./shell/preferences.js";
import { tokens } from "./shell/tokens.js";
import { seen } from "./shell/seen.js";
import { tabs, tool } from "./shell/tools.js";
import { undoKeys } from "./shell/undo.js";
import { keepMarkers } from "./translation.js";
import { rewrite, run } from "./shell/writing.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./engine/model.js").Model} Model */
/** @typedef {import("./kinds.js").Kind} Kind */
/** @typedef {{ side: "source" | "target", position: number } | undefined} Hover */

/** How long the reader must pause before the tokens of a half-typed text are shown. // ms */
const TYPING_PAUSE = 120;

export class App extends LitElement {
  static properties = Object.fromEntries(
    [
      "state",
      "hover",
      "pinned",
      "cell",
      "selected",
      "error",
      "remedy",
      "notice",
      "loading",
      "dialog",
      "shader",
      "card",
      "checks",
      "dragging",
      "testing",
      "guiding",
      "making",
    ].map((name) => [name, { state: true }]),
  );

  /** Writes: encoder-decoders and decoders. */
  player = new Player();
  /** Only reads: encoders. */
  reader = new Reader();
  own = new Own(this);
  /** The address of the model that is open; the state's names another where that could not be opened. */
  opened = "";
  #typing = new Pause();
  /** While the place in the training is being moved. */
  resting = new Pause();
  /** Ends the loading of a model: the reader did, or chose another one. */
  abort = new AbortController();

  constructor() {
    super();
    new Preferences(this);
    /** @type {State} */
    this.state = parseState(location.hash);
    this.trail = new Trail(formatState(this.state));
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
    /** @type {{ stage: string, fraction: number, bytes?: import("./checkpoint/files.js").Bytes } | undefined} */
    this.loading = { stage: "start", fraction: 0 };
    /** @type {"" | "model" | "shader" | "checks"} */
    this.dialog = "";
    /** @type {{ op: string, file: string, wgsl: string }} */
    this.shader = { op: "", file: "", wgsl: "" };
    /** The model's card and held-out numbers, where it has them. @type {import("./shell/card.js").Card | undefined} */
    this.card = undefined;
    /** @type {import("./shell/checks.js").Checks | undefined} */
    this.checks = undefined;
    this.dragging = false;
    this.testing = false; // the model computes, and its devices are still being tested
    /** The moments of the model's training, where they lie beside it. @type {import("./checkpoint/making.js").Checkpoint[] | undefined} */
    this.making = undefined;
    /** The moment that is shown; the state's may be on its way. */
    this.shownMoment = "";
    this.guiding = false; // the first minute is being shown
  }

  createRenderRoot() {
    return this;
  }

  get language() {
    return this.state.lang || preferredLanguage(navigator.languages);
  }

  get theme() {
    return shadeOf(this.state.theme);
  }

  get say() {
    return words(this.language);
  }

  get tasks() {
    return tasksOf(shippedAt(this.state.model)?.name, this.kind);
  }

  get task() {
    return taskOf(this.tasks, this.state.task);
  }

  /** @type {Model | undefined} */
  get model() {
    return this.player.model ?? this.reader.model;
  }

  /** What is drawn; known for our own models before they are loaded. @returns {Kind} */
  get kind() {
    return this.model?.info.kind ?? shippedAt(this.state.model)?.kind ?? "encoder-decoder";
  }

  /** The text at hand, whatever the model does with it. */
  get reading() {
    return this.kind === "encoder" ? this.reader : this.player;
  }

  /** What is shown stays until there are words for what comes. */
  scheduleUpdate() {
    return spoken(this.language, () => super.scheduleUpdate());
  }

  connectedCallback() {
    super.connectedCallback();
    keepMarkers(this);
    this.player.addEventListener("change", () => this.#played());
    this.reader.addEventListener("change", () => this.#wasRead());
    window.addEventListener("hashchange", () => follow(this));
    undoKeys(this.trail);
    const start = async () => {
      await this.loadModel();
      await rewrite(this);
    };
    this.attempt(start)
      .then(() => this.own.standIn())
      .then(keepOffline);
  }

  /**
   * Changes the state and the URL, nothing else.
   * @param {State} state
   */
  keep(state) {
    this.trail.note(this.#put(state));
  }

  /**
   * The same where what is shown is only told in more detail: no step that can be undone.
   * @param {Partial<State>} change
   */
  amend(change) {
    this.trail.amend(this.#put({ ...this.state, ...change }));
  }

  /**
   * Changes the state, and with it the URL and whatever hangs on it.
   * @param {Partial<State>} change
   */
  set(change) {
    const reads = ["text", "pair", "task", "pad", "edits"].some((name) => name in change);
    this.keep({ ...this.state, ...(reads ? { written: [], at: "" } : {}), ...change });
    if (reads) this.#readSoon("edits" in change ? 0 : TYPING_PAUSE);
    if (["temperature", "topK", "topP", "seed", "beams", "max"].some((name) => name in change))
      this.attempt(() => this.player.set(this.state));
  }

  /** Loads the model of the state. */
  async loadModel(address = this.state.model) {
    this.abort.abort();
    const { signal } = (this.abort = new AbortController());
    this.#typing.cancel();
    const previous = this.model;
    this.loading = { stage: "start", fraction: 0 };
    try {
      const making = shippedAt(address)?.making ? await makingOf(address) : undefined;
      const { moment: step } = this.state;
      const moment = making && step ? await momentFiles(address, Number(step)) : undefined;
      const source = moment ?? (await this.own.sourceOf(address));
      /** @type {import("./checkpoint/files.js").OnProgress} */
      const onProgress = (stage, fraction, bytes) => {
        if (!signal.aborted) this.loading = { stage, fraction, bytes };
      };
      const onRecover = (/** @type {string} */ reason) => this.note(`${this.say("recovered")} (${reason})`);
      const options = { device: this.state.device, onProgress, onRecover, signal };
      const soon = mayStartSoon(address, options.device);
      const model = await (soon
        ? loadSoon(
            (device, lend) => loadModel(source, { ...options, device, lend }),
            (moved) => this.#tested(moved),
            signal,
          )
        : loadModel(source, options));
      if (signal.aborted) return model.dispose();
      // Files say nothing of the model that they are a moment of.
      if (moment) model.info = { ...model.info, name: shippedAt(address)?.name ?? model.info.name };
      const reads = model.info.kind === "encoder";
      await this.player.use(reads ? undefined : model);
      this.reader.use(reads ? model : undefined);
      previous?.dispose();
      this.opened = address;
      this.making = making;
      this.shownMoment = moment ? step : "";
      this.selected = undefined;
      this.pinned = undefined;
      if (!this.state.text) this.keep(begun(this.state, this.tasks));
      await this.player.set(this.state);
      this.card = undefined;
      this.testing = soon;
    } finally {
      if (!signal.aborted) this.loading = undefined;
    }
  }

  /** @param {boolean} moved the model computes on another device now */
  #tested(moved) {
    this.testing = false;
    performance.mark("diorama: devices tested");
    if (moved) this.player.moved();
  }

  /** Reads the text as it stands, now. */
  read() {
    this.#typing.cancel();
    return this.reading.read(this.#request());
  }

  /** Reads the text, and writes all that the model writes. */
  run() {
    return run(this);
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
      this.error = await spoken(this.language, () => sentence(error, this.say));
      this.remedy = this.own.remedy(error, action);
    }
  }

  /**
   * Says something for a while.
   * @param {string} text
   */
  note(text) {
    this.notice = text;
    setTimeout(() => (this.notice = this.notice === text ? "" : this.notice), 6000);
  }

  render() {
    dress(document, this);
    const drag = (/** @type {DragEvent} */ event) => dragged(this, event);
    return html`<div class="page" data-hide=${this.state.hide.join(" ")} @dragover=${drag} @dragleave=${drag} @drop=${drag}>
      ${header(this)}
      <main
        >${input(this)} ${making(this)} ${tabs(this)}
        <div id="tool-panel" role="tabpanel" aria-label=${this.say("tools.title")}
          >${tool(this) ?? html`${this.kind === "encoder" ? answers(this) : nothing} ${tokens(this)} ${seen(this)} ${lenses(this)} ${this.kind === "encoder" ? nothing : output(this)}`}</div
        >
      </main>
      ${dialogs(this)} ${guide(this)} ${this.dragging ? html`<div class="dropzone">${this.say("model.drop")}</div>` : nothing}
    </div>`;
  }

  updated() {
    /** @type {HTMLDialogElement | null} */ (this.querySelector("dialog:not([open])"))?.showModal();
  }

  #request() {
    const { text, pair, pad, edits } = this.state;
    return {
      text,
      pair: pairHeadOf(this.model) ? pair : "",
      prefix: this.task.prefix,
      pad: this.kind === "decoder" ? 0 : pad,
      edits,
    };
  }

  /** @param {number} pause // ms */
  #readSoon(pause) {
    this.#typing.after(
      pause,
      () => this.reading.read(this.#request()),
      (read) => this.attempt(read),
    );
  }

  #played() {
    if (this.player.steps.length === 1) performance.mark("diorama: a first token");
    if (this.selected !== undefined && this.selected >= this.player.steps.length) this.selected = undefined;
    this.requestUpdate();
  }

  /** Tokens changed by hand move along with a text that is edited, and the link with them. */
  #wasRead() {
    const { edits, source } = this.reader;
    if (formatEdits(edits) !== formatEdits(this.state.edits)) this.keep({ ...this.state, edits });
    if (this.pinned !== undefined && this.pinned >= source.length) this.pinned = undefined;
    this.requestUpdate();
  }

  /** @param {State} state */
  #put(state) {
    this.state = state;
    const hash = formatState(state);
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
    return hash;
  }
}

customElements.define("diorama-app", App);
