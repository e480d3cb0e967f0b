// The formulas of the ops by which weights learn, as their files in src/ops state them.

import { mathml } from "lit";
import { at, sum } from "./parts.js";

/** @typedef {import("../nodes.js").GraphNode} GraphNode */

/** By what gradients are multiplied so that their norm stays within the cut. */
const cut = () =>
  mathml`<mi>c</mi><mo>=</mo><mi>min</mi><mrow><mo>(</mo><mn>1</mn><mo>,</mo><mfrac><mi>cut</mi><mrow><mo>‖</mo><mi>g</mi><mo>‖</mo></mrow></mfrac><mo>)</mo></mrow>`;

/** A running mean of a power of the gradient. @param {GraphNode} node */
function moment({ order = 1 }) {
  const rate = at("β", String(order));
  const gradient = mathml`<mrow><mo stretchy="false">(</mo><mi>c</mi><mi>g</mi><mo stretchy="false">)</mo></mrow>`;
  const power = order === 1 ? mathml`<mi>c</mi><mi>g</mi>` : mathml`<msup>${gradient}<mn>2</mn></msup>`;
  return mathml`<msup><mi>x</mi><mo>′</mo></msup><mo>=</mo>${rate}<mi>x</mi><mo>+</mo><mo stretchy="false">(</mo><mn>1</mn><mo>−</mo>${rate}<mo stretchy="false">)</mo>${power}<mo>,</mo><mspace width="1em"></mspace>${cut()}`;
}

/** By the ops' words. @type {Record<string, (node: GraphNode) => unknown>} */
export const UPDATE = {
  square_sum: () => mathml`<mi>y</mi><mo>=</mo><mi>before</mi><mo>+</mo>${sum("i")}<msup>${at("x", "i")}<mn>2</mn></msup>`,
  adam_moment: moment,
  adamw: () =>
    mathml`<msup><mi>w</mi><mo>′</mo></msup><mo>=</mo><mi>w</mi><mo stretchy="false">(</mo><mn>1</mn><mo>−</mo><mi>r</mi><mi>λ</mi><mo stretchy="false">)</mo><mo>−</mo><mi>r</mi><mfrac><mrow><mi>m</mi><mo>/</mo>${at("b", "1")}</mrow><mrow><msqrt><mrow><mi>v</mi><mo>/</mo>${at("b", "2")}</mrow></msqrt><mo>+</mo><mi>ε</mi></mrow></mfrac>`,
  momentum: () =>
    mathml`<msup><mi>m</mi><mo>′</mo></msup><mo>=</mo><mi>μ</mi><mi>m</mi><mo>+</mo><mi>c</mi><mi>g</mi><mo>+</mo><mi>λ</mi><mi>w</mi><mo>,</mo><mspace width="1em"></mspace>${cut()}`,
  sgd: () => mathml`<msup><mi>w</mi><mo>′</mo></msup><mo>=</mo><mi>w</mi><mo>−</mo><mi>r</mi><mi>m</mi>`,
  average: () =>
    mathml`<msup><mi>a</mi><mo>′</mo></msup><mo>=</mo><mi>e</mi><mi>a</mi><mo>+</mo><mo stretchy="false">(</mo><mn>1</mn><mo>−</mo><mi>e</mi><mo stretchy="false">)</mo><mi>w</mi>`,
  record: () =>
    mathml`<msub><msup><mi>r</mi><mo>′</mo></msup><mi>i</mi></msub><mo>=</mo><mo stretchy="false">(</mo><mi>L</mi><mo>,</mo><msup><mrow><mo>‖</mo><mi>g</mi><mo>‖</mo></mrow><mn>2</mn></msup><mo stretchy="false">)</mo>`,
  guard: () =>
    mathml`<msup><mi>r</mi><mo>′</mo></msup><mo>=</mo><mrow><mo>{</mo><mtable><mtr><mtd><mi>r</mi></mtd><mtd><mi>L</mi><mo>,</mo><mo>‖</mo><mi>g</mi><mo>‖</mo><mo>&lt;</mo><mi>∞</mi></mtd></mtr><mtr><mtd><mn>0</mn></mtd><mtd></mtd></mtr></mtable></mrow>`,
};
