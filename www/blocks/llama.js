// <diorama-llama>: what LLaMA changed in GPT's blocks, on the numbers of a running model.
//
//   model   a LLaMA (models/llama-tiny/); text   what it reads
//   part    rope (default), norm, swiglu, gqa; several separated by commas
//   layer, head, query, key   counted from 1: whose vectors are looked at (1, 1, last token, 3)
//   pair    the pair of numbers that rope draws (3); shift   how far both tokens are moved (0)
//   token   whose vector norm and swiglu look at (3)
//   hide    input, choice

import { html, nothing } from "lit";
import { entry } from "../lookup.js";
import { Chart } from "./chart.js";
import { gqa } from "./llama/gqa.js";
import { normPicture } from "./llama/norm.js";
import { ropePicture } from "./llama/dial.js";
import { swigluPicture } from "./llama/swiglu.js";
import { llamaStyles } from "./llama/styles.js";
import { blockStyles } from "./styles.js";
import { TextBlock } from "./text-block.js";
import { named } from "../spelling.js";

/** @typedef {import("../engine/model.js").Model} Model */
/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../trace.js").Piece} Piece */

if (!customElements.get("diorama-chart")) customElements.define("diorama-chart", Chart);

/** @type {Record<string, (state: LlamaState) => unknown>} */
const PARTS = { rope: ropePicture, norm: normPicture, swiglu: swigluPicture, gqa };

const HOOKS = [
  "blocks.*.attn.hook_q",
  "blocks.*.attn.hook_k",
  "blocks.*.attn.hook_rot_q",
  "blocks.*.attn.hook_rot_k",
  "blocks.*.attn.hook_attn_scores_unmasked",
  "blocks.*.hook_resid_pre",
  "blocks.*.ln1.hook_normalized",
  "blocks.*.mlp.hook_pre",
  "blocks.*.mlp.hook_pre_linear",
  "blocks.*.mlp.hook_post",
];

export class Llama extends TextBlock {
  static settings = {
    model: "models/llama-tiny/",
    text: "The little dog ran to the big tree.",
    part: "rope",
    layer: 1,
    head: 1,
    query: 0,
    key: 3,
    pair: 3,
    shift: 0,
    token: 3,
  };
  static hideable = ["input", "choice"];
  static styles = [blockStyles, llamaStyles];

  /** @type {Trace | undefined} */
  #trace;
  /** @type {Piece[]} */
  #tokens = [];

  forget() {
    [this.#tokens, this.#trace] = [[], undefined];
  }

  async read() {
    const model = this.engine;
    const { text } = this.settings;
    const tokens = await model.encode(text);
    if (tokens.length < 2) throw new Error(this.say("llama.short"));
    const hooks = new Set(model.info.hooks.map(({ name }) => name));
    if (!hooks.has("blocks.0.attn.hook_rot_q")) throw new Error(this.say("llama.other", { name: model.info.architecture }));
    const trace = await model.run({ text }, { capture: HOOKS, ...this.stoppable });
    [this.#tokens, this.#trace] = [tokens, trace];
    this.requestUpdate();
  }

  draw() {
    const parts = String(this.settings.part).split(/[,\s]+/);
    const model = this.held;
    return html`${this.hides("input") ? nothing : html`<div class="input"><span>${this.say("llama.text")}</span> <diorama-field .label=${this.say("llama.text")} .value=${this.settings.text} .say=${this.say} @change=${(/** @type {any} */ { currentTarget }) => this.keep({ text: currentTarget.value })}></diorama-field></div>`}
    ${model ? this.stopPassOrAgain() : nothing}
    ${model && this.#trace ? parts.map((part) => this.#part(part, model, /** @type {Trace} */ (this.#trace))) : html`<div class="room"></div>`}`;
  }

  /**
   * @param {string} part
   * @param {Model} model
   * @param {Trace} trace
   */
  #part(part, model, trace) {
    const last = this.#tokens.length;
    const within = (/** @type {number} */ n, /** @type {number} */ most) => Math.min(most, Math.max(1, Math.round(n)));
    const { layer, head, query, key, pair, shift, token } = this.settings;
    const state = {
      say: this.say,
      language: this.language,
      trace,
      tokens: this.#tokens,
      info: model.info,
      layer: within(layer, model.info.layers),
      head: within(head, model.info.heads),
      query: within(query || last, last),
      key: within(key, last),
      token: within(token, last),
      pair,
      shift,
      keep: (/** @type {Record<string, number>} */ change) => this.keep(change),
      choose: (/** @type {string[]} */ names) => this.#choose(names, model.info, last),
    };
    return entry(PARTS, part)?.(state) ?? nothing;
  }

  /**
   * Choices of layer, head and tokens.
   * @param {string[]} names
   * @param {Model["info"]} info
   * @param {number} last
   */
  #choose(names, info, last) {
    if (this.hides("choice")) return nothing;
    const most = /** @type {Record<string, number>} */ ({ layer: info.layers, head: info.heads });
    return html`<div class="row choice"
      >${names.map(
        (name) =>
          html`<label
            >${this.say(`llama.${name}`)}
            <select @change=${(/** @type {any} */ { target }) => this.keep({ [name]: Number(target.value) })}
              >${Array.from({ length: most[name] ?? last }, (_, i) => {
                const chosen = this.settings[name] === i + 1 || (name === "query" && !this.settings.query && i + 1 === last);
                return html`<option value=${i + 1} ?selected=${chosen}
                  >${i + 1}${name in most ? "" : ` ${named(this.#tokens[i].token)}`}</option
                >`;
              })}</select
            ></label
          >`,
      )}</div
    >`;
  }
}

/** @typedef {{ say: import("../trace.js").Say, language: string, trace: Trace, tokens: Piece[], info: Model["info"], layer: number, head: number, query: number, key: number, token: number, pair: number, shift: number, keep: (change: Record<string, number>) => void, choose: (names: string[]) => unknown }} LlamaState */

export { Llama as element };
