// Grouped-query attention: which query heads read which keys and values, and what a cache of them takes.

import { html, svg } from "lit";
import { bytes, percent } from "../numbers.js";

/** Room for a head. // px */
const STEP = 56;

/** @param {import("../llama.js").LlamaState} state */
export function gqa({ say, info, tokens }) {
  const { heads, cache } = info;
  if (!cache) return html``;
  const { kvHeads } = cache;
  const width = heads * STEP;
  const x = (/** @type {number} */ i, /** @type {number} */ of) => ((i + 0.5) * width) / of;
  const rows = /** @type {[string, number, number][]} */ ([
    ["mha", heads, cache.multiHead],
    ...(kvHeads < heads && kvHeads > 1 ? [["gqa", kvHeads, cache.bytes]] : []),
    ["mqa", 1, cache.multiQuery],
  ]);
  return html`<section
    ><div class="scroll"
      ><svg width=${width} height="150" role="img" aria-label=${say("llama.gqa.picture", { heads, kv: kvHeads })}>
        ${Array.from({ length: heads }, (_, i) => svg`<line class="wire" x1=${x(i, heads)} y1="44" x2=${x(Math.floor((i * kvHeads) / heads), kvHeads)} y2="106"></line>`)}
        ${Array.from({ length: heads }, (_, i) => svg`<g class="q"><rect x=${x(i, heads) - 20} y="16" width="40" height="28" rx="4"></rect><text x=${x(i, heads)} y="35" text-anchor="middle">Q ${i + 1}</text></g>`)}
        ${Array.from({ length: kvHeads }, (_, i) => svg`<g class="k"><rect x=${x(i, kvHeads) - 34} y="106" width="32" height="28" rx="4"></rect><text x=${x(i, kvHeads) - 18} y="125" text-anchor="middle">K ${i + 1}</text></g><g class="v"><rect x=${x(i, kvHeads) + 2} y="106" width="32" height="28" rx="4"></rect><text x=${x(i, kvHeads) + 18} y="125" text-anchor="middle">V ${i + 1}</text></g>`)}
      </svg></div
    >
    <div class="scroll"
      ><table
        ><thead
          ><tr
            ><th scope="col">${say("llama.gqa.kind")}</th><th scope="col">${say("llama.gqa.kv")}</th
            ><th scope="col">${say("llama.gqa.token")}</th><th scope="col">${say("llama.gqa.text", { n: tokens.length })}</th></tr
          ></thead
        >
        <tbody
          >${rows.map(
            ([name, kv, each]) =>
              html`<tr class=${kv === kvHeads ? "own" : ""}
                ><th scope="row">${say(`llama.gqa.${name}`)}</th><td>${kv}</td
                ><td>${bytes(each)} <small>${percent(each / cache.multiHead)}</small></td
                ><td>${bytes(each * tokens.length)}</td></tr
              >`,
          )}</tbody
        ></table
      ></div
    >
    <p class="caption">${say("llama.gqa.caption", { name: info.name, heads, kv: kvHeads })}</p></section
  >`;
}
