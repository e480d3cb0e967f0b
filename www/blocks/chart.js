// A chart: curves, points and a reading line that follows pointer and arrow keys. Scales and paths are d3's (d3-scale, d3-shape: 13 kB of gzip, where Observable Plot
// takes some 80 and writes a <style> that a strict Content-Security-Policy refuses); the marks are SVG in Lit's templates, so that their text can be selected.

import { LitElement, html, nothing, svg } from "lit";
import { scaleLinear, scaleLog } from "d3-scale";
import { line as path } from "d3-shape";
import { chartStyles } from "./chart-styles.js";
import { placed } from "./labels.js";

/** @typedef {{ label: string, domain: [number, number], log?: boolean, format: (value: number) => string, ticks?: number[] }} Axis */
/** A curve; `dashed` where it only guesses, `strong` where it is the one that is spoken of. @typedef {{ name: string, points: [number, number][], hue?: string, dashed?: boolean, strong?: boolean, faint?: boolean, tag?: string }} Curve */
/** `hollow` marks what was computed and not measured; without a name a mark is one of many, and only drawn. @typedef {{ name: string, x: number, y: number, hue?: string, hollow?: boolean, minor?: boolean, above?: boolean, note?: string }} Mark */
/** @typedef {{ label: string, height?: number, x: Axis, y: Axis, curves: Curve[], marks?: Mark[], cursor?: number }} Picture */

const MARGIN = { top: 28, right: 20, bottom: 44, left: 52 };
/** Steps of the reading line for the keyboard, along the axis. */
const STEPS = 100;

/**
 * @fires diorama-chart-move - { x: number } the reader moved the reading line
 */
export class Chart extends LitElement {
  static properties = {
    picture: { attribute: false },
    say: { attribute: false },
    width: { state: true },
    table: { state: true },
    near: { state: true },
  };
  static styles = chartStyles;

  #resize = new ResizeObserver(([{ contentRect }]) => (this.width = Math.round(contentRect.width)));

  constructor() {
    super();
    /** @type {Picture | undefined} */
    this.picture = undefined;
    /** @type {import("../trace.js").Say} */
    this.say = (key) => key;
    this.width = 0;
    this.table = false;
    /** @type {Mark | undefined} the mark under the pointer */
    this.near = undefined;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#resize.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#resize.disconnect();
  }

  /** @param {Picture} picture */
  #scales({ x, y, height = 320 }) {
    const scale = (/** @type {Axis} */ { domain, log }, /** @type {[number, number]} */ range) =>
      (log ? scaleLog() : scaleLinear()).domain(domain).range(range);
    return {
      x: scale(x, [MARGIN.left, Math.max(this.width - MARGIN.right, MARGIN.left + 1)]),
      y: scale(y, [height - MARGIN.bottom, MARGIN.top]),
      height,
    };
  }

  render() {
    const { picture } = this;
    if (!picture) return nothing;
    const { x, y, height } = this.#scales(picture);
    const { width } = this;
    return html`<div class="frame" .style=${`height:${height}px`}>
        ${
          width
            ? html`<svg
                width=${width}
                height=${height}
                viewBox="0 0 ${width} ${height}"
                role="img"
                aria-label=${picture.label}
                @pointermove=${this.#point}
                @pointerdown=${this.#point}
                @pointerleave=${() => (this.near = undefined)}
              >
                <defs>
                  <clipPath id="inside">
                    <rect
                      x=${MARGIN.left}
                      y=${MARGIN.top - 4}
                      width=${width - MARGIN.left - MARGIN.right}
                      height=${height - MARGIN.top - MARGIN.bottom + 4}
                    ></rect>
                  </clipPath>
                </defs>
                ${this.#axes(picture, x, y)}
                <g clip-path="url(#inside)">${picture.curves.map((curve) => this.#curve(curve, x, y))}</g>
                ${this.#reading(picture, x, y)} ${this.#marks(picture, x, y)}
              </svg>`
            : nothing
        }
        ${this.#slider(picture, x)}
      </div>
      <p class="near" aria-live="polite">${this.near ? `${this.near.name}: ${this.near.note ?? ""}` : nothing}</p>
      ${this.#legend(picture)}
      <button type="button" class="link" aria-pressed=${this.table} @click=${() => (this.table = !this.table)}
        >${this.say("chart.table")}</button
      >
      ${this.table ? this.#table(picture) : nothing}`;
  }

  /**
   * @param {Picture} picture
   * @param {any} x
   * @param {any} y
   */
  #axes({ x: across, y: up }, x, y) {
    const [left, right] = x.range();
    const [bottom, top] = y.range();
    return svg`<g class="axes">
      ${ticks(up, 6).map((tick) => svg`<line class="grid" x1=${left} x2=${right} y1=${y(tick)} y2=${y(tick)}></line><text x=${left - 8} y=${y(tick) + 4} text-anchor="end">${up.format(tick)}</text>`)}
      ${ticks(across, Math.max(2, Math.floor((right - left) / 72))).map((tick) => svg`<line class="tick" x1=${x(tick)} x2=${x(tick)} y1=${bottom} y2=${bottom + 5}></line><text x=${x(tick)} y=${bottom + 19} text-anchor="middle">${across.format(tick)}</text>`)}
      <line class="base" x1=${left} x2=${right} y1=${bottom} y2=${bottom}></line>
      <text class="title" x="0" y=${top - 14}>${up.label}</text>
      <text class="title" x=${right} y=${bottom + 38} text-anchor="end">${across.label}</text>
    </g>`;
  }

  /**
   * @param {Curve} curve
   * @param {any} x
   * @param {any} y
   */
  #curve({ points, hue, dashed, strong, faint }, x, y) {
    const d = path()(points.map(([across, up]) => /** @type {[number, number]} */ ([x(across), y(up)])));
    return svg`<path class=${["curve", dashed && "dashed", strong && "strong", faint && "faint"].filter(Boolean).join(" ")} d=${d ?? ""} .style=${hue ? `--hue:var(--${hue})` : ""}></path>`;
  }

  /**
   * @param {Picture} picture
   * @param {any} x
   * @param {any} y
   */
  #reading({ cursor, curves }, x, y) {
    if (cursor === undefined) return nothing;
    const [bottom, top] = y.range();
    const dots = curves
      .filter(({ strong }) => strong)
      .flatMap((curve) => {
        const up = valueAt(curve, cursor);
        return up === undefined || y(up) < top - 4 || y(up) > bottom ? [] : [{ up, hue: curve.hue }];
      });
    return svg`<line class="reading" x1=${x(cursor)} x2=${x(cursor)} y1=${top} y2=${bottom}></line>
      ${dots.map(({ up, hue }) => svg`<circle class="dot" cx=${x(cursor)} cy=${y(up)} r="4.5" .style=${hue ? `--hue:var(--${hue})` : ""}></circle>`)}`;
  }

  /**
   * @param {Picture} picture
   * @param {any} x
   * @param {any} y
   */
  #marks({ marks = [] }, x, y) {
    const inside = marks.filter((mark) => within(x, mark.x) && within(y, mark.y));
    const labels = placed(
      inside.map((mark) => ({ x: x(mark.x), y: y(mark.y), text: mark.name, minor: mark.minor, above: mark.above })),
      { left: MARGIN.left, right: this.width - 4, top: 8, bottom: y.range()[0] },
    );
    return inside.map(
      (
        mark,
        i,
      ) => svg`<g class="mark ${mark.hollow ? "hollow" : ""} ${mark.name ? "" : "many"} ${this.near === mark ? "near" : ""}" .style=${mark.hue ? `--hue:var(--${mark.hue})` : ""}>
      <circle cx=${x(mark.x)} cy=${y(mark.y)} r=${mark.name === "" ? 2 : mark.minor ? 3.5 : 5}></circle>
      ${labels[i] ? svg`<text x=${labels[i].x} y=${labels[i].y} text-anchor=${labels[i].anchor}>${mark.name}</text>` : nothing}
    </g>`,
    );
  }

  /**
   * What the keyboard and a screen reader hold on to: the reading line as a slider, its value in words.
   * @param {Picture} picture
   * @param {any} x
   */
  #slider(picture, x) {
    const { cursor } = picture;
    if (cursor === undefined) return nothing;
    const walk = x.copy().range([0, STEPS]);
    return html`<input
      type="range"
      class="handle"
      min="0"
      max=${STEPS}
      step="any"
      .value=${String(walk(cursor))}
      aria-label=${picture.x.label}
      aria-valuetext=${this.#spoken(picture)}
      @keydown=${(/** @type {KeyboardEvent} */ event) => this.#key(event, walk, cursor)}
      @input=${(/** @type {any} */ { target }) => this.#move(walk.invert(Number(target.value)))}
    />`;
  }

  /** @param {Picture} picture */
  #spoken({ x, y, curves, cursor = 0 }) {
    const values = curves
      .filter(({ faint }) => !faint)
      .flatMap((curve) => {
        const up = valueAt(curve, cursor);
        return up === undefined ? [] : [`${curve.name} ${y.format(up)}`];
      });
    return [x.format(cursor), ...new Set(values)].join("; ");
  }

  /**
   * @param {KeyboardEvent} event
   * @param {any} walk
   * @param {number} cursor
   */
  #key(event, walk, cursor) {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.#move(walk.invert(Math.min(STEPS, Math.max(0, walk(cursor) + step))));
  }

  /** @param {PointerEvent} event */
  #point(event) {
    const { picture } = this;
    if (!picture) return;
    const { x, y } = this.#scales(picture);
    const box = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
    const [left, top] = [event.clientX - box.left, event.clientY - box.top];
    const distance = (/** @type {Mark} */ mark) => Math.hypot(x(mark.x) - left, y(mark.y) - top);
    this.near = (picture.marks ?? [])
      .filter((mark) => mark.name && distance(mark) < 18)
      .sort((a, b) => distance(a) - distance(b))[0];
    const presses = event.type === "pointerdown" || event.buttons > 0;
    if (presses && picture.cursor !== undefined && !this.near)
      this.#move(Math.min(picture.x.domain[1], Math.max(picture.x.domain[0], x.invert(left))));
  }

  /** @param {number} x */
  #move(x) {
    this.dispatchEvent(new CustomEvent("diorama-chart-move", { bubbles: true, composed: true, detail: { x } }));
  }

  /** @param {Picture} picture */
  #legend({ curves }) {
    const named = curves.filter(({ tag }) => tag !== undefined);
    if (named.length === 0) return nothing;
    return html`<ul class="legend"
      >${named.map(
        ({ tag, hue, dashed, strong, faint }) =>
          html`<li
            ><svg width="28" height="10" aria-hidden="true">
              <line
                class=${["curve", dashed && "dashed", strong && "strong", faint && "faint"].filter(Boolean).join(" ")}
                x1="0"
                x2="28"
                y1="5"
                y2="5"
                .style=${hue ? `--hue:var(--${hue})` : ""}
              ></line></svg
            >${tag}</li
          >`,
      )}</ul
    >`;
  }

  /** @param {Picture} picture */
  #table({ x, y, curves, marks: all = [] }) {
    const rows = ticks(x, 8);
    const marks = all.filter(({ name }) => name);
    return html`<div class="scroll" tabindex="0" role="group" aria-label=${this.say("chart.table")}>
      <table
        ><thead
          ><tr><th scope="col">${x.label}</th>${curves.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead
        >
        <tbody
          >${rows.map(
            (row) =>
              html`<tr
                ><th scope="row">${x.format(row)}</th>${curves.map((curve) => {
                  const up = valueAt(curve, row);
                  return html`<td>${up === undefined ? "–" : y.format(up)}</td>`;
                })}</tr
              >`,
          )}</tbody
        ></table
      >
      ${
        marks.length
          ? html`<table
              ><thead
                ><tr
                  ><th scope="col">${this.say("chart.point")}</th><th scope="col">${x.label}</th><th scope="col">${y.label}</th
                  ><th scope="col" class="words">${this.say("chart.note")}</th></tr
                ></thead
              >
              <tbody
                >${marks.map((mark) => html`<tr><th scope="row">${mark.name}</th><td>${x.format(mark.x)}</td><td>${y.format(mark.y)}</td><td class="words">${mark.note ?? ""}</td></tr>`)}</tbody
              ></table
            >`
          : nothing
      }
    </div>`;
  }
}

/**
 * A curve's height, between two of its points as a straight line in the logarithm of x.
 * @param {Curve} curve
 * @param {number} x
 */
export function valueAt({ points }, x) {
  const last = points.findIndex(([across]) => across >= x);
  if (last < 0 || (last === 0 && points[0][0] > x)) return undefined;
  if (points[last][0] === x || last === 0) return points[last][1];
  const [[x0, y0], [x1, y1]] = [points[last - 1], points[last]];
  const share = x0 > 0 ? Math.log(x / x0) / Math.log(x1 / x0) : (x - x0) / (x1 - x0);
  return y0 > 0 && y1 > 0 ? y0 * (y1 / y0) ** share : y0 + (y1 - y0) * share;
}

/**
 * At most `most` places on an axis: powers of ten where there are enough of them, round numbers otherwise.
 * @param {Axis} axis
 * @param {number} most
 */
export function ticks({ domain, log, ticks }, most) {
  if (ticks) return ticks;
  const [low, high] = domain;
  if (!log) return scaleLinear().domain(domain).ticks(most);
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const decades = last - first + 1;
  if (decades >= 3) {
    const step = Math.ceil(decades / most);
    return Array.from({ length: Math.floor((decades - 1) / step) + 1 }, (_, i) => 10 ** (first + i * step));
  }
  const round = [1, 1.5, 2, 3, 5, 7]
    .flatMap((digit) => [-2, -1, 0, 1, 2].map((shift) => digit * 10 ** (first + shift)))
    .filter((value) => value >= low && value <= high);
  return round.sort((a, b) => a - b);
}

/**
 * @param {any} scale
 * @param {number} value
 */
function within(scale, value) {
  const [low, high] = scale.domain();
  return value >= low && value <= high;
}
