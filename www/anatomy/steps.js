// A cell of an attention, step by step with its numbers: q · k, the scale and the bias, the mask, the softmax over the row, and what the query takes from
// the key's value.

import { html, nothing } from "lit";
import { placesIn } from "./chain.js";

/** @typedef {import("./arithmetic.js").Numbers} Numbers */
/** @typedef {import("./specimen.js").Specimen} Specimen */
/** @typedef {import("./chain.js").Chain} Chain */
/** @typedef {import("../trace.js").Say} Say */
/** Counted from 0. @typedef {{ head: number, query: number, key: number, d: number }} Cell */

/**
 * @param {Specimen} specimen
 * @param {Numbers} numbers
 * @param {Chain} chain
 * @param {Cell} cell
 * @param {{ say: Say, choose: (change: Partial<Cell>) => void }} page
 */
export function steps(specimen, numbers, chain, cell, { say, choose }) {
  const { graph } = specimen;
  const { cell: at, mixed } = placesIn(numbers.shapes[chain.pattern], numbers.shapes[chain.mix], cell);
  const keys = specimen.tokensAt(graph[chain.pattern], 3);
  const step = (
    /** @type {string} */ id,
    /** @type {number} */ node,
    /** @type {number} */ flat,
    /** @type {object} */ more = {},
  ) => arithmetic(numbers, node, flat, { say, title: say(`cell.step.${id}`), ...more });
  const width = numbers.shapes[chain.mix][3];
  const pick = html`<label class="pick"
    >d_head
    <select
      @change=${(/** @type {Event} */ event) => choose({ d: Number(/** @type {HTMLSelectElement} */ (event.target).value) })}
    >
      ${Array.from({ length: width }, (_, d) => html`<option .selected=${d === cell.d} value=${d}>${d}</option>`)}</select
    ></label
  >`;
  return html`<ol class="steps">
    <li>${step("scores", chain.scores, at, { names: ["q", "k"], hues: ["--query", "--key"] })}</li>
    <li>${step("mask", chain.masked, at)}</li>
    <li>${step("softmax", chain.pattern, at, { terms: keys })}</li>
    <li>${step("mix", chain.mix, mixed, { names: ["p", "v"], hues: ["--ink", "--value"], terms: keys, aside: pick })}</li>
  </ol>`;
}

/**
 * One number of a node, worked out.
 * @param {Numbers} numbers
 * @param {number} node
 * @param {number} flat
 * @param {{ say: Say, title: string, names?: string[], hues?: string[], terms?: import("../trace.js").Piece[], aside?: unknown }} page
 */
export function arithmetic(
  numbers,
  node,
  flat,
  { say, title, names = ["x", "w"], hues = ["--ink-soft", "--ink-soft"], terms, aside = nothing },
) {
  const engine = numbers.graph[node].hooks.length > 0 ? numbers.known.get(node)?.[flat] : undefined;
  return html`<h4>${title}${aside}</h4
    ><diorama-arithmetic
      .explanation=${numbers.explain(node, flat)}
      .names=${names}
      .hues=${hues}
      .terms=${terms}
      .engine=${engine}
      .say=${say}
    ></diorama-arithmetic>`;
}
