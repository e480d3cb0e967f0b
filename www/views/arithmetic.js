import { LitElement, css, html, nothing, svg } from "lit";
import { isMasked } from "../trace.js";
import { isolated, labelled } from "../spelling.js";

/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("../trace.js").Say} Say */
/** What this view can draw; see anatomy/arithmetic.js. @typedef {any} Explanation */

const BARS = { width: 600, height: 34, gap: 8 };

/**
 * How one number came about: the numbers that went in as bars, the sum with its values, and beside it what the engine computed.
 * `names` are the two vectors of a product, `hues` their custom properties; `terms` name the places of its axis where these are tokens.
 */
export class Arithmetic extends LitElement {
  static properties = {
    explanation: { attribute: false },
    names: { attribute: false },
    hues: { attribute: false },
    terms: { attribute: false },
    engine: { type: Number },
    say: { attribute: false },
    at: { state: true },
  };

  /** @type {Say} */
  static say = (key) => key;

  static styles = css`
    :host {
      display: grid;
      gap: 6px;
      min-width: 0;
    }
    .bars {
      display: grid;
      grid-template-columns: max-content minmax(0, 1fr);
      gap: 0 12px;
      align-items: center;
      border-radius: 4px;
    }
    .bars:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 2px;
    }
    .bars span {
      font: var(--mono-small);
      color: var(--bar);
      text-align: right;
    }
    svg {
      display: block;
      width: 100%;
      height: ${BARS.height}px;
      overflow: visible;
    }
    .bar {
      fill: var(--bar);
    }
    .axis {
      stroke: var(--hairline-strong);
    }
    .lit {
      fill: var(--ink);
      opacity: 0.1;
    }
    .sum {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 10px;
      align-items: baseline;
      font: 15px/1.6 var(--sans);
      font-variant-numeric: tabular-nums;
    }
    .sum b {
      font-weight: 600;
    }
    .sum .term {
      color: var(--ink-soft);
    }
    .sum .result {
      border-bottom: 2px solid var(--ink);
      font-weight: 650;
    }
    .engine {
      color: var(--ink-soft);
      font: var(--figures-small);
    }
    .engine.off {
      color: var(--danger);
    }
    output {
      min-height: 20px;
      font: var(--figures-small);
      color: var(--ink-soft);
    }
    output b {
      font: var(--mono-small);
      color: var(--ink);
      white-space: pre;
    }
  `;

  constructor() {
    super();
    /** @type {Explanation} */
    this.explanation = undefined;
    this.names = ["x", "w"];
    this.hues = ["--ink-soft", "--ink-soft"];
    /** @type {Piece[] | undefined} */
    this.terms = undefined;
    /** @type {number | undefined} */
    this.engine = undefined;
    /** @type {number | undefined} the term under the cursor */
    this.at = undefined;
    this.say = /** @type {typeof Arithmetic} */ (this.constructor).say;
  }

  render() {
    const { explanation: found } = this;
    if (!found) return nothing;
    const draw = { dot: this.#dot, softmax: this.#softmax, norm: this.#norm, line: this.#line }[
      /** @type {"dot" | "softmax" | "norm" | "line"} */ (found.kind)
    ];
    return html`${draw ? draw.call(this, found) : nothing}<p class="sum" style="margin:0"
        >${this.#sum(found)} ${this.#engine(found.value)}</p
      >`;
  }

  /** @param {Explanation} found */
  #dot({ a, b, axis, names }) {
    const products = Array.from(a, (value, i) => value * b[i]);
    const [one, two] = names ?? this.names;
    return this.#rows(
      [
        [one, a, this.hues[0]],
        [two, b, this.hues[1]],
        [`${one}·${two}`, products, ""],
      ],
      axis,
    );
  }

  /** @param {Explanation} found */
  #softmax({ scores, powers, at }) {
    return this.#rows(
      [
        ["s", Array.from(scores, (score) => (isMasked(score) ? 0 : score)), "--ink-soft"],
        ["eˢ⁻ᵐ", powers, "--ink"],
      ],
      "key_pos",
      at,
    );
  }

  /** @param {Explanation} found */
  #norm({ row, at }) {
    return this.#rows([["x", row, "--ink-soft"]], "d_model", at);
  }

  /** @param {Explanation} found */
  #line({ bars, axis, at }) {
    return bars
      ? this.#rows(
          bars.map((/** @type {[string, Float64Array]} */ [name, numbers]) => [name, numbers, "--ink-soft"]),
          axis,
          at,
        )
      : nothing;
  }

  /**
   * @param {[string, ArrayLike<number>, string][]} rows name, numbers, hue; without a hue the sign gives it
   * @param {string} axis
   * @param {number} [marked] the place that all is about
   */
  #rows(rows, axis, marked) {
    const count = rows[0][1].length;
    const lit = this.at ?? marked;
    return html`<div
        class="bars"
        tabindex="0"
        role="group"
        aria-label=${this.say("cell.bars", { n: count, axis })}
        @keydown=${(/** @type {KeyboardEvent} */ event) => this.#walk(event, count)}
        @pointermove=${(/** @type {PointerEvent} */ event) => this.#point(event, count)}
        @pointerleave=${() => (this.at = undefined)}
        @blur=${() => (this.at = undefined)}
      >
        ${rows.map(([name, numbers, hue]) => html`<span style=${`--bar:var(${hue || "--ink-soft"})`} aria-hidden="true">${name}</span>${bars(numbers, hue, lit)}`)}</div
      >
      <output aria-live="polite">${lit === undefined ? this.#most(rows, axis) : this.#term(rows, axis, lit)}</output>`;
  }

  /**
   * The places that count most, where a sum has many.
   * @param {[string, ArrayLike<number>, string][]} rows
   * @param {string} axis
   */
  #most(rows, axis) {
    const last = rows[rows.length - 1][1];
    const order = Array.from({ length: last.length }, (_, i) => i).sort((a, b) => Math.abs(last[b]) - Math.abs(last[a]));
    const shown = order.slice(0, 4);
    return html`${this.say("cell.most")}
    ${shown.map((i, rank) => html`${rank ? ", " : ""}${this.#place(axis, i)} ${figure(last[i])}`)}`;
  }

  /**
   * @param {[string, ArrayLike<number>, string][]} rows
   * @param {string} axis
   * @param {number} at
   */
  #term(rows, axis, at) {
    return html`${this.#place(axis, at)}:
    ${rows.map(([name, numbers], i) => html`${i ? ", " : ""}${name} = ${figure(numbers[at])}`)}`;
  }

  /**
   * @param {string} axis
   * @param {number} index
   */
  #place(axis, index) {
    const token = this.terms?.[index]?.token;
    return token === undefined ? `${axis} ${index}` : html`<b>${isolated(labelled(token))}</b>`;
  }

  /** @param {Explanation} found */
  #sum(found) {
    const result = html`<span class="result">${figure(found.value)}</span>`;
    const term = (/** @type {unknown} */ text) => html`<span class="term">${text}</span>`;
    switch (found.kind) {
      case "dot": {
        const sum = Array.from(found.a, (/** @type {number} */ value, i) => value * found.b[i]).reduce(
          (total, value) => total + value,
          0,
        );
        const plain = found.times === 1 && found.plus === undefined;
        return html`${term(`Σ ${(found.names ?? this.names).join("·")} =`)} ${plain ? result : html`<b>${figure(sum)}</b>`}
        ${found.times === 1 ? nothing : html`${term("·")} <b>${figure(found.times)}</b>${term(this.say("cell.scaled", { n: Math.round(found.times ** -2) }))}`}
        ${found.plus === undefined ? nothing : html`${term("+")} <b>${figure(found.plus)}</b>${term(this.say("cell.bias"))}`}
        ${plain ? nothing : html`${term("=")} ${result}`}`;
      }
      case "softmax":
        return html`<span>${term("e")}<sup>${figure(found.scores[found.at])} − ${figure(found.max)}</sup></span> ${term("/")}
          ${term("Σ")} ${term("=")} <b>${figure(found.powers[found.at])}</b> ${term("/")} <b>${figure(found.sum)}</b> ${term("=")}
          ${result}`;
      case "mask":
        return html`<b>${figure(found.score)}</b> ${term(this.say(found.allowed ? "cell.allowed" : "cell.masked"))} ${term("→")}
          ${result}`;
      case "norm":
        return html`${term("(")}<b>${figure(found.row[found.at])}</b>${found.mean === undefined ? nothing : html` ${term("−")} <b>${figure(found.mean)}</b>${term(this.say("cell.mean"))}`}${term(") / √(")}<b>${figure(found.spread)}</b>${term(this.say(found.mean === undefined ? "cell.square" : "cell.variance"))}
          ${term("+")} ${figure(found.eps)}${term(")")} ${term("·")} <b>${figure(found.weight)}</b>${term("w")}
          ${found.bias === undefined ? nothing : html`${term("+")} <b>${figure(found.bias)}</b>${term("b")}`} ${term("=")}
          ${result}`;
      case "function":
        return html`${term(`${found.name}(`)}<b>${figure(found.x)}</b>${term(") =")} ${result}`;
      case "pair":
        return html`<b>${figure(found.a)}</b> ${term(found.sign)} <b>${figure(found.b)}</b> ${term("=")} ${result}`;
      case "row":
        return html`${term(`${found.table} [`)}<b>${found.row}</b>${term(",")} <b>${found.column}</b>${term("] =")} ${result}`;
      case "turn":
        return html`${term("(")}<b>${figure(found.a)}</b>${term(",")} <b>${figure(found.b)}</b>${term(")")}
          ${term(this.say("cell.turned", { degrees: ((found.angle * 180) / Math.PI).toFixed(1) }))} ${term("→")} ${result}`;
      case "line":
        return html`${found.terms.map((/** @type {number | string | { mean: string }} */ part) => (typeof part === "number" ? html`<b>${figure(part)}</b> ` : html`${term(typeof part === "string" ? part : this.say("cell.average", { of: part.mean }))} `))}${term("=")}
        ${result}`;
      case "zero":
        return html`${term(this.say(found.why === "unlabelled" ? "cell.unlabelled" : "cell.unread"))} ${term("→")} ${result}`;
      default:
        return html`${term(`${found.from} [${found.place.join(", ")}] =`)} ${result}`;
    }
  }

  /** @param {number} value */
  #engine(value) {
    const { engine } = this;
    if (engine === undefined) return html`<span class="engine">${this.say("cell.worked")}</span>`;
    const agrees = Math.abs(value - engine) <= 1e-4 * Math.max(1, Math.abs(value)) || (isMasked(value) && isMasked(engine));
    return html`<span class=${agrees ? "engine" : "engine off"}
      >${this.say(agrees ? "cell.agrees" : "cell.differs", { value: figure(engine) })}</span
    >`;
  }

  /**
   * @param {PointerEvent} event
   * @param {number} count
   */
  #point(event, count) {
    const box = this.renderRoot.querySelector("svg")?.getBoundingClientRect();
    if (!box) return;
    const at = Math.floor(((event.clientX - box.left) / box.width) * count);
    this.at = at >= 0 && at < count ? at : undefined;
  }

  /**
   * @param {KeyboardEvent} event
   * @param {number} count
   */
  #walk(event, count) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.at = Math.min(count - 1, Math.max(0, (this.at ?? -1) + step));
  }
}

/**
 * Numbers as bars around zero, one path for each sign.
 * @param {ArrayLike<number>} numbers
 * @param {string} hue
 * @param {number | undefined} lit
 */
function bars(numbers, hue, lit) {
  const count = numbers.length;
  const most = Math.max(...Array.from(numbers, Math.abs), 1e-30);
  const step = BARS.width / count;
  const middle = BARS.height / 2;
  const path = (/** @type {(value: number) => boolean} */ wanted) =>
    Array.from(numbers, (value, i) => {
      const height = (Math.abs(value) / most) * (middle - 1);
      return wanted(value)
        ? `M${(i * step).toFixed(2)} ${middle}h${(step * 0.8).toFixed(2)}v${(value < 0 ? height : -height).toFixed(2)}h${(-step * 0.8).toFixed(2)}z`
        : "";
    }).join("");
  return html`<svg viewBox="0 0 ${BARS.width} ${BARS.height}" preserveAspectRatio="none" aria-hidden="true">
    <line class="axis" x1="0" x2=${BARS.width} y1=${middle} y2=${middle} vector-effect="non-scaling-stroke"></line>
    ${lit === undefined ? nothing : svg`<rect class="lit" x=${lit * step} y="0" width=${step} height=${BARS.height}></rect>`}
    <path class="bar" style=${`--bar:var(${hue || "--decoder"})`} d=${path((value) => value >= 0)}></path>
    <path class="bar" style=${`--bar:var(${hue || "--encoder"})`} d=${path((value) => value < 0)}></path>
  </svg>`;
}

/** @param {number} value */
function figure(value) {
  return isMasked(value) ? "−10³⁰" : Number(value.toPrecision(4)).toString().replace("-", "−");
}
