import { LitElement, css, html, nothing, svg } from "lit";

/** @typedef {import("../trace.js").Say} Say */
/** `hue` names a colour of the page; `dashed` tells lines apart without it. @typedef {{ name: string, hue: string, dashed?: boolean, values: number[] }} Line */

const [LEFT, RIGHT, TOP, BOTTOM] = [64, 8, 10, 36]; // px

/**
 * Numbers that belong to 1, 2, 3, … as lines over a common ground of zero. Moving over it, or the arrow keys, read one place; the readings stand in a fixed line above.
 */
export class Lines extends LitElement {
  static properties = {
    lines: { attribute: false },
    label: {},
    x: {},
    y: {},
    unit: {},
    marked: { type: Number },
    width: { state: true },
    place: { state: true },
  };

  static styles = css`
    :host {
      display: block;
      min-width: 0;
    }
    svg {
      display: block;
      width: 100%;
      touch-action: pan-y;
      border-radius: 4px;
    }
    svg:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 2px;
    }
    text {
      font: var(--figures-small);
      fill: var(--ink-soft);
      font-variant-numeric: tabular-nums;
    }
    .grid {
      stroke: var(--hairline);
    }
    .ground {
      stroke: var(--hairline-strong);
    }
    .cursor {
      stroke: var(--ink-ghost);
    }
    path {
      fill: none;
      stroke-width: 2;
      stroke-linejoin: round;
    }
    .keys {
      display: flex;
      flex-wrap: wrap;
      gap: 2px 20px;
      min-height: 22px;
      font: var(--figures-small);
      color: var(--ink-soft);
      font-variant-numeric: tabular-nums;
      list-style: none;
      margin: 0 0 4px;
      padding: 0;
    }
    .keys svg {
      display: inline-block;
      width: 26px;
      height: 10px;
      vertical-align: 0;
      margin-right: 6px;
    }
    .keys b {
      color: var(--ink);
      font-weight: 650;
    }
  `;

  constructor() {
    super();
    /** @type {Line[]} */
    this.lines = [];
    this.label = "";
    /** What stands along the axes, in words. */
    this.x = "";
    this.y = "";
    this.unit = "";
    /** A place that is marked while none is read. @type {number | undefined} */
    this.marked = undefined;
    this.width = 520; // px
    /** @type {number | undefined} */
    this.place = undefined;
  }

  render() {
    const count = Math.max(0, ...this.lines.map(({ values }) => values.length));
    const most = ceiling(Math.max(0, ...this.lines.flatMap(({ values }) => values.filter(Number.isFinite))));
    const height = 220;
    const across = (/** @type {number} */ i) => LEFT + ((this.width - LEFT - RIGHT) * i) / Math.max(1, count - 1);
    const down = (/** @type {number} */ value) => height - BOTTOM - ((height - TOP - BOTTOM) * value) / most;
    const place = this.place ?? this.marked;
    const read = place !== undefined && place < count ? place : undefined;
    const summary = this.lines
      .map(({ name, values }) => `${name}: ${shown(values[0])} … ${shown(values.at(-1))} ${this.unit}`)
      .join("; ");
    return html`<ul class="keys"
        >${this.lines.map(
          ({ name, hue, dashed, values }) =>
            html`<li
              ><svg viewBox="0 0 26 10" aria-hidden="true">
                <path d="M0 5H26" stroke=${`var(--${hue})`} stroke-dasharray=${dashed ? "5 3" : nothing}></path></svg
              >${name}${read === undefined ? nothing : html` <b>${shown(values[read])} ${this.unit}</b>`}</li
            >`,
        )}
        ${read === undefined ? nothing : html`<li>${this.x} <b>${read + 1}</b></li>`}</ul
      >
      <svg
        viewBox=${`0 0 ${this.width} ${height}`}
        height=${height}
        role="img"
        tabindex="0"
        aria-label=${`${this.label}. ${summary}`}
        @pointermove=${(/** @type {PointerEvent} */ event) => this.#point(event, count)}
        @pointerleave=${() => (this.place = undefined)}
        @keydown=${(/** @type {KeyboardEvent} */ event) => this.#press(event, count)}
      >
        ${[0, 0.5, 1].map(
          (
            part,
          ) => svg`<line class=${part ? "grid" : "ground"} x1=${LEFT} x2=${this.width - RIGHT} y1=${down(part * most)} y2=${down(part * most)}></line>
          <text x=${LEFT - 8} y=${down(part * most) + 4} text-anchor="end">${shown(part * most)}</text>`,
        )}
        ${[...new Set([0, Math.floor((count - 1) / 2), count - 1])].filter((i) => i >= 0).map((i) => svg`<text x=${across(i)} y=${height - BOTTOM + 16} text-anchor=${i === 0 ? "start" : i === count - 1 ? "end" : "middle"}>${i + 1}</text>`)}
        <text x=${(LEFT + this.width - RIGHT) / 2} y=${height - 3} text-anchor="middle">${this.x}</text>
        <text
          x="12"
          y=${(height - BOTTOM + TOP) / 2}
          text-anchor="middle"
          transform=${`rotate(-90 12 ${(height - BOTTOM + TOP) / 2})`}
        >
          ${this.y}
        </text>
        ${read === undefined ? nothing : svg`<line class="cursor" x1=${across(read)} x2=${across(read)} y1=${TOP} y2=${height - BOTTOM}></line>`}
        ${this.lines.map(
          ({
            hue,
            dashed,
            values,
          }) => svg`<path stroke=${`var(--${hue})`} stroke-dasharray=${dashed ? "5 3" : nothing} d=${values.map((value, i) => (Number.isFinite(value) ? `${i === 0 ? "M" : "L"}${across(i).toFixed(1)} ${down(value).toFixed(1)}` : "")).join("")}></path>
          ${read === undefined || !Number.isFinite(values[read]) ? nothing : svg`<circle cx=${across(read)} cy=${down(values[read])} r="4" fill=${`var(--${hue})`}></circle>`}`,
        )}
      </svg>`;
  }

  #observer = new ResizeObserver(([{ contentRect }]) => (this.width = Math.max(200, contentRect.width)));

  firstUpdated() {
    this.#observer.observe(this);
  }

  /**
   * @param {PointerEvent} event
   * @param {number} count
   */
  #point({ clientX, currentTarget }, count) {
    const box = /** @type {Element} */ (currentTarget).getBoundingClientRect();
    const part = (clientX - box.left - LEFT) / (box.width - LEFT - RIGHT);
    this.place = Math.min(count - 1, Math.max(0, Math.round(part * (count - 1))));
  }

  /**
   * @param {KeyboardEvent} event
   * @param {number} count
   */
  #press(event, count) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || count === 0) return;
    event.preventDefault();
    this.place = Math.min(count - 1, Math.max(0, (this.place ?? this.marked ?? (step > 0 ? -1 : count)) + step));
  }
}

/** The next round number: 1, 2 or 5 times a power of ten. @param {number} most */
function ceiling(most) {
  if (!(most > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return /** @type {number} */ ([1, 2, 5, 10].find((step) => most <= step * power)) * power;
}

/** @param {number | undefined} value */
function shown(value) {
  if (value === undefined || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
