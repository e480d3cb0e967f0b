// <diorama-feedback>: how InstructGPT learns from people's choices, on live objects: texts drawn from a model, another model's reward, best-of-n, and DPO's loss on the reader's own choices.
//
//   model    what writes (models/llama-tiny/); reward   what judges: a classifier with two classes, or a next-sentence head (empty: the sentiment model where it is there, else bert-tiny)
//   text     the beginning; samples 8; length 24 tokens; temperature 1; seed 1
//   part     sample, reward, best, dpo (default: all four)
//   n        best of how many (4); beta 0.1; tilt   the policy's temperature in DPO (0.8); labels   the reader's choices, "0>1 3>2"
//   hide     input

import { html, nothing } from "lit";
import { SHIPPED } from "../catalogue.js";
import { Chart } from "./chart.js";
import { dpoPicture } from "./feedback/dpo.js";
import { klOfBest, meanOfBest, nextPair, parseLabels, rewardLoss } from "./feedback/math.js";
import { judged } from "./feedback/sample.js";
import { feedbackStyles } from "./feedback/styles.js";
import { percent } from "./numbers.js";
import { blockStyles } from "./styles.js";
import { TextBlock } from "./text-block.js";

/** @typedef {import("../engine/model.js").Model} Model */
/** @typedef {import("./feedback/sample.js").Judged} Judged */

if (!customElements.get("diorama-chart")) customElements.define("diorama-chart", Chart);

/** The most that are drawn. */
const MOST = 32; // samples

const sigmoid = (/** @type {number} */ x) => 1 / (1 + Math.exp(-x));

export class Feedback extends TextBlock {
  static settings = {
    model: "models/llama-tiny/",
    reward: "",
    text: "Once upon a time, there was a little dog. One day,",
    samples: 8,
    length: 24,
    temperature: 1,
    part: "sample reward best dpo",
    n: 4,
    beta: 0.1,
    tilt: 0.8,
    labels: "",
  };
  static hideable = ["input"];
  static styles = [blockStyles, feedbackStyles];

  /** @type {Model | undefined} */
  #judge;
  /** @type {Judged[]} */
  #samples = [];

  /** Where the judge lies. */
  get #rewardAddress() {
    return (
      this.settings.reward ||
      (SHIPPED.some(({ name }) => name === "bert-tiny-sentiment") ? "models/bert-tiny-sentiment/" : "models/bert-tiny/")
    );
  }

  get rereads() {
    return ["samples", "length", "temperature", "seed"];
  }

  forget() {
    this.#judge = undefined;
    this.#samples = [];
  }

  async read() {
    this.#samples = [];
    this.#judge ??= await this.use(this.#rewardAddress);
    const { text, length: maxNewTokens, temperature, seed } = this.settings;
    const { signal } = this;
    const progress = this.progress();
    for (let i = 0; i < this.#wanted; i++) {
      this.#samples.push(
        await judged(this.engine, this.#judge, text, { seed: seed * 1000 + i, temperature, maxNewTokens }, signal),
      );
      progress(this.#samples.length / this.#wanted);
      this.requestUpdate();
    }
  }

  /** How many samples are drawn. */
  get #wanted() {
    return Math.min(MOST, this.settings.samples);
  }

  draw() {
    const parts = String(this.settings.part).split(/[,\s]+/);
    const done = this.#samples.length >= this.#wanted;
    return html`${this.hides("input") ? this.stopLongOrAgain() : this.#input(done)}
      ${parts.includes("sample") ? this.#list() : nothing} ${done && parts.includes("reward") ? this.#choices() : nothing}
      ${done && parts.includes("best") ? this.#best() : nothing} ${done && parts.includes("dpo") ? this.#dpo() : nothing}
      <p class="caption">${this.say("feedback.later")}</p>`;
  }

  /** @param {boolean} done */
  #input(done) {
    return html`<div class="input"
        ><span>${this.say("feedback.text")}</span>
        <diorama-field
          .label=${this.say("feedback.text")}
          .value=${this.settings.text}
          .say=${this.say}
          @change=${(/** @type {any} */ { currentTarget }) => this.keep({ text: currentTarget.value, labels: "" })}
        ></diorama-field
      ></div>
      <div class="row"
        ><button type="button" ?disabled=${!done} @click=${() => this.keep({ seed: this.settings.seed + 1, labels: "" })}
          >${this.say("feedback.again")}</button
        >
        <span class="soft small" role="status"
          >${done ? this.say("feedback.drawn", { n: this.#samples.length, name: this.held?.info.name ?? "" }) : this.say("feedback.drawing", { done: this.#samples.length, all: this.#wanted })}</span
        >${this.stopLongOrAgain()}</div
      >`;
  }

  /** All samples with their reward, as probabilities and before the sigmoid. */
  #list() {
    const classes = this.#judge?.info.labels.length;
    const kind = classes === 2 ? "positive" : classes === 1 ? "rewarded" : "follows";
    return html`<section
      ><h3>${this.say("feedback.step.sample")}</h3
      ><div class="scroll" tabindex="0" role="group" aria-label=${this.say("feedback.step.sample")}
        ><table class="samples"
          ><thead
            ><tr
              ><th scope="col">#</th><th scope="col" class="words">${this.say("feedback.completion")}</th
              ><th scope="col">${this.say("feedback.logp")}</th><th scope="col">${this.say("feedback.reward")}</th
              ><th scope="col">${this.say(`feedback.${kind}`)}</th></tr
            ></thead
          >
          <tbody
            >${Array.from({ length: this.#wanted }, (_, i) => {
              const sample = this.#samples[i];
              if (!sample)
                return html`<tr><th scope="row">${i + 1}</th><td class="words soft">…</td><td></td><td></td><td></td></tr>`;
              return html`<tr
                ><th scope="row">${i + 1}</th><td class="words" dir="auto" translate="no">${sample.text}</td
                ><td>${sample.logProbability.toFixed(1)}</td><td>${sample.reward.toFixed(2)}</td
                ><td
                  >${percent(sigmoid(sample.reward))}<span
                    class="amount"
                    .style=${`width:${sigmoid(sample.reward) * 100}%`}
                  ></span></td
              ></tr>`;
            })}</tbody
          ></table
        ></div
      >
      <p class="caption"
        >${this.say("feedback.sample.caption", { model: this.held?.info.name ?? "", reward: this.#judge?.info.name ?? "" })}</p
      ></section
    >`;
  }

  /** The reader compares two, and sees what a reward model would pay. */
  #choices() {
    const labels = this.#labels();
    const pair = nextPair(this.#samples.length, labels);
    const losses = labels.map(([chosen, rejected]) => rewardLoss(this.#samples[chosen].reward, this.#samples[rejected].reward));
    const agreed = labels.filter(([chosen, rejected]) => this.#samples[chosen].reward > this.#samples[rejected].reward).length;
    const choose = (/** @type {number} */ chosen, /** @type {number} */ rejected) =>
      this.keep({ labels: `${this.settings.labels} ${chosen}>${rejected}`.trim() });
    return html`<section
      ><h3>${this.say("feedback.step.reward")}</h3>
      ${pair ? html`<p>${this.say("feedback.which")}</p><div class="pair">${[pair, [pair[1], pair[0]]].map(([mine, other]) => html`<button type="button" @click=${() => choose(mine, other)}><small>${mine + 1}</small> ${this.#samples[mine].text}</button>`)}</div>` : nothing}
      ${
        labels.length
          ? html`<div class="scroll"
                ><table
                  ><thead
                    ><tr
                      ><th scope="col">${this.say("feedback.chosen")}</th><th scope="col">r_w</th><th scope="col">r_l</th
                      ><th scope="col">−log σ(r_w − r_l)</th></tr
                    ></thead
                  >
                  <tbody
                    >${labels.map(([chosen, rejected], i) => html`<tr><th scope="row">${chosen + 1} ≻ ${rejected + 1}</th><td>${this.#samples[chosen].reward.toFixed(2)}</td><td>${this.#samples[rejected].reward.toFixed(2)}</td><td>${losses[i].toFixed(3)}</td></tr>`)}</tbody
                  ></table
                ></div
              >
              <p class="row" role="status"
                ><span
                  >${this.say("feedback.agreed", { agreed, all: labels.length, loss: (losses.reduce((sum, loss) => sum + loss, 0) / losses.length).toFixed(3) })}</span
                >
                <button
                  type="button"
                  class="link"
                  @click=${() => this.keep({ labels: this.settings.labels.split(" ").slice(0, -1).join(" ") })}
                  >${this.say("feedback.undo")}</button
                ></p
              >`
          : nothing
      }</section
    >`;
  }

  #labels() {
    const count = this.#samples.length;
    return parseLabels(this.settings.labels).filter(
      ([chosen, rejected]) => chosen < count && rejected < count && chosen !== rejected,
    );
  }

  #best() {
    const rewards = this.#samples.map(({ reward }) => reward);
    const count = rewards.length;
    const n = Math.min(count, Math.max(1, this.settings.n));
    const points = Array.from(
      { length: count },
      (_, i) => /** @type {[number, number]} */ ([klOfBest(i + 1), meanOfBest(rewards, i + 1)]),
    );
    const [low, high] = [points[0][1], points[count - 1][1]];
    const pad = (high - low) * 0.2 || 1;
    /** @type {import("./chart.js").Picture} */
    const picture = {
      label: this.say("feedback.best.chart"),
      height: 240,
      x: {
        label: this.say("feedback.kl"),
        domain: [0, Math.max(...points.map(([x]) => x)) * 1.08 || 1],
        format: (value) => value.toFixed(2),
      },
      y: { label: this.say("feedback.mean"), domain: [low - pad, high + pad], format: (value) => value.toFixed(2) },
      curves: [{ name: this.say("feedback.mean"), points, strong: true }],
      marks: points.map(([x, y], i) => ({
        name: `n = ${i + 1}`,
        x,
        y,
        hollow: i + 1 !== n,
        minor: i + 1 !== n,
        above: true,
        note: `${y.toFixed(2)}; KL ${x.toFixed(2)}`,
      })),
    };
    const first = this.#samples.slice(0, n);
    const best = first.reduce((best, sample) => (sample.reward > best.reward ? sample : best));
    return html`<section
      ><h3>${this.say("feedback.step.best")}</h3>
      <div class="row"
        ><label for="n">n</label
        ><input
          id="n"
          type="range"
          min="1"
          max=${count}
          step="1"
          .value=${String(n)}
          @input=${(/** @type {any} */ { target }) => this.keep({ n: Number(target.value) })}
        /><output
          >${this.say("feedback.best.value", { n, mean: meanOfBest(rewards, n).toFixed(2), kl: klOfBest(n).toFixed(2) })}</output
        ></div
      >
      <p class="best"><small>${this.say("feedback.best.of", { n })}</small> ${best.text}</p>
      <diorama-chart .picture=${picture} .say=${this.say}></diorama-chart
      ><p class="caption">${this.say("feedback.best.caption")}</p></section
    >`;
  }

  #dpo() {
    const labels = this.#labels();
    const ranked = this.#samples.map((_, i) => i).sort((a, b) => this.#samples[b].reward - this.#samples[a].reward);
    const [chosen, rejected] = labels.at(-1) ?? [ranked[0], ranked[ranked.length - 1]];
    const { beta, tilt } = this.settings;
    return dpoPicture({
      say: this.say,
      own: labels.length > 0,
      pair: [chosen, rejected],
      samples: [this.#samples[chosen], this.#samples[rejected]],
      beta,
      tilt,
      keep: (change) => this.keep(change),
    });
  }
}

export { Feedback as element };
