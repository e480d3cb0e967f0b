// <diorama-embedding>: ALBERT's two savings (Lan et al. 2019, §3.1). A V × H embedding against V × E and E × H, and one layer's weights used by all layers against a set for each.
//
//   vocab 30000 · hidden 768 · width 128 (E) · layers 12 · apart (boolean: every layer has weights of its own)
//   hide   sliders, table

import { html, nothing, svg } from "lit";
import { Block } from "./block.js";
import { compact, exact } from "./numbers.js";
import { EMBEDDING, budget, formula, total } from "./parameters/budget.js";
import { CONFIGS } from "./parameters/configs.js";
import { Planner } from "./plans.js";
import { embeddingStyles } from "./embedding/styles.js";
import { blockStyles } from "./styles.js";

/** @typedef {import("./parameters/budget.js").Summand} Summand */

/** Sliders: least, most, step. @type {Record<string, [number, number, number]>} */
const RANGES = { vocab: [1000, 256000, 1000], hidden: [128, 4096, 64], width: [16, 1024, 16], layers: [1, 48, 1] };

/** The widest picture of a matrix, and its height. // px */
const ROOM = { width: 112, height: 200 };

export class Embedding extends Block {
  static settings = { vocab: 30000, hidden: 768, width: 128, layers: 12, apart: false };
  static hideable = ["sliders", "table"];
  static styles = [blockStyles, embeddingStyles];

  #planner = new Planner();
  /** @type {{ bert: Summand[], albert: Summand[], width: number } | undefined} */
  #counted;

  async begin() {
    await this.#count();
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (this.seen && Object.keys(Embedding.settings).some((name) => changed.has(name))) this.attempt(() => this.#count());
  }

  async #count() {
    const { vocab, hidden, width, layers, apart } = this.settings;
    const sizes = {
      vocab_size: vocab,
      hidden_size: hidden,
      num_hidden_layers: layers,
      num_attention_heads: hidden / 64,
      intermediate_size: 4 * hidden,
    };
    const [bert, albert] = await Promise.all([
      this.#planner.plan({ ...CONFIGS["bert-base"].config, ...sizes }, [], this.holding),
      this.#planner.plan(
        { ...CONFIGS["albert-base"].config, ...sizes, embedding_size: width, num_hidden_groups: apart ? layers : 1 },
        [],
        this.holding,
      ),
    ]);
    this.#counted = { bert: budget(bert), albert: budget(albert), width };
    this.requestUpdate();
  }

  draw() {
    return html`${this.#counted ? this.#picture(this.#counted) : html`<div class="room"></div>`}
      ${
        this.hides("sliders")
          ? nothing
          : html`<div class="sliders">${Object.entries(RANGES).map(([name, range]) => this.#slider(name, range))}</div>
              <label class="row check"
                ><input
                  type="checkbox"
                  .checked=${!this.settings.apart}
                  @change=${(/** @type {any} */ { target }) => this.keep({ apart: !target.checked })}
                />
                ${this.say("albert.shared")}</label
              >`
      }
      ${this.#counted && !this.hides("table") ? this.#table(this.#counted) : nothing}
      <p class="caption">${this.say("albert.caption")}</p>`;
  }

  /** Both embeddings to the same scale: area is parameters. @param {{ bert: Summand[], albert: Summand[] }} counted */
  #picture({ bert, albert }) {
    const { vocab, hidden, width } = this.settings;
    const down = ROOM.height / vocab;
    const across = ROOM.width / Math.max(hidden, width);
    const matrix = (
      /** @type {number} */ x,
      /** @type {number} */ rows,
      /** @type {number} */ columns,
      /** @type {string} */ name,
      /** @type {string} */ kind,
    ) => svg`<g transform="translate(${x} 20)">
      <rect class=${kind} width=${Math.max(1, columns * across)} height=${Math.max(1, rows * down)}></rect>
      <text x="0" y="-6">${name}</text></g>`;
    const table = (/** @type {Summand[]} */ summands) =>
      total(summands.filter(({ part }) => part === "tokens" || part === "widening"));
    const left = ROOM.width + 32;
    const second = left + Math.max(width * across, 44) + 16;
    return html`<div class="pictures"
      ><svg
        width=${second + Math.max(hidden * across, 48)}
        height=${ROOM.height + 28}
        role="img"
        aria-label=${this.say("albert.picture", { bert: exact(table(bert)), albert: exact(table(albert)) })}
      >
        ${matrix(0, vocab, hidden, "V × H", "plain")}${matrix(left, vocab, width, "V × E", "narrow")}${matrix(second, width, hidden, "E × H", "narrow")}
      </svg>
      <p class="sum"
        ><b>${exact(table(bert))}</b> <small>BERT</small><br /><b>${exact(table(albert))}</b> <small>ALBERT</small><br /><span
          class="soft"
          >${this.say(table(albert) < table(bert) ? "albert.fewer" : "albert.more", { times: (Math.max(table(bert), table(albert)) / Math.min(table(bert), table(albert))).toFixed(1) })}</span
        ></p
      ></div
    >`;
  }

  /**
   * @param {string} name
   * @param {[number, number, number]} range
   */
  #slider(name, [min, max, step]) {
    const value = this.settings[name];
    return html`<label for=${name}>${this.say(`albert.${name}`)}</label>
      <input
        id=${name}
        type="range"
        min=${min}
        max=${max}
        step=${step}
        .value=${String(value)}
        aria-valuetext=${exact(value)}
        @input=${(/** @type {any} */ { target }) => this.keep({ [name]: Number(target.value) })}
      /><output>${exact(value)}</output>`;
  }

  /** @param {{ bert: Summand[], albert: Summand[] }} counted */
  #table({ bert, albert }) {
    const named = (/** @type {Summand[]} */ summands, /** @type {string} */ part) =>
      summands.find((summand) => summand.part === part);
    const layers = (/** @type {Summand[]} */ summands) => total(summands, [...EMBEDDING, "pooler", "head"]);
    const rows = [
      {
        name: this.say("albert.tokens"),
        cells: [bert, albert]
          .map((model) => ["tokens", "widening"].map((part) => named(model, part)).filter((summand) => summand !== undefined))
          .map((found) => ({ size: total(found), note: found.map(formula).join(" + ") })),
      },
      { name: this.say("albert.inside"), cells: [bert, albert].map((model) => ({ size: layers(model), note: "" })) },
      {
        name: this.say("params.total"),
        cells: [bert, albert].map((model) => ({
          size: total(model, ["head"]),
          note: compact(total(model, ["head"]), this.language),
        })),
      },
    ];
    return html`<div class="scroll"
      ><table
        ><thead
          ><tr><th scope="col"></th><th scope="col">BERT</th><th scope="col">ALBERT</th></tr></thead
        >
        <tbody
          >${rows.map(({ name, cells }) => html`<tr><th scope="row">${name}</th>${cells.map(({ size, note }) => html`<td>${exact(size)}<br /><small>${note}</small></td>`)}</tr>`)}</tbody
        ></table
      ></div
    >`;
  }
}

export { Embedding as element };
