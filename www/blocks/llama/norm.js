// One vector of the residual stream, normed in both ways.

import { html } from "lit";
import { slice } from "../../trace.js";
import { norms } from "./norms.js";

/** @param {import("../llama.js").LlamaState} state */
export function normPicture({ say, trace, layer, token, choose }) {
  const stream = trace.activations.get(`blocks.${layer - 1}.hook_resid_pre`);
  if (!stream) throw new Error("hook_resid_pre was not captured");
  const x = slice(stream, { batch: 0, pos: token - 1 }).data;
  const { mean, deviation, rms, layer: layered, root } = norms(x);
  const most = Math.max(...Array.from(x, Math.abs));
  const largest = Math.max(...[...layered, ...root].map(Math.abs));
  const apart = Math.max(...root.map((number, i) => Math.abs(number - layered[i])));
  const rows = /** @type {[string, ArrayLike<number>, number][]} */ ([
    [say("llama.norm.x"), x, most],
    [say("llama.norm.layer"), layered, largest],
    [say("llama.norm.rms"), root, largest],
  ]);
  return html`<section
    >${choose(["layer", "token"])}
    ${rows.map(
      ([name, numbers, most]) =>
        html`<div class="bars"
          ><span class="name">${name}</span
          ><div
            class="cells"
            role="img"
            aria-label=${`${name}: ${Array.from(numbers)
              .slice(0, 4)
              .map((n) => n.toFixed(2))
              .join(", ")} …`}
            >${Array.from(numbers, (number) => html`<i class=${number < 0 ? "minus" : "plus"} .style=${`--share:${Math.abs(number) / most}`} title=${number.toFixed(3)}></i>`)}</div
          ><span class="most">± ${most.toFixed(2)}</span></div
        >`,
    )}
    <table
      ><tbody>
        <tr><th scope="row">${say("llama.norm.mean")}</th><td>${mean.toFixed(4)}</td></tr
        ><tr><th scope="row">${say("llama.norm.deviation")}</th><td>${deviation.toFixed(4)}</td></tr>
        <tr><th scope="row">${say("llama.norm.root")}</th><td>${rms.toFixed(4)}</td></tr
        ><tr><th scope="row">${say("llama.norm.apart")}</th><td>${apart.toFixed(4)}</td></tr></tbody
      ></table
    >
    <p class="caption">${say("llama.norm.caption", { n: x.length })}</p></section
  >`;
}
