// A mask to touch: the model runs again under what the reader allows and forbids, and what it then answers stands beside what it answered before.

import { html, nothing } from "lit";
import { NO_EDITS, formatEdits, parseEdits, toggled } from "../reading/edits.js";
import { answerUnder, changes, drift } from "../masking/masked-answers.js";
import { outputHeadOf } from "../reading/reader.js";
import { RULES, gridOf, painted, parseCells } from "../masking/masks.js";
import { layersOf, sidesOf, stacksOf } from "../masking/stacks.js";
import { answerPicture, extentChoice, ruleChoice } from "./mask-lab-parts.js";
import { maskLabStyles } from "./mask-lab-styles.js";
import { blockStyles } from "./styles.js";
import { TextBlock } from "./text-block.js";

/** @typedef {import("../engine/model.js").Model} Model */
/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../masking/masks.js").Mask} Mask */
/** @typedef {import("../masking/masks.js").Extent} Extent */
/** @typedef {import("../masking/masked-answers.js").Answer} Answer */
/** @typedef {import("../masking/stacks.js").Stack} Stack */
/** A text as the mask has it: an encoder-decoder's `written` are its own tokens, `read` what it read before each. @typedef {{ source: Piece[], read: Piece[], written: Piece[] }} Text */

/** What the reader draws and can take back. */
const DRAWN = /** @type {const} */ (["stack", "rule", "prefix", "window", "padded", "cells", "layers", "heads", "edits"]);

export class MaskLab extends TextBlock {
  static settings = {
    model: "models/gpt2-tiny/",
    text: "Once upon a time there was a little",
    pair: "",
    stack: "",
    rule: "own",
    prefix: 3,
    window: 3,
    padded: 2,
    cells: "",
    layers: "",
    heads: "",
    edits: "",
    write: 8,
  };

  static styles = [blockStyles, maskLabStyles];

  /** @type {Piece[]} the text's own tokens, before any is masked by hand */
  #plain = [];
  /** @type {Text | undefined} */
  #text;
  /** @type {{ before: Answer, after: Answer } | undefined} */
  #answers;
  /** Answers under the model's own mask, which many edits share. @type {{ key: string, text: Text, answer: Answer } | undefined} */
  #own;
  /** The settings that the answers are of. */
  #answered = "";
  #stale = false;
  /** What was drawn before, and what was taken back, as JSON. @type {{ past: string[], future: string[] }} */
  #history = { past: [], future: [] };

  forget() {
    [this.#own, this.#answers, this.#text] = [undefined, undefined, undefined];
    this.#answered = "";
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    super.updated(changed);
    if (!this.held || ["model", "loaded"].some((name) => changed.has(name))) return;
    if (changed.get("text") !== undefined || changed.get("pair") !== undefined) this.#clear();
    if (!["write", ...DRAWN].some((name) => changed.has(name))) return;
    // What is being done is of the mask before.
    this.stop();
    this.work(() => this.read());
  }

  get rereads() {
    return ["pair"];
  }

  /** Cells and masked tokens are of one text. */
  #clear() {
    this.#history = { past: [], future: [] };
    if (this.settings.cells || this.settings.edits) this.keep({ cells: "", edits: "" });
  }

  /** @returns {Stack} */
  get #stack() {
    const stacks = stacksOf(this.engine.info.kind);
    return stacks.includes(this.settings.stack) ? this.settings.stack : stacks[0];
  }

  /** @returns {Mask} */
  #mask() {
    const { rule, prefix, window, padded, cells } = this.settings;
    const known = ["own", ...RULES[this.#stack]].includes(rule) ? rule : "own";
    const whole = (/** @type {number} */ value, /** @type {number} */ least) => Math.max(least, Math.round(value) || 0);
    const stack = this.#stack;
    const own = this.#text ? sidesOf(this.engine.info.kind, stack, this.#text).columns.length : 0;
    return {
      rule: known,
      prefix: whole(prefix, 0),
      window: whole(window, 1),
      padded: whole(padded, 0),
      length: own,
      cells: parseCells(cells),
    };
  }

  /** @returns {Extent} */
  #extent() {
    const { info } = this.engine;
    return {
      stack: this.#stack,
      layers: numbersOf(this.settings.layers, layersOf(info, this.#stack)),
      heads: numbersOf(this.settings.heads, info.heads),
    };
  }

  async read() {
    const model = this.engine;
    const { text, pair, edits, write } = this.settings;
    const of = JSON.stringify([text, pair, edits, write]);
    const wanted = JSON.stringify([of, ...DRAWN.map((name) => this.settings[name])]);
    if (wanted === this.#answered) return;
    const { signal } = this;
    const fading = setTimeout(() => this.#fade(), 100);
    try {
      if (this.#own?.key !== of) this.#own = await this.#unmasked(model, of);
      const { text: lines, answer: before } = this.#own;
      this.#text = lines;
      this.requestUpdate();
      const under = { mask: this.#mask(), extent: this.#extent(), layers: layersOf(model.info, this.#stack) };
      const changed = under.mask.cells.size > 0 || under.mask.rule !== "own";
      const after = changed ? await answerUnder(model, readable(lines), under, write, this.stoppable) : before;
      signal.throwIfAborted();
      this.#answers = { before, after };
      this.#answered = wanted;
      this.#stale = false;
      this.requestUpdate();
    } finally {
      clearTimeout(fading);
    }
  }

  /**
   * The text and what the model answers by itself.
   * @param {Model} model
   * @param {string} key
   */
  async #unmasked(model, key) {
    const { text, pair, write } = this.settings;
    const { kind, decoderStart, vocab } = model.info;
    this.#plain = await model.encode(text, kind === "encoder" ? pair || undefined : undefined);
    const source = [...this.#plain];
    const edits =
      kind === "encoder"
        ? [...parseEdits(this.settings.edits)].filter(([position, id]) => position < source.length && id < vocab)
        : [];
    const pieces = await model.pieces(edits.map(([, id]) => id));
    edits.forEach(([position], i) => (source[position] = { ...source[position], ...pieces[i] }));
    const stack = stacksOf(kind)[0];
    const under = {
      mask: { ...this.#mask(), rule: /** @type {const} */ ("own"), cells: new Set() },
      extent: { stack, layers: [], heads: [] },
      layers: layersOf(model.info, stack),
    };
    const [start] = kind === "encoder-decoder" ? await model.pieces([decoderStart]) : [];
    const first = await answerUnder(model, { source, read: start ? [start.id] : [] }, under, Math.max(1, write), this.stoppable);
    if (!start) return { key, text: { source, read: [], written: [] }, answer: first };
    const read = [start, ...first.written.slice(0, -1)];
    const again = await answerUnder(model, { source, read: read.map(({ id }) => id) }, under, 0, this.stoppable);
    return { key, text: { source, read, written: first.written }, answer: { ...again, written: first.written } };
  }

  #fade() {
    this.#stale = this.#answers !== undefined;
    this.requestUpdate();
  }

  /**
   * An edit that can be taken back.
   * @param {import("./settings.js").Settings} change
   */
  #draw(change) {
    this.#history = { past: [...this.#history.past, this.#drawn()], future: [] };
    this.keep(change);
  }

  #drawn() {
    return JSON.stringify(Object.fromEntries(DRAWN.map((name) => [name, this.settings[name]])));
  }

  /** @param {"past" | "future"} from */
  #travel(from) {
    const to = from === "past" ? "future" : "past";
    const state = this.#history[from].at(-1);
    if (state === undefined) return;
    this.#history = /** @type {any} */ ({
      [from]: this.#history[from].slice(0, -1),
      [to]: [...this.#history[to], this.#drawn()],
    });
    this.keep(JSON.parse(state));
  }

  /** @param {KeyboardEvent} event */
  #keys(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || !["z", "y"].includes(event.key.toLowerCase())) return;
    if (/** @type {HTMLElement} */ (event.target).localName === "input") return;
    event.preventDefault();
    this.#travel(event.shiftKey || event.key.toLowerCase() === "y" ? "future" : "past");
  }

  /** @param {number} position */
  #hide(position) {
    const mask = this.held?.info.mask;
    const piece = this.#plain[position];
    if (mask == null || !piece || piece.special) return;
    this.#draw({ edits: formatEdits(toggled(parseEdits(this.settings.edits) ?? NO_EDITS, position, mask, piece.id)) });
  }

  draw() {
    const [model, text] = [this.held, this.#text];
    if (!model || !text) return html`<div class="waiting">${model ? this.stopPassOrAgain() : nothing}</div>`;
    const { say } = this;
    const { kind, heads } = model.info;
    const stack = this.#stack;
    const mask = this.#mask();
    const { rows, columns } = sidesOf(kind, stack, text);
    const grids = [mask, { ...mask, rule: /** @type {const} */ ("own"), cells: new Set() }].map((one) =>
      this.#kept(one, stack, rows.length, columns.length),
    );
    const axes = say(kind === "encoder-decoder" ? `${stack}.axes` : `alone.${kind}.axes`);
    const { past, future } = this.#history;
    return html`<div @keydown=${this.#keys}>
      ${kind === "encoder" && model.info.mask !== null ? this.#strip(text.source) : nothing}
      ${ruleChoice({ stacks: stacksOf(kind), stack, mask, rules: RULES[stack], say, change: (change) => this.#draw(change) })}
      <div class="both">
        <section>
          <diorama-mask-editor
            .grid=${grids[0]}
            .own=${grids[1]}
            .rows=${rows}
            .columns=${columns}
            .label=${say("mask.title")}
            .axes=${axes}
            .hue=${stack}
            .theme=${this.shade}
            .say=${say}
            @diorama-mask-edit=${(/** @type {CustomEvent} */ { detail }) => this.#draw({ cells: [...painted(mask, stack, detail.places, detail.allow)].join() })}
          ></diorama-mask-editor>
          <div class="tools">
            <button
              type="button"
              ?disabled=${past.length === 0}
              aria-keyshortcuts="Control+Z"
              @click=${() => this.#travel("past")}
              >${say("mask.back")}</button
            >
            <button
              type="button"
              ?disabled=${future.length === 0}
              aria-keyshortcuts="Control+Y"
              @click=${() => this.#travel("future")}
              >${say("mask.forth")}</button
            >
            <button
              type="button"
              ?disabled=${mask.rule === "own" && mask.cells.size === 0}
              @click=${() => this.#draw({ rule: "own", cells: "" })}
              >${say("mask.reset")}</button
            >
            ${this.stopPassOrAgain()}
          </div>
          <p class="key" style=${`--key:var(--${stack})`}
            ><span class="yes">${say("map.allowed")}</span><span class="no">${say("map.masked")}</span
            ><span class="other">${say("mask.differs")}</span></p
          >
          ${extentChoice({ layers: layersOf(model.info, stack), heads, extent: this.#extent(), say, change: (change) => this.#draw(change) })}
          <p class="caption">${say("mask.legend", { axes })}</p>
        </section>
        <section class=${this.#stale ? "stale" : ""} aria-live="polite">${this.#outcome(text, stack)}</section>
      </div></div
    >`;
  }

  /** @type {{ key: string, grid: Uint8Array }[]} */
  #grids = [];

  /** A grid stays the same object as long as it says the same, so that nothing is drawn twice. @type {(mask: Mask, stack: Stack, rows: number, columns: number) => Uint8Array} */
  #kept(mask, stack, rows, columns) {
    const key = JSON.stringify([{ ...mask, cells: [...mask.cells] }, stack, rows, columns]);
    const kept = this.#grids.find((one) => one.key === key) ?? { key, grid: gridOf(mask, stack, rows, columns) };
    this.#grids = [kept, ...this.#grids.filter((one) => one !== kept)].slice(0, 4);
    return kept.grid;
  }

  /** @param {Piece[]} source */
  #strip(source) {
    const { say } = this;
    const marks = source.map(({ id }, position) =>
      id === this.held?.info.mask ? "masked" : id === this.#plain[position]?.id ? "" : "filled",
    );
    return html`<diorama-token-strip
        style="--mark:var(--encoder);--light:var(--encoder)"
        .tokens=${source}
        .marks=${marks}
        .editable=${true}
        .label=${say("tokens.title")}
        .say=${say}
        @diorama-token-edit=${(/** @type {CustomEvent} */ { detail }) => this.#hide(detail.position)}
      ></diorama-token-strip
      ><p class="caption">${say("mask.hide")}</p>`;
  }

  /**
   * @param {Text} text
   * @param {Stack} stack
   */
  #outcome({ source, written }, stack) {
    const { say } = this;
    const model = this.engine;
    if (!this.#answers) return nothing;
    const { before, after } = this.#answers;
    const moved = before.states && after.states ? drift(before.states, after.states) : changes(before.logits, after.logits);
    const title = say(before.states ? "moved.states" : "moved.title");
    const headless = outputHeadOf(model.info) === "none";
    const tokens = model.info.kind === "encoder-decoder" ? written : source;
    const still = moved.filter((change) => change === 0).length;
    const same = after === before;
    return html`${
      moved.length > 0
        ? html`<h2>${title}</h2>
            <diorama-change-strip .tokens=${tokens} .changes=${moved} .label=${title} .say=${say}></diorama-change-strip>
            <p class="caption"
              >${same ? say("moved.same") : say("moved.count", { still, all: moved.length })}${stack === "decoder" && !same && !after.opens ? ` ${say("moved.causal")}` : nothing}${model.info.kind === "encoder-decoder" ? ` ${say("moved.teacher")}` : nothing}</p
            >`
        : nothing
    }
    ${
      headless
        ? html`<p class="caption">${say("moved.headless", { n: before.states?.shape[2] ?? 0 })}</p>`
        : html`<div class="sides"
            ><section><h2>${say("moved.before")}</h2>${answerPicture(model, before, undefined, { source, say })}</section>
            <section><h2>${say("moved.after")}</h2>${answerPicture(model, after, before, { source, say })}</section></div
          >`
    }
    ${model.info.kind === "encoder" ? nothing : html`<p class="caption">${say(after.opens ? "mask.opened" : "mask.single")}${stack === "decoder" && after.opens ? ` ${say("mask.uncached")}` : nothing}</p>`}`;
  }
}

/**
 * Layers or heads as a link has them, from 1, as places from 0.
 * @param {string} text
 * @param {number} count
 */
function numbersOf(text, count) {
  return [...new Set(String(text).split(",").map(Number))]
    .filter((n) => Number.isInteger(n) && n >= 1 && n <= count)
    .map((n) => n - 1);
}

/** @param {Text} text */
function readable({ source, read }) {
  return { source, read: read.map(({ id }) => id) };
}

export { MaskLab as element };
