import { LitElement, css, html, nothing } from "lit";

/** @typedef {import("../trace.js").Say} Say */
/** @typedef {import("../engine/model.js").ModelInfo} ModelInfo */

/** Reasons whose cause only the engine can tell, in its own words. */
const DETAILED = new Set(["noGpu", "reopened", "gone"]);

/**
 * Which device computes, how fast, and why: a button that opens the reason, the self-test and the switch.
 * @fires diorama-device-select - { device: "auto" | "webgpu" | "cpu" }
 * @fires diorama-device-check - the reader wants to see how exact the numbers are
 */
export class DeviceBadge extends LitElement {
  static properties = {
    info: { attribute: false },
    wanted: {},
    ms: { type: Number },
    unit: {},
    status: {},
    say: { attribute: false },
    open: { state: true },
  };

  /** @type {Say} */
  static say = (key) => key;

  static styles = css`
    :host {
      position: relative;
      display: inline-block;
    }
    .badge {
      display: inline-flex;
      align-items: center;
      gap: 7px;
      height: 32px;
      padding: 0 10px;
      border: 1px solid var(--hairline);
      border-radius: 16px;
      background: var(--case);
      color: var(--ink);
      font: var(--small);
      cursor: pointer;
      white-space: nowrap;
      font-variant-numeric: tabular-nums;
      min-width: 168px;
      justify-content: center;
      box-sizing: border-box;
    }
    .badge.brief {
      min-width: 0;
    }
    .badge:hover {
      border-color: var(--hairline-strong);
    }
    button:focus-visible {
      outline: 2px solid var(--focus);
      outline-offset: 2px;
    }
    .dot {
      width: 8px;
      height: 8px;
      border-radius: 50%;
      background: var(--cross);
    }
    .dot.busy {
      background: none;
      border: 1.5px solid var(--ink-faint);
      box-sizing: border-box;
    }
    .panel {
      position: absolute;
      right: 0;
      top: 40px;
      z-index: 20;
      width: min(440px, calc(100vw - 32px));
      box-sizing: border-box;
      padding: 16px 20px 20px;
      background: var(--case);
      border: 1px solid var(--hairline-strong);
      border-radius: 8px;
      box-shadow: var(--lift);
      font: var(--small);
      color: var(--ink);
      max-height: min(560px, 80vh);
      overflow: auto;
    }
    p {
      margin: 0 0 12px;
      line-height: 1.5;
    }
    p.reason {
      color: var(--ink-soft);
    }
    .choices {
      display: flex;
      gap: 0;
      margin: 0 0 14px;
      border: 1px solid var(--hairline-strong);
      border-radius: 6px;
      overflow: hidden;
    }
    .choices button {
      flex: 1;
      padding: 8px 4px;
      border: 0;
      background: none;
      color: var(--ink);
      font: var(--small);
      cursor: pointer;
      border-left: 1px solid var(--hairline);
    }
    .choices button:first-child {
      border-left: 0;
    }
    .choices button[aria-pressed="true"] {
      background: var(--ink);
      color: var(--paper);
    }
    table {
      width: 100%;
      border-collapse: collapse;
      font: var(--figures-small);
    }
    caption {
      text-align: left;
      font: var(--small);
      color: var(--ink-soft);
      padding-bottom: 6px;
    }
    th,
    td {
      text-align: right;
      padding: 3px 0;
      border-bottom: 1px solid var(--hairline);
      font-weight: 400;
    }
    th:first-child,
    td:first-child {
      text-align: left;
      font: var(--mono-small);
    }
    thead th {
      color: var(--ink-soft);
    }
    .check {
      margin-top: 14px;
      padding: 0;
      border: 0;
      background: none;
      color: var(--ink);
      font: var(--small);
      text-decoration: underline;
      text-underline-offset: 3px;
      cursor: pointer;
    }
    .failed {
      color: var(--danger);
      font-weight: 600;
    }
  `;

  constructor() {
    super();
    /** @type {ModelInfo | undefined} */
    this.info = undefined;
    /** @type {string} */
    this.wanted = "auto";
    /** Measured on this page, a token. @type {number | undefined} */
    this.ms = undefined;
    this.unit = "ms/token";
    /** What is being prepared; empty when ready. */
    this.status = "";
    this.open = false;
    this.say = /** @type {typeof DeviceBadge} */ (this.constructor).say;
  }

  render() {
    const device = this.info && { webgpu: "WebGPU", cpu: "CPU" }[this.info.device];
    const ms = this.ms ?? this.info?.timing[this.info.device];
    return html`<button
        type="button"
        class=${this.status || ms != null ? "badge" : "badge brief"}
        aria-expanded=${this.open}
        aria-haspopup="dialog"
        @click=${() => (this.open = !this.open)}
        @keydown=${this.#escape}
      >
        <span class=${this.status ? "dot busy" : "dot"}></span>
        ${this.status ? html`<span>${this.status}</span>` : device ? html`<span>${device}</span>${ms == null ? nothing : html`<span>· ${milliseconds(ms)} ${this.unit}</span>`}` : nothing}
      </button>
      ${this.open && this.info ? this.#panel(this.info) : nothing}`;
  }

  /**
   * The switch stands first: what is said below it grows when the devices have been tested, and a button must not move from under a finger.
   * @param {ModelInfo} info
   */
  #panel(info) {
    const { cpu, webgpu } = info.timing;
    return html`<div class="panel" role="dialog" aria-label=${this.say("device.title")} @keydown=${this.#escape}>
      <div class="choices" role="group" aria-label=${this.say("device.switch")}>
        ${["auto", "webgpu", "cpu"].map((device) => html`<button type="button" aria-pressed=${this.wanted === device} @click=${() => this.#choose(device)}>${this.say(`device.${device}`)}</button>`)}
      </div>
      <p
        >${this.say("device.timing", { cpu: cpu === null ? "–" : milliseconds(cpu), webgpu: webgpu === null ? "–" : milliseconds(webgpu) })}</p
      >
      <p class="reason"
        >${this.say("device.reason")}
        ${this.say(`device.reason.${info.deviceReasonCode}`)}${DETAILED.has(info.deviceReasonCode) ? html` <span lang="en">(${info.deviceReason})</span>` : nothing}${info.adapter ? html`<br />${this.say("device.adapter")} ${this.#adapter(info.adapter)}` : nothing}</p
      >
      ${
        info.selfTest.length === 0
          ? html`<p class="reason">${this.say("device.untested")}</p>`
          : html`<table>
              <caption
                >${this.say("device.selftest", { passed: info.selfTest.filter(({ passed }) => passed).length, all: info.selfTest.length })}</caption
              >
              <thead
                ><tr
                  ><th scope="col">op</th><th scope="col">${this.say("device.error")}</th
                  ><th scope="col">${this.say("device.tolerance")}</th></tr
                ></thead
              >
              <tbody
                >${info.selfTest.map(({ op, maxError, tolerance, passed }) => html`<tr class=${passed ? "" : "failed"}><td>${op}</td><td>${maxError.toExponential(1)}</td><td>${tolerance.toExponential(0)}</td></tr>`)}</tbody
              >
            </table>`
      }
      <button type="button" class="check" @click=${this.#check}>${this.say("device.check")}</button>
    </div>`;
  }

  /** One that browsers leave without a name is called by its kind. @param {string} name */
  #adapter(name) {
    const [, kind, through] = name.match(/^a (software|hardware) adapter \((.+)\)$/) ?? [];
    return kind ? this.say(`device.adapter.${kind}`, { through }) : name;
  }

  #check() {
    this.open = false;
    this.dispatchEvent(new CustomEvent("diorama-device-check", { bubbles: true, composed: true }));
  }

  /** @param {string} device */
  #choose(device) {
    this.open = false;
    this.dispatchEvent(new CustomEvent("diorama-device-select", { bubbles: true, composed: true, detail: { device } }));
  }

  /** @param {KeyboardEvent} event */
  #escape(event) {
    if (event.key !== "Escape") return;
    this.open = false;
    this.renderRoot.querySelector("button")?.focus();
  }

  #outside = (/** @type {Event} */ event) => {
    if (this.open && !event.composedPath().includes(this)) this.open = false;
  };

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener("pointerdown", this.#outside);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener("pointerdown", this.#outside);
  }
}

/** @param {number} ms */
function milliseconds(ms) {
  return ms >= 100 ? ms.toFixed(0) : ms >= 10 ? ms.toFixed(1) : ms.toFixed(2);
}
