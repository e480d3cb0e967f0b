// An opened part: its weights, and its ops in order; an opened op: its formula, its numbers for the text, how one of them came about, and the WGSL.

import { html, nothing } from "lit";
import { formulaOf } from "./formulas.js";
import { arithmetic } from "./steps.js";
import { partName } from "./diagram.js";
import { headsOf, planeOf, WIDEST } from "./plane.js";
import { shapeText, shortName } from "./nodes.js";

/** @typedef {import("./anatomy.js").Part} Part */
/** @typedef {import("./arithmetic.js").Numbers} Numbers */
/** @typedef {import("./specimen.js").Specimen} Specimen */
/** @typedef {import("../blocks/architecture.js").Architecture} Architecture */

/**
 * @param {Architecture} block
 * @param {Specimen} specimen
 * @param {Part} part
 */
export function opened(block, specimen, part) {
  const { say } = block;
  const { graph } = specimen;
  return html`<h3>${partName(graph, part, say)} <small class="mono">${part.id}</small></h3>
    <p class="caption">${say(`arch.about.${part.kind}`)}</p>
    <ol class="ops"
      >${part.nodes.map((node) => op(block, specimen, node))}</ol
    >
    ${part.uses.length > 0 ? weights(block, specimen, part) : nothing}`;
}

/**
 * @param {Architecture} block
 * @param {Specimen} specimen
 * @param {Part} part
 */
function weights({ say, anatomy }, { graph, lens }, { uses, parameters }) {
  const where = (/** @type {string} */ id) => {
    const part = anatomy?.parts.get(id);
    return part ? `${partName(graph, part, say)} (${id})` : id;
  };
  const named = (/** @type {import("./nodes.js").GraphNode} */ { name, part = 0, parts = 1 }) =>
    parts > 1 ? `${name} [${part + 1}/${parts}]` : name;
  return html`<div class="scroll"
    ><table class="weights"
      ><thead
        ><tr
          ><th scope="col">${say("arch.weight")}</th><th scope="col">${say("arch.shape")}</th
          ><th scope="col">${say("arch.parameters")}</th></tr
        ></thead
      >
      <tbody
        >${uses.map(
          ({ node, size, first }) =>
            html`<tr
              ><th scope="row"
                >${named(graph[node])}${first ? html`<small>${say("arch.tiedWith", { part: where(first) })}</small>` : nothing}</th
              ><td>${shapeText(graph[node], lens)}</td>
              <td>${first ? html`<s>${size.toLocaleString("en")}</s>` : size.toLocaleString("en")}</td></tr
            >`,
        )}</tbody
      >
      <tfoot
        ><tr><th scope="row">${say("arch.total")}</th><td></td><td>${parameters.toLocaleString("en")}</td></tr></tfoot
      ></table
    ></div
  >`;
}

/**
 * @param {Architecture} block
 * @param {Specimen} specimen
 * @param {number} index
 */
function op(block, specimen, index) {
  const { graph, lens } = specimen;
  const node = graph[index];
  const open = block.settings.op === node.name;
  return html`<li
    ><button
      type="button"
      class="op"
      aria-expanded=${open}
      @click=${() => block.keep({ op: open ? "" : node.name, row: 0, column: 0, from: 0, wgsl: false })}
    >
      <b>${node.op}</b><span class="mono">${shortName(node)}</span><small>${shapeText(node, lens)}</small></button
    >
    ${open ? body(block, specimen, index) : nothing}</li
  >`;
}

/**
 * @param {Architecture} block
 * @param {Specimen} specimen
 * @param {number} index
 */
function body(block, specimen, index) {
  const { say, settings, shader } = block;
  const node = specimen.graph[index];
  const numbers = block.numbersOf(index);
  return html`<div class="body">
    <div class="formula">${formulaOf(node)}</div>
    <p class="small soft"
      >${say("arch.from")}
      ${node.inputs.map((input, i) => html`${i ? ", " : ""}<span class="mono-small">${specimen.graph[input].name}</span>`)}</p
    >
    ${numbers ? values(block, specimen, index, numbers) : html`<p class="soft small" role="status">${say("arch.loading")}</p>`}
    <div class="foot"
      ><button type="button" class="link" aria-pressed=${settings.wgsl} @click=${() => block.keep({ wgsl: !settings.wgsl })}
        >WGSL</button
      >
      <diorama-save .of=${() => block.renderRoot.querySelector("diorama-matrix")} .say=${say}></diorama-save
    ></div>
    ${
      settings.wgsl
        ? html`<diorama-shader-view
            .ops=${specimen.model.info.ops.filter(({ op }) => op === node.op)}
            .op=${shader.op}
            .file=${shader.file}
            .wgsl=${shader.wgsl}
            .say=${say}
            @diorama-op-select=${(/** @type {CustomEvent} */ event) => block.attempt(() => block.showShader(event.detail.op))}
          ></diorama-shader-view>`
        : nothing
    }
  </div>`;
}

/**
 * @param {Architecture} block
 * @param {Specimen} specimen
 * @param {number} index
 * @param {Numbers} numbers
 */
function values(block, specimen, index, numbers) {
  const { say, settings } = block;
  const node = specimen.graph[index];
  const shape = numbers.shapes[index];
  const heads = headsOf(node, shape);
  const head = Math.min(settings.head, heads || 1) - 1;
  const plane = planeOf(node, shape, numbers.all(index), { head, from: settings.from });
  const tokens = (/** @type {number} */ dim) => (dim < 0 ? undefined : specimen.tokensAt(node, dim));
  const chosen = { row: Math.min(settings.row, plane.rows - 1), column: Math.min(settings.column, plane.columns - 1) };
  const wide = shape[plane.columnDim] > WIDEST;
  const page = (/** @type {number} */ step) => block.keep({ from: plane.from + step * WIDEST, column: 0 });
  const names = { attn_scores: ["q", "k"], attn_mix: ["p", "v"] }[node.op] ?? ["x", "w"];
  const hues = { attn_scores: ["--query", "--key"], attn_mix: ["--ink", "--value"] }[node.op] ?? ["--ink-soft", "--ink-soft"];
  const keys =
    node.op === "softmax"
      ? tokens(plane.columnDim)
      : node.op === "attn_mix"
        ? specimen.tokensAt(specimen.graph[node.inputs[0]], 3)
        : undefined;
  const title = say("arch.cell", { place: place(node.axes, shape, plane.at(chosen.row, chosen.column)) });
  return html`<div class="row small"
      >${
        heads > 0
          ? html`<label
              >${say("compare.head")}
              <select
                @change=${(/** @type {Event} */ event) => block.keep({ head: Number(/** @type {HTMLSelectElement} */ (event.target).value) })}
              >
                ${Array.from({ length: heads }, (_, i) => html`<option .selected=${i === head} value=${i + 1}>${i + 1}</option>`)}</select
              ></label
            >`
          : nothing
      }
      ${
        wide
          ? html`<span
              ><button
                type="button"
                class="link"
                aria-label=${say("arch.earlier")}
                ?disabled=${plane.from === 0}
                @click=${() => page(-1)}
                >‹</button
              >
              ${node.axes[plane.columnDim]} ${plane.from}–${plane.from + plane.columns - 1}
              <button
                type="button"
                class="link"
                aria-label=${say("arch.later")}
                ?disabled=${plane.from + plane.columns >= shape[plane.columnDim]}
                @click=${() => page(1)}
                >›</button
              ></span
            >`
          : nothing
      }</div
    >
    <diorama-matrix
      .data=${plane.data}
      .rows=${plane.rows}
      .columns=${plane.columns}
      .rowTokens=${tokens(plane.rowDim)}
      .columnTokens=${tokens(plane.columnDim)}
      .rowAxis=${plane.rowDim < 0 ? "" : node.axes[plane.rowDim]}
      .columnAxis=${node.axes[plane.columnDim]}
      .from=${plane.from}
      .share=${node.op === "softmax"}
      .chosen=${chosen}
      .label=${node.name}
      .theme=${block.shade}
      .say=${say}
      @diorama-cell-select=${(/** @type {CustomEvent} */ { detail }) => block.keep({ row: detail.row, column: detail.column })}
    ></diorama-matrix>
    ${arithmetic(numbers, index, plane.at(chosen.row, chosen.column), { say, title, names, hues, terms: keys })}`;
}

/**
 * `pos 3, d_model 17`
 * @param {string[]} axes
 * @param {number[]} shape
 * @param {number} flat
 */
function place(axes, shape, flat) {
  const parts = [];
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    if (axes[dim] !== "batch") parts.unshift(`${axes[dim]} ${flat % shape[dim]}`);
    flat = Math.floor(flat / shape[dim]);
  }
  return parts.join(", ");
}
