// The models beside the page, by family: what each does, and how large it is. One is loaded when it is chosen.

import { html } from "lit";
import { SHIPPED, addressIn, shippedAt } from "../catalogue.js";
import { KINDS } from "../kinds.js";

/** @typedef {import("../explore.js").App} App */
/** @typedef {import("../kinds.js").Kind} Kind */
/** @typedef {import("../catalogue.js").Shipped} Shipped */

/** @param {App} app */
export function models(app) {
  const { say } = app;
  const families = KINDS.map((kind) => ({ kind, ours: SHIPPED.filter((model) => model.kind === kind) })).filter(
    ({ ours }) => ours.length > 0,
  );
  return html`<div class="models"
    >${families.map(
      ({ kind, ours }) =>
        html`<h3 id=${`kind-${kind}`} class=${kind}>${say(`kind.${kind.replace("-", "_")}`)}</h3>
          <ul aria-labelledby=${`kind-${kind}`}
            >${ours.map((model) => choice(app, model))}</ul
          >`,
    )}</div
  >`;
}

/** @param {number} count */
export function parameters(count) {
  return count >= 1e6 ? `${(count / 1e6).toFixed(1)} M` : `${Math.round(count / 1e3)} k`;
}

/**
 * @param {App} app
 * @param {Shipped} model
 */
function choice(app, { name, parameters: count, bytes, line }) {
  const { say } = app;
  const current = shippedAt(app.opened)?.name === name;
  return html`<li
    ><button
      type="button"
      aria-current=${current ? "true" : "false"}
      @click=${() => app.attempt(() => app.own.open(addressIn(name)))}
    >
      <span class="mono">${name}</span><span class="line">${say(`models.${line}`)}</span>
      <span class="soft">${say("model.size", { n: parameters(count) })} · ${(bytes / 1e6).toFixed(1)} MB</span></button
    ></li
  >`;
}
