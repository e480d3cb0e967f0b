// How one weight of an attention came about: choose a cell of the map, and follow it from q · k to what the query takes from the key.

import { css, html, nothing } from "lit";
import { chainOf } from "../anatomy/chain.js";
import { Specimen } from "../anatomy/specimen.js";
import { steps } from "../anatomy/steps.js";
import { stepStyles } from "../anatomy/styles.js";
import { blockStyles } from "./styles.js";
import { TextBlock } from "./text-block.js";
import { labelled } from "../spelling.js";

/** @typedef {import("../anatomy/arithmetic.js").Numbers} Numbers */

export class Cell extends TextBlock {
  /** `stack` is `encoder`, `decoder` or `cross` of a model that has both; all are counted from 1, but for `d`, a place of d_head, from 0. */
  static settings = {
    model: "models/bert-tiny/",
    text: "The little girl is happy.",
    pair: "",
    stack: "cross",
    layer: 1,
    head: 1,
    query: 4,
    key: 3,
    d: 0,
  };

  static styles = [
    blockStyles,
    stepStyles,
    css`
      .sides {
        display: grid;
        grid-template-columns: minmax(260px, 5fr) minmax(0, 7fr);
        gap: 16px 32px;
        align-items: start;
      }
      .choice {
        display: grid;
        gap: 8px;
        position: sticky;
        top: 8px;
      }
      diorama-attention-map {
        height: 340px;
      }
      label {
        display: inline-flex;
        gap: 6px;
        align-items: center;
      }
      @media (max-width: 800px) {
        .sides {
          grid-template-columns: minmax(0, 1fr);
        }
        .choice {
          position: static;
        }
      }
    `,
  ];

  /** @type {Specimen | undefined} */
  #specimen;
  /** @type {Numbers | undefined} */
  #numbers;
  /** @type {import("../trace.js").Trace | undefined} */
  #trace;
  /** The text that it is of. */
  #of = "";
  #chain = { scores: -1, masked: -1, pattern: -1, mix: -1 };

  forget() {
    this.#specimen = undefined;
  }

  get rereads() {
    return ["pair"];
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    super.updated(changed);
    if (!this.held || ["model", "loaded"].some((name) => changed.has(name))) return;
    if (!["stack", "layer"].some((name) => changed.has(name))) return;
    this.stop();
    this.work(() => this.read());
  }

  async read() {
    const model = this.engine;
    const { stoppable } = this;
    const { text, pair } = this.settings;
    const before = this.#specimen;
    const same = before?.model === model && this.#of === text + pair;
    const specimen = same && before ? before : await Specimen.of(model, text, pair || undefined, stoppable.signal);
    const name = `${this.#place(model.info.kind)}.hook_pattern`;
    const pattern = specimen.graph.findIndex((node) => node.name === name);
    const chain = chainOf(specimen.graph, pattern);
    if (!chain) throw new Error(`${name} is no attention of this model.`);
    for (const node of [chain.scores, chain.masked, chain.pattern]) await specimen.numbers(node, stoppable);
    const needed = await specimen.numbers(chain.mix, stoppable);
    const activation = (/** @type {number} */ node) => ({
      name: specimen.graph[node].name,
      axes: specimen.graph[node].axes,
      shape: needed.shapes[node],
      data: Float32Array.from(needed.all(node)),
    });
    const shown = [activation(chain.pattern), activation(chain.masked)];
    this.#trace = { logits: /** @type {any} */ (undefined), activations: new Map(shown.map((found) => [found.name, found])) };
    [this.#specimen, this.#numbers, this.#chain, this.#of] = [specimen, needed, chain, text + pair];
    this.requestUpdate();
  }

  /** @param {import("../kinds.js").Kind} kind */
  #place(kind) {
    const { stack, layer } = this.settings;
    if (kind !== "encoder-decoder") return `blocks.${layer - 1}.attn`;
    return stack === "cross" ? `decoder.${layer - 1}.cross_attn` : `${stack}.${layer - 1}.attn`;
  }

  draw() {
    const [specimen, numbers, say] = [this.#specimen, this.#numbers, this.say];
    if (!specimen || !numbers || !this.#trace)
      return html`<p class="soft" role="status">${say("arch.loading")} ${this.held ? this.stopPassOrAgain() : nothing}</p>`;
    const { graph, model } = specimen;
    const node = graph[this.#chain.pattern];
    const [, heads, queries, keys] = numbers.shapes[this.#chain.pattern];
    const within = (/** @type {number} */ n, /** @type {number} */ length) => Math.min(Math.max(1, n), length) - 1;
    const { settings } = this;
    const cell = {
      head: within(settings.head, heads),
      query: within(settings.query, queries),
      key: within(settings.key, keys),
      d: Math.min(settings.d, numbers.shapes[this.#chain.mix][3] - 1),
    };
    const [rows, columns] = [specimen.tokensAt(node, 2) ?? [], specimen.tokensAt(node, 3) ?? []];
    const number = (/** @type {string} */ name, /** @type {number} */ most) =>
      html`<label
        >${say(`compare.${name}`)}<select
          @change=${(/** @type {Event} */ event) => this.keep({ [name]: Number(/** @type {HTMLSelectElement} */ (event.target).value) })}
        >
          ${Array.from({ length: most }, (_, i) => html`<option .selected=${i + 1 === settings[name]} value=${i + 1}>${i + 1}</option>`)}</select
        ></label
      >`;
    const stacks =
      model.info.kind === "encoder-decoder"
        ? html`<select
            aria-label=${say("cell.stack")}
            @change=${(/** @type {Event} */ event) => this.keep({ stack: /** @type {HTMLSelectElement} */ (event.target).value })}
          >
            ${["encoder", "cross", "decoder"].map((stack) => html`<option value=${stack} .selected=${stack === settings.stack}>${say(`${stack}.title`)}</option>`)}</select
          >`
        : nothing;
    return html`<div class="sides"
      ><div class="choice"
        ><div class="row">${stacks}${number("layer", model.info.layers)}${number("head", heads)} ${this.stopPassOrAgain()}</div>
        <diorama-attention-map
          .trace=${this.#trace}
          .hook=${node.name}
          .head=${String(cell.head)}
          .rows=${rows}
          .columns=${columns}
          .row=${cell.query}
          .column=${cell.key}
          .label=${node.name}
          .axes=${say("cell.axes")}
          .theme=${this.shade}
          .say=${say}
          @click=${this.#choose}
          @keydown=${this.#choose}
          @diorama-cell-hover=${(/** @type {CustomEvent} */ event) => (this.#under = event.detail)}
        ></diorama-attention-map>
        <p class="caption">${say("cell.choose")}</p></div
      >
      <div
        ><p class="sentence"
          >${say("cell.sentence", { query: this.#rowName(rows, cell.query), key: nameOf(columns[cell.key]), weight: `${(numbers.all(this.#chain.pattern)[(cell.head * queries + cell.query) * keys + cell.key] * 100).toFixed(1)} %` })}</p
        >
        ${steps(specimen, numbers, this.#chain, cell, { say, choose: ({ d }) => this.keep({ d: d ?? 0 }) })}</div
      ></div
    >`;
  }

  /**
   * The token that asks. A decoder's is the one fed in; what an encoder-decoder writes there stands beside it.
   * @param {import("../trace.js").Piece[]} rows
   * @param {number} row
   */
  #rowName(rows, row) {
    const next = this.engine.info.kind === "encoder-decoder" && this.settings.stack !== "encoder" ? rows[row + 1] : undefined;
    return next ? `${nameOf(rows[row])} → ${nameOf(next)}` : nameOf(rows[row]);
  }

  /** The cell under the cursor. @type {{ row?: number, column?: number }} */
  #under = {};

  /** @param {MouseEvent | KeyboardEvent} event */
  #choose(event) {
    const { row, column } = this.#under;
    if (event instanceof KeyboardEvent && event.key !== "Enter") return;
    if (row !== undefined && column !== undefined) this.keep({ query: row + 1, key: column + 1 });
  }
}

/** @param {import("../trace.js").Piece | undefined} piece */
function nameOf(piece) {
  return piece ? labelled(piece.token) : "";
}

export { Cell as element };
