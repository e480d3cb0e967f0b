// What a model writes, and what else it could have written: its text, an encoder-decoder's tokens, and the candidates along the bottom.

import { html, nothing } from "lit";
import { slice } from "../trace.js";
import { cutDistribution } from "../reading/sampling.js";
import { chooseToken, litOf, patternOf, saidOf } from "./choice.js";
import { fillGaps } from "./fill.js";
import { branch } from "./writing.js";

/** @typedef {import("../explore.js").App} App */

/** How many candidates stand side by side. */
const SHOWN = 8;

/** The answer to a text no longer than this stands on one line with the examples. // characters */
const SHORT = 40;

/** What a token takes of a line of written text, on average. // CSS px */
const TOKEN_WIDTH = 36;

/** Most lines that are kept free for a text. */
const MOST_LINES = 8;

/**
 * What was written, whole, below the text that was asked.
 * @param {App} app
 */
export function answer(app) {
  const { say, player, kind, state } = app;
  const wide = kind === "decoder" || state.text.length > SHORT;
  return html`<section class=${wide ? "output wide" : "output"} aria-label=${say("output.title")}>
    <h2
      >${say("output.title")}<small
        >${player.cutShort ? say("output.limit", { n: player.steps.length }) : say("output.count", { n: player.steps.length })}</small
      ></h2
    >
    <div class="reply"
      >${kind === "decoder" ? continued(app) : html`<p class="written ${player.stale ? "stale" : ""}" dir="auto" translate="no" aria-live="polite">${written(app)}</p>${strip(app)}`}</div
    >
    <diorama-save class="at-end" .of=${() => saidOf(app)} .say=${say}></diorama-save>
  </section>`;
}

/**
 * What could have been written instead.
 * @param {App} app
 */
export function output(app) {
  const { say, state, player } = app;
  const place = app.selected ?? player.steps.length;
  const taken = app.selected === undefined ? undefined : player.steps[app.selected];
  return html`<div class="bottom">
    <section class="candidates" aria-label=${say("candidates.title")}>
      <h2
        >${say("candidates.title")}<small
          >${taken ? say("candidates.at", { n: place + 1 }) : player.finished ? say("candidates.finished") : say("candidates.next", { n: place + 1 })}${state.temperature > 0 ? ` · ${say("candidates.warm", { t: state.temperature.toFixed(2) })}` : nothing}<span
            class="key-solid"
          ></span
          >${say("candidates.kept")}<span class="key-dashed"></span>${say("candidates.cut")}</small
        >
        <span class="more">
          <label
            >${say("more.seed")}<input
              type="number"
              min="0"
              max="4294967295"
              .value=${String(state.seed)}
              @change=${(/** @type {Event} */ event) => app.set({ seed: whole(event, 0) })}
          /></label>
          <label
            >${say("more.beams")}<input
              type="number"
              min="1"
              max="8"
              .value=${String(state.beams)}
              @change=${(/** @type {Event} */ event) => app.set({ beams: whole(event, 1) })}
          /></label>
          <label
            >${say("more.max")}<input
              type="number"
              min="1"
              max="512"
              .value=${String(state.max)}
              @change=${(/** @type {Event} */ event) => app.set({ max: whole(event, 1) })}
          /></label> </span
      ></h2>
      <diorama-candidates
        .candidates=${candidates(app)}
        .chosen=${taken?.id}
        .temperature=${state.temperature}
        .topK=${state.topK}
        .topP=${state.topP}
        .label=${say("candidates.title")}
        .stale=${player.stale}
        .fixed=${state.hide.includes("sliders")}
        .say=${say}
        @diorama-settings-change=${(/** @type {CustomEvent} */ event) => app.set(event.detail)}
        @diorama-candidate-select=${(/** @type {CustomEvent} */ event) => app.attempt(() => branch(app, event.detail.id))}
      ></diorama-candidates>
    </section>
  </div>`;
}

/** @param {App} app */
function strip(app) {
  const { say, state, player } = app;
  return html`<diorama-token-strip
    .label=${say("output.title")}
    .tokens=${player.steps}
    .weights=${targetWeights(app)}
    .ids=${state.ids}
    .selected=${app.selected}
    .cursor=${!player.finished}
    .stale=${player.stale}
    .say=${say}
    @diorama-token-hover=${(/** @type {CustomEvent} */ event) => (app.hover = event.detail.position === undefined ? undefined : { side: "target", position: event.detail.position })}
    @diorama-token-select=${(/** @type {CustomEvent} */ event) => chooseToken(app, "written", event.detail.position)}
  ></diorama-token-strip>`;
}

/**
 * A prompt and what a decoder wrote after it. An older text has lost its prompt.
 * @param {App} app
 */
function continued({ player, state }) {
  const [first] = player.steps;
  const prompt =
    first && !player.stale ? html`<bdi class="prompt">${state.text}</bdi>${joint(first.token, player.text)}` : nothing;
  return html`<p class="written long ${player.stale ? "stale" : ""}" dir="auto" translate="no" aria-live="polite"
    >${prompt}${player.text}</p
  >`;
}

/**
 * What was written, as text; where the source has gaps, the source with its gaps filled.
 * @param {App} app
 */
function written({ player, state }) {
  const parts = fillGaps(state.text, player.steps);
  if (!parts || player.stale) return player.text || nothing;
  return parts.map(({ text, filled }) => (filled ? html`<mark>${text}</mark>` : text));
}

/**
 * The space between a prompt and what follows it, which a decoder of tokens drops at the start of a text.
 * @param {string} token the first one written
 * @param {string} text
 */
function joint(token, text) {
  return token.startsWith("▁") && !text.startsWith(" ") ? " " : "";
}

/**
 * Which written tokens look at the lit source token.
 * @param {App} app
 */
function targetWeights(app) {
  const lit = litOf(app);
  const position = lit?.side === "source" ? lit.position : undefined;
  const matrix = position === undefined ? undefined : patternOf(app, "cross");
  if (!matrix || position === undefined || position >= matrix.columns) return undefined;
  return Array.from({ length: matrix.rows }, (_, row) => matrix.data[row * matrix.columns + position]);
}

/**
 * The next token's distribution from the engine; an older token's from the scores of its step, cut by the settings of now.
 * @param {App} app
 */
function candidates(app) {
  const { player, state } = app;
  const step = app.selected === undefined ? undefined : player.steps[app.selected];
  if (!step) return player.next.slice(0, SHOWN);
  const known = new Map(step.candidates.map((candidate) => [candidate.id, candidate]));
  const { logits } = step.trace;
  const row = step.scores ?? slice(logits, { batch: 0, pos: logits.shape[logits.axes.indexOf("pos")] - 1 }).data;
  return cutDistribution(row, state, SHOWN).map((candidate) => ({
    token: `#${candidate.id}`,
    special: false,
    ...known.get(candidate.id),
    ...candidate,
  }));
}

/**
 * @param {Event} event
 * @param {number} least
 */
function whole(event, least) {
  const { value, max } = /** @type {HTMLInputElement} */ (event.target);
  return Math.min(Number(max), Math.max(least, Math.round(Number(value)) || least));
}
