// Change something inside a model and see what it does: heads and layers switched off, hooks set, another text's state patched in, an attention weight edited.

import { html, nothing } from "lit";
import { Bench } from "./change/bench.js";
import { changeOf, emptyFields, fieldsOf, patternOf } from "./change/forms.js";
import { commandPart, labelledRow, listPart, watchedPart } from "./change/parts.js";
import { sitesOf } from "./change/sites.js";
import { parseChanges, weightAt } from "./change/stack.js";
import { interveneStyles } from "./change/styles.js";
import { portion } from "../engine/turns.js";
import { outputHeadOf } from "../reading/reader.js";
import { blockStyles } from "./styles.js";
import { TextBlock } from "./text-block.js";
import { prompted, writingStyles } from "./writing/parts.js";
import { named } from "../spelling.js";

/** @typedef {import("./change/stack.js").Change} Change */

/** So many runs of a model of so many parameters are made unasked. */
const UNASKED = { runs: 60, parameters: 5e6 };

/** What a model must say so that a change can be seen in it. */
const SAID = ["words", "classes"];

export class Intervene extends TextBlock {
  /** `changes` is the list as JSON, empty for an example; `place` and `watch` are a position and a token's id, −1 for the block's own choice; `tokens` are written. */
  static settings = {
    model: "models/gpt2-tiny/",
    text: "Once upon a time, there was a little girl named",
    changes: "",
    place: -1,
    watch: -1,
    tokens: 16,
  };
  static styles = [blockStyles, writingStyles, interveneStyles];

  /** @type {Bench | undefined} */
  #bench;
  /** @type {Change[][]} */
  #past = [];
  /** @type {Change[][]} */
  #future = [];
  /** @type {import("./change/forms.js").Fields | undefined} */
  #fields;
  /** @type {import("./change/bench.js").Outcome | undefined} */
  #outcome;
  /** Until it is known what the present changes do, the outcome is of those before. */
  #stale = false;
  /** Where the model writes any. @type {import("./change/bench.js").Texts | undefined} */
  #texts;
  /** By site. @type {number[][][]} */
  #sweep = [];
  /** What every head does is wanted, unasked or by the reader's hand. */
  #sweeps = false;
  #sweeping = false;
  /** The place and the token of the sweep that is shown. */
  #swept = "";
  /** What stands in the field for a token to watch, where the model knows none like it. */
  #unknown = "";
  /** @type {{ row: number, column: number } | undefined} */
  #pointed;
  #copied = false;

  forget() {
    this.#bench = undefined;
    this.#outcome = undefined;
    this.#fields = undefined;
  }

  async read() {
    const bench = new Bench(this.engine, this.settings.text);
    this.#sweep = [];
    this.#swept = "";
    this.#texts = undefined;
    if (!SAID.includes(bench.says)) return this.requestUpdate();
    await bench.open(this.stoppable);
    this.#bench = bench;
    this.#fields ??= emptyFields(this.#sites);
    this.#fields = { ...this.#fields, cell: undefined };
    this.#sweeps = this.#runs <= UNASKED.runs && this.engine.info.parameters <= UNASKED.parameters;
    await this.#again();
  }

  /** A sweep that was stopped must be asked for again. */
  stop() {
    this.#sweeps = this.#bench !== undefined && this.#swept === this.#looksAt;
    super.stop();
  }

  /** What a sweep looks at. */
  get #looksAt() {
    return `${this.#place} ${this.#watched}`;
  }

  get #runs() {
    return this.#sites.reduce((sum, { layers }) => sum + layers * this.engine.info.heads, 0);
  }

  get #sites() {
    return sitesOf(this.engine);
  }

  /** What is shown follows the settings, whoever changed them. @param {Map<string, unknown>} changed */
  updated(changed) {
    super.updated(changed);
    if (!this.#bench || ["model", "loaded", "text"].some((name) => changed.has(name))) return;
    if (!["place", "watch", "changes", "tokens"].some((name) => changed.has(name))) return;
    // What is being done is of the settings before; a sweep is taken up again.
    super.stop();
    this.work(() => this.#again());
  }

  async #again() {
    await this.#try();
    if (this.#bench && this.#sweeps && this.#swept !== this.#looksAt) await this.#sweepAll(this.#bench);
  }

  get #changes() {
    return parseChanges(this.settings.changes) ?? this.#example;
  }

  /** @returns {Change[]} the first layer's attention, or the last one's to the source */
  get #example() {
    const sites = this.#sites;
    const site = sites.find(({ part }) => part === "cross_attn") ?? sites[sites.length - 1];
    return site
      ? [{ do: "layer", stack: site.stack, layer: site.part === "cross_attn" ? site.layers - 1 : 0, part: site.part, by: "zero" }]
      : [];
  }

  get #place() {
    const { place } = this.settings;
    const bench = /** @type {Bench} */ (this.#bench);
    return place >= 0 && place < bench.pieces.length ? place : bench.place;
  }

  get #watched() {
    const bench = /** @type {Bench} */ (this.#bench);
    const { watch } = this.settings;
    const size = bench.says === "words" ? this.engine.info.vocab : this.engine.info.labels.length;
    return watch >= 0 && watch < size ? watch : bench.likeliest(this.#place);
  }

  async #try() {
    const bench = this.#bench;
    if (!bench) return;
    const { signal } = this;
    const progress = this.progress();
    this.#stale = true;
    this.#outcome = await bench.try(this.#changes, this.#place, this.#watched, this.stoppable);
    this.#stale = false;
    this.requestUpdate();
    signal.throwIfAborted();
    const onTexts = (/** @type {import("./change/bench.js").Texts} */ texts, /** @type {number} */ share) => {
      progress(share);
      this.#texts = texts;
      this.requestUpdate();
    };
    await bench.texts(this.#changes, this.settings.tokens, { signal, onTexts });
  }

  /** @param {Bench} bench */
  async #sweepAll(bench) {
    const [sites, at] = [this.#sites, this.#looksAt];
    this.#sweeps = this.#sweeping = true;
    this.requestUpdate();
    try {
      const maps = [];
      for (const site of sites)
        maps.push(await bench.sweep(site, this.#place, this.#watched, portion(this.stoppable, maps.length, sites.length)));
      this.#sweep = maps;
      this.#swept = at;
    } finally {
      this.#sweeping = false;
      this.requestUpdate();
    }
  }

  /**
   * Another list of changes by the reader's hand.
   * @param {Change[]} changes
   */
  #change(changes) {
    this.#past.push(this.#changes);
    this.#future = [];
    this.#take(changes);
  }

  /** @param {Change[]} changes */
  #take(changes) {
    this.#copied = false;
    this.keep({ changes: JSON.stringify(changes) });
  }

  /**
   * @param {Change[][]} from
   * @param {Change[][]} to
   */
  #travel(from, to) {
    const changes = from.pop();
    if (!changes) return;
    to.push(this.#changes);
    this.#take(changes);
  }

  /** A token that the reader types: a word's beginning, or with its space. @param {Event} event */
  #watch({ target }) {
    const text = /** @type {HTMLInputElement} */ (target).value.replaceAll("␣", " ");
    if (!text) return;
    return this.work(async () => {
      // A tokenizer that marks words by their space knows most words with one.
      const [spaced, plain] = await Promise.all([` ${text.trim()}`, text].map((word) => this.engine.encode(word)));
      const one = [spaced, plain]
        .map((pieces) => pieces.filter(({ special }) => !special))
        .sort((a, b) => a.length - b.length)[0];
      this.#unknown = one.length === 1 ? "" : text;
      if (one.length > 0) this.keep({ watch: one[0].id });
      this.requestUpdate();
    });
  }

  /** @returns {import("./change/forms.js").Form} */
  get #form() {
    const fields = /** @type {import("./change/forms.js").Fields} */ (this.#fields);
    const set = (/** @type {Partial<typeof fields>} */ change) => {
      this.#fields = { .../** @type {typeof fields} */ (this.#fields), ...change };
      this.requestUpdate();
    };
    return {
      say: this.say,
      sites: this.#sites,
      heads: this.engine.info.heads,
      hooks: this.engine.info.hooks.filter(({ name }) => !/^(nsp_|sop_)?logits$/.test(name)),
      fields,
      set,
    };
  }

  draw() {
    if (!this.held) return nothing;
    const { say } = this;
    const [bench, outcome] = [this.#bench, this.#outcome];
    if (!SAID.includes(outputHeadOf(this.engine.info)))
      return html`<p class="soft" style="margin-top:12px">${say("change.wordless")}</p>`;
    if (!bench || !outcome || !this.#fields) return this.stopLongOrAgain();
    return html`<p class="caption">${say("change.intro")}</p>
      <div class="two">
        <section aria-label=${say("change.list")}
          >${listPart(this.#changes, { say, hooks: this.engine.info.hooks, change: (changes) => this.#change(changes), undo: this.#past.length > 0 && (() => this.#travel(this.#past, this.#future)), redo: this.#future.length > 0 && (() => this.#travel(this.#future, this.#past)) })}
          ${this.#add()}</section
        >
        <section aria-label=${say("change.outcome")}>${this.#result(bench, outcome)}</section>
      </div>
      ${this.#sweepView()}
      ${commandPart(outcome.interventions, { say, copied: this.#copied, copy: (json) => this.attempt(() => this.#copy(json)) })}`;
  }

  #add() {
    const { say } = this;
    const form = this.#form;
    const change = changeOf(form);
    return html`${fieldsOf(form)} ${form.fields.kind === "weight" ? this.#map(form) : nothing}
      <button
        type="button"
        class="primary"
        ?disabled=${!change}
        @click=${() => change && this.#change([...this.#changes, change])}
        >${say("change.add")}</button
      >`;
  }

  /** The map of which a cell is edited. @param {import("./change/forms.js").Form} form */
  #map({ sites, fields, set }) {
    const bench = /** @type {Bench} */ (this.#bench);
    const site = sites[fields.site];
    const hook = patternOf(site, fields.layer);
    const pattern = bench.before?.activations.get(hook);
    const [rows, columns] = [
      site.stack === "encoder" ? bench.source : bench.pieces,
      site.stack === "encoder" || site.part === "cross_attn" ? bench.source : bench.pieces,
    ];
    const choose = () => {
      const cell = this.#pointed;
      if (!cell || !pattern) return;
      const now = weightAt(pattern, { head: fields.head, query: cell.row, key: cell.column });
      set({ cell: { query: cell.row, key: cell.column, now }, value: now > 0.5 ? 0 : 1 });
    };
    return html`<diorama-attention-map
      class="map"
      .trace=${bench.before}
      .hook=${hook}
      .head=${String(fields.head)}
      .rows=${rows}
      .columns=${columns}
      .row=${fields.cell?.query}
      .column=${fields.cell?.key}
      .theme=${this.shade}
      .label=${this.say("change.map")}
      .say=${this.say}
      @diorama-cell-hover=${(/** @type {CustomEvent} */ { detail }) => (this.#pointed = detail.row === undefined ? this.#pointed : detail)}
      @click=${choose}
      @keydown=${(/** @type {KeyboardEvent} */ event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), choose())}
    ></diorama-attention-map>`;
  }

  /**
   * @param {Bench} bench
   * @param {import("./change/bench.js").Outcome} outcome
   */
  #result(bench, { rows: found, moved }) {
    const { say, settings } = this;
    const [place, watched] = [this.#place, this.#watched];
    const rows = found.map((row) => labelledRow(row, this.engine.info, say));
    const numbers = bench.kind === "numbers";
    const row = rows.find(({ id }) => id === watched);
    const words = bench.says === "words";
    const { kind } = this.engine.info;
    const texts = this.#texts;
    return html`<div class="row head"><h3>${say("change.outcome")}</h3>${this.#sweeping ? nothing : this.stopLongOrAgain()}</div>
      ${
        words
          ? html`<p class="small">${say(`change.place.${kind === "encoder-decoder" ? "written" : kind}`)}</p>
              <diorama-token-strip
                class="places"
                .tokens=${bench.pieces}
                .selected=${place}
                .label=${say("change.place")}
                .say=${say}
                @diorama-token-select=${(/** @type {CustomEvent} */ { detail }) => this.keep({ place: detail.position, watch: -1 })}
              ></diorama-token-strip>`
          : nothing
      }
      ${row ? watchedPart(row, moved, { numbers, say }) : nothing}
      <diorama-before-after
        .rows=${rows}
        .numbers=${numbers}
        .watched=${watched}
        .label=${say("change.outcome")}
        .stale=${this.#stale}
        .say=${say}
        @diorama-candidate-select=${(/** @type {CustomEvent} */ { detail }) => this.keep({ watch: detail.id })}
      ></diorama-before-after>
      ${
        words
          ? html`<div class="row"
              ><label
                >${say("change.watch")} <input type="text" class="word" dir="auto" translate="no" @change=${this.#watch} /></label
              >${this.#unknown ? html`<span class="small">${say("change.split", { text: this.#unknown })}</span>` : nothing}</div
            >`
          : nothing
      }
      ${texts ? html`<dl class="texts"><dt>${say("compare.before")}</dt><dd dir="auto" translate="no">${prompted(settings.text, /^\s/.test(texts.before) ? "" : "▁", texts.before, kind)}</dd><dt>${say("compare.after")}</dt><dd dir="auto" translate="no" class=${texts.before === texts.after ? "soft" : ""}>${prompted(settings.text, /^\s/.test(texts.after) ? "" : "▁", texts.after, kind)}</dd></dl>` : nothing}`;
  }

  #sweepView() {
    const { say } = this;
    const bench = /** @type {Bench} */ (this.#bench);
    const numbers = bench.kind === "numbers";
    const row = this.#outcome?.rows.find(({ id }) => id === this.#watched);
    const token = row ? named(labelledRow(row, this.engine.info, say).token) : "";
    // While another one is on its way, the one before keeps its place.
    const shown = this.#swept !== "" && (this.#sweeps || this.#swept === this.#looksAt);
    const most = Math.max(1e-6, ...this.#sweep.flat(2).map(Math.abs));
    return html`<section class="sweep"
      ><h3>${numbers ? say("sweep.title.numbers", { token }) : say("sweep.title", { token })}</h3
      ><p class="caption">${numbers ? say("sweep.intro.numbers") : say("sweep.intro")}</p>
      ${this.#sweeping ? this.stopOrAgain() : shown ? nothing : html`<button type="button" ?disabled=${this.busy > 0} @click=${() => this.work(() => this.#sweepAll(bench))}>${say("sweep.run")}</button>`}
      <div class="maps"
        >${(shown ? this.#sweep : []).map((values, n) => {
          const { stack, part } = this.#sites[n];
          return html`<figure
            ><figcaption class="small">${say(`change.site.${stack}.${part}`)}</figcaption
            ><diorama-head-map
              .values=${values}
              .most=${most}
              .numbers=${numbers}
              .label=${say(`change.site.${stack}.${part}`)}
              .say=${say}
              @diorama-head-select=${(/** @type {CustomEvent} */ { detail }) => this.#change([...this.#changes, { do: "head", stack, part, ...detail, by: "zero" }])}
            ></diorama-head-map
          ></figure>`;
        })}</div
      ><p class="caption">${say("change.caveat")}</p></section
    >`;
  }

  /** @param {string} text */
  async #copy(text) {
    await navigator.clipboard.writeText(text);
    this.#copied = true;
  }
}

export { Intervene as element };
