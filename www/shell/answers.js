// What an encoder says of the text, by its head: words for the masked places, whether two texts belong together, classes, or a judgement of each token.

import { html, nothing } from "lit";
import { classBars, meaningOf, sharesOf } from "../reading/classes.js";
import { outputHeadOf, pairHeadOf } from "../reading/reader.js";
import { litOf, saidOf } from "./choice.js";

/** @typedef {import("../explore.js").App} App */

/** How many candidates stand side by side at a masked place. */
const SHOWN = 8;

/** @param {App} app */
export function answers(app) {
  const { model } = app;
  if (!model) return html`<div class="bottom answers"></div>`;
  const head = outputHeadOf(model.info);
  return html`<div class="bottom answers">
    ${head === "words" ? words(app) : head === "classes" ? classes(app) : remark(app, head)}
    ${pairHeadOf(model) ? pair(app) : nothing}
  </div>`;
}

/** @param {App} app */
function words(app) {
  const { say, reader, model } = app;
  return html`<section class="candidates" aria-label=${say("words.title")}>
    <h2>${say("words.title")}<small>${reader.places.length > 0 ? say("words.help") : nothing}</small>${save(app)}</h2>
    ${reader.places.length === 0 ? html`<p class="soft hint">${say(model?.info.mask == null ? "words.maskless" : "words.try")}</p>` : html`<div class="places">${reader.places.map((place) => placeOf(app, place))}</div>`}
  </section>`;
}

/**
 * @param {App} app
 * @param {import("../reading/reader.js").Reader["places"][number]} place
 */
function placeOf(app, { position, candidates }) {
  const { say, reader } = app;
  const label = say("words.at", { n: position + 1 });
  return html`<div class=${litOf(app)?.position === position ? "place lit" : "place"}
    ><h3>${label}</h3>
    <diorama-candidates
      .candidates=${candidates.slice(0, SHOWN)}
      .label=${label}
      .stale=${reader.stale}
      .fixed=${true}
      .hue=${"encoder"}
      .deed=${"fill"}
      .say=${say}
      @pointerenter=${() => (app.hover = { side: "source", position })}
      @pointerleave=${() => (app.hover = undefined)}
      @diorama-candidate-select=${(/** @type {CustomEvent} */ event) => app.set({ edits: new Map([...reader.edits, [position, event.detail.id]]) })}
    ></diorama-candidates
  ></div>`;
}

/** @param {App} app */
function pair(app) {
  const { say, state, reader, model } = app;
  const head = /** @type {"nsp" | "sop"} */ (pairHeadOf(model));
  const title = say(`pair.${head}`);
  const names = [say(`pair.${head}.yes`), say(`pair.${head}.no`)];
  return html`<section class="output" aria-label=${title}>
    <h2>${title}</h2>
    ${state.pair ? bars(app, title, { classes: sharesOf(names, reader.trace?.activations.get(`${head}_logits`)?.data ?? []), kind: "softmax", unused: [] }) : html`<p class="soft hint">${say("pair.try")}</p>`}
  </section>`;
}

/** @param {App} app */
function classes(app) {
  const { say, reader } = app;
  const { info } = /** @type {import("../engine/model.js").Model} */ (app.model);
  const scores = reader.trace?.logits?.data ?? [];
  return html`<section class="output" aria-label=${say("class.title")}
    ><h2>${say("class.title")}${save(app)}</h2
    >${bars(app, say("class.title"), classBars(info, meaningOf(info.classes, scores), say))}</section
  >`;
}

/**
 * @param {App} app
 * @param {string} label
 * @param {ReturnType<typeof classBars>} shown
 */
function bars(app, label, { classes, kind, unused }) {
  return html`<diorama-class-bars
    .label=${label}
    .classes=${classes}
    .kind=${kind}
    .unused=${unused}
    .hue=${"encoder"}
    .stale=${app.reader.stale}
    .say=${app.say}
  ></diorama-class-bars>`;
}

/**
 * The tiles themselves show a judgement of each token; a bare encoder says nothing.
 * @param {App} app
 * @param {"tokens" | "none"} head
 */
function remark(app, head) {
  const { say } = app;
  return html`<section class="output" aria-label=${say(`answer.${head}.title`)}
    ><h2>${say(`answer.${head}.title`)}${head === "tokens" ? save(app) : nothing}</h2
    ><p class="soft hint">${say(`answer.${head}.help`)}</p></section
  >`;
}

/** @param {App} app */
function save(app) {
  return html`<diorama-save class="at-end" .of=${() => saidOf(app)} .say=${app.say}></diorama-save>`;
}
