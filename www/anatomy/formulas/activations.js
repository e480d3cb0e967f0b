// The formulas of the activations, by the names that the engine gives them.

import { mathml } from "lit";

/** @type {Record<string, unknown>} */
export const ACTIVATIONS = {
  relu: mathml`<mi>max</mi><mo stretchy="false">(</mo><mi>x</mi><mo>,</mo><mn>0</mn><mo stretchy="false">)</mo>`,
  gelu_erf: mathml`<mfrac><mi>x</mi><mn>2</mn></mfrac><mrow><mo>(</mo><mn>1</mn><mo>+</mo><mi>erf</mi><mfrac><mi>x</mi><msqrt><mn>2</mn></msqrt></mfrac><mo>)</mo></mrow>`,
  gelu_tanh: mathml`<mfrac><mi>x</mi><mn>2</mn></mfrac><mrow><mo>(</mo><mn>1</mn><mo>+</mo><mi>tanh</mi><msqrt><mfrac><mn>2</mn><mi>π</mi></mfrac></msqrt><mo stretchy="false">(</mo><mi>x</mi><mo>+</mo><mn>0.044715</mn><msup><mi>x</mi><mn>3</mn></msup><mo stretchy="false">)</mo><mo>)</mo></mrow>`,
  silu: mathml`<mfrac><mi>x</mi><mrow><mn>1</mn><mo>+</mo><msup><mi>e</mi><mrow><mo>−</mo><mi>x</mi></mrow></msup></mrow></mfrac>`,
  tanh: mathml`<mi>tanh</mi><mi>x</mi>`,
  quick_gelu: mathml`<mfrac><mi>x</mi><mrow><mn>1</mn><mo>+</mo><msup><mi>e</mi><mrow><mo>−</mo><mn>1.702</mn><mi>x</mi></mrow></msup></mrow></mfrac>`,
  relu_squared: mathml`<mi>max</mi><msup><mrow><mo stretchy="false">(</mo><mi>x</mi><mo>,</mo><mn>0</mn><mo stretchy="false">)</mo></mrow><mn>2</mn></msup>`,
  sigmoid: mathml`<mfrac><mn>1</mn><mrow><mn>1</mn><mo>+</mo><msup><mi>e</mi><mrow><mo>−</mo><mi>x</mi></mrow></msup></mrow></mfrac>`,
  gelu_10: between("−10", "10", mathml`<mi>x</mi><mi>Φ</mi><mo stretchy="false">(</mo><mi>x</mi><mo stretchy="false">)</mo>`),
  leaky_relu: mathml`<mi>max</mi><mo stretchy="false">(</mo><mi>x</mi><mo>,</mo><mn>0.01</mn><mi>x</mi><mo stretchy="false">)</mo>`,
  relu6: between("0", "6", mathml`<mi>x</mi>`),
  hardswish: mathml`<mfrac><mi>x</mi><mn>6</mn></mfrac>${between("0", "6", mathml`<mi>x</mi><mo>+</mo><mn>3</mn>`)}`,
  mish: mathml`<mi>x</mi><mi>tanh</mi>${softplus()}`,
  sqrtsoftplus: mathml`<msqrt>${softplus()}</msqrt>`,
  laplace: mathml`<mi>Φ</mi><mrow><mo>(</mo><mfrac><mrow><mi>x</mi><mo>−</mo><mn>0.7071</mn></mrow><mn>0.2821</mn></mfrac><mo>)</mo></mrow>`,
  linear: mathml`<mi>x</mi>`,
};

/** min(max(…, least), most) @type {(least: string, most: string, what: unknown) => unknown} */
function between(least, most, what) {
  return mathml`<mi>min</mi><mo stretchy="false">(</mo><mi>max</mi><mo stretchy="false">(</mo>${what}<mo>,</mo><mn>${least}</mn><mo stretchy="false">)</mo><mo>,</mo><mn>${most}</mn><mo stretchy="false">)</mo>`;
}

/** ln(1 + eˣ) */
function softplus() {
  return mathml`<mrow><mo>(</mo><mi>ln</mi><mo stretchy="false">(</mo><mn>1</mn><mo>+</mo><msup><mi>e</mi><mi>x</mi></msup><mo stretchy="false">)</mo><mo>)</mo></mrow>`;
}
