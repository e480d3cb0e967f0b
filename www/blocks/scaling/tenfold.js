// "Ten times the budget": what each law makes of it, computed from its exponents.

import { html } from "lit";
import { EVEN, FITS, KAPLAN, exponents, tenfold } from "./laws.js";

/** The laws by their keys in the locales, with their exponents. */
export const ALLOCATIONS = [
  { name: "kaplan", exponents: { a: KAPLAN.a, b: KAPLAN.b } },
  { name: "chinchilla", exponents: exponents(FITS.chinchilla) },
  { name: "rule", exponents: EVEN },
  { name: "besiroglu", exponents: exponents(FITS.besiroglu) },
];

/** @param {import("../../trace.js").Say} say */
export function tenfoldTable(say) {
  return html`<div class="scroll"
    ><table class="tenfold">
      <thead
        ><tr
          ><th scope="col">${say("scaling.tenfold")}</th><th scope="col">${say("scaling.size")}</th
          ><th scope="col">${say("scaling.tokens")}</th></tr
        ></thead
      >
      <tbody
        >${ALLOCATIONS.map(({ name, exponents: { a, b } }) => {
          const grown = tenfold({ a, b });
          return html`<tr data-law=${name}
            ><th scope="row">${say(`scaling.by.${name}`)}</th>${[
              [grown.N, a],
              [grown.D, b],
            ].map(
              ([times, exponent]) =>
                html`<td
                  ><span class="bar" .style=${`width:${(times / 10) * 96}px`}></span>
                  <small>10<sup>${exponent.toFixed(3).replace(/0$/, "")}</sup> =</small> <b>${times.toFixed(2)} ×</b></td
                >`,
            )}</tr
          >`;
        })}</tbody
      ></table
    ></div
  >`;
}
