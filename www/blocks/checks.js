// Every model beside the page held to the numbers that `transformers` computed with the same weights, here and now, on this device; each kernel to the CPU;
// and, when asked, one device to the other.

import { css, html, nothing } from "lit";
import { SHIPPED, addressIn } from "../catalogue.js";
import { againstReference, betweenDevices, compute, computeOn, inputOf, readReference } from "../engine/parity.js";
import { untilAborted } from "../engine/options.js";
import { acquire } from "./pool.js";
import { Block } from "./block.js";
import { propertiesOf } from "./settings.js";
import { blockStyles } from "./styles.js";

/** @typedef {import("../engine/parity.js").Compared} Compared */
/** @typedef {import("../engine/info.js").SelfTest} SelfTest */
/** What was found of a model: its hooks against the reference and between the devices, its kernels against the CPU. @typedef {{ name: string, device: string, reference?: Compared[], devices?: Compared[], kernels: SelfTest[] }} Found */

export class Checks extends Block {
  /** `both` computes each on the other device too. `open` is the model whose hooks are listed. */
  static settings = { both: false, open: "" };

  static properties = { ...propertiesOf(this.settings), found: { state: true }, at: { state: true } };

  static styles = [
    blockStyles,
    css`
      :host {
        display: grid;
        gap: 10px;
        align-content: start;
      }
      .scroll {
        overflow-x: auto;
      }
      td.far,
      .far {
        color: var(--danger);
      }
      tbody button.link {
        font: var(--mono-small);
      }
      .hooks td,
      .hooks th {
        border-bottom-color: transparent;
        color: var(--ink-soft);
      }
      .hooks th {
        padding-left: 20px !important;
        font: var(--mono-small);
      }
      h3 {
        margin-top: 8px;
      }
    `,
  ];

  #stopped = new AbortController();

  constructor() {
    super();
    /** @type {Found[]} */
    this.found = [];
    /** The model that is being checked. */
    this.at = "";
  }

  get ready() {
    return true;
  }

  left() {
    this.#stopped.abort();
  }

  async #check() {
    this.#stopped = new AbortController();
    const { signal } = this.#stopped;
    this.found = [];
    try {
      for (const { name } of SHIPPED) {
        if (signal.aborted) return;
        this.at = name;
        const found = await this.#checkOne(name, signal);
        if (!signal.aborted) this.found = [...this.found, found];
      }
    } finally {
      this.at = "";
    }
  }

  /** @param {string} name @param {AbortSignal} signal @returns {Promise<Found>} */
  async #checkOne(name, signal) {
    const [address, { device, both }] = [addressIn(name), this.settings];
    const held = new AbortController();
    try {
      const [model, reference] = await Promise.all([
        untilAborted(acquire(address, held.signal, { device }), signal),
        readReference(new URL(address, document.baseURI).href),
      ]);
      if (!reference) return { name, device: model.info.device, kernels: model.info.selfTest };
      const ours = await compute(model, inputOf(reference), signal);
      const other = model.info.device === "cpu" ? "webgpu" : "cpu";
      const devices = both
        ? betweenDevices(
            ours,
            await computeOn({ url: new URL(address, document.baseURI).href }, other, inputOf(reference), signal),
          )
        : undefined;
      return {
        name,
        device: model.info.device,
        reference: againstReference(ours, reference),
        devices,
        kernels: model.info.selfTest,
      };
    } finally {
      held.abort();
    }
  }

  draw() {
    const { say, at, found } = this;
    const running = at !== "";
    return html`<div class="row"
        ><button
          type="button"
          class="primary"
          @click=${() => (running ? this.#stopped.abort() : this.attempt(() => this.#check()))}
          >${running ? say("stop") : say("checks.all", { n: SHIPPED.length })}</button
        >
        <label
          ><input
            type="checkbox"
            .checked=${this.settings.both}
            ?disabled=${running}
            @change=${(/** @type {Event} */ event) => this.keep({ both: /** @type {HTMLInputElement} */ (event.target).checked })}
          />
          ${say("checks.both")}</label
        >
        <span class="small" role="status"
          >${running ? say("checks.at", { name: at, n: found.length + 1, of: SHIPPED.length }) : nothing}</span
        ></div
      >
      ${found.length > 0 ? this.#models() : nothing} ${this.#kernels()}`;
  }

  #models() {
    const { say, found, settings } = this;
    const cell = (/** @type {Compared[] | undefined} */ rows) => {
      if (!rows) return html`<td>–</td>`;
      const within = rows.filter(({ delta, bound }) => delta <= bound).length;
      return html`<td class=${within < rows.length ? "far" : ""}
        >${say("checks.within", { within, all: rows.length, most: Math.max(...rows.map(({ delta }) => delta)).toExponential(1) })}</td
      >`;
    };
    return html`<div class="scroll"
      ><table
        ><thead
          ><tr
            ><th scope="col">${say("checks.model")}</th><th scope="col">${say("device.title")}</th
            ><th scope="col">${say("checks.fromReference")}</th><th scope="col">${say("checks.fromDevice")}</th></tr
          ></thead
        >
        <tbody
          >${found.map(
            ({ name, device, reference, devices }) =>
              html`<tr
                  ><th scope="row"
                    ><button
                      type="button"
                      class="link"
                      aria-expanded=${settings.open === name}
                      @click=${() => this.keep({ open: settings.open === name ? "" : name })}
                      >${name}</button
                    ></th
                  >
                  <td>${say(`device.${device}`)}</td>${cell(reference)}${cell(devices)}</tr
                >${settings.open === name ? hooks(reference ?? [], devices) : nothing}`,
          )}</tbody
        ></table
      ></div
    >`;
  }

  /** Each kernel's largest error over all models. */
  #kernels() {
    const { say } = this;
    /** @type {Map<string, SelfTest>} */
    const worst = new Map();
    for (const test of this.found.flatMap(({ kernels }) => kernels)) {
      const before = worst.get(test.op);
      if (!before || test.maxError / test.tolerance > before.maxError / before.tolerance) worst.set(test.op, test);
    }
    if (worst.size === 0) return this.found.length > 0 ? html`<p class="caption">${say("device.untested")}</p>` : nothing;
    const passed = [...worst.values()].filter(({ passed }) => passed).length;
    return html`<h3>${say("device.selftest", { passed, all: worst.size })}</h3
      ><div class="scroll"
        ><table
          ><thead
            ><tr
              ><th scope="col">${say("checks.kernel")}</th><th scope="col">${say("device.error")}</th
              ><th scope="col">${say("device.tolerance")}</th></tr
            ></thead
          >
          <tbody
            >${[...worst.values()].map(({ op, maxError, tolerance, passed }) => html`<tr><th scope="row">${op}</th><td class=${passed ? "" : "far"}>${maxError.toExponential(1)}</td><td>${tolerance.toExponential(1)}</td></tr>`)}</tbody
          ></table
        ></div
      >`;
  }
}

/**
 * @param {Compared[]} reference
 * @param {Compared[] | undefined} devices
 */
function hooks(reference, devices) {
  const there = new Map(devices?.map((row) => [row.hook, row]));
  const cell = (/** @type {Compared | undefined} */ row) =>
    html`<td class=${row && !(row.delta <= row.bound) ? "far" : ""}
      >${row ? `${row.delta.toExponential(1)} / ${row.bound.toExponential(1)}` : "–"}</td
    >`;
  return reference.map(
    (row) =>
      html`<tr class="hooks"
        ><th scope="row">${row.hook}</th><td>${row.numbers.toLocaleString("en")}</td>${cell(row)}${cell(there.get(row.hook))}</tr
      >`,
  );
}

export { Checks as element };
