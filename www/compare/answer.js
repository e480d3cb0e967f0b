// What a family says of the text: words for what is hidden, a class, a judgement of each token; another text; or how it goes on.

import { html, nothing } from "lit";
import { classBars, meaningOf, sigmoid } from "../reading/classes.js";
import { outputHeadOf } from "../reading/reader.js";
import { fillGaps } from "../shell/fill.js";

/** @typedef {import("../blocks/compare.js").Compare} Compare */
/** @typedef {import("./panel.js").Panel} Panel */

/** How many candidates stand side by side. */
const SHOWN = 5;

/**
 * @param {Compare} block
 * @param {Panel} panel
 */
export function answer(block, panel) {
  const { title, body } = panel.kind === "encoder" ? read(block, panel) : written(block, panel);
  return html`<div class="answer"><h3>${title}</h3>${body}</div>`;
}

/**
 * @param {Compare} block
 * @param {Panel} panel
 */
function read(block, panel) {
  const { say } = block;
  const reading = /** @type {import("../reading/reader.js").Reader} */ (panel.reading);
  const info = /** @type {import("../engine/model.js").Model} */ (panel.model).info;
  const head = outputHeadOf(info);
  if (head === "words") {
    const body =
      reading.places.length === 0
        ? html`<p class="soft small">${say(info.mask === null ? "words.maskless" : "compare.hide")}</p>`
        : html`<div class="places"
            >${reading.places.map(
              ({ position, candidates }) =>
                html`<diorama-candidates
                  .candidates=${candidates.slice(0, SHOWN)}
                  .label=${say("words.at", { n: position + 1 })}
                  .fixed=${true}
                  .hue=${"encoder"}
                  .stale=${reading.stale}
                  .say=${say}
                  .deed=${"fill"}
                ></diorama-candidates>`,
            )}</div
          >`;
    return { title: say("words.title"), body };
  }
  if (head === "none")
    return { title: say("answer.none.title"), body: html`<p class="soft small">${say("answer.none.help")}</p>` };
  const scores = reading.trace?.logits.data ?? new Float32Array();
  /** @type {ReturnType<typeof classBars>} */
  const { classes, kind, unused } =
    head === "classes"
      ? classBars(info, meaningOf(info.classes, scores), say)
      : { classes: suspects(reading, scores), kind: "softmax", unused: [] };
  const title = say(head === "classes" ? "class.title" : "compare.replaced");
  return {
    title,
    body: html`<diorama-class-bars
      .label=${title}
      .classes=${classes}
      .kind=${kind}
      .unused=${unused}
      .say=${say}
      .hue=${"encoder"}
      .stale=${reading.stale}
    ></diorama-class-bars>`,
  };
}

/**
 * The tokens that a discriminator takes for replaced, the surest first.
 * @param {import("../reading/reader.js").Reader} reading
 * @param {Float32Array} scores
 */
function suspects({ traced }, scores) {
  const judged = traced.map(({ token, special }, i) => ({
    name: token.replace(/^##|^▁/, ""),
    special,
    value: sigmoid(scores[i] ?? 0),
  }));
  const likeliest = judged
    .filter(({ special }) => !special)
    .sort((a, b) => b.value - a.value)
    .slice(0, 4);
  return likeliest.map(({ name, value }) => ({ name, value, probability: value }));
}

/**
 * @param {Compare} block
 * @param {Panel} panel
 */
function written({ say, settings }, panel) {
  const player = /** @type {import("../reading/player.js").Player} */ (panel.reading);
  const title = html`${say("output.title")}<small
      >${say(player.cutShort ? "output.limit" : "output.count", { n: player.steps.length })}</small
    >`;
  const stale = player.stale ? "stale" : "";
  if (panel.kind === "decoder") {
    const joint = player.steps[0]?.token.startsWith("▁") && !player.text.startsWith(" ") ? " " : "";
    return {
      title,
      body: html`<p class="written long ${stale}" dir="auto" translate="no" aria-live="polite"
        ><bdi class="soft">${player.stale ? nothing : settings.text}</bdi>${joint}${player.text}</p
      >`,
    };
  }
  const filled = fillGaps(panel.asked, player.steps);
  const text =
    filled && !player.stale ? filled.map(({ text, filled }) => (filled ? html`<mark>${text}</mark>` : text)) : player.text;
  return { title, body: html`<p class="written ${stale}" dir="auto" translate="no" aria-live="polite">${text}</p>` };
}
