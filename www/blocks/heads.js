// All layers and heads of a text at once, each as a small map; the chosen one stands beside them at full size.

import { html, nothing } from "lit";
import { Block } from "./block.js";
import { blockStyles } from "./styles.js";

/** @typedef {import("../model.js").Model} Model */

export class Heads extends Block {
  static settings = { model: "models/bert-tiny/", text: "The little dog ran to the big tree.", layer: 1, head: 1 };
  static styles = [blockStyles];

  /** @type {Model | undefined} */
  #model;
  /** @type {import("../trace.js").Trace | undefined} */
  #trace;
  /** @type {import("../trace.js").Piece[]} */
  #tokens = [];

  async begin() {
    this.#model = await this.use(this.settings.model);
    await this.#read();
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (this.#model && changed.has("text")) this.attempt(() => this.#read());
  }

  async #read() {
    const model = /** @type {Model} */ (this.#model);
    const { text } = this.settings;
    this.#tokens = await model.encode(text);
    this.#trace = await model.run({ text }, { capture: ["*.hook_pattern", "*.hook_attn_scores"] });
    this.requestUpdate();
  }

  draw() {
    if (!this.#trace) return nothing;
    const { layer, head } = this.settings;
    return html`<diorama-attention-map .trace=${this.#trace} .hook=${`blocks.${layer - 1}.attn.hook_pattern`} .head=${String(head - 1)} .rows=${this.#tokens} .columns=${this.#tokens}
      .theme=${this.shade} .say=${this.say}></diorama-attention-map>`;
  }
}

export { Heads as element };
