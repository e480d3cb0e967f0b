// <diorama-scaling>: the scaling laws of Kaplan et al. 2020 and Hoffmann et al. 2022, each plot by itself.
//
//   plot    kaplan-n: L(N) · kaplan-d: L(D) · loss: L(N, D) in its three summands · isoflop: losses at a budget (default) · allocation: N or D against C · tenfold: ten times the budget
//   law     chinchilla (default) or besiroglu: which fit loss and isoflop use
//   of      parameters (default) or tokens: what allocation shows
//   flops, size, tokens   log₁₀ of the budget in FLOPs (23.77), of N (9) and of D (11): where the reading line stands
//   hide    plots (the choice of plot), law, sliders, readout, ours (our own models beside the fit, in loss)

import { html, mathml, nothing } from "lit";
import { entry } from "../lookup.js";
import { Block } from "./block.js";
import { Chart } from "./chart.js";
import { compact, power } from "./numbers.js";
import { FITS, byKaplan, byRule, exponents, loss, optimum, terms } from "./scaling/laws.js";
import { OURS } from "./scaling/ours.js";
import { PLOTS, picture } from "./scaling/pictures.js";
import { scalingStyles } from "./scaling/styles.js";
import { tenfoldTable } from "./scaling/tenfold.js";
import { blockStyles } from "./styles.js";

if (!customElements.get("diorama-chart")) customElements.define("diorama-chart", Chart);

/** Sliders: the least and the most, as powers of ten. @type {Record<string, [number, number]>} */
const RANGES = { flops: [17, 27], size: [6, 12.5], tokens: [8, 14] };

export class Scaling extends Block {
  static settings = { plot: "isoflop", law: "chinchilla", of: "parameters", flops: 23.77, size: 9, tokens: 11 };
  static hideable = ["plots", "law", "sliders", "readout", "ours"];
  static styles = [blockStyles, scalingStyles];

  get #fit() {
    return entry(FITS, this.settings.law) ?? FITS.chinchilla;
  }

  get #plot() {
    return entry(PLOTS, this.settings.plot) ? this.settings.plot : "isoflop";
  }

  draw() {
    const plot = this.#plot;
    return html`<div class="row tools"
        >${
          this.hides("plots")
            ? nothing
            : this.#choose(
                "plot",
                Object.entries(PLOTS).map(([id, { name }]) => [id, this.say(`scaling.plot.${name}`)]),
              )
        }
        ${
          PLOTS[plot].fitted && !this.hides("law")
            ? this.#choose("law", [
                ["chinchilla", this.say("scaling.law.chinchilla")],
                ["besiroglu", this.say("scaling.law.besiroglu")],
              ])
            : nothing
        }
        ${
          plot === "allocation"
            ? this.#choose("of", [
                ["parameters", this.say("scaling.parameters")],
                ["tokens", this.say("scaling.tokens")],
              ])
            : nothing
        }</div
      >
      <p class="formula">${formulas(plot, this.#fit)}</p>
      ${plot === "tenfold" ? tenfoldTable(this.say) : this.#chart(plot)}
      ${plot === "tenfold" || this.hides("sliders") ? nothing : html`<div class="sliders">${PLOTS[plot].sliders.map((name) => this.#slider(name))}</div>`}
      ${plot === "tenfold" || this.hides("readout") ? nothing : this.#readout(plot)}
      <p class="caption">${this.say(`scaling.caption.${PLOTS[plot].name}`)}</p>`;
  }

  /** @param {string} plot */
  #chart(plot) {
    const { flops, size, tokens, of } = this.settings;
    const state = { C: 10 ** flops, N: 10 ** size, D: 10 ** tokens, of, fit: this.#fit, say: this.say, language: this.language };
    const moved = PLOTS[plot].moves;
    return html`<diorama-chart
      .picture=${picture(plot, state)}
      .say=${this.say}
      @diorama-chart-move=${(/** @type {CustomEvent} */ { detail }) => this.#set(moved, Math.log10(detail.x))}
    ></diorama-chart>`;
  }

  /**
   * @param {string} name
   * @param {string[][]} options
   */
  #choose(name, options) {
    return html`<label
      >${this.say(`scaling.${name}`)}
      <select @change=${(/** @type {any} */ { target }) => this.keep({ [name]: target.value })}
        >${options.map(([id, words]) => html`<option value=${id} ?selected=${id === this.settings[name]}>${words}</option>`)}</select
      ></label
    >`;
  }

  /** @param {string} name */
  #slider(name) {
    const [min, max] = RANGES[name];
    const shown = this.#shown(name);
    return html`<label for=${name}>${this.say(`scaling.${name}`)}</label>
      <input
        id=${name}
        type="range"
        min=${min}
        max=${max}
        step="0.05"
        .value=${String(this.settings[name])}
        aria-valuetext=${shown}
        @input=${(/** @type {any} */ { target }) => this.#set(name, Number(target.value))}
      />
      <output>${shown}</output>`;
  }

  /** @param {string} name */
  #shown(name) {
    const value = 10 ** this.settings[name];
    return name === "flops" ? `${power(value)} FLOPs` : compact(value, this.language);
  }

  /**
   * @param {string} name
   * @param {number} value
   */
  #set(name, value) {
    const [min, max] = RANGES[name];
    this.keep({ [name]: Math.round(Math.min(max, Math.max(min, value)) * 1000) / 1000 });
  }

  /** What the reading line says, in figures. @param {string} plot */
  #readout(plot) {
    const C = 10 ** this.settings.flops;
    const fit = this.#fit;
    const number = (/** @type {number} */ n) => compact(n, this.language);
    if (plot === "loss") {
      const [E, byN, byD] = terms(fit, 10 ** this.settings.size, 10 ** this.settings.tokens);
      return html`<p class="sum" role="status"
          ><b>${(E + byN + byD).toFixed(3)}</b> = ${E} <small>${this.say("scaling.irreducible")}</small> + ${byN.toFixed(3)}
          <small>${this.say("scaling.few.parameters")}</small> + ${byD.toFixed(3)}
          <small>${this.say("scaling.few.tokens")}</small></p
        >
        ${
          this.hides("ours")
            ? nothing
            : html`<table class="best ours"
                ><caption>${this.say("scaling.ours")}</caption
                ><thead
                  ><tr
                    ><th scope="col"></th><th scope="col">${this.say("scaling.size")}</th
                    ><th scope="col">${this.say("scaling.tokens")}</th><th scope="col">${this.say("scaling.ours.measured")}</th
                    ><th scope="col">${this.say("scaling.ours.fit")}</th></tr
                  ></thead
                >
                <tbody
                  >${OURS.map(({ name, N, D, loss: measured }) => html`<tr><th scope="row">${name}</th><td>${number(N)}</td><td>${number(D)}</td><td>${measured.toFixed(2)}</td><td>${loss(fit, N, D).toFixed(2)}</td></tr>`)}</tbody
                ></table
              >`
        }`;
    }
    if (plot !== "isoflop") return nothing;
    const best = optimum(fit, C);
    const [rule, kaplan] = [byRule(C), byKaplan(C)];
    /** @type {[string, { N: number, D: number }][]} */
    const rows = [
      [this.say("scaling.exact"), best],
      [this.say("scaling.rule"), rule],
      [this.say("scaling.by.kaplan"), kaplan],
    ];
    return html`<table class="best"
      ><caption>${this.say("scaling.best", { flops: power(C) })}</caption>
      <thead
        ><tr
          ><th scope="col"></th><th scope="col">${this.say("scaling.size")}</th><th scope="col">${this.say("scaling.tokens")}</th
          ><th scope="col">${this.say("scaling.ratio")}</th><th scope="col">${this.say("scaling.loss")}</th></tr
        ></thead
      >
      <tbody
        >${rows.map(([name, { N, D }]) => html`<tr><th scope="row">${name}</th><td>${number(N)}</td><td>${number(D)}</td><td>${(D / N).toPrecision(3)}</td><td>${loss(fit, N, D).toFixed(3)}</td></tr>`)}</tbody
      ></table
    >`;
  }
}

/**
 * The plot's law in a line of MathML.
 * @param {string} plot
 * @param {import("./scaling/laws.js").Fit} fit
 */
function formulas(plot, { E, A, B, alpha, beta, ...rest }) {
  const { a, b } = exponents({ E, A, B, alpha, beta, ...rest });
  const power = (/** @type {string} */ base, /** @type {number | string} */ up) =>
    mathml`<msup><mi>${base}</mi><mn>${up}</mn></msup>`;
  const quotient = (/** @type {string} */ over, /** @type {string} */ c, /** @type {string} */ exponent) =>
    mathml`<msup><mrow><mo>(</mo><mfrac><mn>${over}</mn><mi>${c}</mi></mfrac><mo>)</mo></mrow><mn>${exponent}</mn></msup>`;
  const of = (/** @type {string} */ names) =>
    mathml`<mi>L</mi><mo stretchy="false">(</mo><mi>${names}</mi><mo stretchy="false">)</mo><mo>=</mo>`;
  if (plot === "kaplan-n") return html`<math>${of("N")}${quotient("8.8 × 10¹³", "N", "0.076")}</math>`;
  if (plot === "kaplan-d") return html`<math>${of("D")}${quotient("5.4 × 10¹³", "D", "0.095")}</math>`;
  if (plot === "loss" || plot === "isoflop")
    return html`<math
      >${of("N, D")}<mn>${E}</mn><mo>+</mo><mfrac><mn>${A}</mn>${power("N", alpha)}</mfrac><mo>+</mo
      ><mfrac><mn>${B}</mn>${power("D", beta)}</mfrac></math
    >`;
  return html`<math><mi>C</mi><mo>≈</mo><mn>6</mn><mi>N</mi><mi>D</mi></math> <math>${powerOf("N", "C", a)}</math>
    <math>${powerOf("D", "C", b)}</math>`;
}

/**
 * @param {string} what
 * @param {string} base
 * @param {number} exponent
 */
function powerOf(what, base, exponent) {
  return mathml`<mi>${what}</mi><mo>∝</mo><msup><mi>${base}</mi><mn>${exponent.toFixed(3)}</mn></msup>`;
}

export { Scaling as element };
