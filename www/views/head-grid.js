import { LitElement, css, html, nothing } from "lit";
import { guard } from "lit/directives/guard.js";
import { attentionMatrix, headOf, isMasked } from "../trace.js";

/** @typedef {import("../trace.js").Say} Say */
/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../trace.js").Matrix} Matrix */

/** Sides of a map, the room between two, and what the layers' names take, which the styles below repeat. // CSS px */
const SMALLEST = 26;
const LARGEST = 116;
const GAP = 4;
const NAMES = 26;

/** What stands beside the heads of a layer. */
const TOGETHER = /** @type {const} */ (["mean", "max"]);

/**
 * Every head of every layer as a small map, the last layer on top, on one canvas that is drawn once: what is pointed at and what is chosen are marked above it.
 * Where a map has more cells than pixels, a pixel shows the largest weight of its cells, so that a thin line stays a line.
 * @fires diorama-head-select - { layer: number, head: string }
 */
export class HeadGrid extends LitElement {
  static properties = {
    trace: { attribute: false },
    hooks: { attribute: false },
    heads: { type: Number },
    layer: { type: Number },
    head: {},
    relative: { type: Boolean },
    label: {},
    hue: {},
    stale: { type: Boolean, reflect: true },
    theme: {},
    say: { attribute: false },
    describe: { attribute: false },
    lit: { state: true },
    width: { state: true },
  };

  /** @type {Say} */
  static say = (key) => key;

  static styles = css`
    :host {
      display: block;
      min-width: 0;
    }
    .frame {
      overflow-x: auto;
      scrollbar-width: thin;
      padding: 2px;
      margin: -2px;
    }
    .maps {
      position: relative;
      width: max-content;
    }
    canvas {
      display: block;
    }
    .head,
    .name {
      position: absolute;
      font: var(--figures-small);
      color: var(--ink-soft);
      text-align: center;
      white-space: nowrap;
    }
    .name {
      left: 0;
      width: ${NAMES - 6}px;
      text-align: right;
    }
    .current {
      color: var(--ink);
      font-weight: 700;
    }
    button {
      position: absolute;
      padding: 0;
      border: 0;
      border-radius: 3px;
      background: none;
      cursor: pointer;
      touch-action: manipulation;
    }
    button:hover {
      outline: 2px solid var(--grid-hue);
    }
    button:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 2px;
    }
    button[aria-checked="true"] {
      outline: 2px solid var(--ink);
      outline-offset: 1px;
    }
    output {
      display: block;
      min-height: 40px;
      margin-top: 8px;
      font: var(--figures-small);
      color: var(--ink-soft);
    }
    output b {
      color: var(--ink);
    }
    :host([stale]) .frame {
      opacity: 0.5;
    }
  `;

  /** What the canvas shows: it is drawn again only when one of these changes. @type {unknown[]} */
  #drawn = [];
  #observer = new ResizeObserver(([{ contentRect }]) => (this.width = contentRect.width));

  constructor() {
    super();
    /** @type {Trace | undefined} */
    this.trace = undefined;
    /** The patterns' names, a layer each, the first layer first. @type {string[]} */
    this.hooks = [];
    this.heads = 0;
    this.layer = 0;
    /** @type {string} a head's number, "mean" or "max" */
    this.head = "mean";
    /** Each map by its own largest weight, instead of by 1. */
    this.relative = false;
    this.label = "";
    /** @type {string} encoder, decoder or cross */
    this.hue = "encoder";
    this.stale = false;
    this.theme = "";
    /** @type {{ layer: number, head: string } | undefined} */
    this.lit = undefined;
    /** The frame's. // CSS px */
    this.width = 0;
    this.say = /** @type {typeof HeadGrid} */ (this.constructor).say;
    /** What is said of a head. @type {(layer: number, head: string) => string} */
    this.describe = () => "";
  }

  /** The columns of maps: each head, then what they make together. */
  get #columns() {
    return [...Array.from({ length: this.heads }, (_, head) => String(head)), ...TOGETHER];
  }

  render() {
    const size = this.#size();
    const at = this.lit ?? { layer: this.layer, head: this.head };
    return html`<div class="frame"
        >${size ? guard([this.trace, this.hooks.join(), this.layer, this.head, this.label, this.hue, this.say, ...Object.values(size)], () => this.#maps(size)) : nothing}</div
      >
      <output aria-live="polite"
        >${size ? html`<b>${this.#name(at.layer, at.head)}</b><br />${this.describe(at.layer, at.head)}` : nothing}</output
      >`;
  }

  /** @param {{ width: number, height: number }} size */
  #maps({ width, height }) {
    const columns = this.#columns;
    const layers = this.hooks.map((_, i) => this.hooks.length - 1 - i);
    const left = (/** @type {number} */ column) => leftOf(column, this.heads, width);
    const top = (/** @type {number} */ row) => 20 + row * (height + GAP);
    return html`<div
      class="maps"
      role="radiogroup"
      aria-label=${this.label}
      @keydown=${this.#walk}
      @pointerleave=${() => (this.lit = undefined)}
      style=${`--grid-hue:var(--${this.hue});padding-top:20px;width:${left(columns.length)}px`}
    >
      <canvas aria-hidden="true" style=${`margin-left:${NAMES}px`}></canvas>
      ${columns.map((head, column) => html`<span aria-hidden="true" class=${head === this.head ? "head current" : "head"} style=${`left:${left(column)}px;top:0;width:${width}px`}>${this.#short(head)}</span>`)}
      ${layers.map(
        (layer, row) =>
          html`<span
              aria-hidden="true"
              class=${layer === this.layer ? "name current" : "name"}
              style=${`top:${top(row)}px;line-height:${height}px`}
              >${layer + 1}</span
            >
            ${columns.map((head, column) => this.#button(layer, head, `left:${left(column)}px;top:${top(row)}px;width:${width}px;height:${height}px`))}`,
      )}
    </div>`;
  }

  /**
   * @param {number} layer
   * @param {string} head
   * @param {string} place
   */
  #button(layer, head, place) {
    const chosen = layer === this.layer && head === this.head;
    return html`<button
      type="button"
      role="radio"
      aria-checked=${chosen}
      tabindex=${chosen ? 0 : -1}
      style=${place}
      data-place=${`${layer} ${head}`}
      aria-label=${this.#name(layer, head)}
      @pointerenter=${() => (this.lit = { layer, head })}
      @focus=${() => (this.lit = { layer, head })}
      @blur=${() => (this.lit = undefined)}
      @click=${() => this.#select(layer, head)}
    ></button>`;
  }

  /** @param {string} head */
  #short(head) {
    return head === "mean" ? this.say("tower.mean") : head === "max" ? this.say("heads.max") : String(Number(head) + 1);
  }

  /**
   * @param {number} layer
   * @param {string} head
   */
  #name(layer, head) {
    if (head === "max") return this.say("heads.max.label", { layer: layer + 1 });
    return head === "mean"
      ? this.say("tower.mean.label", { layer: layer + 1 })
      : this.say("tower.head.label", { layer: layer + 1, head: Number(head) + 1 });
  }

  /** The side of a map: what the width allows; a map that is not square keeps its cells square as far as that stays readable. */
  #size() {
    const matrix = attentionMatrix(this.trace, this.hooks[0] ?? "", 0);
    if (!matrix || this.width === 0) return undefined;
    const columns = this.heads + TOGETHER.length;
    const width = Math.floor(Math.min(LARGEST, Math.max(SMALLEST, (this.width - NAMES - GAP * 4) / columns - GAP)));
    return { width, height: Math.round(width * Math.min(1.5, Math.max(0.5, matrix.rows / matrix.columns))) };
  }

  /**
   * @param {number} layer
   * @param {string} head
   */
  #select(layer, head) {
    this.dispatchEvent(new CustomEvent("diorama-head-select", { bubbles: true, composed: true, detail: { layer, head } }));
  }

  /** @param {KeyboardEvent} event */
  async #walk(event) {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 0], ArrowDown: [-1, 0] }[event.key];
    if (!step) return;
    event.preventDefault();
    const columns = this.#columns;
    const layer = Math.min(this.hooks.length - 1, Math.max(0, this.layer + step[0]));
    const head = columns[Math.min(columns.length - 1, Math.max(0, columns.indexOf(this.head) + step[1]))];
    this.#select(layer, head);
    await new Promise(requestAnimationFrame);
    /** @type {HTMLElement | null} */ (this.renderRoot.querySelector(`[data-place="${layer} ${head}"]`))?.focus();
  }

  firstUpdated() {
    const frame = this.renderRoot.querySelector(".frame");
    if (frame) this.#observer.observe(frame);
  }

  updated() {
    const canvas = this.renderRoot.querySelector("canvas");
    const pen = canvas?.getContext("2d");
    const size = this.#size();
    if (!canvas || !pen || !size) return;
    const ratio = devicePixelRatio || 1;
    const key = [canvas, this.trace, this.hooks.join(), this.relative, size.width, size.height, ratio, this.theme];
    if (key.every((part, i) => part === this.#drawn[i])) return;
    this.#drawn = key;
    const columns = this.#columns;
    const across = leftOf(columns.length, this.heads, size.width) - NAMES;
    const down = this.hooks.length * (size.height + GAP) - GAP;
    Object.assign(canvas, { width: Math.round(across * ratio), height: Math.round(down * ratio) });
    canvas.style.width = `${across}px`;
    canvas.style.height = `${down}px`;
    const palette = paletteOf(pen, this);
    const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
    this.hooks.forEach((hook, layer) => {
      const scores = attentionMatrix(this.trace, hook.replace("hook_pattern", "hook_attn_scores"), 0)?.data;
      columns.forEach((head, column) => {
        const matrix = attentionMatrix(this.trace, hook, headOf(head));
        if (!matrix) return;
        const image = pen.createImageData(width, height);
        paint(new Uint32Array(image.data.buffer), matrix, scores, {
          width,
          height,
          palette,
          relative: this.relative,
          tile: Math.round(5 * ratio),
        });
        const x = leftOf(column, this.heads, size.width) - NAMES;
        pen.putImageData(image, Math.round(x * ratio), Math.round((this.hooks.length - 1 - layer) * (size.height + GAP) * ratio));
      });
    });
  }
}

/**
 * Where a column of maps begins; what the heads make together stands a little apart. // CSS px
 * @param {number} column
 * @param {number} heads
 * @param {number} width
 */
function leftOf(column, heads, width) {
  return NAMES + column * (width + GAP) + (column >= heads ? GAP * 2 : 0);
}

/** The ramp in 256 steps, then the hatch's line. @type {(pen: CanvasRenderingContext2D, element: Element) => Uint32Array} */
function paletteOf(pen, element) {
  const style = getComputedStyle(element);
  const [paper, ink, line] = ["--ramp-0", "--ramp-1", "--hatch-line"].map((name) => style.getPropertyValue(name).trim());
  const paints = [
    ...Array.from({ length: 256 }, (_, i) => `color-mix(in oklab, ${paper}, ${ink} ${((i / 255) * 100).toFixed(1)}%)`),
    line,
  ];
  paints.forEach((paint, i) => {
    pen.fillStyle = paint;
    pen.fillRect(i % 64, Math.floor(i / 64), 1, 1);
  });
  const { data } = pen.getImageData(0, 0, 64, 5);
  pen.clearRect(0, 0, 64, 5);
  return new Uint32Array(data.buffer);
}

/**
 * @param {Uint32Array} pixels
 * @param {Matrix} matrix
 * @param {Float32Array | undefined} scores of which masked ones hatch
 * @param {{ width: number, height: number, palette: Uint32Array, relative: boolean, tile: number }} how
 */
function paint(pixels, { rows, columns, data }, scores, { width, height, palette, relative, tile }) {
  const full = relative ? data.reduce((most, weight) => Math.max(most, weight), 1e-9) : 1;
  const from = (/** @type {number} */ pixel, /** @type {number} */ cells, /** @type {number} */ length) =>
    Math.floor((pixel * cells) / length);
  for (let y = 0; y < height; y++) {
    const top = from(y, rows, height);
    const bottom = Math.max(top + 1, from(y + 1, rows, height));
    for (let x = 0; x < width; x++) {
      const left = from(x, columns, width);
      const right = Math.max(left + 1, from(x + 1, columns, width));
      let [most, allowed] = [0, false];
      for (let row = top; row < bottom; row++) {
        for (let index = row * columns + left; index < row * columns + right; index++) {
          if (data[index] > most) most = data[index];
          allowed ||= !isMasked(scores?.[index] ?? 0);
        }
      }
      const step = Math.min(255, Math.round((most / full) * 255));
      pixels[y * width + x] = palette[allowed ? step : (x + y) % tile === 0 ? 256 : 0];
    }
  }
}
