// A model's architecture as blocks that are its graph: a block opens to its ops, an op to its formula, its numbers for the text, and the WGSL that computes it.

import { css, html, nothing } from "lit";
import { anatomyOf } from "../anatomy/anatomy.js";
import { diagram } from "../anatomy/diagram.js";
import { nameInLayer } from "../anatomy/nodes.js";
import { opened } from "../anatomy/opened.js";
import { Specimen } from "../anatomy/specimen.js";
import { diagramStyles, stepStyles } from "../anatomy/styles.js";
import { Block } from "./block.js";
import { propertiesOf } from "./settings.js";
import { blockStyles } from "./styles.js";

/** @typedef {import("../anatomy/anatomy.js").Anatomy} Anatomy */
/** @typedef {import("../anatomy/arithmetic.js").Numbers} Numbers */
/** @typedef {import("../engine/model.js").Model} Model */

export class Architecture extends Block {
  /**
   * `block` and `op` are open, by the names of their nodes; `layer` and `head` are counted from 1, `row`, `column` and `from` (the first column shown) from 0.
   * `all` draws every layer of a stack.
   */
  static settings = {
    model: "models/bert-tiny/",
    text: "The little girl is happy.",
    pair: "",
    block: "",
    op: "",
    layer: 1,
    all: false,
    head: 1,
    row: 0,
    column: 0,
    from: 0,
    wgsl: false,
  };

  static properties = { ...propertiesOf(this.settings), shader: { state: true } };

  static styles = [
    blockStyles,
    stepStyles,
    diagramStyles,
    css`
      :host {
        container-type: inline-size;
      }
      .sides {
        display: grid;
        grid-template-columns: max-content minmax(0, 1fr);
        gap: 16px 40px;
        align-items: start;
        padding-top: 8px;
      }
      .picture.one {
        position: sticky;
        top: 8px;
      }
      .detail {
        display: grid;
        gap: 10px;
        min-width: 0;
        padding-bottom: 16px;
        container: detail / inline-size;
      }
      @container (max-width: 820px) {
        .sides {
          grid-template-columns: minmax(0, 1fr);
        }
        .picture.one {
          position: static;
        }
        .detail {
          border-top: 1px solid var(--hairline);
          padding-top: 12px;
        }
      }
      /* Two towers leave less room beside them. */
      @container (max-width: 1100px) {
        .sides:has(.two) {
          grid-template-columns: minmax(0, 1fr);
        }
        .sides:has(.two) .picture.one {
          position: static;
        }
      }
      @container detail (max-width: 400px) {
        .op {
          grid-template-columns: minmax(0, 1fr);
          gap: 0;
        }
        .op small {
          grid-column: 1;
        }
      }
    `,
  ];

  /** @type {Specimen | undefined} */
  specimen;
  /** @type {Anatomy | undefined} */
  anatomy;
  /** What was computed for the open op. @type {Map<number, Numbers>} */
  #numbers = new Map();
  /** @type {Set<number>} */
  #asked = new Set();
  /** Ends what is computed for an older text. */
  #reading = new AbortController();

  constructor() {
    super();
    /** @type {{ op: string, file: string, wgsl: string }} */
    this.shader = { op: "", file: "", wgsl: "" };
  }

  left() {
    this.#reading.abort();
    this.specimen = undefined;
  }

  async begin() {
    await this.#read(await this.use(this.settings.model));
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    const specimen = this.specimen;
    if (!specimen) return;
    if (changed.has("text") || changed.has("pair")) this.attempt(() => this.#read(specimen.model));
    const node = specimen.graph.find(({ name }) => name === this.settings.op);
    if (
      node &&
      this.settings.wgsl &&
      this.shader.op !== node.op &&
      !specimen.model.info.ops.some(({ op, variants }) => op === node.op && variants.includes(this.shader.op))
    )
      this.attempt(() => this.showShader(node.op));
  }

  /** @param {Model} model */
  async #read(model) {
    const { text, pair } = this.settings;
    this.#reading.abort();
    const { signal } = (this.#reading = new AbortController());
    const specimen = await Specimen.of(model, text, pair || undefined, signal);
    signal.throwIfAborted();
    if (this.specimen?.model !== model) this.anatomy = anatomyOf(specimen.graph, model.info.kind);
    this.specimen = specimen;
    this.#numbers.clear();
    this.#asked.clear();
    this.requestUpdate();
  }

  /**
   * A node's numbers, once they are there: the first call asks for them.
   * @param {number} index
   */
  numbersOf(index) {
    const specimen = /** @type {Specimen} */ (this.specimen);
    if (!this.#asked.has(index)) {
      this.#asked.add(index);
      this.attempt(async () => {
        const numbers = await specimen.numbers(index, { signal: this.#reading.signal });
        if (specimen === this.specimen) this.#numbers.set(index, numbers);
      });
    }
    return this.#numbers.get(index);
  }

  /** @param {string} op a word, or a variant's file */
  async showShader(op) {
    const found = await this.specimen?.model.shader(op);
    this.shader = { op, file: found?.file ?? "", wgsl: found?.wgsl ?? "" };
  }

  draw() {
    const [specimen, anatomy, say] = [this.specimen, this.anatomy, this.say];
    if (!specimen || !anatomy) return html`<p class="soft" role="status">${this.error ? nothing : say("arch.loading")}</p>`;
    const { block, layer, all } = this.settings;
    const inLayer = anatomy.stacks.flatMap(({ groups }) => groups.flatMap(({ layers }) => layers));
    const first = inLayer.flatMap(({ parts }) => parts).find(({ kind }) => kind === "attention");
    const chosen = anatomy.parts.get(block) ?? first;
    return html`<div class="sides"
      ><div class=${all ? "picture" : "picture one"}
        >${diagram({ graph: specimen.graph, lens: specimen.lens, anatomy, chosen: chosen?.id ?? "", layer, all, say, keep: (change) => this.#move(change), choose: ({ id }) => this.keep({ block: id, op: "" }) })}</div
      >
      <div class="detail">${chosen ? opened(this, specimen, chosen) : nothing}</div></div
    >`;
  }

  /** Another layer's part of the same place stays open. @param {Record<string, any>} change */
  #move(change) {
    const { block, op } = this.settings;
    const moved = (/** @type {string} */ name) => {
      const node = change.layer === undefined ? undefined : this.specimen?.graph.find((node) => node.name === name);
      return node ? nameInLayer(node, change.layer - 1) : name;
    };
    this.keep({ ...change, block: this.anatomy?.parts.has(moved(block)) ? moved(block) : block, op: moved(op) });
  }
}

export { Architecture as element };
