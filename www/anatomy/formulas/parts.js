// What the formulas of several ops share.

import { mathml } from "lit";

/** A letter with an index. @type {(letter: string, index: string) => unknown} */
export const at = (letter, index) => mathml`<msub><mi>${letter}</mi><mi>${index}</mi></msub>`;
/** @type {(of: unknown) => unknown} */
export const mean = (of) => mathml`<mover><mrow>${of}</mrow><mo>¯</mo></mover>`;
/** @type {(index: string) => unknown} */
export const sum = (index) => mathml`<munder><mo>∑</mo><mi>${index}</mi></munder>`;
/** @type {(value: number) => unknown} */
export const number = (value) => mathml`<mn>${value}</mn>`;

export function softmaxed() {
  return mathml`<mfrac><msup><mi>e</mi><msub><mi>x</mi><mi>i</mi></msub></msup><mrow>${sum("j")}<msup><mi>e</mi><msub><mi>x</mi><mi>j</mi></msub></msup></mrow></mfrac>`;
}

/** @param {number | undefined} eps such as 1e-12, which f32 carries as 9.999999960041972e-13 */
export function small(eps) {
  const [digits, power] = Number((eps ?? 0).toPrecision(3))
    .toExponential()
    .split("e");
  const ten = mathml`<msup><mn>10</mn><mn>${power.replace("-", "−").replace("+", "")}</mn></msup>`;
  return digits === "1" ? ten : mathml`<mn>${digits}</mn><mo>·</mo>${ten}`;
}
