// DPO's loss for one pair: the reference is the model, the policy the same model at another temperature, so that one number moves it.

import { html } from "lit";
import { dpo, logProbability } from "./math.js";

/** @typedef {import("./sample.js").Sample} Sample */

/**
 * @param {{ say: import("../../trace.js").Say, own: boolean, pair: [number, number], samples: Sample[], beta: number, tilt: number, keep: (change: Record<string, number>) => void }} state
 */
export function dpoPicture({ say, own, pair, samples: [chosen, rejected], beta, tilt, keep }) {
  const reference = { chosen: chosen.logProbability, rejected: rejected.logProbability };
  const policyAt = (/** @type {number} */ temperature) => ({
    chosen: logProbability(chosen.rows, chosen.ids, temperature),
    rejected: logProbability(rejected.rows, rejected.ids, temperature),
  });
  const policy = policyAt(tilt);
  const now = dpo(policy, reference, beta);
  const points = Array.from({ length: 31 }, (_, i) => 0.5 + i * 0.05).map(
    (temperature) => /** @type {[number, number]} */ ([temperature, dpo(policyAt(temperature), reference, beta).loss]),
  );
  const losses = points.map(([, loss]) => loss);
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const pad = (high - low) * 0.15 || 0.1;
  /** @type {import("../chart.js").Picture} */
  const picture = {
    label: say("feedback.dpo.chart"),
    height: 220,
    x: { label: say("feedback.tilt"), domain: [0.5, 2], format: (value) => value.toFixed(2) },
    y: { label: say("feedback.loss"), domain: [Math.max(0, low - pad), high + pad], format: (value) => value.toFixed(2) },
    curves: [{ name: say("feedback.loss"), points, strong: true }],
    marks: [{ name: say("feedback.reference"), x: 1, y: Math.LN2, hollow: true, above: true, note: "log 2" }],
    cursor: Math.min(2, Math.max(0.5, tilt)),
  };
  const slider = (
    /** @type {"beta" | "tilt"} */ name,
    /** @type {number} */ value,
    /** @type {[number, number, number]} */ [min, max, step],
  ) =>
    html`<div class="row"
      ><label for=${name}>${say(`feedback.${name}`)}</label>
      <input
        id=${name}
        type="range"
        min=${min}
        max=${max}
        step=${step}
        .value=${String(value)}
        @input=${(/** @type {any} */ { target }) => keep({ [name]: Number(target.value) })}
      /><output>${value.toFixed(2)}</output></div
    >`;
  return html`<section
    ><h3>${say("feedback.step.dpo")}</h3>
    <p class="small soft"
      >${own ? say("feedback.dpo.own", { w: pair[0] + 1, l: pair[1] + 1 }) : say("feedback.dpo.reward", { w: pair[0] + 1, l: pair[1] + 1 })}</p
    >
    ${slider("beta", beta, [0.01, 1, 0.01])}${slider("tilt", tilt, [0.5, 2, 0.01])}
    <div class="scroll"
      ><table
        ><thead
          ><tr
            ><th scope="col"></th><th scope="col">log π(y|x)</th><th scope="col">log π_ref(y|x)</th
            ><th scope="col">β · ${say("feedback.difference")}</th></tr
          ></thead
        ><tbody>
          <tr
            ><th scope="row">${say("feedback.w", { n: pair[0] + 1 })}</th><td>${policy.chosen.toFixed(2)}</td
            ><td>${reference.chosen.toFixed(2)}</td><td>${now.chosen.toFixed(3)}</td></tr
          >
          <tr
            ><th scope="row">${say("feedback.l", { n: pair[1] + 1 })}</th><td>${policy.rejected.toFixed(2)}</td
            ><td>${reference.rejected.toFixed(2)}</td><td>${now.rejected.toFixed(3)}</td></tr
          ></tbody
        ></table
      ></div
    >
    <p class="sum" role="status"
      >−log σ(${now.chosen.toFixed(3)} − ${now.rejected.toFixed(3)}) = <b data-loss>${now.loss.toFixed(4)}</b>
      <small>${say("feedback.weight", { weight: now.weight.toFixed(3) })}</small></p
    >
    <diorama-chart
      .picture=${picture}
      .say=${say}
      @diorama-chart-move=${(/** @type {CustomEvent} */ { detail }) => keep({ tilt: Math.round(detail.x * 100) / 100 })}
    ></diorama-chart>
    <p class="caption">${say("feedback.dpo.caption")}</p></section
  >`;
}
