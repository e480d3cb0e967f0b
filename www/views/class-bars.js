import { LitElement, css, html } from "lit";
import { isolated, visible } from "../spelling.js";

/** @typedef {{ name: string, probability: number }} Class */

/**
 * Classes that a text may belong to as bars, one below the other; the likeliest is marked.
 */
export class ClassBars extends LitElement {
  static properties = {
    classes: { attribute: false },
    label: {},
    hue: {},
    stale: { type: Boolean, reflect: true },
  };

  static styles = css`
    :host { display: block; min-width: 0; }
    ul { display: grid; grid-template-columns: max-content minmax(60px, 1fr) max-content; gap: 6px 12px; margin: 0; padding: 4px 0; list-style: none; align-items: center; }
    li { display: contents; }
    .name { font: var(--small); color: var(--ink-soft); max-width: 22ch; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .track { height: 16px; border-bottom: 1px solid var(--hairline-strong); }
    .bar { height: 100%; width: max(2px, calc(var(--share) * 100%)); border-radius: 0 3px 3px 0; background: color-mix(in oklab, var(--bar) 40%, var(--case)); transition: width 180ms ease-out; }
    .share { font: var(--figures-small); color: var(--ink-soft); text-align: right; font-variant-numeric: tabular-nums; }
    .most .bar { background: var(--bar); }
    .most .name, .most .share { color: var(--ink); font-weight: 650; }
    :host([stale]) ul { opacity: 0.5; }
    @media (prefers-reduced-motion: reduce) { .bar { transition: none; } }
  `;

  constructor() {
    super();
    /** @type {Class[]} */
    this.classes = [];
    this.label = "";
    /** @type {string} encoder or decoder */
    this.hue = "encoder";
    this.stale = false;
  }

  render() {
    const most = Math.max(...this.classes.map(({ probability }) => probability));
    return html`<ul aria-label=${this.label} style=${`--bar:var(--${this.hue})`}>
      ${this.classes.map(({ name, probability }) => html`<li class=${probability === most ? "most" : ""}>
        <span class="name" title=${name}>${isolated(visible(name))}</span><span class="track" aria-hidden="true"><span class="bar" style=${`--share:${probability};display:block`}></span></span>
        <span class="share">${(probability * 100).toFixed(1)} %</span></li>`)}
    </ul>`;
  }
}
