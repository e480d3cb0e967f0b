// The formulas of the ops by which preferences are learnt, as their files in src/ops state them.

import { mathml } from "lit";
import { at, number, sum } from "./parts.js";

/** @typedef {import("../nodes.js").GraphNode} GraphNode */

/** How much likelier a token is than when it was drawn. */
const ratio = () => mathml`<mi>ρ</mi><mo>=</mo><msup><mi>e</mi><mrow><mi>o</mi><mo>−</mo><mi>x</mi></mrow></msup>`;
/** @type {(clip: number | undefined) => unknown} */
const bounds = (clip) => mathml`<mn>1</mn><mo>±</mo>${number(Number((clip ?? 0).toPrecision(6)))}`;

/** By the ops' words. @type {Record<string, (node: GraphNode) => unknown>} */
export const PREFERENCES = {
  dot_rows: () => mathml`<mi>y</mi><mo>=</mo>${sum("t")}${at("x", "t")}${at("w", "t")}`,
  dot_rows_grad: () => mathml`${at("dx", "t")}<mo>=</mo><mi>dy</mi><mo>·</mo>${at("w", "t")}`,
  versus: () =>
    mathml`${at("y", "b")}<mo>=</mo>${at("x", "b")}<mo>−</mo><msub><mi>x</mi><msup><mi>b</mi><mo>′</mo></msup></msub>`,
  clipped_ratio: ({ clip }) =>
    mathml`<mi>y</mi><mo>=</mo><mo>−</mo><mi>min</mi><mrow><mo>(</mo><mi>ρ</mi><mi>a</mi><mo>,</mo><mi>clip</mi><mrow><mo>(</mo><mi>ρ</mi><mo>,</mo>${bounds(clip)}<mo>)</mo></mrow><mi>a</mi><mo>)</mo></mrow><mo>,</mo><mspace width="1em"></mspace>${ratio()}`,
  clipped_ratio_grad: ({ clip }) =>
    mathml`<mi>dx</mi><mo>=</mo><mrow><mo>{</mo><mtable><mtr><mtd><mi>ρ</mi><mi>a</mi><mo>·</mo><mi>dy</mi></mtd><mtd><mi>ρ</mi><mi>a</mi><mo>≤</mo><mi>clip</mi><mrow><mo>(</mo><mi>ρ</mi><mo>,</mo>${bounds(clip)}<mo>)</mo></mrow><mi>a</mi></mtd></mtr><mtr><mtd><mn>0</mn></mtd><mtd></mtd></mtr></mtable></mrow><mo>,</mo><mspace width="1em"></mspace>${ratio()}`,
};
