// <diorama-tokenizers>: the reader's text through several tokenizers side by side, without their models.
//
//   text     the text
//   models   folders, separated by spaces ("models/bert-tiny/ models/gpt2-tiny/ models/t5-tiny/ models/gpt2-poem/ models/llama-tiny-zh/")
//   part     compare (default), sizes: one vocabulary with fewer merges, merges: the merges of one word; several separated by commas
//   from     the byte pair encoding that sizes and merges look into (models/llama-tiny-zh/)
//   merges   how many merges sizes keeps (1000); word   whose merges are shown ("together")
//   hide     input, strips, table

import { html, nothing } from "lit";
import { byteLevel } from "../text/bytes.js";
import { Block } from "./block.js";
import { Chart } from "./chart.js";
import { compact, exact, percent } from "./numbers.js";
import { blockStyles } from "./styles.js";
import { mergeSteps, withMerges } from "./tokenizers/bpe.js";
import { tokenizerOf } from "./tokenizers/library.js";
import { measure } from "./tokenizers/pieces.js";
import { spelled, strip, stripStyles } from "./tokenizers/strip.js";
import { tokenizersStyles } from "./tokenizers/styles.js";

/** @typedef {import("./tokenizers/library.js").Tokenizer} Tokenizer */
/** @typedef {import("../text/text.js").Text} Text */

if (!customElements.get("diorama-chart")) customElements.define("diorama-chart", Chart);

/** Vocabularies of the chart, as merges. */
/** Of a word whose merges are shown step by step. // characters */
const LONGEST_WORD = 24;

const SIZES = [0, 60, 120, 250, 500, 1000, 2000, 3000, 4000, 6000, 10000];

export class Tokenizers extends Block {
  static settings = {
    text: "The little dog was happy. 小狗在花园里玩得很开心。",
    models: "models/bert-tiny/ models/gpt2-tiny/ models/t5-tiny/ models/gpt2-poem/ models/llama-tiny-zh/",
    part: "compare",
    from: "models/llama-tiny-zh/",
    merges: 1000,
    word: "together",
  };
  static hideable = ["input", "strips", "table"];
  static styles = [blockStyles, stripStyles, tokenizersStyles];

  /** @type {Tokenizer[]} */
  #tokenizers = [];
  /** @type {Tokenizer | undefined} */
  #from;
  /** Cut-down vocabularies by their merges. @type {Map<number, { vocabulary: number, text: Text }>} */
  #cut = new Map();

  async begin() {
    await this.#load();
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (this.seen && ["models", "from", "part"].some((name) => changed.has(name))) this.attempt(() => this.#load());
  }

  get #parts() {
    return String(this.settings.part).split(/[,\s]+/);
  }

  async #load() {
    const parts = this.#parts;
    if (parts.includes("compare"))
      this.#tokenizers = await Promise.all(String(this.settings.models).split(/\s+/).filter(Boolean).map(tokenizerOf));
    if (parts.some((part) => part === "sizes" || part === "merges")) {
      const from = await tokenizerOf(this.settings.from);
      if (from !== this.#from) this.#cut.clear();
      if (from.file.model.type !== "BPE") throw new Error(this.say("tokenizers.notBpe", { name: from.name }));
      this.#from = from;
    }
    this.requestUpdate();
  }

  draw() {
    const parts = this.#parts;
    const needsText = parts.includes("compare") || parts.includes("sizes");
    // On a page with a text of its own, that text is the one.
    return html`${
      needsText && !this.loaded && !this.hides("input")
        ? html`<div class="input"
            ><span>${this.say("tokenizers.text")}</span>
            <diorama-field
              .label=${this.say("tokenizers.text")}
              .value=${this.settings.text}
              .say=${this.say}
              @input=${(/** @type {any} */ { currentTarget }) => this.keep({ text: currentTarget.value })}
            ></diorama-field
          ></div>`
        : nothing
    }
    ${parts.includes("compare") ? this.#compare() : nothing} ${parts.includes("sizes") ? this.#sizes() : nothing}
    ${parts.includes("merges") ? this.#merges() : nothing}`;
  }

  /** @param {Text} text */
  #pieces(text) {
    return text.encodeBare(this.settings.text).map((/** @type {number} */ id) => text.piece(id));
  }

  #compare() {
    const rows = this.#tokenizers
      .map((tokenizer) => ({ tokenizer, pieces: this.#pieces(tokenizer.text) }))
      .map((row) => ({ ...row, ...measure(this.settings.text, row.pieces) }));
    if (rows.length === 0) return html`<div class="room"></div>`;
    if (this.settings.text === "") return html`<p class="caption">${this.say("tokenizers.empty")}</p>`;
    const whole = rows.filter(({ unknown }) => unknown === 0);
    const least = Math.min(...(whole.length ? whole : rows).map(({ pairs }) => pairs));
    const most = Math.max(...rows.map(({ tokens }) => tokens));
    return html`${
      this.hides("strips")
        ? nothing
        : rows.map(
            ({ tokenizer, pieces, tokens, unknown }) =>
              html`<section>
                <h3
                  >${this.say(`tokenizers.kind.${tokenizer.kind}`)}
                  <small>${tokenizer.name}, ${this.say("tokenizers.of", { n: exact(tokenizer.vocabulary) })}</small></h3
                >
                ${strip(pieces, this.say, this.say("tokenizers.strip", { name: tokenizer.name, n: tokens }))}
                ${unknown ? html`<p class="lost">${this.say("tokenizers.lost", { n: unknown })}</p>` : nothing}
                ${tokenizer.text.notices.map(({ key, values }) => html`<p class="caption">${this.say(key, values)}</p>`)}</section
              >`,
          )
    }
    ${
      this.hides("table")
        ? nothing
        : html`<div class="scroll" tabindex="0" role="group" aria-label=${this.say("tokenizers.table")}
              ><table>
                <thead
                  ><tr
                    >${["kind", "tokens", "characters", "bytesEach", "unknown", "share", "pairs"].map((name) => html`<th scope="col">${this.say(`tokenizers.${name}`)}</th>`)}</tr
                  ></thead
                >
                <tbody
                  >${rows.map(
                    ({ tokenizer, tokens, unknown, perCharacter, perByte, pairs }) =>
                      html`<tr data-name=${tokenizer.name}
                        ><th scope="row"
                          >${this.say(`tokenizers.kind.${tokenizer.kind}`)}<br /><small>${tokenizer.name}</small></th
                        >
                        <td>${tokens}<span class="amount" .style=${`width:${(100 * tokens) / most}%`}></span></td
                        ><td>${perCharacter.toFixed(2)}</td><td>${perByte.toFixed(2)}</td
                        ><td class=${unknown ? "lost" : ""}>${unknown}</td>
                        <td>${Number.isNaN(tokenizer.share) ? "–" : percent(tokenizer.share)}</td
                        ><td>${unknown ? "–" : `${(pairs / least).toFixed(1)} ×`}</td></tr
                      >`,
                  )}</tbody
                ></table
              ></div
            >
            <p class="caption">${this.say("tokenizers.help")}</p>`
    }`;
  }

  /** @param {number} count */
  #withMerges(count) {
    const from = /** @type {Tokenizer} */ (this.#from);
    const merges = Math.min(count, from.file.model.merges.length);
    let cut = this.#cut.get(merges);
    if (!cut) {
      const { file, vocabulary } = withMerges(from.file, merges);
      cut = { vocabulary, text: from.open(file) };
      this.#cut.set(merges, cut);
    }
    return cut;
  }

  #sizes() {
    if (!this.#from || this.settings.text === "") return html`<div class="room"></div>`;
    const all = this.#from.file.model.merges.length;
    const counts = [...SIZES.filter((count) => count < all), all];
    const points = counts
      .map((count) => this.#withMerges(count))
      .map(({ vocabulary, text }) => /** @type {[number, number]} */ ([vocabulary, text.encodeBare(this.settings.text).length]));
    const chosen = this.#withMerges(Math.min(this.settings.merges, all));
    const pieces = this.#pieces(chosen.text);
    const most = Math.max(...points.map(([, tokens]) => tokens));
    /** @type {import("./chart.js").Picture} */
    const picture = {
      label: this.say("tokenizers.sizes"),
      height: 240,
      x: {
        label: this.say("tokenizers.vocabulary"),
        domain: [200, Math.max(points.at(-1)?.[0] ?? 0, 2000) * 1.15],
        log: true,
        ticks: [256, 500, 1000, 2000, 5000].filter((tick) => tick <= all + 400),
        format: exact,
      },
      y: { label: this.say("tokenizers.tokens"), domain: [0, most * 1.1], format: (value) => String(Math.round(value)) },
      curves: [{ name: this.say("tokenizers.tokens"), points, strong: true }],
      marks: [
        {
          name: String(pieces.length),
          x: chosen.vocabulary,
          y: pieces.length,
          hollow: true,
          above: true,
          note: exact(chosen.vocabulary),
        },
      ],
    };
    const shown = this.say("tokenizers.merged", {
      merges: exact(Math.min(this.settings.merges, all)),
      vocabulary: exact(chosen.vocabulary),
    });
    return html`<diorama-chart .picture=${picture} .say=${this.say}></diorama-chart>
      <div class="row"
        ><label for="merges">${this.say("tokenizers.merges")}</label
        ><input
          id="merges"
          type="range"
          min="0"
          max=${all}
          step="1"
          .value=${String(Math.min(this.settings.merges, all))}
          aria-valuetext=${shown}
          @input=${(/** @type {any} */ { target }) => this.keep({ merges: Number(target.value) })}
        /><output>${shown}</output></div
      >
      ${strip(pieces, this.say, this.say("tokenizers.strip", { name: this.#from.name, n: pieces.length }))}`;
  }

  #merges() {
    if (!this.#from) return html`<div class="room"></div>`;
    const { file, text } = this.#from;
    const word = String(this.settings.word).match(/[\p{L}\p{M}]+/u)?.[0] ?? "";
    const { vocab, merges } = file.model;
    const steps = word ? mergeSteps([...byteLevel(` ${word}`)], merges) : [];
    const piece = (/** @type {string} */ symbol) => text.piece(vocab[symbol]);
    return html`<div class="input word"
        ><span>${this.say("tokenizers.word")}</span>
        <diorama-field
          .label=${this.say("tokenizers.word")}
          .value=${this.settings.word}
          .most=${LONGEST_WORD}
          .say=${this.say}
          @input=${(/** @type {any} */ { currentTarget }) => this.keep({ word: currentTarget.value })}
        ></diorama-field
      ></div>
      <ol class="steps"
        >${steps.map(
          ({ symbols, merged }) =>
            html`<li
              >${strip(symbols.map(piece), this.say, "")}
              <small
                >${merged ? html`${this.say("tokenizers.step", { rank: exact(merged.rank + 1) })} <span class="mono">${spelled(piece(merged.token).token)}</span>` : this.say("tokenizers.start", { n: symbols.length })}</small
              ></li
            >`,
        )}</ol
      >
      <p class="caption"
        >${this.say("tokenizers.merges.help", { n: compact(merges.length, this.language), name: this.#from.name })}</p
      >`;
  }
}

export { Tokenizers as element };
