// The formulas of the ops by which weights learn, as their files in src/ops state them.

import { mathml } from "lit";
import { at, sum } from "./parts.js";

/** @typedef {import("../nodes.js").GraphNode} GraphNode */

/** A running mean with its rate. @type {(letter: string, rate: string, what: unknown) => unknown} */
const running = (letter, rate, what) => mathml`<msup><mi>${letter}</mi><mo>′</mo></msup><mo>=</mo>${at("β", rate)}<mi>${letter}</mi><mo>+</mo><mo stretchy="false">(</mo><mn>1</mn><mo>−</mo>${at("β", rate)}<mo stretchy="false">)</mo>${what}<mo>,</mo><mspace width="1em"></mspace><mi>c</mi><mo>=</mo><mi>min</mi><mrow><mo>(</mo><mn>1</mn><mo>,</mo><mfrac><mi>cut</mi><mrow><mo>‖</mo><mi>g</mi><mo>‖</mo></mrow></mfrac><mo>)</mo></mrow>`;

/** By the ops' words. @type {Record<string, (node: GraphNode) => unknown>} */
export const UPDATE = {
  square_sum: () => mathml`<mi>y</mi><mo>=</mo><mi>before</mi><mo>+</mo>${sum("i")}<msup>${at("x", "i")}<mn>2</mn></msup>`,
  adam_mean: () => running("m", "1", mathml`<mi>c</mi><mi>g</mi>`),
  adam_square: () => running("v", "2", mathml`<msup><mrow><mo stretchy="false">(</mo><mi>c</mi><mi>g</mi><mo stretchy="false">)</mo></mrow><mn>2</mn></msup>`),
  adamw: () => mathml`<msup><mi>w</mi><mo>′</mo></msup><mo>=</mo><mi>w</mi><mo stretchy="false">(</mo><mn>1</mn><mo>−</mo><mi>r</mi><mi>λ</mi><mo stretchy="false">)</mo><mo>−</mo><mi>r</mi><mfrac><mrow><mi>m</mi><mo>/</mo>${at("b", "1")}</mrow><mrow><msqrt><mrow><mi>v</mi><mo>/</mo>${at("b", "2")}</mrow></msqrt><mo>+</mo><mi>ε</mi></mrow></mfrac>`,
};
