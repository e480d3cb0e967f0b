import { LitElement, css, html, nothing, svg } from "lit";

/** @typedef {import("../trace.js").Say} Say */
/** `computed` rows of keys and values are new in this pass, `reused` ones were there. @typedef {{ computed: number, reused: number }} Pass */

/**
 * One line for each pass, one column for each position: solid where the pass computed that position's keys and values, outlined where it found them in the cache.
 */
export class CacheGrid extends LitElement {
  static properties = {
    passes: { attribute: false },
    upto: { type: Number },
    label: {},
    hue: {},
    say: { attribute: false },
  };

  /** @type {Say} */
  static say = (key) => key;

  static styles = css`
    :host {
      display: block;
      min-width: 0;
    }
    .frame {
      overflow: auto;
      max-height: 300px;
      scrollbar-width: thin;
    }
    svg {
      display: block;
    }
    .computed {
      fill: var(--bar);
    }
    .reused {
      fill: none;
      stroke: var(--bar);
      stroke-opacity: 0.45;
    }
    .later {
      opacity: 0.16;
    }
    .now {
      fill: none;
      stroke: var(--ink);
      stroke-width: 1.5;
    }
  `;

  constructor() {
    super();
    /** @type {Pass[]} */
    this.passes = [];
    /** Passes after this one are faint. */
    this.upto = Infinity;
    this.label = "";
    /** @type {string} encoder or decoder */
    this.hue = "decoder";
    this.say = /** @type {typeof CacheGrid} */ (this.constructor).say;
  }

  render() {
    const columns = Math.max(1, ...this.passes.map(({ computed, reused }) => computed + reused));
    const cell = Math.max(5, Math.min(13, Math.floor(520 / columns), Math.floor(300 / Math.max(1, this.passes.length))));
    const [width, height] = [columns * cell + 2, this.passes.length * cell + 2];
    return html`<div class="frame" role="img" aria-label=${this.label} style=${`--bar:var(--${this.hue})`}>
      <svg width=${width} height=${height} viewBox=${`-1 -1 ${width} ${height}`} aria-hidden="true">
        ${this.passes.map((pass, n) => this.#line(pass, n, cell))}
      </svg></div
    >`;
  }

  /**
   * @param {Pass} pass
   * @param {number} n
   * @param {number} cell // px
   */
  #line({ computed, reused }, n, cell) {
    const y = n * cell;
    const squares = (/** @type {number} */ from, /** @type {number} */ count, /** @type {number} */ inset) =>
      Array.from(
        { length: count },
        (_, i) => `M${(from + i) * cell + inset} ${y + inset}h${cell - 2 * inset}v${cell - 2 * inset}h${2 * inset - cell}z`,
      ).join("");
    return svg`<g class=${n + 1 > this.upto ? "later" : ""}>
      ${reused > 0 ? svg`<path class="reused" d=${squares(0, reused, 1)}></path>` : nothing}
      <path class="computed" d=${squares(reused, computed, 0.5)}></path>
      ${n + 1 === this.upto ? svg`<rect class="now" x="-0.5" y=${y - 0.5} width=${(reused + computed) * cell + 1} height=${cell + 1} rx="2"></rect>` : nothing}
    </g>`;
  }
}
