// The checks of correctness: the model's numbers on this device against `transformers`, and against the other device, computed when the reader asks.

import { html, nothing } from "lit";
import { againstReference, betweenDevices, compute, computeOn, inputOf, readReference } from "../engine/parity.js";
import { shippedAt } from "../catalogue.js";
import { addressOf } from "../checkpoint/opening.js";
import { modelSource } from "../checkpoint/source.js";

/** @typedef {import("../explore.js").App} App */
/** @typedef {import("../engine/parity.js").Compared} Compared */
/** `reference` undefined: this model has none. @typedef {{ reference: Compared[] | undefined, devices: Compared[], running: boolean }} Checks */

/** @param {App} app */
export function checks(app) {
  const { say, model, checks } = app;
  if (!model || !checks) return nothing;
  const { selfTest } = model.info;
  const passed = selfTest.filter(({ passed }) => passed).length;
  return html`<p class="measure">${say("checks.about")}</p>
    ${checks.reference ? html`<p>${verdict(checks.reference, (values) => say("checks.reference", values))}</p>` : checks.running ? nothing : html`<p>${say("checks.noReference")}</p>`}
    <p>${selfTest.length === 0 ? say("device.untested") : say("device.selftest", { passed, all: selfTest.length })}</p>
    ${
      checks.devices.length > 0
        ? html`<p>${verdict(checks.devices, (values) => say("checks.devices", values))}</p>`
        : html`<p
            ><button type="button" ?disabled=${checks.running} @click=${() => compareDevices(app)}
              >${say("checks.compare", { device: say(`device.${other(model.info.device)}`) })}</button
            ></p
          >`
    }
    ${checks.running ? html`<p role="status" class="soft">${say("progress.running")}</p>` : nothing} ${table(app, checks)}
    <h3>${say("checks.every")}</h3>
    <diorama-checks device=${app.state.device} .lang=${app.language} .theme=${app.theme}></diorama-checks>`;
}

/**
 * @param {Compared[]} rows
 * @param {(values: Record<string, string | number>) => string} sentence
 */
function verdict(rows, sentence) {
  const within = rows.filter(({ delta, bound }) => delta <= bound).length;
  const most = Math.max(...rows.map(({ delta }) => delta));
  const words = sentence({ within, all: rows.length, most: most.toExponential(1) });
  return within === rows.length ? words : html`<strong class="failed">${words}</strong>`;
}

/**
 * @param {App} app
 * @param {Checks} checks
 */
function table({ say }, { reference, devices }) {
  const rows = reference ?? devices;
  if (rows.length === 0) return nothing;
  const there = new Map(devices.map((row) => [row.hook, row]));
  const cell = (/** @type {Compared | undefined} */ row) =>
    html`<td class=${row && !(row.delta <= row.bound) ? "failed" : ""}>${row ? row.delta.toExponential(1) : "–"}</td>`;
  return html`<table class="checks-table">
    <thead
      ><tr
        ><th scope="col">hook</th><th scope="col">${say("checks.numbers")}</th><th scope="col">${say("checks.fromReference")}</th
        ><th scope="col">${say("checks.fromDevice")}</th><th scope="col">${say("device.tolerance")}</th></tr
      ></thead
    >
    <tbody
      >${rows.map((row) => html`<tr><th scope="row">${row.hook}</th><td>${row.numbers.toLocaleString("en")}</td>${cell(reference && row)}${cell(there.get(row.hook))}<td>${row.bound.toExponential(1)}</td></tr>`)}</tbody
    >
  </table>`;
}

/** Opens the checks, and compares with the reference at once. @param {App} app */
export async function showChecks(app) {
  const { model } = app;
  if (!model) return;
  app.dialog = "checks";
  app.checks = { reference: undefined, devices: [], running: true };
  try {
    const reference = await referenceOf(app);
    const compared = reference && againstReference(await compute(model, inputOf(reference)), reference);
    if (model === app.model) app.checks = { reference: compared, devices: [], running: false };
  } finally {
    if (app.checks.running) app.checks = { ...app.checks, running: false };
  }
}

/** @param {App} app */
function compareDevices(app) {
  return app.attempt(async () => {
    const { model, checks } = app;
    if (!model || !checks) return;
    app.checks = { ...checks, running: true };
    try {
      const reference = await referenceOf(app);
      const input = reference ? inputOf(reference) : readNow(app);
      const source = modelSource(await app.own.sourceOf(app.opened));
      const there = await computeOn(source, other(model.info.device), input);
      app.checks = { ...checks, devices: betweenDevices(await compute(model, input), there), running: false };
    } finally {
      app.checks = { .../** @type {Checks} */ (app.checks), running: false };
    }
  });
}

/** The tokens that the page is about: what is compared where there is no reference. @param {App} app */
function readNow({ reading, player, kind, model }) {
  const ids = reading.source.map(({ id }) => id);
  return kind === "encoder-decoder"
    ? { ids, decoderIds: [model?.info.decoderStart ?? 0, ...player.steps.map(({ id }) => id)] }
    : { ids };
}

/** @param {App} app */
async function referenceOf(app) {
  return shippedAt(app.opened) ? readReference(await addressOf(app.opened)) : undefined;
}

/** @param {"webgpu" | "cpu"} device */
function other(device) {
  return device === "cpu" ? "webgpu" : "cpu";
}
