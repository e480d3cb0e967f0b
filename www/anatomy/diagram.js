// An architecture as blocks, drawn from its graph: what enters at the top, layer after layer, what comes out at the bottom. Sums take their second summand
// around the parts between, as in the figures of the papers.

import { html, nothing } from "lit";
import { shapeText } from "./nodes.js";

/** @typedef {import("./anatomy.js").Anatomy} Anatomy */
/** @typedef {import("./anatomy.js").Stack} Stack */
/** @typedef {import("./anatomy.js").Group} Group */
/** @typedef {import("./anatomy.js").Part} Part */
/** @typedef {import("../trace.js").Say} Say */
/**
 * `layer` is the one that is drawn of several of one make, counted from 1; `all` draws each of them.
 * @typedef {{ graph: import("./nodes.js").GraphNode[], lens: import("./nodes.js").Lens, anatomy: Anatomy, chosen: string, layer: number, all: boolean, say: Say, choose: (part: Part) => void,
 *   keep: (change: Record<string, any>) => void }} Drawing
 */

/** @param {Drawing} drawing */
export function diagram(drawing) {
  const { anatomy, say } = drawing;
  return html`<div class=${anatomy.stacks.length > 1 ? "stacks two" : "stacks"}
      >${anatomy.stacks.map((stack) => column(drawing, stack))}</div
    >
    <p class="sum-of small">${summed(anatomy, say)}</p>`;
}

/**
 * @param {Drawing} drawing
 * @param {Stack} stack
 */
function column(drawing, stack) {
  const { say, anatomy } = drawing;
  const leads = anatomy.stacks.length > 1 && stack.name === "encoder";
  return html`<section class="stack ${stack.name}" aria-label=${say(`${stack.name}.title`)}
    ><h2>${say(`${stack.name}.title`)}</h2>
    <div class="flow">${run(drawing, stack.before)}</div>
    ${stack.groups.map((group) => layers(drawing, group))}
    <div class="flow">${run(drawing, stack.after)}</div>
    ${leads ? html`<p class="leads">${say("arch.toDecoder")}</p>` : nothing}</section
  >`;
}

/**
 * Layers of one make: one of them, or all.
 * @param {Drawing} drawing
 * @param {Group} group
 */
function layers(drawing, group) {
  const { say, layer, all, keep } = drawing;
  const count = group.layers.length;
  const chosen = group.layers.find(({ number }) => number === layer - 1) ?? group.layers[0];
  const each = group.layers[0].parameters.toLocaleString("en");
  return html`<div class="group">
    <div class="group-head"
      ><strong>× ${count}</strong>
      ${
        all || count === 1
          ? nothing
          : html`<span class="numbers" role="group" aria-label=${say("arch.which")}
              >${group.layers.map(
                ({ number }) =>
                  html`<button
                    type="button"
                    aria-pressed=${number === chosen.number}
                    aria-label=${say("tower.layer", { n: number + 1 })}
                    @click=${() => keep({ layer: number + 1 })}
                    >${number + 1}</button
                  >`,
              )}</span
            >`
      }
      <small>${group.shared ? say("arch.shared", { n: each }) : say("arch.each", { n: each })}</small>
      ${count === 1 ? nothing : html`<button type="button" class="link" aria-pressed=${all} @click=${() => keep({ all: !all })}>${say(all ? "arch.fold" : "arch.unfold")}</button>`}</div
    >
    ${(all ? group.layers : [chosen]).map(
      ({ number, parts }) =>
        html`<div class="layer" role="group" aria-label=${say("tower.layer", { n: number + 1 })}>
          ${all ? html`<h4>${say("tower.layer", { n: number + 1 })}</h4>` : nothing}<div class="flow"
            >${run(drawing, parts)}</div
          ></div
        >`,
    )}
  </div>`;
}

/**
 * Parts one below the other, with what flows between them.
 * @param {Drawing} drawing
 * @param {Part[]} parts
 */
function run(drawing, parts) {
  const { graph, lens } = drawing;
  return parts.map((part, i) => {
    const row = 2 * i + 1;
    const around =
      part.residual === undefined
        ? nothing
        : html`<span class="around" aria-hidden="true" style=${`grid-row:${2 * (part.residual + 1) + 1} / ${row + 2}`}></span>`;
    const before = i > 0 ? parts[i - 1].out : undefined;
    return html`${around}<span class="arrow" style=${`grid-row:${row}`}
        >${before === undefined ? nothing : html`<span>${shapeText(graph[before], lens)}</span>`}</span
      >${box(drawing, part, row + 1)}
      ${i === parts.length - 1 ? html`<span class="arrow" style=${`grid-row:${row + 2}`}><span>${shapeText(graph[part.out], lens)}</span></span>` : nothing}`;
  });
}

/**
 * @param {Drawing} drawing
 * @param {Part} part
 * @param {number} row
 */
function box({ graph, chosen, say, choose }, part, row) {
  const tied = part.uses.some(({ first }) => first !== undefined);
  return html`<button
    type="button"
    class="part ${part.kind}"
    style=${`grid-row:${row}`}
    aria-pressed=${part.id === chosen}
    @click=${() => choose(part)}
  >
    <span>${partName(graph, part, say)}</span>
    ${part.kind === "cross" ? html`<small class="memory">${say("arch.memory")}</small>` : nothing}
    <small
      >${part.parameters > 0 ? part.parameters.toLocaleString("en") : nothing}${tied ? html` <span class="tied">${say("arch.tied")}</span>` : nothing}</small
    ></button
  >`;
}

/**
 * What a part is called in the papers.
 * @param {import("./nodes.js").GraphNode[]} graph
 * @param {Part} part
 * @param {Say} say
 */
export function partName(graph, { kind, out, id }, say) {
  if (kind === "norm") return say(graph[out].op === "rms_norm" ? "arch.part.rms" : "arch.part.layer");
  if (kind === "add") return "⊕";
  if (kind === "head" && id !== "logits") return say("arch.part.second", { name: id.replace("_logits", "").toUpperCase() });
  return say(`arch.part.${kind}`);
}

/**
 * All parameters as a sum that can be checked: embeddings, layers, heads.
 * @param {Anatomy} anatomy
 * @param {Say} say
 */
function summed({ stacks, parameters }, say) {
  const number = (/** @type {number} */ n) => n.toLocaleString("en");
  const total = (/** @type {Part[]} */ parts) => parts.reduce((sum, part) => sum + part.parameters, 0);
  const terms = stacks
    .flatMap(({ before, groups, after }) => [
      { n: total(before), text: number(total(before)) },
      ...groups.map(({ layers, shared, parameters: n }) => ({
        n,
        text: shared || layers.length === 1 ? number(n) : `${layers.length} × ${number(layers[0].parameters)}`,
      })),
      { n: total(after), text: number(total(after)) },
    ])
    .filter(({ n }) => n > 0);
  return say("arch.sum", { terms: terms.map(({ text }) => text).join(" + "), total: number(parameters) });
}
