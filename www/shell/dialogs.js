// Dialogs: the model's card and the choice of another one; the shaders and the formula that they compute.

import { html, nothing } from "lit";
import { metricsTable } from "./card.js";
import { checks } from "./checks.js";
import { layersOf } from "./choice.js";
import { colophon } from "./colophon.js";
import { markdown } from "./markdown.js";
import { models } from "./models.js";
import { ownModel } from "./own.js";
import { shaders } from "./shaders.js";

/** @typedef {import("../explore.js").App} App */

const BODIES = { model: modelCard, shader: shaders, checks };

/** @param {App} app */
export function dialogs(app) {
  if (!app.dialog) return nothing;
  const title = app.say(`${app.dialog}.title`);
  return html`<dialog class=${app.dialog} aria-label=${title} @close=${() => (app.dialog = "")} @click=${closeOutside}>
    <div class="dialog-body">
      <header
        ><h2>${title}</h2
        ><button type="button" class="quiet" aria-label=${app.say("close")} @click=${() => (app.dialog = "")}>✕</button></header
      >
      ${BODIES[app.dialog](app)}
    </div>
  </dialog>`;
}

/** @param {App} app */
function modelCard(app) {
  const { say, model, card } = app;
  return html`${models(app)} ${model ? html`<h3>${model.info.name}</h3>${facts(app)}` : nothing}
  ${
    card
      ? html`<h3>${say("card.metrics")}</h3>${metricsTable(
            card.metrics.filter(({ task }) => !task.includes(",")),
            app,
          )}<p class="soft">${say("card.heldout")}</p>
          <details
            ><summary>${say("card.more")}</summary>${metricsTable(
              card.metrics.filter(({ task }) => task.includes(",")),
              app,
            )}</details
          >
          <details><summary>${say("card.text")}</summary><div class="card-text" lang="en">${markdown(card.text)}</div></details>`
      : nothing
  }
  ${ownModel(app)} ${colophon(say)}`;
}

/** @param {App} app */
function facts(app) {
  const { say, model } = app;
  const info = /** @type {import("../engine/model.js").Model} */ (model).info;
  const rows = [
    ["card.architecture", info.architecture],
    ["card.parameters", info.parameters.toLocaleString("en")],
    app.kind === "encoder-decoder"
      ? ["card.layers.both", `${layersOf(app, "encoder")} + ${layersOf(app, "decoder")}`]
      : ["card.layers", String(layersOf(app, app.kind))],
    ["card.heads", String(info.heads)],
    ["card.vocab", info.vocab.toLocaleString("en")],
  ];
  return html`<dl class="facts">${rows.map(([key, value]) => html`<div><dt>${say(key)}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** @param {MouseEvent} event */
function closeOutside(event) {
  const dialog = /** @type {HTMLDialogElement} */ (event.currentTarget);
  if (event.target === dialog) dialog.close();
}
