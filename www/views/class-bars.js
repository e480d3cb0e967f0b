import { LitElement, css, html, nothing } from "lit";
import { isolated, visible } from "../spelling.js";

/** @typedef {import("../trace.js").Say} Say */
/** `probability` alone will do for a share. @typedef {{ name: string, probability: number, value?: number }} Class */

/**
 * What a classifier says of a text, one class below the other. Classes that exclude one another (`softmax`) and classes that are judged one by one
 * (`sigmoid`) are bars of up to 100 %; of the first the likeliest is marked, of the second each that is likelier than not. The `numbers` of a regression
 * are no shares: they stand as they are, without a bar.
 */
export class ClassBars extends LitElement {
  static properties = {
    classes: { attribute: false },
    kind: {},
    unused: { attribute: false },
    label: {},
    hue: {},
    stale: { type: Boolean, reflect: true },
    say: { attribute: false },
  };

  /** @type {Say} */
  static say = (key) => key;

  static styles = css`
    :host {
      display: block;
      min-width: 0;
    }
    ul {
      display: grid;
      grid-template-columns: max-content minmax(60px, 1fr) max-content;
      gap: 6px 12px;
      margin: 0;
      padding: 4px 0;
      list-style: none;
      align-items: center;
    }
    ul.numbers {
      grid-template-columns: max-content max-content;
      justify-content: start;
    }
    li {
      display: contents;
    }
    .name {
      font: var(--small);
      color: var(--ink-soft);
      max-width: 22ch;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .track {
      height: 16px;
      border-bottom: 1px solid var(--hairline-strong);
    }
    .bar {
      height: 100%;
      width: max(2px, calc(var(--share) * 100%));
      border-radius: 0 3px 3px 0;
      background: color-mix(in oklab, var(--bar) 40%, var(--case));
      transition: width 180ms ease-out;
    }
    .share {
      font: var(--figures-small);
      color: var(--ink-soft);
      text-align: right;
      font-variant-numeric: tabular-nums;
    }
    .numbers .share {
      color: var(--ink);
    }
    .most .bar {
      background: var(--bar);
    }
    .most .name,
    .most .share {
      color: var(--ink);
      font-weight: 650;
    }
    p {
      margin: 4px 0 0;
      font: var(--small);
      color: var(--ink-soft);
      overflow-wrap: anywhere;
    }
    :host([stale]) ul {
      opacity: 0.5;
    }
    @media (prefers-reduced-motion: reduce) {
      .bar {
        transition: none;
      }
    }
  `;

  constructor() {
    super();
    /** @type {Class[]} */
    this.classes = [];
    /** @type {"softmax" | "sigmoid" | "numbers"} */
    this.kind = "softmax";
    /** Names that the model's config.json has beside those of its classes. @type {string[]} */
    this.unused = [];
    this.label = "";
    /** @type {string} encoder or decoder */
    this.hue = "encoder";
    this.stale = false;
    this.say = /** @type {typeof ClassBars} */ (this.constructor).say;
  }

  render() {
    const { kind, say, unused } = this;
    const most = Math.max(...this.classes.map(({ probability }) => probability));
    const marked = (/** @type {number} */ share) => (kind === "sigmoid" ? share >= 0.5 : share === most);
    return html`<ul
        class=${kind === "numbers" ? "numbers" : nothing}
        aria-label=${this.label}
        style=${`--bar:var(--${this.hue})`}
      >
        ${this.classes.map(({ name, probability, value = probability }) =>
          kind === "numbers"
            ? html`<li
                ><span class="name" title=${name}>${isolated(visible(name))}</span><span class="share">${number(value)}</span></li
              >`
            : html`<li class=${marked(value) ? "most" : ""}>
                <span class="name" title=${name}>${isolated(visible(name))}</span
                ><span class="track" aria-hidden="true"><span class="bar" style=${`--share:${value};display:block`}></span></span>
                <span class="share">${(value * 100).toFixed(1)} %</span></li
              >`,
        )} </ul
      >${kind === "softmax" ? nothing : html`<p>${say(`class.${kind}.help`)}</p>`}${unused.length > 0 ? html`<p>${say("class.unused", { names: unused.join(", ") })}</p>` : nothing}`;
  }
}

/** @param {number} value */
function number(value) {
  return `${value < 0 ? "−" : ""}${Math.abs(value).toFixed(3)}`;
}
