// What is seen now, in a sentence made of the numbers: where the lit token looks, and what to do about it.

import { html, nothing } from "lit";
import { heaviest } from "../reading/moment.js";
import { labelled } from "../spelling.js";
import { headOf, layerOf, litRow, mainStack, patternOf, sidesOf } from "./choice.js";
import { openTool } from "./tools.js";

/** @typedef {import("../explore.js").App} App */

/** @param {App} app */
export function seen(app) {
  const { say } = app;
  return html`<p class="seen"
    >${sentence(app) ?? (app.reading.stale ? nothing : html`<span class="soft">${say("seen.try")}</span>`)}</p
  >`;
}

/** @param {App} app */
function sentence(app) {
  const { say, kind } = app;
  const stack = mainStack(app);
  const row = litRow(app);
  const matrix = patternOf(app, stack);
  const most = matrix && row !== undefined ? heaviest(matrix, row) : undefined;
  const { rows, columns } = sidesOf(app, stack);
  const [token, from] = [rows[row ?? -1], columns[most?.column ?? -1]];
  if (!most || !token || !from) return undefined;
  const head = headOf(app, stack);
  const values = {
    token: labelled(token.token),
    from: labelled(from.token),
    share: percent(most.weight),
    layer: layerOf(app, stack) + 1,
    head: head === "mean" ? say("seen.mean") : say("seen.head", { n: head + 1 }),
  };
  return html`<span>${kind === "encoder-decoder" ? say("seen.cross", values) : say("seen.row", values)}</span>
    <button type="button" class="link" @click=${() => openTool(app, "cell", cellOf(app, most))}>${say("seen.why")}</button>
    <button type="button" class="link" @click=${() => openTool(app, "change")}>${say("seen.change")}</button>`;
}

/**
 * The weight as "One weight" names it. Of an average it takes the head that looks there most.
 * @param {App} app
 * @param {import("../reading/moment.js").Cell} cell
 */
function cellOf(app, { row, column }) {
  const stack = mainStack(app);
  const head = headOf(app, stack);
  const heads = Array.from({ length: app.model?.info.heads ?? 0 }, (_, n) => n);
  const weight = (/** @type {number} */ n) => {
    const matrix = patternOf(app, stack, n);
    return matrix ? matrix.data[row * matrix.columns + column] : 0;
  };
  const most = head === "mean" ? heads.reduce((best, n) => (weight(n) > weight(best) ? n : best), 0) : head;
  return { stack, layer: layerOf(app, stack) + 1, head: most + 1, query: row + 1, key: column + 1 };
}

/** @param {number} share */
function percent(share) {
  return `${Math.round(share * 100)} %`;
}
