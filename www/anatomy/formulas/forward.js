// The formulas of the forward ops, as their files in src/ops state them.

import { mathml, nothing } from "lit";
import { ACTIVATIONS } from "./activations.js";
import { at, mean, number, small, softmaxed, sum } from "./parts.js";

/** @typedef {import("../nodes.js").GraphNode} GraphNode */

/** By the ops' words. @type {Record<string, (node: GraphNode) => unknown>} */
export const FORWARD = {
  embed: () => mathml`${at("y", "t")}<mo>=</mo><mi>E</mi><mo>[</mo>${at("id", "t")}<mo>]</mo>`,
  linear: ({ inputs }) =>
    mathml`${at("y", "o")}<mo>=</mo>${sum("i")}${at("x", "i")}<msub><mi>w</mi><mrow><mi>o</mi><mi>i</mi></mrow></msub>${inputs.length > 2 ? mathml`<mo>+</mo>${at("b", "o")}` : nothing}`,
  layer_norm: ({ eps }) =>
    mathml`${at("y", "i")}<mo>=</mo><mfrac><mrow>${at("x", "i")}<mo>−</mo>${mean(mathml`<mi>x</mi>`)}</mrow><msqrt><mrow><mi>var</mi><mo stretchy="false">(</mo><mi>x</mi><mo stretchy="false">)</mo><mo>+</mo>${small(eps)}</mrow></msqrt></mfrac>${at("w", "i")}<mo>+</mo>${at("b", "i")}`,
  rms_norm: ({ eps }) =>
    mathml`${at("y", "i")}<mo>=</mo><mfrac>${at("x", "i")}<msqrt><mrow>${mean(mathml`<msup><mi>x</mi><mn>2</mn></msup>`)}<mo>+</mo>${small(eps)}</mrow></msqrt></mfrac>${at("w", "i")}`,
  scale: ({ by }) => mathml`<mi>y</mi><mo>=</mo><mi>x</mi><mo>·</mo>${number(Number((by ?? 1).toPrecision(4)))}`,
  add: () => mathml`<mi>y</mi><mo>=</mo>${at("x", "1")}<mo>+</mo>${at("x", "2")}`,
  mul: () => mathml`<mi>y</mi><mo>=</mo>${at("x", "1")}<mo>·</mo>${at("x", "2")}`,
  activation: ({ activation }) => mathml`<mi>y</mi><mo>=</mo>${ACTIVATIONS[activation ?? ""]}`,
  relative_bias: () =>
    mathml`<msub><mi>B</mi><mrow><mi>q</mi><mi>k</mi></mrow></msub><mo>=</mo><mi>table</mi><mo>[</mo><mi>bucket</mi><mo stretchy="false">(</mo><mi>k</mi><mo>−</mo><mi>q</mi><mo stretchy="false">)</mo><mo>]</mo>`,
  attn_scores: ({ scale, inputs }) =>
    mathml`<msub><mi>s</mi><mrow><mi>q</mi><mi>k</mi></mrow></msub><mo>=</mo>${scale === 1 ? dotted() : mathml`<mfrac><mrow>${dotted()}</mrow><msqrt><msub><mi>d</mi><mi>head</mi></msub></msqrt></mfrac>`}${inputs.length > 2 ? mathml`<mo>+</mo><msub><mi>B</mi><mrow><mi>q</mi><mi>k</mi></mrow></msub>` : nothing}`,
  mask: () =>
    mathml`<msub><mi>y</mi><mrow><mi>q</mi><mi>k</mi></mrow></msub><mo>=</mo><mrow><mo>{</mo><mtable columnalign="left"><mtr><mtd><msub><mi>s</mi><mrow><mi>q</mi><mi>k</mi></mrow></msub></mtd><mtd><mtext>allowed</mtext></mtd></mtr><mtr><mtd><mo>−</mo><msup><mn>10</mn><mn>30</mn></msup></mtd><mtd><mtext>masked</mtext></mtd></mtr></mtable></mrow>`,
  softmax: () => mathml`${at("y", "i")}<mo>=</mo>${softmaxed()}`,
  attn_mix: () =>
    mathml`${at("z", "q")}<mo>=</mo>${sum("k")}<msub><mi>p</mi><mrow><mi>q</mi><mi>k</mi></mrow></msub>${at("v", "k")}`,
  append: () => mathml`<mi>y</mi><mo>=</mo><mo>[</mo><mi>cache</mi><mo>;</mo><mi>x</mi><mo>]</mo>`,
  rope: () =>
    mathml`<mrow><mo>(</mo><mtable><mtr><mtd>${at("y", "i")}</mtd></mtr><mtr><mtd>${at("y", "i+d/2")}</mtd></mtr></mtable><mo>)</mo></mrow><mo>=</mo><mrow><mo>(</mo><mtable><mtr><mtd><mi>cos</mi><mi>θ</mi></mtd><mtd><mo>−</mo><mi>sin</mi><mi>θ</mi></mtd></mtr><mtr><mtd><mi>sin</mi><mi>θ</mi></mtd><mtd><mi>cos</mi><mi>θ</mi></mtd></mtr></mtable><mo>)</mo></mrow><mrow><mo>(</mo><mtable><mtr><mtd>${at("x", "i")}</mtd></mtr><mtr><mtd>${at("x", "i+d/2")}</mtd></mtr></mtable><mo>)</mo></mrow>`,
  first: () => mathml`<mi>y</mi><mo>=</mo>${at("x", "0")}`,
};

function dotted() {
  return mathml`${at("q", "q")}<mo>·</mo>${at("k", "k")}`;
}
