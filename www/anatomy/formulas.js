// Each op's formula as MathML, as its file in src/ops states it.

import { html, mathml, nothing } from "lit";
import { ACTIVATIONS } from "./formulas/activations.js";
import { BACKWARD } from "./formulas/backward.js";
import { FORWARD } from "./formulas/forward.js";
import { softmaxed } from "./formulas/parts.js";
import { PREFERENCES } from "./formulas/preferences.js";
import { UPDATE } from "./formulas/update.js";
import { entry } from "../lookup.js";

/** @typedef {import("./nodes.js").GraphNode} GraphNode */

/**
 * Scaled dot-product attention (Vaswani et al. 2017, equation 1). T5 leaves the scale out and adds a position bias B (Raffel et al. 2019, section 2.1).
 * @param {string} architecture the model's class; T5's attention has its own form
 */
export function attentionFormula(architecture) {
  const product = mathml`<mi>Q</mi><msup><mi>K</mi><mi>⊤</mi></msup>`;
  const scores = /t5/i.test(architecture)
    ? mathml`<mrow>${product}<mo>+</mo><mi>B</mi></mrow>`
    : mathml`<mfrac><mrow>${product}</mrow><msqrt><msub><mi>d</mi><mi>head</mi></msub></msqrt></mfrac>`;
  return html`<math display="block"
    ><mrow>
      <mi>softmax</mi><mo stretchy="false">(</mo>${scores}<mo>+</mo><mi>mask</mi><mo stretchy="false">)</mo><mi>V</mi><mo>,</mo
      ><mspace width="2em"></mspace> <mi>softmax</mi
      ><msub
        ><mrow><mo stretchy="false">(</mo><mi>x</mi><mo stretchy="false">)</mo></mrow
        ><mi>i</mi></msub
      ><mo>=</mo>
      ${softmaxed()}
    </mrow></math
  >`;
}

/**
 * The formula of one node.
 * @param {GraphNode} node
 */
export function formulaOf(node) {
  const known = node.activation === undefined || entry(ACTIVATIONS, node.activation) !== undefined;
  const body = known && entry(BODIES, node.op)?.(node);
  return body ? html`<math display="block"><mrow>${body}</mrow></math>` : nothing;
}

/** @type {Record<string, (node: GraphNode) => unknown>} */
const BODIES = { ...FORWARD, ...BACKWARD, ...PREFERENCES, ...UPDATE };
