// The logit lens: what the model would say after each of its layers, at each position.

import { css, html, nothing } from "lit";
import { outputHeadOf } from "../reading/reader.js";
import { logitLens } from "./change/lens.js";
import { sequenceOf } from "./change/sequence.js";
import { blockStyles } from "./styles.js";
import { TextBlock } from "./text-block.js";

/** @typedef {import("../views/lens-grid.js").LensRow} LensRow */

export class Lens extends TextBlock {
  static settings = { model: "models/gpt2-tiny/", text: "Once upon a time, there was a little girl named" };
  static styles = [
    blockStyles,
    css`
      diorama-lens-grid {
        margin-top: 12px;
      }
      .caption + .caption {
        margin-top: 6px;
      }
    `,
  ];

  /** @type {{ rows: LensRow[], columns: import("../trace.js").Piece[] } | undefined} */
  #lens;

  forget() {
    this.#lens = undefined;
  }

  async read() {
    if (outputHeadOf(this.engine.info) !== "words") return this.requestUpdate();
    const { input, pieces } = await sequenceOf(this.engine, this.settings.text);
    const found = await logitLens(this.engine, input, this.stoppable);
    const ids = [...new Set(found.flatMap(({ cells }) => cells.flat().map(({ id }) => id)))];
    const spelt = new Map((await this.engine.pieces(ids)).map((piece) => [piece.id, piece]));
    const final = found[found.length - 1].cells;
    const rows = found.map(({ state, cells }) => ({
      name: this.#nameOf(state),
      cells: cells.map((list, position) => ({
        list: list.map(({ id, probability }) => ({ ...(spelt.get(id) ?? { token: `#${id}`, special: false }), probability })),
        same: list[0].id === final[position][0].id,
      })),
    }));
    this.#lens = { rows: rows.reverse(), columns: pieces };
    this.requestUpdate();
  }

  /** @param {import("./change/sites.js").State} state */
  #nameOf({ layer }) {
    return layer === undefined ? this.say("lens.input") : this.say("tower.layer", { n: layer + 1 });
  }

  draw() {
    if (!this.held) return nothing;
    if (outputHeadOf(this.engine.info) !== "words")
      return html`<p class="soft" style="margin-top:12px">${this.say("lens.wordless")}</p>`;
    const lens = this.#lens;
    if (!lens) return this.stopLongOrAgain();
    const encoder = this.engine.info.kind === "encoder";
    return html`<p class="caption">${this.say(encoder ? "lens.intro.encoder" : "lens.intro")}</p>
      <diorama-lens-grid
        .rows=${lens.rows}
        .columns=${lens.columns}
        .hue=${encoder ? "encoder" : "decoder"}
        .label=${this.say("lens.label")}
        .stale=${this.busy > 0}
        .say=${this.say}
      ></diorama-lens-grid>
      <p class="caption">${this.say("lens.note")} ${this.stopLongOrAgain()}</p>`;
  }
}

export { Lens as element };
