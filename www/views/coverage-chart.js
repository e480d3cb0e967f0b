import { LitElement, css, html, svg } from "lit";

/** @typedef {{ name: string, hue: string, values: number[], dashed?: boolean }} Line */

/** The plot's height, and the room of its labels; the name at a line's end takes most. // CSS px */
const PLOT = { height: 140, left: 48, right: 144, top: 8, bottom: 24 };

/** Shares that grow from step to step, a line each, labelled at its end; steps that are still to come are faint. */
export class CoverageChart extends LitElement {
  static properties = {
    lines: { attribute: false },
    upto: { type: Number },
    label: {},
    width: { state: true },
  };

  static styles = css`
    :host {
      display: block;
      min-width: 0;
      max-width: 720px;
    }
    svg {
      display: block;
      width: 100%;
      overflow: visible;
    }
    text {
      font: var(--figures-small);
      fill: var(--ink-soft);
      font-variant-numeric: tabular-nums;
    }
    .name {
      font-weight: 600;
    }
    .axis {
      stroke: var(--hairline-strong);
      stroke-width: 1;
    }
    polyline {
      fill: none;
      stroke-width: 2;
    }
    .ahead {
      opacity: 0.25;
    }
  `;

  constructor() {
    super();
    /** `values` are shares, 0..1. @type {Line[]} */
    this.lines = [];
    this.upto = 0;
    this.label = "";
    /** The element's. // CSS px */
    this.width = 520;
  }

  #observer = new ResizeObserver(([{ contentRect }]) => (this.width = Math.max(280, contentRect.width)));

  firstUpdated() {
    this.#observer.observe(this);
  }

  render() {
    const { height, left, right, top, bottom } = PLOT;
    const width = this.width - left - right;
    const steps = Math.max(1, ...this.lines.map(({ values }) => values.length));
    const x = (/** @type {number} */ step) => left + ((step + 1) / steps) * width;
    const y = (/** @type {number} */ share) => top + (1 - share) * height;
    const ends = spread(this.lines.map(({ values }) => y(values[Math.max(0, Math.min(values.length, this.upto) - 1)] ?? 0)));
    return html`<svg
      viewBox=${`0 0 ${this.width} ${top + height + bottom}`}
      height=${top + height + bottom}
      role="img"
      aria-label=${this.label}
    >
      ${[0, 0.5, 1].map(
        (
          share,
        ) => svg`<line class="axis" x1=${left} x2=${left + width} y1=${y(share)} y2=${y(share)} stroke-dasharray=${share % 1 ? "2 4" : "none"}></line>
        <text x=${left - 6} y=${y(share) + 4} text-anchor="end">${share * 100} %</text>`,
      )}
      ${[1, ...[0.25, 0.5, 0.75, 1].map((part) => Math.round(steps * part))].map((step) => svg`<text x=${x(step - 1)} y=${top + height + 18} text-anchor="middle">${step}</text>`)}
      ${this.lines.map(({ name, hue, values, dashed }, i) => {
        const points = (/** @type {number[]} */ part) =>
          part.map((share, step) => `${x(step).toFixed(1)},${y(share).toFixed(1)}`).join(" ");
        const stroke = `stroke:var(--${hue});${dashed ? "stroke-dasharray:5 3" : ""}`;
        const now = values[Math.max(0, Math.min(values.length, this.upto) - 1)] ?? 0;
        return svg`<polyline class="ahead" style=${stroke} points=${points(values)}></polyline><polyline style=${stroke} points=${points(values.slice(0, this.upto))}></polyline>
          <text class="name" x=${left + width + 8} y=${ends[i] + 4}>${name} ${(now * 100).toFixed(0)} %</text>`;
      })}
    </svg>`;
  }
}

/**
 * Labels that would lie on each other, moved apart.
 * @param {number[]} heights
 */
function spread(heights) {
  const order = heights.map((_, i) => i).sort((a, b) => heights[a] - heights[b]);
  const moved = [...heights];
  for (let i = 1; i < order.length; i++) moved[order[i]] = Math.max(moved[order[i]], moved[order[i - 1]] + 17);
  return moved;
}
