// All layers and heads of a text at once, each as a small map; the chosen one stands beside them, as a map, as lines or as a table.

import { css, html, nothing } from "lit";
import { profile } from "../reading/attention.js";
import { readThrough } from "../reading/passage.js";
import { layersOf, placeOf, sidesOf, stacksOf } from "../masking/stacks.js";
import { attentionMatrix, headOf } from "../trace.js";
import { blockStyles } from "./styles.js";
import { TextBlock } from "./text-block.js";

/** @typedef {import("../reading/passage.js").Passage} Passage */
/** @typedef {import("../masking/stacks.js").Stack} Stack */

const VIEWS = ["map", "lines", "table"];

/** The most tokens that a model goes on with here. */
const MOST = 64;

/** What a drawing takes: its labels and its reading, and each token. // CSS px */
const HEIGHTS = { map: { head: 98, line: 26 }, lines: { head: 76, line: 26 }, most: 480 };

export class Heads extends TextBlock {
  static settings = {
    model: "models/bert-tiny/",
    text: "The little dog ran to the big tree.",
    pair: "",
    stack: "",
    layer: 1,
    head: "0",
    view: "map",
    write: 12,
    relative: false,
  };
  static hideable = ["caveat"];

  static styles = [
    blockStyles,
    css`
      :host {
        container-type: inline-size;
      }
      .row {
        justify-content: space-between;
        margin: 24px 0 12px;
        min-height: 32px;
      }
      .choices {
        display: flex;
        gap: 4px;
        flex-wrap: wrap;
      }
      .both {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        gap: 24px 40px;
        align-items: start;
      }
      .both > section {
        min-width: 0;
      }
      .big {
        max-height: max(300px, 70vh);
        display: flex;
        flex-direction: column;
      }
      .big > * {
        flex: 1;
        min-height: 0;
      }
      h2 {
        font-size: 16px;
        margin-bottom: 8px;
      }
      h2 small {
        margin-left: 8px;
      }
      .caption {
        margin-top: 8px;
      }
      input[type="number"] {
        width: 72px;
        margin-left: 8px;
      }
      label.check {
        display: flex;
        gap: 6px;
        align-items: center;
        min-height: 24px;
      }
      .waiting {
        min-height: 300px;
      }
      @container (max-width: 760px) {
        .both {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  /** @type {Passage | undefined} */
  #passage;

  forget() {
    this.#passage = undefined;
  }

  get rereads() {
    return ["pair", "write"];
  }

  async read() {
    const { text, pair, write } = this.settings;
    this.#passage = await readThrough(
      this.engine,
      { text, pair, write: Math.min(MOST, Math.max(0, write)) },
      ["*.hook_pattern", "*.hook_attn_scores"],
      this.stoppable,
    );
    this.requestUpdate();
  }

  /** The reader's choice, held to what the model has. @returns {{ stack: Stack, layer: number, layers: number, head: string }} */
  #choice() {
    const { info } = this.engine;
    const stacks = stacksOf(info.kind);
    const stack = stacks.includes(this.settings.stack) ? this.settings.stack : (stacks[1] ?? stacks[0]);
    const layers = layersOf(info, stack);
    const head = headOf(this.settings.head);
    return {
      stack,
      layers,
      layer: Math.min(layers, Math.max(1, this.settings.layer)) - 1,
      head: typeof head === "string" || head < info.heads ? String(head) : "0",
    };
  }

  draw() {
    const [model, passage] = [this.held, this.#passage];
    if (!model || !passage) return html`<div class="waiting">${model ? this.stopPassOrAgain() : nothing}</div>`;
    const { say } = this;
    const { kind, heads } = model.info;
    const { stack, layers, layer, head } = this.#choice();
    const hooks = Array.from({ length: layers }, (_, i) => `${placeOf(kind, stack, i)}.hook_pattern`);
    const axes = say(kind === "encoder-decoder" ? `${stack}.axes` : `alone.${kind}.axes`);
    return html`${this.#controls(kind, stack)}
      <div class="both">
        <section>
          <h2>${say("heads.all")}<small>${say("heads.order")}</small></h2>
          <diorama-head-grid
            .trace=${passage.trace}
            .hooks=${hooks}
            .heads=${heads}
            .layer=${layer}
            .head=${head}
            .relative=${this.settings.relative}
            .hue=${stack}
            .label=${say("heads.all")}
            .describe=${this.#describe(hooks, stack)}
            .theme=${this.shade}
            .say=${say}
            @diorama-head-select=${(/** @type {CustomEvent} */ { detail }) => this.keep({ layer: detail.layer + 1, head: detail.head })}
          ></diorama-head-grid>
          <label class="check"
            ><input
              type="checkbox"
              .checked=${this.settings.relative}
              @change=${() => this.keep({ relative: !this.settings.relative })}
            />${say("heads.relative")}</label
          >
        </section>
        <section>
          <h2>${this.#title(layer, head)}</h2>
          <div class="big" style=${`height:${this.#height(stack)}px`}
            >${this.#big(hooks[layer], { stack, layer, head, axes })}</div
          >
          <p class="caption">${say("heads.legend", { axes })}${head === "max" ? ` ${say("heads.max.sum")}` : nothing}</p>
        </section>
      </div>
      ${this.hides("caveat") ? nothing : html`<p class="caption">${say("heads.caveat")}</p>`}`;
  }

  /**
   * @param {import("../kinds.js").Kind} kind
   * @param {Stack} stack
   */
  #controls(kind, stack) {
    const { say, settings } = this;
    const stacks = stacksOf(kind);
    const pick = (/** @type {string} */ label, /** @type {unknown} */ buttons) =>
      html`<div class="choices" role="group" aria-label=${label}>${buttons}</div>`;
    return html`<div class="row">
      ${
        stacks.length > 1
          ? pick(
              say("heads.stack"),
              stacks.map(
                (one) =>
                  html`<button type="button" aria-pressed=${one === stack} @click=${() => this.keep({ stack: one })}
                    >${say(`${one}.title`)}</button
                  >`,
              ),
            )
          : nothing
      }
      <span class="choices"
        >${
          kind === "encoder"
            ? nothing
            : html`<label
                >${say("heads.write")}<input
                  type="number"
                  min=${kind === "decoder" ? 0 : 1}
                  max=${MOST}
                  .value=${String(settings.write)}
                  @change=${(/** @type {Event} */ event) => this.keep({ write: Math.min(MOST, Math.max(0, Math.round(Number(/** @type {HTMLInputElement} */ (event.target).value)) || 0)) })}
              /></label>`
        }
        ${this.stopPassOrAgain()}</span
      >
      ${pick(
        say("heads.view"),
        VIEWS.map(
          (view) =>
            html`<button type="button" aria-pressed=${view === settings.view} @click=${() => this.keep({ view })}
              >${say(`heads.view.${view}`)}</button
            >`,
        ),
      )}
    </div>`;
  }

  /**
   * @param {number} layer
   * @param {string} head
   */
  #title(layer, head) {
    const { say } = this;
    if (head === "max") return say("heads.max.label", { layer: layer + 1 });
    return head === "mean"
      ? say("tower.mean.label", { layer: layer + 1 })
      : say("tower.head.label", { layer: layer + 1, head: Number(head) + 1 });
  }

  /**
   * @param {string} hook
   * @param {{ stack: Stack, layer: number, head: string, axes: string }} choice
   */
  #big(hook, { stack, layer, head, axes }) {
    const { say } = this;
    const passage = /** @type {Passage} */ (this.#passage);
    const { kind } = this.engine.info;
    const { rows, columns } = sidesOf(kind, stack, passage);
    const label = `${say(`${stack}.title`)}, ${this.#title(layer, head)}`;
    const { trace } = passage;
    const [theme, empty] = [this.shade, say("heads.empty")];
    if (this.settings.view === "table") {
      return html`<diorama-attention-table
        .trace=${trace}
        .hook=${hook}
        .head=${head}
        .rows=${rows}
        .columns=${columns}
        .label=${label}
        .axes=${axes}
        .empty=${empty}
        .say=${say}
      ></diorama-attention-table>`;
    }
    if (this.settings.view === "lines") {
      return html`<diorama-attention-lines
        .trace=${trace}
        .hook=${hook}
        .head=${head}
        .rows=${rows}
        .columns=${columns}
        .label=${label}
        .axes=${axes}
        .empty=${empty}
        .hue=${stack}
        .theme=${theme}
        .say=${say}
      ></diorama-attention-lines>`;
    }
    return html`<diorama-attention-map
      .trace=${trace}
      .hook=${hook}
      .head=${head}
      .rows=${rows}
      .columns=${columns}
      .label=${label}
      .axes=${axes}
      .empty=${empty}
      .theme=${theme}
      .say=${say}
    ></diorama-attention-map>`;
  }

  /**
   * As high as the chosen head needs, up to a screen's share. // CSS px
   * @param {Stack} stack
   */
  #height(stack) {
    const { rows, columns } = sidesOf(this.engine.info.kind, stack, /** @type {Passage} */ (this.#passage));
    const { head, line } = HEIGHTS[this.settings.view === "map" ? "map" : "lines"];
    return Math.min(
      HEIGHTS.most,
      head + line * (this.settings.view === "lines" ? Math.max(rows.length, columns.length) : rows.length),
    );
  }

  /**
   * What a head does on average, in a line.
   * @param {string[]} hooks
   * @param {Stack} stack
   */
  #describe(hooks, stack) {
    const { say } = this;
    const trace = this.#passage?.trace;
    return (/** @type {number} */ layer, /** @type {string} */ head) => {
      const matrix = attentionMatrix(trace, hooks[layer] ?? "", headOf(head));
      if (!matrix) return "";
      if (head === "max") return say("heads.max.sum");
      const { spread, ...shares } = profile(matrix);
      const percent = Object.fromEntries(Object.entries(shares).map(([name, share]) => [name, `${(share * 100).toFixed(0)} %`]));
      const over = say("heads.spread", { n: spread.toFixed(1) });
      return stack === "cross" ? over : `${say("heads.profile", percent)} · ${over}`;
    };
  }
}

export { Heads as element };
