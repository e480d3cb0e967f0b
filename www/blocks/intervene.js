// Change something inside a model and see what it does: heads and layers switched off, hooks set, another text's state patched in, an attention weight edited.

import { html, nothing } from "lit";
import { writeTensors } from "../checkpoint/safetensors.js";
import { Bench } from "./change/bench.js";
import { changeOf, emptyFields, fieldsOf, nameOf, patternOf } from "./change/forms.js";
import { sitesOf } from "./change/sites.js";
import { commandFile, parseChanges, weightAt } from "./change/stack.js";
import { interveneStyles } from "./change/styles.js";
import { blockStyles } from "./styles.js";
import { TextBlock } from "./text-block.js";
import { minus, prompted, writingStyles } from "./writing/parts.js";

/** @typedef {import("./change/stack.js").Change} Change */

/** So many runs of a model of so many parameters are made unasked. */
const UNASKED = { runs: 60, parameters: 5e6 };

export class Intervene extends TextBlock {
  /** `changes` is the list as JSON, empty for an example; `place` and `watch` are a position and a token's id, −1 for the block's own choice; `tokens` are written. */
  static settings = { model: "models/gpt2-tiny/", text: "Once upon a time, there was a little girl named", changes: "", place: -1, watch: -1, tokens: 16 };
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
  /** By site. @type {number[][][]} */
  #sweep = [];
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
    if (!["words", "classes"].includes(bench.says)) return this.requestUpdate();
    await bench.open();
    this.#bench = bench;
    this.#fields ??= emptyFields(this.#sites);
    this.#fields = { ...this.#fields, cell: undefined };
    await this.#try();
    const runs = this.#sites.reduce((sum, { layers }) => sum + layers * this.engine.info.heads, 0);
    if (runs <= UNASKED.runs && this.engine.info.parameters <= UNASKED.parameters) await this.#sweepAll(bench);
  }

  get #sites() {
    return sitesOf(this.engine);
  }

  /** What is shown follows the settings, whoever changed them. @param {Map<string, unknown>} changed */
  updated(changed) {
    super.updated(changed);
    if (!this.#bench || ["model", "loaded", "text"].some((name) => changed.has(name))) return;
    const looks = ["place", "watch"].some((name) => changed.has(name));
    if (looks || changed.has("changes") || changed.has("tokens")) this.work(() => this.#again(looks));
  }

  /** @param {boolean} looks elsewhere, so that what every head does must be asked again */
  async #again(looks) {
    await this.#try();
    if (looks && this.#sweep.length > 0 && this.#bench) await this.#sweepAll(this.#bench);
  }

  get #changes() {
    return parseChanges(this.settings.changes) ?? this.#example;
  }

  /** @returns {Change[]} the first layer's attention, or the last one's to the source */
  get #example() {
    const sites = this.#sites;
    const site = sites.find(({ part }) => part === "cross_attn") ?? sites[sites.length - 1];
    return site ? [{ do: "layer", stack: site.stack, layer: site.part === "cross_attn" ? site.layers - 1 : 0, part: site.part, by: "zero" }] : [];
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
    const outcome = await bench.try(this.#changes, this.#place, this.#watched, this.settings.tokens);
    if (bench !== this.#bench) return;
    this.#outcome = outcome;
    this.requestUpdate();
  }

  /** @param {Bench} bench */
  async #sweepAll(bench) {
    const runs = this.#sites.reduce((sum, { layers }) => sum + layers * this.engine.info.heads, 0);
    const { signal } = this;
    let done = 0;
    const maps = [];
    const onProgress = () => {
      signal.throwIfAborted();
      this.loading = { stage: "sweep", fraction: ++done / runs };
    };
    try {
      for (const site of this.#sites) maps.push(await bench.sweep(site, this.#place, this.#watched, onProgress));
    } finally {
      this.loading = undefined;
    }
    if (bench === this.#bench) this.#sweep = maps;
    this.requestUpdate();
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
      const one = [spaced, plain].map((pieces) => pieces.filter(({ special }) => !special)).sort((a, b) => a.length - b.length)[0];
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
    return { say: this.say, sites: this.#sites, heads: this.engine.info.heads, hooks: this.engine.info.hooks.filter(({ name }) => !/^(nsp_|sop_)?logits$/.test(name)), fields, set };
  }

  draw() {
    if (!this.held) return nothing;
    const { say } = this;
    const [bench, outcome] = [this.#bench, this.#outcome];
    if (!bench && !this.busy) return html`<p class="soft" style="margin-top:12px">${say("change.wordless")}</p>`;
    if (!bench || !outcome || !this.#fields) return nothing;
    return html`<p class="caption">${say("change.intro")}</p>
      <div class="two">
        <section aria-label=${say("change.list")}>${this.#list()} ${this.#add()}</section>
        <section aria-label=${say("change.outcome")}>${this.#result(bench, outcome)}</section>
      </div>
      ${this.#sweepView()} ${this.#command(outcome)}`;
  }

  #list() {
    const { say } = this;
    const changes = this.#changes;
    return html`<div class="row"><h3>${say("change.list")}</h3><span class="quiet">
        <button type="button" class="link" ?disabled=${this.#past.length === 0} @click=${() => this.#travel(this.#past, this.#future)}>${say("branches.undo")}</button>
        <button type="button" class="link" ?disabled=${this.#future.length === 0} @click=${() => this.#travel(this.#future, this.#past)}>${say("branches.redo")}</button>
        <button type="button" class="link" ?disabled=${changes.length === 0} @click=${() => this.#change([])}>${say("change.clear")}</button></span></div>
      ${changes.length === 0 ? html`<p class="small">${say("change.none")}</p>` : nothing}
      <ul class="stack">${changes.map((change, n) => html`<li class=${change.off ? "off" : ""}><label><input type="checkbox" .checked=${!change.off} @change=${() => this.#change(changes.with(n, { ...change, off: !change.off }))} /> <span>${nameOf(change, say)}</span></label>
        <button type="button" class="link" aria-label=${say("change.remove", { name: nameOf(change, say) })} title=${say("change.remove", { name: nameOf(change, say) })} @click=${() => this.#change(changes.toSpliced(n, 1))}>×</button></li>`)}</ul>`;
  }

  #add() {
    const { say } = this;
    const form = this.#form;
    const change = changeOf(form);
    return html`${fieldsOf(form)}
      ${form.fields.kind === "weight" ? this.#map(form) : nothing}
      <button type="button" class="primary" ?disabled=${!change} @click=${() => change && this.#change([...this.#changes, change])}>${say("change.add")}</button>`;
  }

  /** The map of which a cell is edited. @param {import("./change/forms.js").Form} form */
  #map({ sites, fields, set }) {
    const bench = /** @type {Bench} */ (this.#bench);
    const site = sites[fields.site];
    const hook = patternOf(site, fields.layer);
    const pattern = bench.before?.activations.get(hook);
    const [rows, columns] = [site.stack === "encoder" ? bench.source : bench.pieces, site.stack === "encoder" || site.part === "cross_attn" ? bench.source : bench.pieces];
    const choose = () => {
      const cell = this.#pointed;
      if (!cell || !pattern) return;
      const now = weightAt(pattern, { head: fields.head, query: cell.row, key: cell.column });
      set({ cell: { query: cell.row, key: cell.column, now }, value: now > 0.5 ? 0 : 1 });
    };
    return html`<diorama-attention-map class="map" .trace=${bench.before} .hook=${hook} .head=${String(fields.head)} .rows=${rows} .columns=${columns} .row=${fields.cell?.query} .column=${fields.cell?.key} .theme=${this.shade} .label=${this.say("change.map")} .say=${this.say}
      @diorama-cell-hover=${(/** @type {CustomEvent} */ { detail }) => (this.#pointed = detail.row === undefined ? this.#pointed : detail)}
      @click=${choose} @keydown=${(/** @type {KeyboardEvent} */ event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), choose())}></diorama-attention-map>`;
  }

  /**
   * @param {Bench} bench
   * @param {import("./change/bench.js").Outcome} outcome
   */
  #result(bench, { rows, moved, texts }) {
    const { say, settings } = this;
    const [place, watched] = [this.#place, this.#watched];
    const row = rows.find(({ id }) => id === watched);
    const words = bench.says === "words";
    const { kind } = this.engine.info;
    return html`<h3>${say("change.outcome")}</h3>
      ${words ? html`<p class="small">${say(`change.place.${kind === "encoder-decoder" ? "written" : kind}`)}</p>
        <diorama-token-strip class="places" .tokens=${bench.pieces} .selected=${place} .label=${say("change.place")} .say=${say} @diorama-token-select=${(/** @type {CustomEvent} */ { detail }) => this.keep({ place: detail.position, watch: -1 })}></diorama-token-strip>` : nothing}
      ${row ? html`<p class="watched" aria-live="polite">${say("change.watched")} <b class="mono">${row.token.replace(/^▁/, "␣")}</b> ${percent(row.before)} → <strong>${percent(row.after)}</strong> <small>${say("change.moved", { nats: moved.toFixed(3) })}</small></p>` : nothing}
      <diorama-before-after .rows=${rows} .watched=${watched} .label=${say("change.outcome")} .stale=${this.busy > 0} .say=${say} @diorama-candidate-select=${(/** @type {CustomEvent} */ { detail }) => this.keep({ watch: detail.id })}></diorama-before-after>
      ${words ? html`<div class="row"><label>${say("change.watch")} <input type="text" class="word" @change=${this.#watch} /></label>${this.#unknown ? html`<span class="small">${say("change.split", { text: this.#unknown })}</span>` : nothing}</div>` : nothing}
      ${texts ? html`<dl class="texts"><dt>${say("compare.before")}</dt><dd>${prompted(settings.text, /^\s/.test(texts.before) ? "" : "▁", texts.before, kind)}</dd><dt>${say("compare.after")}</dt><dd class=${texts.before === texts.after ? "soft" : ""}>${prompted(settings.text, /^\s/.test(texts.after) ? "" : "▁", texts.after, kind)}</dd></dl>` : nothing}`;
  }

  #sweepView() {
    const { say } = this;
    const bench = /** @type {Bench} */ (this.#bench);
    const token = this.#outcome?.rows.find(({ id }) => id === this.#watched)?.token.replace(/^▁/, "␣") ?? "";
    const most = Math.max(1e-6, ...this.#sweep.flat(2).map(Math.abs));
    return html`<section class="sweep"><h3>${say("sweep.title", { token })}</h3><p class="caption">${say("sweep.intro")}</p>
      ${this.loading?.stage === "sweep" ? this.stopButton() : this.#sweep.length === 0 ? html`<button type="button" ?disabled=${this.busy > 0} @click=${() => this.work(() => this.#sweepAll(bench))}>${say("sweep.run")}</button>` : nothing}
      <div class="maps">${this.#sweep.map((values, n) => {
        const { stack, part } = this.#sites[n];
        return html`<figure><figcaption class="small">${say(`change.site.${stack}.${part}`)}</figcaption><diorama-head-map .values=${values} .most=${most} .label=${say(`change.site.${stack}.${part}`)} .say=${say}
          @diorama-head-select=${(/** @type {CustomEvent} */ { detail }) => this.#change([...this.#changes, { do: "head", stack, part, ...detail, by: "zero" }])}></diorama-head-map></figure>`;
      })}</div><p class="caption">${say("change.caveat")}</p></section>`;
  }

  /** @param {import("./change/bench.js").Outcome} outcome */
  #command({ interventions }) {
    const { say } = this;
    const { json, files } = commandFile(interventions);
    return html`<details><summary class="small">${say("change.json")}</summary>
      <pre class="mono" tabindex="0">${json}</pre>
      <div class="row"><button type="button" @click=${() => this.attempt(() => this.#copy(json))}>${say(this.#copied ? "share.copied" : "share.copy")}</button>
        ${files.map(({ name, activation }) => html`<button type="button" class="link" @click=${() => save(name, writeTensors([activation]))}>${name}</button>`)}
        <span class="small">${say("change.json.help")}</span></div></details>`;
  }

  /** @param {string} text */
  async #copy(text) {
    await navigator.clipboard.writeText(text);
    this.#copied = true;
  }
}

/** @param {number} probability */
function percent(probability) {
  return probability < 0.001 ? `${(probability * 100).toPrecision(1)} %` : `${minus(probability * 100, 1)} %`;
}

/**
 * @param {string} name
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
function save(name, bytes) {
  const link = Object.assign(document.createElement("a"), { download: name, href: URL.createObjectURL(new Blob([bytes])) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

export { Intervene as element };
