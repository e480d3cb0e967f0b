// The parts of the page: what is trained, the curve, the moment that is looked at, and what came out.

import { html, nothing } from "lit";
import { isolated } from "../spelling.js";
import { lossPicture } from "./curve.js";
import { RECIPES } from "./recipes.js";

/** @typedef {import("../train.js").Train} Train */

/** From here on a head counts as found. // % of its attention */
const FOUND = 50;

/** @param {Train} page */
export function setup(page) {
  const { say, recipe, settings, run } = page;
  const busy = run?.state === "running" || run?.state === "opening";
  const number = (/** @type {"seed" | "steps" | "rate"} */ name, /** @type {Record<string, string>} */ range) =>
    html`<label
      >${say(`train.${name}`)}<input
        type="number"
        min=${range.min}
        max=${range.max}
        step=${range.step}
        .value=${String(settings[name] ?? recipe.options.optimizer?.lr)}
        ?disabled=${busy}
        @change=${(/** @type {any} */ { target }) => page.set({ [name]: Number(target.value) })}
    /></label>`;
  return html`<nav class="recipes" aria-label=${say("train.recipes")}
      >${RECIPES.map(
        ({ id }) =>
          html`<button type="button" aria-pressed=${id === recipe.id} @click=${() => page.choose(id)}
            >${say(`train.${id}`)}</button
          >`,
      )}</nav
    >
    <p class="about">${say(`train.${recipe.id}.about`)}</p>
    ${"own" in recipe.data ? own(page, busy) : nothing}
    <div class="controls">
      ${button(page)} ${number("steps", { min: "10", max: "20000", step: "10" })}
      ${number("rate", { min: "0.000001", max: "10", step: "any" })} ${number("seed", { min: "0", max: "4294967295", step: "1" })}
      <span class="speed" role="status">${status(page)}</span>
    </div>`;
}

/**
 * @param {Train} page
 * @param {boolean} busy
 */
function own({ say, settings, set }, busy) {
  return html`<textarea
    class="own"
    rows="5"
    dir="auto"
    aria-label=${say("train.own.text")}
    placeholder=${say("train.own.text")}
    .value=${settings.text}
    ?disabled=${busy}
    @input=${(/** @type {any} */ { target }) => set({ text: target.value })}
  ></textarea>`;
}

/** @param {Train} page */
function button(page) {
  const { say, run } = page;
  if (run?.state === "opening") return html`<button type="button" class="primary" disabled>${say("train.opening")}</button>`;
  if (run?.state === "running")
    return html`<button type="button" class="primary" @click=${() => run.pause()}>${say("train.pause")}</button>`;
  if (run?.state === "paused" && run.done > 0)
    return html`<button type="button" class="primary" @click=${() => page.go()}>${say("train.on")}</button
      ><button type="button" @click=${() => page.begin()}>${say("train.again")}</button>`;
  return html`<button type="button" class="primary" @click=${() => page.begin()}
    >${say(run?.state === "done" ? "train.again" : "train.begin")}</button
  >`;
}

/** @param {Train} page */
function status({ say, run, recipe, settings }) {
  if (!run || run.done === 0)
    return say("train.takes", { n: Math.max(1, Math.round((recipe.about * settings.steps) / recipe.steps)) });
  const seconds = run.spent / 1000;
  const left = Math.round((seconds / run.done) * (run.settings.steps - run.done));
  const rates = {
    done: run.done,
    all: run.settings.steps,
    steps: (run.done / seconds).toFixed(0),
    tokens: Math.round(run.tokensPerSecond).toLocaleString(),
  };
  return `${say("train.speed", rates)}${run.state === "running" ? ` · ${say("train.left", { n: left })}` : ""}`;
}

/** @param {Train} page */
export function curve(page) {
  const { say, run, moment } = page;
  if (!run) return html`<div class="empty">${say("train.empty")}</div>`;
  const last = run.moments.all.length - 1;
  return html`<diorama-chart
      .picture=${lossPicture(run, page.earlier, moment?.step ?? 0, say)}
      .say=${say}
      @diorama-chart-move=${(/** @type {CustomEvent} */ event) => page.lookAtStep(event.detail.x)}
    ></diorama-chart>
    <label class="scrubber"
      ><span>${say("train.moment", { step: moment?.step ?? 0 })}</span
      ><input
        type="range"
        min="0"
        max=${Math.max(0, last)}
        .value=${String(page.index)}
        ?disabled=${last < 1}
        aria-valuetext=${say("train.moment", { step: moment?.step ?? 0 })}
        @input=${(/** @type {any} */ { target }) => page.lookAt(Number(target.value))}
    /></label>
    <p class="film"
      ><button type="button" class="link" ?disabled=${last < 1 || run.state === "running"} @click=${() => page.play()}
        >${say(page.playing ? "train.film.stop" : "train.film")}</button
      >${page.earlier.length > 0 ? html`<button type="button" class="link" @click=${() => page.forget()}>${say("train.forget")}</button>` : nothing}</p
    >
    <p class="verdict" aria-live="polite">${verdict(page)}</p>`;
}

/** @param {Train} page */
function verdict({ say, run, recipe }) {
  if (run?.state !== "done") return nothing;
  const mean = (/** @type {{ loss: number }[]} */ list) => list.reduce((sum, { loss }) => sum + loss, 0) / list.length;
  const [first, last] = [run.steps[0].loss, mean(run.steps.slice(-20))].map((loss) => loss.toFixed(2));
  const best = run.moments.all.at(-1)?.score;
  const share = Math.round((best?.score ?? 0) * 100);
  const name = share >= FOUND ? `train.${recipe.look.score}.found` : "train.none";
  const found = best ? say(name, { layer: best.layer + 1, head: best.head + 1, share }) : "";
  const held = run.heldOut.at(-1);
  return `${say("train.fell", { first, last })} ${held ? say("train.held", { loss: held.loss.toFixed(2) }) : ""} ${found}`;
}

/** What stands between a prompt and what was written behind it: an encoder-decoder answers, a decoder goes on. @param {import("./recipes.js").Recipe} recipe */
function joint({ family, data }) {
  return family === "t5" ? " → " : "task" in data ? " " : "";
}

/** @param {Train} page */
export function moment(page) {
  const { say, run, recipe, index, theme } = page;
  const shown = page.moment;
  if (!run || !shown) return nothing;
  const { hooks, watched } = run;
  const { layer, head } = page.shownHead;
  const hue = recipe.family === "t5" ? "cross" : "decoder";
  return html`<section class="writes" aria-label=${say("train.writes")}>
      <h2>${say("train.writes")}</h2>
      <ul
        >${shown.written.map((text, i) => html`<li dir="auto"><span>${isolated(recipe.look.prompts[i] ?? "")}</span>${joint(recipe)}<b translate="no">${isolated(text)}</b></li>`)}</ul
      >
    </section>
    <section class="heads" aria-label=${say("train.heads")}>
      <h2>${say("train.heads")}</h2>
      <diorama-head-grid
        .trace=${shown.trace}
        .hooks=${hooks}
        .heads=${run.model?.info.heads ?? 0}
        .layer=${layer}
        .head=${head}
        .label=${say("train.heads")}
        .hue=${hue}
        .theme=${theme}
        .say=${say}
        .describe=${(/** @type {number} */ layer, /** @type {string} */ head) => described(page, layer, head)}
        @diorama-head-select=${(/** @type {CustomEvent} */ event) => page.look(event.detail)}
      ></diorama-head-grid>
      <p class="acts"
        ><button
          type="button"
          class="link"
          ?disabled=${!page.canAct || Number.isNaN(Number(head))}
          @click=${() => page.switchOff()}
          >${say("train.off")}</button
        ><button
          type="button"
          class="link"
          ?disabled=${!page.canAct || index === run.moments.all.length - 1}
          @click=${() => page.fork()}
          >${say("train.fork")}</button
        ><button type="button" class="link" ?disabled=${!page.canAct} @click=${() => page.explore()}
          >${say("train.explore")}</button
        ><button type="button" class="link" ?disabled=${!page.canAct} @click=${() => page.save()}>${say("train.save")}</button></p
      >
      <p class="without" aria-live="polite">${without(page)}</p>
      <diorama-attention-map
        .trace=${shown.trace}
        .hook=${hooks[layer]}
        .head=${head}
        .rows=${watched.rows}
        .columns=${watched.columns}
        .label=${say("map.label", { stack: say(`${hue}.title`), layer: layer + 1, head: head === "mean" ? say("tower.mean") : head === "max" ? say("heads.max") : Number(head) + 1 })}
        .axes=${say(recipe.family === "t5" ? "cross.axes" : "alone.decoder.axes")}
        .theme=${theme}
        .say=${say}
      ></diorama-attention-map>
    </section>`;
}

/**
 * How well a head does what the recipe lets the reader look for.
 * @param {Train} page
 * @param {number} layer
 * @param {string} head
 */
function described({ say, run, recipe, moment }, layer, head) {
  const score = moment && run?.scoreOf(moment.trace, layer, head);
  return score === undefined ? "" : say(`train.${recipe.look.score}.share`, { share: Math.round(score * 100) });
}

/** @param {Train} page */
function without({ say, off }) {
  if (!off) return nothing;
  const { layer, head, whole, without } = off;
  return say("train.off.loss", { layer: layer + 1, head: head + 1, whole: whole.toFixed(2), without: without.toFixed(2) });
}
