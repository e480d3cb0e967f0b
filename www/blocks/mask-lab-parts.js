// The mask's rules and where they hold, as buttons; an answer as it stands before and after.

import { html, nothing } from "lit";
import { classBars } from "../reading/classes.js";
import { labelled } from "../spelling.js";

/** @typedef {import("../trace.js").Say} Say */
/** @typedef {import("../masking/masks.js").Mask} Mask */
/** @typedef {import("../masking/masks.js").Rule} Rule */
/** @typedef {import("../masking/masks.js").Extent} Extent */
/** @typedef {import("../masking/masked-answers.js").Answer} Answer */
/** @typedef {import("../masking/stacks.js").Stack} Stack */
/** @typedef {import("./settings.js").Settings} Settings */

/** The number that a rule asks for. @type {Partial<Record<Rule, "prefix" | "window" | "padded">>} */
const ASKS = { prefix: "prefix", window: "window", padding: "padded" };

/**
 * @param {{ stacks: Stack[], stack: Stack, mask: Mask, rules: Rule[], say: Say, change: (change: Settings) => void }} given
 */
export function ruleChoice({ stacks, stack, mask, rules, say, change }) {
  // A stack's own mask is the first of its rules under another name.
  const chosen = mask.rule === "own" ? rules[0] : mask.rule;
  const asks = ASKS[chosen];
  const name = (/** @type {Rule} */ rule) =>
    say(stack === "cross" && rule === "bidirectional" ? "cross.mask" : `mask.rule.${rule}`);
  return html`${
      stacks.length > 1
        ? html`<div class="row"
            ><div class="choices" role="group" aria-label=${say("heads.stack")}
              >${stacks.map(
                (one) =>
                  html`<button
                    type="button"
                    aria-pressed=${one === stack}
                    @click=${() => change({ stack: one, rule: "own", cells: "" })}
                    >${say(`${one}.title`)}</button
                  >`,
              )}</div
            ></div
          >`
        : nothing
    }
    <div class="row"
      ><div class="choices" role="group" aria-label=${say("mask.rules")}>
        ${rules.map((rule, i) => html`<button type="button" aria-pressed=${rule === chosen} title=${i === 0 ? say("mask.rule.own") : say(`mask.rule.${rule}.help`)} @click=${() => change({ rule: i === 0 ? "own" : rule, cells: "" })}>${name(rule)}</button>`)}
        ${
          asks
            ? html`<label
                >${say(`mask.${asks}`)}<input
                  type="number"
                  min=${asks === "window" ? 1 : 0}
                  max="512"
                  .value=${String(mask[asks])}
                  @change=${(/** @type {Event} */ event) => change({ [asks]: Math.max(0, Math.round(Number(/** @type {HTMLInputElement} */ (event.target).value)) || 0) })}
              /></label>`
            : nothing
        }
      </div></div
    >`;
}

/**
 * At which layers and heads a mask holds; none chosen means everywhere.
 * @param {{ layers: number, heads: number, extent: Extent, say: Say, change: (change: Settings) => void }} given
 */
export function extentChoice({ layers, heads, extent, say, change }) {
  const chips = (/** @type {"layers" | "heads"} */ name, /** @type {number} */ count) => {
    const chosen = extent[name];
    const without = (/** @type {number} */ i) =>
      chosen.includes(i) ? chosen.filter((one) => one !== i) : [...chosen, i].sort((a, b) => a - b);
    const written = (/** @type {number[]} */ list) => (list.length === count ? "" : list.map((i) => i + 1).join());
    return html`<div class="choices chips" role="group" aria-label=${say(`mask.${name}`)}
      ><span class="small">${say(`mask.${name}`)}</span>
      <button type="button" aria-pressed=${chosen.length === 0} @click=${() => change({ [name]: "" })}>${say("mask.all")}</button>
      ${Array.from({ length: count }, (_, i) => html`<button type="button" aria-pressed=${chosen.includes(i)} @click=${() => change({ [name]: written(without(i)) })}>${i + 1}</button>`)}</div
    >`;
  };
  return html`${chips("layers", layers)}${chips("heads", heads)}`;
}

/**
 * @param {import("../engine/model.js").Model} model
 * @param {Answer} answer
 * @param {Answer | undefined} before what differs from it stands out
 * @param {{ source: import("../trace.js").Piece[], say: Say }} of
 */
export function answerPicture({ info }, { places, written, classes, judged }, before, { source, say }) {
  const hue = info.kind === "encoder" ? "encoder" : "decoder";
  const next = info.kind === "decoder";
  const bars = classBars(info, classes, say);
  return html`${places.map(({ position, candidates }) => {
    const label = next ? say("mask.next") : say("words.at", { n: position + 1 });
    return html`<div class="place"
      ><p class="small">${label}</p
      ><diorama-candidates
        .candidates=${candidates}
        .label=${label}
        .fixed=${true}
        .hue=${hue}
        .deed=${""}
        .say=${say}
      ></diorama-candidates
    ></div>`;
  })}
  ${info.kind === "encoder" && places.length === 0 && classes.length === 0 && judged.length === 0 ? html`<p class="small">${say("mask.nothing")}</p>` : nothing}
  ${classes.length > 0 ? html`<diorama-class-bars .label=${say("class.title")} .hue=${"encoder"} .classes=${bars.classes} .kind=${bars.kind} .unused=${bars.unused} .say=${say}></diorama-class-bars>` : nothing}
  ${judged.length > 0 ? html`<p class="small">${say("moved.judged")}</p><diorama-interlinear .cells=${judged.map((share, i) => judgement(source[i], share, say))} .label=${say("moved.judged")} .hue=${"encoder"} .say=${say}></diorama-interlinear>` : nothing}
  ${
    info.kind === "encoder"
      ? nothing
      : html`<p class="small">${say(next ? "mask.goes" : "mask.writes")}</p>
          <p class="written" dir="auto" translate="no"
            >${written.map(({ id, token, special }, i) => html`<span class=${before && before.written[i]?.id !== id ? "new" : ""}>${special ? token : token.replaceAll("▁", " ")}</span>`)}</p
          >`
  }`;
}

/**
 * A token and how likely the model finds that it was replaced.
 * @param {import("../trace.js").Piece} piece
 * @param {number} share
 * @param {Say} say
 */
function judgement({ token, special }, share, say) {
  const text = labelled(token);
  return {
    text,
    special,
    share,
    spoken: say("corrupt.judged.spoken", { read: text, share: `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %` }),
  };
}
