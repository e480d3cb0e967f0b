// The model as two towers with the bridge between them. Below each tower opens its lens: the mask and the map of the chosen layer and head.

import { html, nothing } from "lit";
import { attentionName, headOf, layerOf, layersOf } from "./choice.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("./choice.js").Stack} Stack */
/** @typedef {{ stack: Stack, rows: Piece[], columns: Piece[], row: number | undefined, column: number | undefined }} Lens */

/** @param {App} app */
export function lenses(app) {
  const { player, lit } = app;
  const written = player.steps;
  const source = player.traced;
  const read = player.startPiece ? [player.startPiece, ...written.slice(0, -1)] : [];
  const [litSource, litTarget] = ["source", "target"].map((side) => (lit?.side === side ? lit.position : undefined));
  return html`<div class="lenses">
    ${lens(app, { stack: "encoder", rows: source, columns: source, row: litSource, column: undefined })}
    ${lens(app, { stack: "cross", rows: written, columns: source, row: litTarget, column: litSource })}
    ${lens(app, { stack: "decoder", rows: written, columns: read, row: litTarget, column: undefined })}
  </div>`;
}

/**
 * @param {App} app
 * @param {Lens} lens
 */
function lens(app, { stack, rows, columns, row, column }) {
  const { say, player, theme } = app;
  const attention = attentionName(app, stack);
  const layer = layerOf(app, stack);
  const head = headOf(app);
  const table = app.tables.has(stack);
  const lit = (/** @type {CustomEvent} */ event) => light(app, stack, event.detail);
  const hook = `${attention}.hook_pattern`;
  const label = say("map.label", { stack: say(`${stack}.title`), layer: layer + 1, head: head === "mean" ? say("tower.mean") : head + 1 });
  const empty = app.model ? say("map.empty") : "";
  const cell = app.cell?.stack === stack ? app.cell : { row, column };
  return html`<section class="lens ${stack}" aria-labelledby=${`${stack}-title`}>
    <div class="rail">${stack === "cross" ? html`<span class="wire" title=${say("rail.kv")}><i class="key">K</i><i class="value">V</i></span>` : nothing}
      <h2 id=${`${stack}-title`}>${say(`${stack}.title`)}</h2>
      ${stack === "cross" ? html`<span class="wire back" title=${say("rail.q")}><i class="query">Q</i></span>` : html`<small>${say(`${stack}.kind`)}</small>`}
      ${stack === "encoder" ? html`<span class="wire lead"></span>` : nothing}
    </div>
    <div class="tower-row">
      <diorama-tower .layers=${layersOf(app, stack)} .heads=${app.model?.info.heads ?? 0} .layer=${layer} .head=${String(head)} .hue=${stack} .label=${say("tower.label", { stack: say(`${stack}.title`) })}
        .say=${say} @diorama-head-select=${(/** @type {CustomEvent} */ event) => choose(app, event.detail)}></diorama-tower>
      <diorama-mask-grid .trace=${player.trace} .attention=${attention} .head=${String(head)} .rows=${rows} .columns=${columns} .row=${cell.row} .column=${cell.column} .hue=${`--${stack}`}
        .label=${say(`${stack}.mask`)} .stale=${player.stale} .theme=${theme} .say=${say} @diorama-cell-hover=${lit}></diorama-mask-grid>
    </div>
    <p class="caption">${say(`${stack}.axes`)}</p>
    ${table ? html`<diorama-attention-table .trace=${player.trace} .hook=${hook} .head=${String(head)} .rows=${rows} .columns=${columns} .label=${label}
        .axes=${say(`${stack}.axes`)} .empty=${empty} .stale=${player.stale} .say=${say}></diorama-attention-table>`
      : html`<diorama-attention-map .trace=${player.trace} .hook=${hook} .head=${String(head)} .rows=${rows} .columns=${columns} .row=${cell.row} .column=${cell.column}
        .label=${label} .axes=${say(`${stack}.axes`)} .empty=${empty} .room=${stack === "decoder" ? columnsKept(app) : 0} .follow=${stack !== "encoder"} .stale=${player.stale}
        .theme=${theme} .say=${say} @diorama-cell-hover=${lit}></diorama-attention-map>`}
    <div class="tools">
      <button type="button" class="link" aria-pressed=${table} @click=${() => toggleTable(app, stack)}>${say("map.table")}</button>
      <button type="button" class="link" ?disabled=${!app.model} @click=${() => app.attempt(() => app.showShader("softmax"))}>WGSL</button>
    </div>
  </section>`;
}

/**
 * The decoder's map keeps the cross map's cells, up to where its own columns need the room.
 * @param {App} app
 */
function columnsKept({ player }) {
  return player.traced.length;
}

/**
 * A cell under the cursor is read out by the mask and the map alike, and lights its row's token everywhere else.
 * @param {App} app
 * @param {Stack} stack
 * @param {{ row: number | undefined, column: number | undefined }} cell
 */
function light(app, stack, { row, column }) {
  app.cell = row === undefined || column === undefined ? undefined : { stack, row, column };
  app.hover = row === undefined ? undefined : { side: stack === "encoder" ? "source" : "target", position: row };
}

/**
 * @param {App} app
 * @param {{ layer: number, head: number | "mean" }} choice
 */
function choose(app, { layer, head }) {
  app.set({ layer: layer + 1, head: head === "mean" ? 0 : head + 1 });
}

/**
 * @param {App} app
 * @param {Stack} stack
 */
function toggleTable(app, stack) {
  const tables = new Set(app.tables);
  if (!tables.delete(stack)) tables.add(stack);
  app.tables = tables;
}
