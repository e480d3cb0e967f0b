// What models are trained on: the reader's text corrupted as BERT, RoBERTa, T5 and ELECTRA corrupt theirs, sampled with a seed, and the trained model's answers beside the truth.

import { html, nothing } from "lit";
import { shippedAt } from "../catalogue.js";
import { COPIES, EPOCHS, epochsOf } from "../masking/corruption.js";
import { untilAborted } from "../engine/options.js";
import { outputHeadOf } from "../reading/reader.js";
import { sampleMasks, sampleReplacements, sampleSpans } from "../masking/sampled.js";
import { tasksOf } from "../reading/tasks.js";
import { epochsPicture, masksPicture, replacementsPicture, spansPicture } from "./corruption-pictures.js";
import { corruptionStyles } from "./corruption-styles.js";
import { blockStyles } from "./styles.js";
import { TextBlock } from "./text-block.js";

/** @typedef {import("../engine/model.js").Model} Model */
/** @typedef {"masks" | "epochs" | "spans" | "replacements"} Scheme */

const SCHEMES = /** @type {const} */ (["masks", "epochs", "spans", "replacements"]);

/** Whose training it is, where the block's own model is not of that kind. @type {Record<Scheme, string>} */
const TEACHERS = {
  masks: "models/bert-tiny/",
  epochs: "models/roberta-tiny/",
  spans: "models/t5-tiny/",
  replacements: "models/electra-tiny-discriminator/",
};
const GENERATOR = "models/electra-tiny-generator/";

/** How t5-tiny is asked to fill gaps. */
const FILL = "fill: ";

/** An epoch on the page. // ms */
const PACE = 180;

export class Corruption extends TextBlock {
  static settings = {
    model: "models/bert-tiny/",
    text: "Once upon a time there was a little girl who lived in a small house near the forest.",
    pair: "",
    scheme: "",
    rate: 15,
    mean: 3,
    epoch: EPOCHS,
    generator: GENERATOR,
  };
  static hideable = ["knobs"];

  static styles = [blockStyles, corruptionStyles];

  /** Models that other schemes than the block's own brought. @type {Map<string, Promise<Model>>} */
  #models = new Map();
  /** What is shown, and of which sample. @type {{ key: string, scheme: Scheme, model: string, result: any } | undefined} */
  #shown;
  #timer = 0;

  forget() {
    this.#models.clear();
  }

  left() {
    super.left();
    clearInterval(this.#timer);
    this.#timer = 0;
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    super.updated(changed);
    if (!this.held || ["model", "loaded"].some((name) => changed.has(name))) return;
    if (!["scheme", "rate", "mean", "seed", "generator"].some((name) => changed.has(name))) return;
    this.stop();
    this.work(() => this.read());
  }

  get rereads() {
    return ["pair"];
  }

  /** @returns {Scheme} */
  get #scheme() {
    const { scheme } = this.settings;
    if (SCHEMES.includes(scheme)) return scheme;
    const info = this.held?.info;
    if (info?.kind === "encoder-decoder") return "spans";
    return info?.kind === "encoder" && outputHeadOf(info) === "tokens" ? "replacements" : "masks";
  }

  /** The text without what asks a model for a task. */
  get #text() {
    const { text } = this.settings;
    const prefix = tasksOf("t5-tiny", "encoder-decoder").find(({ prefix }) => prefix && text.startsWith(prefix))?.prefix ?? "";
    return text.slice(prefix.length);
  }

  /** How much is chosen, 0..1. */
  get #rate() {
    return Math.min(0.8, Math.max(0.05, this.settings.rate / 100 || 0));
  }

  async read() {
    const scheme = this.#scheme;
    const { pair, seed, mean } = this.settings;
    const [text, rate] = [this.#text, this.#rate];
    const key = JSON.stringify([scheme, text, pair, seed, rate, mean, this.settings.model, this.settings.generator]);
    if (key === this.#shown?.key) return;
    const { signal } = this;
    const { model, result } = await this.#resultOf(scheme, { text, pair, seed, rate, mean });
    signal.throwIfAborted();
    this.#shown = { key, scheme, model, result };
    this.requestUpdate();
  }

  /**
   * @param {Scheme} scheme
   * @param {{ text: string, pair: string, seed: number, rate: number, mean: number }} sample
   * @returns {Promise<{ model: string, result: any }>}
   */
  async #resultOf(scheme, { mean, ...sample }) {
    if (scheme === "replacements" && [TEACHERS.replacements, this.settings.generator].some((address) => !there(address)))
      return { model: "", result: undefined };
    const model = await untilAborted(this.#teacher(scheme), this.signal);
    const { name } = model.info;
    if (scheme === "masks") return { model: name, result: await sampleMasks(model, sample, this.stoppable) };
    if (scheme === "spans")
      return {
        model: name,
        result: await sampleSpans(model, { ...sample, mean: Math.min(10, Math.max(1, mean || 1)), prefix: FILL }, this.stoppable),
      };
    if (scheme === "replacements")
      return {
        model: name,
        result: await sampleReplacements(
          await untilAborted(this.#model(this.settings.generator), this.signal),
          model,
          sample,
          this.stoppable,
        ),
      };
    const tokens = await model.encode(sample.text);
    const drawn = (/** @type {number} */ copies) =>
      epochsOf(model.corrupt, tokens, { seed: sample.seed, copies, rate: sample.rate });
    return { model: name, result: { tokens, fixed: await drawn(COPIES), fresh: await drawn(0) } };
  }

  /**
   * The block's own model where it has learned in this way, else one that has.
   * @param {Scheme} scheme
   */
  #teacher(scheme) {
    const own = this.engine;
    const { info } = own;
    const head = info.kind === "encoder" ? outputHeadOf(info) : undefined;
    const fits = {
      masks: head === "words" && info.mask !== null,
      epochs: head === "words",
      spans: info.name === "t5-tiny",
      replacements: head === "tokens",
    }[scheme];
    return fits ? Promise.resolve(own) : this.#model(TEACHERS[scheme]);
  }

  /** @param {string} address */
  #model(address) {
    let model = this.#models.get(address);
    if (!model) {
      model = this.use(address);
      this.#models.set(address, model);
      model.catch(() => this.#models.delete(address));
    }
    return model;
  }

  draw() {
    const { say } = this;
    const scheme = this.#scheme;
    if (!this.held) return html`<div class="waiting"></div>`;
    const shown = this.#shown?.scheme === scheme ? this.#shown : undefined;
    return html`<div class="row bar"
        ><div class="choices" role="group" aria-label=${say("corrupt.scheme")}
          >${SCHEMES.map(
            (one) =>
              html`<button type="button" aria-pressed=${one === scheme} @click=${() => this.keep({ scheme: one })}
                >${say(`corrupt.${one}`)}</button
              >`,
          )}</div
        >${this.hides("knobs") ? this.stopPassOrAgain() : nothing}</div
      >
      <p class="small lead">${say(`corrupt.${scheme}.lead`)}</p>
      ${this.hides("knobs") ? nothing : this.#knobs(scheme)} ${shown ? this.#picture(shown) : html`<div class="waiting"></div>`}`;
  }

  /** @param {{ scheme: Scheme, model: string, result: any }} shown */
  #picture({ scheme, model, result }) {
    const { say } = this;
    if (result === undefined) return html`<p class="soft">${say(`corrupt.${scheme}.none`)}</p>`;
    const picture = {
      masks: masksPicture,
      epochs: () => this.#epochs(result),
      spans: spansPicture,
      replacements: replacementsPicture,
    }[scheme];
    return html`${picture(result, say)}<p class="caption counts"
        >${say(scheme === "epochs" ? "corrupt.cut" : "corrupt.by", { model })}</p
      >`;
  }

  /** @param {any} result */
  #epochs(result) {
    const { say } = this;
    const upto = Math.min(EPOCHS, Math.max(0, Math.round(this.settings.epoch)));
    const quiet = matchMedia("(prefers-reduced-motion: reduce)").matches;
    return html`<div class="steps">
        <button
          type="button"
          aria-label=${say("epochs.back")}
          ?disabled=${upto === 0}
          @click=${() => this.keep({ epoch: upto - 1 })}
          >−</button
        >
        <button
          type="button"
          aria-label=${say("epochs.next")}
          ?disabled=${upto === EPOCHS}
          @click=${() => this.keep({ epoch: upto + 1 })}
          >+</button
        >
        <input
          type="range"
          min="0"
          max=${EPOCHS}
          .value=${String(upto)}
          aria-label=${say("epochs.slider")}
          @input=${(/** @type {Event} */ event) => this.keep({ epoch: valueOf(event) })}
        />
        <b class="mono">${say("epochs.now", { n: upto, all: EPOCHS })}</b>
        ${quiet ? nothing : html`<button type="button" @click=${() => this.#play()}>${say(this.#timer ? "epochs.stop" : "epochs.play")}</button>`}
      </div>
      ${epochsPicture(result, { upto, theme: this.shade }, say)}`;
  }

  /** Lets the epochs pass, from the first where all are over. */
  #play() {
    clearInterval(this.#timer);
    if (this.#timer) {
      this.#timer = 0;
      return this.requestUpdate();
    }
    if (this.settings.epoch >= EPOCHS) this.settings.epoch = 0;
    this.#timer = window.setInterval(() => {
      this.keep({ epoch: this.settings.epoch + 1 });
      if (this.settings.epoch >= EPOCHS) this.#play();
    }, PACE);
    this.requestUpdate();
  }

  /** @param {Scheme} scheme */
  #knobs(scheme) {
    const { say, settings } = this;
    return html`<div class="row knobs">
      <label
        >${say("corrupt.rate")}<input
          type="range"
          min="5"
          max="60"
          step="5"
          .value=${String(settings.rate)}
          @change=${(/** @type {Event} */ event) => this.keep({ rate: valueOf(event) })}
        /><b>${settings.rate} %</b></label
      >
      ${scheme === "spans" ? html`<label>${say("corrupt.mean")}<input type="range" min="1" max="6" .value=${String(settings.mean)} @change=${(/** @type {Event} */ event) => this.keep({ mean: valueOf(event) })} /><b>${settings.mean}</b></label>` : nothing}
      <label
        >${say("corrupt.seed")}<input
          type="number"
          min="0"
          .value=${String(settings.seed)}
          @change=${(/** @type {Event} */ event) => this.keep({ seed: Math.max(0, Math.round(valueOf(event)) || 0) })}
      /></label>
      <button type="button" @click=${() => this.keep({ seed: settings.seed + 1 })}>${say("corrupt.again")}</button>
      ${this.stopPassOrAgain()}
    </div>`;
  }
}

/**
 * Whether a model that this block would bring lies beside the page; one from elsewhere says so itself.
 * @param {string} address
 */
function there(address) {
  return ![GENERATOR, TEACHERS.replacements].includes(address) || shippedAt(address) !== undefined;
}

/** @param {Event} event */
function valueOf(event) {
  return Number(/** @type {HTMLInputElement} */ (event.target).value);
}

export { Corruption as element };
