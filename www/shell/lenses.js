// The model as towers: two with the bridge between them, or the one that an encoder or a decoder is by itself. Each opens its lens: the mask and the map
// of the chosen layer and head.

import { html, nothing } from "lit";
import { formatShapes, parseShapes } from "../reading/heads.js";
import { attentionName, chosen, headOf, layerOf, layersOf, litOf, sidesOf, stacksOf } from "./choice.js";
import { showShader } from "./shaders.js";

/** @typedef {import("../explore.js").App} App */
/** @typedef {import("../trace.js").Piece} Piece */
/** @typedef {import("./choice.js").Stack} Stack */
/** @typedef {{ rows: Piece[], columns: Piece[], row: number | undefined, column: number | undefined }} Lens */

/** What weights can be shown as, beside a map. */
const SHAPES = /** @type {const} */ (["lines", "table"]);

/** @param {App} app */
export function lenses(app) {
  const stacks = stacksOf(app);
  return html`<div class=${stacks.length === 1 ? "lenses alone" : "lenses"}>${stacks.map((stack) => lens(app, stack))}</div>`;
}

/**
 * A lens's tokens, and which of them are lit.
 * @param {App} app
 * @param {Stack} stack
 * @returns {Lens}
 */
function lensOf(app, stack) {
  const lit = litOf(app);
  const [source, target] = ["source", "target"].map((side) => (lit?.side === side ? lit.position : undefined));
  const sides = sidesOf(app, stack);
  if (app.kind !== "encoder-decoder" || stack === "encoder") return { ...sides, row: source, column: undefined };
  return { ...sides, row: target, column: stack === "cross" ? source : undefined };
}

/**
 * @param {App} app
 * @param {Stack} stack
 */
function lens(app, stack) {
  const { say, reading, theme, kind } = app;
  const { rows, columns, row, column } = lensOf(app, stack);
  const attention = attentionName(app, stack);
  const layer = layerOf(app, stack);
  const head = headOf(app, stack);
  const shape = parseShapes(app.state.shapes).get(stack);
  const lit = (/** @type {CustomEvent} */ event) => light(app, stack, event.detail);
  const hook = `${attention}.hook_pattern`;
  const label = say("map.label", {
    stack: say(`${stack}.title`),
    layer: layer + 1,
    head: head === "mean" ? say("tower.mean") : head + 1,
  });
  const axes = kind === "encoder-decoder" ? say(`${stack}.axes`) : say(`alone.${kind}.axes`);
  const empty = app.model ? say(kind === "encoder" ? "map.waiting" : "map.empty") : "";
  const cell = app.cell?.stack === stack ? app.cell : { row, column };
  const room = stack === "decoder" ? app.player.traced.length : 0;
  return html`<section class="lens ${stack}" aria-labelledby=${`${stack}-title`}>
    <div class="rail"
      >${stack === "cross" ? html`<span class="wire" title=${say("rail.kv")}><i class="key">K</i><i class="value">V</i></span>` : nothing}
      <h2 id=${`${stack}-title`}>${say(`${stack}.title`)}</h2>
      ${stack === "cross" ? html`<span class="wire back" title=${say("rail.q")}><i class="query">Q</i></span>` : html`<small>${say(`${stack}.kind`)}</small>`}
      ${stack === "encoder" && kind === "encoder-decoder" ? html`<span class="wire lead"></span>` : nothing}
    </div>
    <div class="tower-row">
      <diorama-tower
        .layers=${layersOf(app, stack)}
        .heads=${app.model?.info.heads ?? 0}
        .layer=${layer}
        .head=${String(head)}
        .hue=${stack}
        .label=${say("tower.label", { stack: say(`${stack}.title`) })}
        .say=${say}
        @diorama-head-select=${(/** @type {CustomEvent} */ event) => choose(app, stack, event.detail)}
      ></diorama-tower>
      <diorama-mask-grid
        .trace=${reading.trace}
        .attention=${attention}
        .head=${String(head)}
        .rows=${rows}
        .columns=${columns}
        .row=${cell.row}
        .column=${cell.column}
        .hue=${`--${stack}`}
        .label=${say(`${stack}.mask`)}
        .stale=${reading.stale}
        .theme=${theme}
        .say=${say}
        @diorama-cell-hover=${lit}
      ></diorama-mask-grid>
    </div>
    <p class="caption">${axes}${sharing(app, head)}</p>
    ${
      shape === "lines"
        ? html`<diorama-attention-lines
            .trace=${reading.trace}
            .hook=${hook}
            .head=${String(head)}
            .rows=${rows}
            .columns=${columns}
            .label=${label}
            .axes=${axes}
            .empty=${empty}
            .hue=${stack}
            .stale=${reading.stale}
            .theme=${theme}
            .say=${say}
            @diorama-cell-hover=${lit}
          ></diorama-attention-lines>`
        : shape === "table"
          ? html`<diorama-attention-table
              .trace=${reading.trace}
              .hook=${hook}
              .head=${String(head)}
              .rows=${rows}
              .columns=${columns}
              .label=${label}
              .axes=${axes}
              .empty=${empty}
              .stale=${reading.stale}
              .say=${say}
            ></diorama-attention-table>`
          : html`<diorama-attention-map
              .trace=${reading.trace}
              .hook=${hook}
              .head=${String(head)}
              .rows=${rows}
              .columns=${columns}
              .row=${cell.row}
              .column=${cell.column}
              .label=${label}
              .axes=${axes}
              .empty=${empty}
              .room=${room}
              .follow=${stack !== "encoder"}
              .stale=${reading.stale}
              .theme=${theme}
              .say=${say}
              @diorama-cell-hover=${lit}
            ></diorama-attention-map>`
    }
    <div class="tools">
      ${SHAPES.map((name) => html`<button type="button" class="link" aria-pressed=${name === shape} @click=${() => toggleShape(app, stack, name)}>${say(`map.${name}`)}</button>`)}
      <button type="button" class="link" ?disabled=${!app.model} @click=${() => app.attempt(() => showShader(app, "softmax"))}
        >WGSL</button
      >
      <diorama-save
        .of=${() => app.querySelectorAll(`.lens.${stack} :is(diorama-attention-map, diorama-attention-table, diorama-attention-lines), .lens.${stack} diorama-mask-grid`)}
        .say=${say}
      ></diorama-save>
    </div>
  </section>`;
}

/**
 * Which query heads share a key and value head, where there are fewer of those (grouped-query attention).
 * @param {App} app
 * @param {number | "mean"} head
 */
function sharing({ say, model }, head) {
  const { heads = 0, cache } = model?.info ?? {};
  if (!cache || cache.kvHeads >= heads) return nothing;
  const group = heads / cache.kvHeads;
  if (head === "mean") return html`<br />${say("shared.mean", { heads, kv: cache.kvHeads })}`;
  const kv = Math.floor(head / group);
  return html`<br />${say("shared.head", { head: head + 1, kv: kv + 1, from: kv * group + 1, to: (kv + 1) * group })}`;
}

/**
 * A cell under the cursor is read out by the mask and the map alike, and lights its row's token everywhere else.
 * @param {App} app
 * @param {Stack} stack
 * @param {{ row: number | undefined, column: number | undefined }} cell
 */
function light(app, stack, { row, column }) {
  app.cell = row === undefined || column === undefined ? undefined : { stack, row, column };
  const side = app.kind !== "encoder-decoder" || stack === "encoder" ? "source" : "target";
  app.hover = row === undefined ? undefined : { side, position: row };
  const hidden = stack === "decoder" && row !== undefined && column !== undefined && column > row;
  const scores = hidden ? app.player.readScores() : undefined;
  if (scores) app.attempt(() => scores);
}

/**
 * @param {App} app
 * @param {Stack} stack
 * @param {{ layer: number, head: number | "mean" }} choice
 */
function choose(app, stack, { layer, head }) {
  app.set(chosen(app, stack, { layer: layer + 1, head: head === "mean" ? 0 : head + 1 }));
}

/**
 * @param {App} app
 * @param {Stack} stack
 * @param {import("../reading/heads.js").Shape} shape
 */
function toggleShape(app, stack, shape) {
  const shapes = parseShapes(app.state.shapes);
  if (shapes.get(stack) === shape) shapes.delete(stack);
  else shapes.set(stack, shape);
  app.set({ shapes: formatShapes(shapes) });
}
