// Scaled dot-product attention as MathML (Vaswani et al. 2017, equation 1). T5 leaves the scale out and adds a position bias B (Raffel et al. 2019, section 2.1).

import { html, mathml } from "lit";

/** @param {string} architecture the model's class; T5's attention has its own form */
export function attentionFormula(architecture) {
  const product = mathml`<mi>Q</mi><msup><mi>K</mi><mi>⊤</mi></msup>`;
  const scores = /t5/i.test(architecture) ? mathml`<mrow>${product}<mo>+</mo><mi>B</mi></mrow>` : mathml`<mfrac><mrow>${product}</mrow><msqrt><msub><mi>d</mi><mi>head</mi></msub></msqrt></mfrac>`;
  return html`<math display="block"><mrow>
    <mi>softmax</mi><mo stretchy="false">(</mo>${scores}<mo>+</mo><mi>mask</mi><mo stretchy="false">)</mo><mi>V</mi><mo>,</mo><mspace width="2em"></mspace>
    <mi>softmax</mi><msub><mrow><mo stretchy="false">(</mo><mi>x</mi><mo stretchy="false">)</mo></mrow><mi>i</mi></msub><mo>=</mo>
    <mfrac><msup><mi>e</mi><msub><mi>x</mi><mi>i</mi></msub></msup><mrow><munder><mo>∑</mo><mi>j</mi></munder><msup><mi>e</mi><msub><mi>x</mi><mi>j</mi></msub></msup></mrow></mfrac>
  </mrow></math>`;
}
