// The formulas of the losses and of what comes back through the ops, as their files in src/ops state them. dx is the gradient of x.

import { mathml, nothing } from "lit";
import { ACTIVATIONS } from "./activations.js";
import { at, mean, small, sum } from "./parts.js";

/** @typedef {import("../nodes.js").GraphNode} GraphNode */

/** A letter with two indices. @type {(letter: string, one: string, two: string) => unknown} */
const cell = (letter, one, two) => mathml`<msub><mi>${letter}</mi><mrow><mi>${one}</mi><mi>${two}</mi></mrow></msub>`;
/** A sum under which a condition stands. @type {(over: unknown) => unknown} */
const sumOver = (over) => mathml`<munder><mo>∑</mo><mrow>${over}</mrow></munder>`;
/** @type {(inner: unknown) => unknown} */
const bracketed = (inner) => mathml`<mo stretchy="false">(</mo>${inner}<mo stretchy="false">)</mo>`;
/** One of two cases. @type {(one: unknown, when: unknown, two: unknown, otherwise: unknown) => unknown} */
const cases = (one, when, two, otherwise) =>
  mathml`<mrow><mo>{</mo><mtable columnalign="left"><mtr><mtd>${one}</mtd><mtd>${when}</mtd></mtr><mtr><mtd>${two}</mtd><mtd>${otherwise}</mtd></mtr></mtable></mrow>`;

const X_HAT = mathml`<mover><mi>x</mi><mo>^</mo></mover>`;
const X_HAT_I = mathml`<msub>${X_HAT}<mi>i</mi></msub>`;
/** Where a class, or a yes or no, is the right one. */
const LABEL = mathml`<mi>label</mi>`;
const IS_LABEL = mathml`<mo>[</mo><mi>i</mi><mo>=</mo>${LABEL}<mo>]</mo>`;

/** A norm's normalized row. @type {(node: GraphNode) => unknown} */
const normalized = ({ op, eps }) =>
  op.startsWith("layer")
    ? mathml`${X_HAT}<mo>=</mo><mfrac><mrow><mi>x</mi><mo>−</mo>${mean(mathml`<mi>x</mi>`)}</mrow>${root(op, eps)}</mfrac>`
    : mathml`${X_HAT}<mo>=</mo><mfrac><mi>x</mi>${root(op, eps)}</mfrac>`;

/** What a norm divides by. @type {(op: string, eps: number | undefined) => unknown} */
const root = (op, eps) =>
  op.startsWith("layer")
    ? mathml`<msqrt><mrow><mi>var</mi>${bracketed(mathml`<mi>x</mi>`)}<mo>+</mo>${small(eps)}</mrow></msqrt>`
    : mathml`<msqrt><mrow>${mean(mathml`<msup><mi>x</mi><mn>2</mn></msup>`)}<mo>+</mo>${small(eps)}</mrow></msqrt>`;

const NEXT = mathml`<mo>,</mo><mspace width="1em"></mspace>`;

/** @type {(node: GraphNode) => unknown} */
const norm = (node) =>
  mathml`${at("dx", "i")}<mo>=</mo><mfrac><mrow>${at("g", "i")}${node.op.startsWith("layer") ? mathml`<mo>−</mo>${mean(mathml`<mi>g</mi>`)}` : nothing}<mo>−</mo>${X_HAT_I}<mo>·</mo>${mean(mathml`<mi>g</mi>${X_HAT}`)}</mrow>${root(node.op, node.eps)}</mfrac>${NEXT}<mi>g</mi><mo>=</mo><mi>dy</mi><mo>·</mo><mi>w</mi>${NEXT}${normalized(node)}`;

/** @type {(node: GraphNode) => unknown} */
const normWeight = (node) =>
  mathml`${at("dw", "i")}<mo>=</mo>${sum("t")}${cell("dy", "t", "i")}<msub>${X_HAT}<mrow><mi>t</mi><mi>i</mi></mrow></msub>${NEXT}${normalized(node)}`;

/** By the ops' words. @type {Record<string, (node: GraphNode) => unknown>} */
export const BACKWARD = {
  cross_entropy: () =>
    mathml`<mi>y</mi><mo>=</mo><mi>ln</mi>${sum("i")}<msup><mi>e</mi>${at("z", "i")}</msup><mo>−</mo>${at("z", "label")}`,
  cross_entropy_grad: () =>
    mathml`${at("dz", "i")}<mo>=</mo><mi>dy</mi><mo>·</mo><mrow><mo>(</mo><mi>softmax</mi><msub>${bracketed(mathml`<mi>z</mi>`)}<mi>i</mi></msub><mo>−</mo>${IS_LABEL}<mo>)</mo></mrow>`,
  binary_cross_entropy: () =>
    mathml`<mi>y</mi><mo>=</mo><mi>max</mi>${bracketed(mathml`<mi>z</mi><mo>,</mo><mn>0</mn>`)}<mo>−</mo><mi>z</mi><mo>·</mo>${LABEL}<mo>+</mo><mi>ln</mi><mrow><mo>(</mo><mn>1</mn><mo>+</mo><msup><mi>e</mi><mrow><mo>−</mo><mo>|</mo><mi>z</mi><mo>|</mo></mrow></msup><mo>)</mo></mrow>`,
  binary_cross_entropy_grad: () =>
    mathml`<mi>dz</mi><mo>=</mo><mi>dy</mi><mo>·</mo>${bracketed(mathml`<mi>σ</mi>${bracketed(mathml`<mi>z</mi>`)}<mo>−</mo>${LABEL}`)}`,
  squared_error: () =>
    mathml`<mi>y</mi><mo>=</mo><msup><mrow>${bracketed(mathml`<mi>x</mi><mo>−</mo>${LABEL}`)}</mrow><mn>2</mn></msup>`,
  squared_error_grad: () =>
    mathml`<mi>dx</mi><mo>=</mo><mn>2</mn><mo>·</mo><mi>dy</mi><mo>·</mo>${bracketed(mathml`<mi>x</mi><mo>−</mo>${LABEL}`)}`,
  dot: () => mathml`<mi>y</mi><mo>=</mo>${sum("i")}${at("x", "i")}${at("w", "i")}`,
  linear_grad_input: () => mathml`${at("dx", "i")}<mo>=</mo>${sum("o")}${at("dy", "o")}${cell("w", "o", "i")}`,
  linear_grad_weight: () => mathml`${cell("dw", "o", "i")}<mo>=</mo>${sum("t")}${cell("dy", "t", "o")}${cell("x", "t", "i")}`,
  sum_rows: () => mathml`${at("y", "i")}<mo>=</mo>${sum("t")}${cell("x", "t", "i")}`,
  layer_norm_grad: norm,
  layer_norm_grad_weight: normWeight,
  rms_norm_grad: norm,
  rms_norm_grad_weight: normWeight,
  activation_grad: ({ activation }) =>
    mathml`<mi>dx</mi><mo>=</mo><mi>f</mi><mo>′</mo>${bracketed(mathml`<mi>x</mi>`)}<mo>·</mo><mi>dy</mi>${NEXT}<mi>f</mi>${bracketed(mathml`<mi>x</mi>`)}<mo>=</mo>${ACTIVATIONS[activation ?? ""]}`,
  attn_mix_grad_values: () => mathml`${at("dv", "k")}<mo>=</mo>${sum("q")}${cell("p", "q", "k")}${at("dz", "q")}`,
  softmax_grad: () =>
    mathml`${at("ds", "i")}<mo>=</mo>${at("p", "i")}<mrow><mo>(</mo>${at("dp", "i")}<mo>−</mo>${sum("j")}${at("dp", "j")}${at("p", "j")}<mo>)</mo></mrow>`,
  mask_grad: () =>
    mathml`${cell("ds", "q", "k")}<mo>=</mo>${cases(cell("dy", "q", "k"), mathml`<mtext>allowed</mtext>`, mathml`<mn>0</mn>`, mathml`<mtext>masked</mtext>`)}`,
  relative_bias_grad: () =>
    mathml`<mi>dtable</mi><mo>[</mo><mi>r</mi><mo>]</mo><mo>=</mo>${sumOver(mathml`<mi>bucket</mi>${bracketed(mathml`<mi>k</mi><mo>−</mo><mi>q</mi>`)}<mo>=</mo><mi>r</mi>`)}${cell("dB", "q", "k")}`,
  append_grad: () => mathml`${at("dx", "t")}<mo>=</mo><mi>dcache</mi><mo>[</mo><mi>past</mi><mo>+</mo><mi>t</mi><mo>]</mo>`,
  rope_grad: () =>
    mathml`<mrow><mo>(</mo><mtable><mtr><mtd>${at("dx", "i")}</mtd></mtr><mtr><mtd>${at("dx", "i+d/2")}</mtd></mtr></mtable><mo>)</mo></mrow><mo>=</mo><mrow><mo>(</mo><mtable><mtr><mtd><mi>cos</mi><mi>θ</mi></mtd><mtd><mi>sin</mi><mi>θ</mi></mtd></mtr><mtr><mtd><mo>−</mo><mi>sin</mi><mi>θ</mi></mtd><mtd><mi>cos</mi><mi>θ</mi></mtd></mtr></mtable><mo>)</mo></mrow><mrow><mo>(</mo><mtable><mtr><mtd>${at("dy", "i")}</mtd></mtr><mtr><mtd>${at("dy", "i+d/2")}</mtd></mtr></mtable><mo>)</mo></mrow>`,
  first_grad: () =>
    mathml`${at("dx", "t")}<mo>=</mo>${cases(mathml`<mi>dy</mi>`, mathml`<mi>t</mi><mo>=</mo><mn>0</mn>`, mathml`<mn>0</mn>`, mathml`<mi>t</mi><mo>&gt;</mo><mn>0</mn>`)}`,
  embed_grad: () => mathml`${at("dE", "v")}<mo>=</mo>${sumOver(mathml`${at("id", "t")}<mo>=</mo><mi>v</mi>`)}${at("dy", "t")}`,
};
