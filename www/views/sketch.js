import { LitElement, css, nothing, html, svg } from "lit";

/**
 * A model's stacks, from the bottom of the text to its answer: each a list of parts, `repeat` of which are its layers.
 * @typedef {{ kind: string, residual?: number }} SketchPart
 * @typedef {{ name: "encoder" | "decoder", before: SketchPart[], layer: SketchPart[], repeat: number, after: SketchPart[] }} SketchStack
 */

/** Of a part. // px */
const HEIGHT = /** @type {Record<string, number>} */ ({
  embed: 18,
  bias: 10,
  attention: 24,
  cross: 24,
  mlp: 24,
  norm: 7,
  add: 9,
  head: 18,
});
const GAP = 6;
const WIDTH = 58;
const MARGIN = 14;

/**
 * A small drawing of an architecture, made of its graph's parts: data flows downwards, layers of one make are drawn once, with their number beside them.
 */
export class Sketch extends LitElement {
  static properties = { stacks: { attribute: false }, label: {} };

  static styles = css`
    :host {
      display: block;
    }
    svg {
      display: block;
      max-width: 100%;
      max-height: var(--tallest, none);
      width: auto;
      height: auto;
    }
    .part {
      stroke-width: 1;
      stroke: var(--hairline-strong);
      fill: var(--case);
    }
    .encoder .attention {
      fill: color-mix(in oklab, var(--encoder) 55%, var(--case));
      stroke: var(--encoder);
    }
    .decoder .attention {
      fill: color-mix(in oklab, var(--decoder) 55%, var(--case));
      stroke: var(--decoder);
    }
    .cross {
      fill: color-mix(in oklab, var(--cross) 55%, var(--case));
      stroke: var(--cross);
    }
    .norm {
      fill: var(--hairline-strong);
      stroke: none;
    }
    .encoder :is(.embed, .head, .mlp) {
      stroke: color-mix(in oklab, var(--encoder) 60%, var(--hairline-strong));
    }
    .decoder :is(.embed, .head, .mlp) {
      stroke: color-mix(in oklab, var(--decoder) 60%, var(--hairline-strong));
    }
    .mlp {
      fill: color-mix(in oklab, var(--ink-soft) 14%, var(--case));
    }
    .flow {
      stroke: var(--ink-faint);
      fill: none;
      stroke-width: 1;
    }
    .around {
      stroke: var(--ink-faint);
      fill: none;
      stroke-width: 1;
    }
    .memory {
      stroke: var(--cross);
      fill: none;
      stroke-width: 1.5;
    }
    .add {
      fill: var(--paper);
      stroke: var(--ink-soft);
    }
    .frame {
      fill: none;
      stroke: var(--hairline-strong);
    }
    text {
      font: var(--figures-small);
      fill: var(--ink-soft);
    }
  `;

  constructor() {
    super();
    /** @type {SketchStack[]} */
    this.stacks = [];
    this.label = "";
  }

  render() {
    if (this.stacks.length === 0) return nothing;
    const drawn = this.stacks.map((stack, i) => laid(stack, MARGIN + i * (WIDTH + MARGIN + 36)));
    const width = Math.max(...drawn.map(({ right }) => right)) + 36;
    const height = Math.max(...drawn.map(({ bottom }) => bottom)) + 2;
    return html`<svg viewBox="0 0 ${width} ${height}" width=${width} height=${height} role="img" aria-label=${this.label}>
      ${drawn.map(({ picture }) => picture)} ${drawn.length > 1 ? memory(drawn) : nothing}
    </svg>`;
  }
}

/** @typedef {ReturnType<typeof laid>} Laid */

/**
 * @param {SketchStack} stack
 * @param {number} left
 */
function laid({ name, before, layer, repeat, after }, left) {
  const middle = left + WIDTH / 2;
  let y = 2;
  /** @type {unknown[]} */
  const shapes = [];
  /** @type {number | undefined} */
  let cross;
  const place = (/** @type {SketchPart} */ { kind }) => {
    const height = HEIGHT[kind] ?? 12;
    if (kind === "cross") cross = y + height / 2;
    shapes.push(
      kind === "add"
        ? svg`<circle class="part add" cx=${middle} cy=${y + height / 2} r=${height / 2}></circle>`
        : svg`<rect class=${`part ${kind}`} x=${kind === "norm" ? left + 8 : left} y=${y} width=${kind === "norm" ? WIDTH - 16 : WIDTH} height=${height} rx="3"></rect>`,
    );
    y += height + GAP;
    return { top: y - height - GAP, bottom: y - GAP };
  };
  before.forEach(place);
  const top = y;
  y += 3;
  const places = layer.map(place);
  layer.forEach(({ kind, residual }, i) => {
    if (kind !== "add" || residual === undefined) return;
    const from = residual < 0 ? top + 1 : places[residual].bottom + GAP / 2;
    const to = (places[i].top + places[i].bottom) / 2;
    shapes.push(svg`<path class="around" d=${`M${middle} ${from} H${left - 7} V${to} H${middle - 3.5}`}></path>`);
  });
  const end = y - 1;
  y += 3;
  const rest = after.map(place);
  const bottom = rest.at(-1)?.bottom ?? end;
  const picture = svg`<g class=${name}><path class="flow" d=${`M${middle} 2 V${bottom}`}></path>
    <rect class="frame" x=${left - 11} y=${top} width=${WIDTH + 16} height=${end - top} rx="5"></rect>
    ${shapes}<text x=${left + WIDTH + 8} y=${top + 13}>× ${repeat}</text></g>`;
  return { picture, bottom, right: left + WIDTH, left, cross };
}

/** From the end of the encoder to the decoder's cross-attention. @param {Laid[]} stacks */
function memory([encoder, decoder]) {
  const from = encoder.left + WIDTH / 2;
  const gap = (encoder.right + decoder.left) / 2 + 12;
  return svg`<path class="memory" d=${`M${from} ${encoder.bottom} V${encoder.bottom + 6} H${gap} V${decoder.cross ?? 0} H${decoder.left}`}></path>`;
}
