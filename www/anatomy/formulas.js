// Each op's formula as MathML, as its file in src/ops states it.

import { html, mathml, nothing } from "lit";
import { entry } from "../lookup.js";

/** @typedef {import("./nodes.js").GraphNode} GraphNode */

/**
 * Scaled dot-product attention (Vaswani et al. 2017, equation 1). T5 leaves the scale out and adds a position bias B (Raffel et al. 2019, section 2.1).
 * @param {string} architecture the model's class; T5's attention has its own form
 */
export function attentionFormula(architecture) {
  const product = mathml`<mi>Q</mi><msup><mi>K</mi><mi>⊤</mi></msup>`;
  const scores = /t5/i.test(architecture) ? mathml`<mrow>${product}<mo>+</mo><mi>B</mi></mrow>` : mathml`<mfrac><mrow>${product}</mrow><msqrt><msub><mi>d</mi><mi>head</mi></msub></msqrt></mfrac>`;
  return html`<math display="block"><mrow>
    <mi>softmax</mi><mo stretchy="false">(</mo>${scores}<mo>+</mo><mi>mask</mi><mo stretchy="false">)</mo><mi>V</mi><mo>,</mo><mspace width="2em"></mspace>
    <mi>softmax</mi><msub><mrow><mo stretchy="false">(</mo><mi>x</mi><mo stretchy="false">)</mo></mrow><mi>i</mi></msub><mo>=</mo>
    ${softmaxed()}
  </mrow></math>`;
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

/** A letter with an index. @type {(letter: string, index: string) => unknown} */
const at = (letter, index) => mathml`<msub><mi>${letter}</mi><mi>${index}</mi></msub>`;
/** @type {(of: unknown) => unknown} */
const mean = (of) => mathml`<mover><mrow>${of}</mrow><mo>¯</mo></mover>`;
/** @type {(index: string) => unknown} */
const sum = (index) => mathml`<munder><mo>∑</mo><mi>${index}</mi></munder>`;
/** @type {(value: number) => unknown} */
const number = (value) => mathml`<mn>${value}</mn>`;

function softmaxed() {
  return mathml`<mfrac><msup><mi>e</mi><msub><mi>x</mi><mi>i</mi></msub></msup><mrow>${sum("j")}<msup><mi>e</mi><msub><mi>x</mi><mi>j</mi></msub></msup></mrow></mfrac>`;
}

/** @type {Record<string, (node: GraphNode) => unknown>} */
const BODIES = {
  embed: () => mathml`${at("y", "t")}<mo>=</mo><mi>E</mi><mo>[</mo>${at("id", "t")}<mo>]</mo>`,
  linear: ({ inputs }) => mathml`${at("y", "o")}<mo>=</mo>${sum("i")}${at("x", "i")}<msub><mi>w</mi><mrow><mi>o</mi><mi>i</mi></mrow></msub>${inputs.length > 2 ? mathml`<mo>+</mo>${at("b", "o")}` : nothing}`,
  layer_norm: ({ eps }) => mathml`${at("y", "i")}<mo>=</mo><mfrac><mrow>${at("x", "i")}<mo>−</mo>${mean(mathml`<mi>x</mi>`)}</mrow><msqrt><mrow><mi>var</mi><mo stretchy="false">(</mo><mi>x</mi><mo stretchy="false">)</mo><mo>+</mo>${small(eps)}</mrow></msqrt></mfrac>${at("w", "i")}<mo>+</mo>${at("b", "i")}`,
  rms_norm: ({ eps }) => mathml`${at("y", "i")}<mo>=</mo><mfrac>${at("x", "i")}<msqrt><mrow>${mean(mathml`<msup><mi>x</mi><mn>2</mn></msup>`)}<mo>+</mo>${small(eps)}</mrow></msqrt></mfrac>${at("w", "i")}`,
  scale: ({ by }) => mathml`<mi>y</mi><mo>=</mo><mi>x</mi><mo>·</mo>${number(Number((by ?? 1).toPrecision(4)))}`,
  add: () => mathml`<mi>y</mi><mo>=</mo>${at("x", "1")}<mo>+</mo>${at("x", "2")}`,
  mul: () => mathml`<mi>y</mi><mo>=</mo>${at("x", "1")}<mo>·</mo>${at("x", "2")}`,
  activation: ({ activation }) => mathml`<mi>y</mi><mo>=</mo>${entry(ACTIVATIONS, activation ?? "")}`,
  relative_bias: () => mathml`<msub><mi>B</mi><mrow><mi>q</mi><mi>k</mi></mrow></msub><mo>=</mo><mi>table</mi><mo>[</mo><mi>bucket</mi><mo stretchy="false">(</mo><mi>k</mi><mo>−</mo><mi>q</mi><mo stretchy="false">)</mo><mo>]</mo>`,
  attn_scores: ({ scale, inputs }) => mathml`<msub><mi>s</mi><mrow><mi>q</mi><mi>k</mi></mrow></msub><mo>=</mo>${scale === 1 ? dotted() : mathml`<mfrac><mrow>${dotted()}</mrow><msqrt><msub><mi>d</mi><mi>head</mi></msub></msqrt></mfrac>`}${inputs.length > 2 ? mathml`<mo>+</mo><msub><mi>B</mi><mrow><mi>q</mi><mi>k</mi></mrow></msub>` : nothing}`,
  mask: () => mathml`<msub><mi>y</mi><mrow><mi>q</mi><mi>k</mi></mrow></msub><mo>=</mo><mrow><mo>{</mo><mtable columnalign="left"><mtr><mtd><msub><mi>s</mi><mrow><mi>q</mi><mi>k</mi></mrow></msub></mtd><mtd><mtext>allowed</mtext></mtd></mtr><mtr><mtd><mo>−</mo><msup><mn>10</mn><mn>30</mn></msup></mtd><mtd><mtext>masked</mtext></mtd></mtr></mtable></mrow>`,
  softmax: () => mathml`${at("y", "i")}<mo>=</mo>${softmaxed()}`,
  attn_mix: () => mathml`${at("z", "q")}<mo>=</mo>${sum("k")}<msub><mi>p</mi><mrow><mi>q</mi><mi>k</mi></mrow></msub>${at("v", "k")}`,
  append: () => mathml`<mi>y</mi><mo>=</mo><mo>[</mo><mi>cache</mi><mo>;</mo><mi>x</mi><mo>]</mo>`,
  rope: () => mathml`<mrow><mo>(</mo><mtable><mtr><mtd>${at("y", "i")}</mtd></mtr><mtr><mtd>${at("y", "i+d/2")}</mtd></mtr></mtable><mo>)</mo></mrow><mo>=</mo><mrow><mo>(</mo><mtable><mtr><mtd><mi>cos</mi><mi>θ</mi></mtd><mtd><mo>−</mo><mi>sin</mi><mi>θ</mi></mtd></mtr><mtr><mtd><mi>sin</mi><mi>θ</mi></mtd><mtd><mi>cos</mi><mi>θ</mi></mtd></mtr></mtable><mo>)</mo></mrow><mrow><mo>(</mo><mtable><mtr><mtd>${at("x", "i")}</mtd></mtr><mtr><mtd>${at("x", "i+d/2")}</mtd></mtr></mtable><mo>)</mo></mrow>`,
  first: () => mathml`<mi>y</mi><mo>=</mo>${at("x", "0")}`,
};

function dotted() {
  return mathml`${at("q", "q")}<mo>·</mo>${at("k", "k")}`;
}

/** @param {number | undefined} eps such as 1e-12, which f32 carries as 9.999999960041972e-13 */
function small(eps) {
  const [digits, power] = Number((eps ?? 0).toPrecision(3)).toExponential().split("e");
  const ten = mathml`<msup><mn>10</mn><mn>${power.replace("-", "−").replace("+", "")}</mn></msup>`;
  return digits === "1" ? ten : mathml`<mn>${digits}</mn><mo>·</mo>${ten}`;
}

/** @type {Record<string, unknown>} */
const ACTIVATIONS = {
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
