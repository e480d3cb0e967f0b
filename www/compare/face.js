// What is seen of one family: its architecture, its masks, its attention and its answer.

import { html, nothing } from "lit";
import { SHIPPED } from "../catalogue.js";
import { hueOf } from "../kinds.js";
import { layersOf, mapOf, MODEL_OF, stacksOf } from "./choice.js";
import { answer } from "./answer.js";
import { parameters } from "../shell/models.js";
import { stage } from "../shell/loading.js";
import { taskOf } from "../reading/tasks.js";

/** @typedef {import("../blocks/compare.js").Compare} Compare */
/** @typedef {import("../kinds.js").Kind} Kind */
/** @typedef {import("./panel.js").Panel} Panel */

/**
 * @param {Compare} block
 * @param {Kind} kind
 */
export function face(block, kind) {
  const { say } = block;
  const panel = block.panels.get(kind);
  const title = say(`kind.${kind.replace("-", "_")}`);
  return html`<section
    class="face"
    data-kind=${kind}
    style=${`--face:var(--${hueOf(kind)});--face-ink:var(--${hueOf(kind)}-ink)`}
    aria-label=${title}
  >
    <header><h2>${title}</h2>${panel ? chooser(block, panel) : nothing}</header>
    ${panel?.model ? opened(block, panel) : html`<p class="waiting soft" role="status">${panel?.loading ? stage({ loading: panel.loading, say }) : nothing}</p>`}
  </section>`;
}

/**
 * @param {Compare} block
 * @param {Panel} panel
 */
function chooser(block, panel) {
  const { say, settings } = block;
  const own = SHIPPED.filter(({ kind }) => kind === panel.kind);
  const keep = (/** @type {string} */ name) => (/** @type {Event} */ event) =>
    block.keep({ [name]: /** @type {HTMLSelectElement} */ (event.target).value });
  const task = taskOf(panel.tasks, settings.task);
  return html`<select class="mono" aria-label=${say("compare.model")} @change=${keep(MODEL_OF[panel.kind])}
      >${own.map(({ name }) => html`<option .selected=${name === panel.name}>${name}</option>`)}</select
    >
    ${
      panel.kind === "encoder-decoder" && panel.tasks.length > 1
        ? html`<select aria-label=${say("input.task")} @change=${keep("task")}
            >${panel.tasks.map(({ id }) => html`<option value=${id} .selected=${id === task.id}>${say(`task.${id}`)}</option>`)}</select
          >`
        : nothing
    }
    ${panel.busy ? html`<small role="status">${stage({ loading: panel.busy, say })}</small>` : nothing}
    ${panel.reading.share === undefined ? nothing : html`<button type="button" class="link" @click=${() => panel.reading.stop()}>${say("stop")}</button>`}`;
}

/**
 * @param {Compare} block
 * @param {Panel} panel
 */
function opened(block, panel) {
  return html`<div class="inner"
      >${sketch(block, panel)}<div class="masks" role="group" aria-label=${block.say("compare.masks")}
        >${stacksOf(panel.kind).map((stack) => mask(block, panel, stack))}</div
      >
      ${map(block, panel)}</div
    >
    ${answer(block, panel)}`;
}

/**
 * The graph's parts as a small drawing; it leads to the same model in the playground, opened.
 * @param {Compare} block
 * @param {Panel} panel
 */
function sketch({ say }, { anatomy, name, model }) {
  const stacks =
    anatomy?.stacks.map(({ name, before, groups, after }) => ({
      name,
      before,
      layer: groups[0]?.layers[0].parts ?? [],
      repeat: groups.reduce((sum, { layers }) => sum + layers.length, 0),
      after,
    })) ?? [];
  const words =
    anatomy?.stacks
      .map(({ name, groups }) =>
        say("compare.stack", { stack: say(`${name}.title`), n: groups.reduce((sum, { layers }) => sum + layers.length, 0) }),
      )
      .join(", ") ?? "";
  return html`<a class="sketch" href=${`explore.html#model=models/${name}/&tool=architecture`} title=${say("compare.inside")}
    ><diorama-sketch .stacks=${stacks} .label=${say("compare.sketch", { model: name, words })}></diorama-sketch>
    <small>${say("model.size", { n: parameters(model?.info.parameters ?? 0) })}</small></a
  >`;
}

/**
 * @param {Compare} block
 * @param {Panel} panel
 * @param {import("./choice.js").Stack} stack
 */
function mask(block, panel, stack) {
  const { say, settings } = block;
  const { rows, columns, row, column, attention } = mapOf(block, panel, stack);
  const grid = html`<diorama-mask-grid
    .trace=${panel.reading.trace}
    .attention=${attention}
    .head=${headOf(block, panel)}
    .rows=${rows}
    .columns=${columns}
    .row=${row}
    .column=${column}
    .hue=${`--${stack}`}
    .label=${say(`${stack}.mask`)}
    .stale=${panel.reading.stale}
    .theme=${block.shade}
    .say=${say}
  ></diorama-mask-grid>`;
  if (panel.kind !== "encoder-decoder") return html`<figure class="wide">${grid}</figure>`;
  return html`<figure
    >${grid}<figcaption
      ><button type="button" class="link" aria-pressed=${settings.stack === stack} @click=${() => block.keep({ stack })}
        >${say(`${stack}.mask`)}</button
      ></figcaption
    ></figure
  >`;
}

/**
 * @param {Compare} block
 * @param {Panel} panel
 */
function map(block, panel) {
  const { say, settings } = block;
  const stacks = stacksOf(panel.kind);
  const stack = stacks.find((stack) => stack === settings.stack) ?? stacks[0];
  const { rows, columns, row, column, attention, layer } = mapOf(block, panel, stack);
  const head = headOf(block, panel);
  const axes = panel.kind === "encoder-decoder" ? say(`${stack}.axes`) : say(`alone.${panel.kind}.axes`);
  const label = say("map.label", {
    stack: say(`${stack}.title`),
    layer: layer + 1,
    head: head === "mean" ? say("tower.mean") : Number(head) + 1,
  });
  return html`<div class="attention ${stack}"
    ><h3
      >${say(`${stack}.title`)}<small
        >${say("compare.at", { layer: layer + 1, of: layersOf(panel, stack), head: head === "mean" ? say("tower.mean") : say("compare.headed", { n: Number(head) + 1 }) })}</small
      ></h3
    >
    <p class="caption" title=${axes}>${axes}</p>
    <diorama-attention-map
      .trace=${panel.reading.trace}
      .hook=${`${attention}.hook_pattern`}
      .head=${head}
      .rows=${rows}
      .columns=${columns}
      .row=${row}
      .column=${column}
      .label=${label}
      .axes=${axes}
      .empty=${say("map.waiting")}
      .stale=${panel.reading.stale}
      .theme=${block.shade}
      .say=${say}
      @diorama-cell-hover=${(/** @type {CustomEvent} */ event) => light(block, panel, stack, event.detail)}
    ></diorama-attention-map>
    <diorama-save
      .of=${() => block.renderRoot.querySelector(`[data-kind="${panel.kind}"] diorama-attention-map`)}
      .say=${say}
    ></diorama-save
  ></div>`;
}

/**
 * A row or column under the cursor lights the word that its token is of.
 * @param {Compare} block
 * @param {Panel} panel
 * @param {string} stack
 * @param {{ row: number | undefined, column: number | undefined }} cell
 */
function light(block, panel, stack, { row, column }) {
  const token = stack === "cross" ? column : stack === "decoder" && panel.kind === "encoder-decoder" ? undefined : row;
  const word = token === undefined ? -1 : panel.lined.under.findIndex((tokens) => tokens.includes(token));
  block.lit = word < 0 ? undefined : word;
}

/**
 * @param {Compare} block
 * @param {Panel} panel
 */
function headOf({ settings }, { model }) {
  return settings.head === 0 ? "mean" : String(Math.min(settings.head, model?.info.heads ?? 1) - 1);
}
