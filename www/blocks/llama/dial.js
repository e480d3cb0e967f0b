// Rotary positions: a pair of a query's and a key's numbers as arrows, before and after turning, and the score as a function of the distance.

import { html, svg } from "lit";
import { anglesOf, score, turn, vectorAt } from "./rope.js";

/** @param {import("../llama.js").LlamaState} state */
export function ropePicture({ say, trace, tokens, info, layer, head, query, key, pair, shift, keep, choose }) {
  const at = (/** @type {string} */ hook) => trace.activations.get(`blocks.${layer - 1}.attn.${hook}`) ?? fail(hook);
  const [qs, ks] = [at("hook_q"), at("hook_k")];
  const angles = anglesOf(qs, at("hook_rot_q"));
  const kvHead = Math.floor(((head - 1) * ks.shape[2]) / info.heads);
  const q = vectorAt(qs, query - 1, head - 1);
  const k = vectorAt(ks, key - 1, kvHead);
  const half = angles.length;
  const i = Math.min(half, Math.max(1, pair)) - 1;
  const scores = at("hook_attn_scores_unmasked");
  const measured = scores.data[((head - 1) * scores.shape[2] + query - 1) * scores.shape[3] + key - 1];
  const positions = /** @type {[number, number]} */ ([query - 1 + shift, key - 1 + shift]);
  const pairOf = (/** @type {ArrayLike<number>} */ vector) => [vector[i], vector[i + half]];
  const distance = query - key;
  const curve = Array.from({ length: 257 }, (_, i) => i / 4).map(
    (d) => /** @type {[number, number]} */ ([d, score(q, k, [d, 0], angles)]),
  );
  const values = curve.map(([, value]) => value);
  const [low, high] = [Math.min(...values, measured), Math.max(...values, measured)];
  const pad = (high - low) * 0.15 || 1;
  /** @type {import("../chart.js").Picture} */
  const picture = {
    label: say("llama.rope.curve"),
    height: 240,
    x: { label: say("llama.distance"), domain: [0, 64], format: (value) => String(Math.round(value)) },
    y: { label: say("llama.score"), domain: [low - pad, high + pad], format: (value) => value.toFixed(1) },
    curves: [{ name: say("llama.score"), points: curve, strong: true }],
    marks:
      distance >= 0 ? [{ name: measured.toFixed(3), x: distance, y: measured, above: true, note: say("llama.measured") }] : [],
  };
  const word = (/** @type {number} */ place) => tokens[place - 1].token.replace("▁", "␣");
  return html`<section
    >${choose(["layer", "head", "query", "key"])}
    <div class="row"
      ><label for="pair">${say("llama.pair")}</label
      ><input
        id="pair"
        type="range"
        min="1"
        max=${half}
        .value=${String(i + 1)}
        aria-valuetext=${say("llama.pair.value", { n: i + 1, angle: angles[i].toPrecision(3) })}
        @input=${(/** @type {any} */ { target }) => keep({ pair: Number(target.value) })}
      /><output>${say("llama.pair.value", { n: i + 1, angle: angles[i].toPrecision(3) })}</output></div
    >
    <div class="row"
      ><label for="shift">${say("llama.shift")}</label
      ><input
        id="shift"
        type="range"
        min="0"
        max="200"
        .value=${String(shift)}
        aria-valuetext=${`+ ${shift}`}
        @input=${(/** @type {any} */ { target }) => keep({ shift: Number(target.value) })}
      /><output>+ ${shift}</output></div
    >
    <div class="dials"
      >${dial(say("llama.dial.query", { token: word(query), position: positions[0] }), pairOf(q), pairOf(turn(q, positions[0], angles)), "query")}
      ${dial(say("llama.dial.key", { token: word(key), position: positions[1] }), pairOf(k), pairOf(turn(k, positions[1], angles)), "key")}
      <p class="scores" role="status"
        ><span class="soft">${say("llama.score.at", { m: positions[0], n: positions[1] })}</span><br /><b
          >${score(q, k, positions, angles).toFixed(4)}</b
        ><br /><span class="soft">${say("llama.score.model", { score: measured.toFixed(4) })}</span></p
      ></div
    >
    <diorama-chart .picture=${picture} .say=${say}></diorama-chart>
    <p class="caption">${say("llama.rope.caption")}</p></section
  >`;
}

/**
 * @param {string} label
 * @param {number[]} before
 * @param {number[]} after
 * @param {string} hue
 */
function dial(label, before, after, hue) {
  const length = Math.hypot(...before) || 1;
  const end = (/** @type {number[]} */ [x, y]) => [60 + (x / length) * 48, 60 - (y / length) * 48];
  const degrees = (/** @type {number[]} */ [x, y]) => ((Math.atan2(y, x) * 180) / Math.PI + 360) % 360;
  const [from, to] = [end(before), end(after)];
  return html`<figure .style=${`--hue:var(--${hue})`}
    ><svg
      width="120"
      height="120"
      role="img"
      aria-label=${`${label}: ${degrees(before).toFixed(0)}° → ${degrees(after).toFixed(0)}°`}
    >
      <circle class="rim" cx="60" cy="60" r="48"></circle>
      ${svg`<line class="before" x1="60" y1="60" x2=${from[0]} y2=${from[1]}></line><line class="after" x1="60" y1="60" x2=${to[0]} y2=${to[1]}></line><circle class="tip" cx=${to[0]} cy=${to[1]} r="4"></circle>`}
    </svg>
    <figcaption
      >${label}<br /><span class="soft">${degrees(before).toFixed(0)}° → ${degrees(after).toFixed(0)}°</span></figcaption
    ></figure
  >`;
}

/** @param {string} hook @returns {never} */
function fail(hook) {
  throw new Error(`${hook} was not captured`);
}
