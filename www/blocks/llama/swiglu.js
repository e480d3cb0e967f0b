// The activations of feed-forward parts, with the gate values that one token has in a layer.

import { html } from "lit";
import { slice } from "../../trace.js";
import { exact } from "../numbers.js";
import { gelu, relu, silu } from "./norms.js";

/** @param {import("../llama.js").LlamaState} state */
export function swigluPicture({ say, trace, layer, token, choose }) {
  const at = (/** @type {string} */ hook) => {
    const activation = trace.activations.get(`blocks.${layer - 1}.${hook}`);
    if (!activation) throw new Error(`${hook} was not captured`);
    return slice(activation, { batch: 0, pos: token - 1 }).data;
  };
  const [gate, linear, post] = [at("mlp.hook_pre"), at("mlp.hook_pre_linear"), at("mlp.hook_post")];
  const d = at("hook_resid_pre").length;
  const reach = Math.max(4, Math.ceil(Math.max(...Array.from(gate, Math.abs))));
  const sampled = (/** @type {(x: number) => number} */ f) =>
    Array.from({ length: 161 }, (_, i) => -reach + (i * reach) / 80).map((x) => /** @type {[number, number]} */ ([x, f(x)]));
  /** @type {import("../chart.js").Picture} */
  const picture = {
    label: say("llama.swiglu.curves"),
    height: 260,
    x: {
      label: say("llama.gate"),
      domain: [-reach, reach],
      ticks: Array.from({ length: 2 * reach + 1 }, (_, i) => i - reach).filter((tick) => reach < 8 || tick % 2 === 0),
      format: String,
    },
    y: { label: say("llama.opening"), domain: [-0.6, reach], format: String },
    curves: [
      { name: "ReLU", points: sampled(relu), faint: true, tag: "ReLU" },
      { name: "GELU", points: sampled(gelu), dashed: true, tag: "GELU" },
      { name: "SiLU", points: sampled(silu), strong: true, tag: "SiLU" },
    ],
    marks: Array.from(gate, (x) => ({ name: "", x, y: silu(x), hue: "decoder", minor: true })),
  };
  const busiest = Array.from(post, (value, i) => ({ i, value }))
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .slice(0, 4);
  const open = Array.from(gate).filter((x) => x > 0).length;
  return html`<section
    >${choose(["layer", "token"])}
    <diorama-chart .picture=${picture} .say=${say}></diorama-chart>
    <p class="caption">${say("llama.swiglu.points", { n: gate.length, open })}</p>
    <div class="scroll"
      ><table
        ><thead
          ><tr
            ><th scope="col">${say("llama.unit")}</th><th scope="col">${say("llama.gate")}</th><th scope="col">SiLU</th
            ><th scope="col">${say("llama.linear")}</th><th scope="col">${say("llama.product")}</th></tr
          ></thead
        >
        <tbody
          >${busiest.map(({ i, value }) => html`<tr><th scope="row">${i + 1}</th><td>${gate[i].toFixed(3)}</td><td>${silu(gate[i]).toFixed(3)}</td><td>× ${linear[i].toFixed(3)}</td><td>= ${value.toFixed(3)}</td></tr>`)}</tbody
        ></table
      ></div
    >
    <table class="widths"
      ><tbody
        ><tr><th scope="row">${say("llama.two")}</th><td>2 × ${d} × ${4 * d}</td><td>${exact(8 * d * d)}</td></tr>
        <tr
          ><th scope="row">${say("llama.three")}</th><td>3 × ${d} × ${gate.length}</td><td>${exact(3 * d * gate.length)}</td></tr
        ></tbody
      ></table
    >
    <p class="caption">${say("llama.swiglu.caption", { exact: ((8 * d) / 3).toFixed(1), width: gate.length })}</p></section
  >`;
}
