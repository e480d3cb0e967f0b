// The place in a model's training that is looked at, above every view: for models whose making lies beside the page.

import { html, nothing } from "lit";

/** @typedef {import("../explore.js").App} App */

/** How long the slider must rest before that moment is loaded. // ms */
const REST = 120;

/** @param {App} app */
export function making(app) {
  const { say, making: list, state } = app;
  if (!list) return nothing;
  const last = list.length - 1;
  const found = list.findIndex(({ steps }) => String(steps) === state.moment);
  const index = found < 0 ? last : found;
  const words = say("making.at", { step: list[index].steps.toLocaleString(), tokens: list[index].tokens.toLocaleString() });
  return html`<label class="making"
    ><span>${say("making.title")}</span
    ><input
      type="range"
      min="0"
      max=${last}
      .value=${String(index)}
      aria-valuetext=${words}
      @input=${(/** @type {any} */ { target }) => go(app, Number(target.value))}
    /><span class="at">${words}</span></label
  >`;
}

/**
 * @param {App} app
 * @param {number} index
 */
function go(app, index) {
  const list = app.making ?? [];
  const moment = index === list.length - 1 ? "" : String(list[index].steps);
  app.amend({ moment });
  app.resting.after(
    REST,
    () => reload(app),
    (load) => app.attempt(load),
  );
}

/** @param {App} app */
async function reload(app) {
  const { at } = app.state;
  await app.loadModel();
  await app.run();
  app.amend({ at });
}
