// Run, Step and Back for models that write, and another token in place of one that was written.

import { html } from "lit";
import { mostTelling } from "../reading/moment.js";
import { leastCertain } from "../reading/sampling.js";
import { light, mainStack, patternOf, sidesOf } from "./choice.js";

/** @typedef {import("../explore.js").App} App */

/** Least time between tokens of a run, so that the eye can see each row being written. // ms */
const PACE = 90;

/**
 * @param {App} app
 * @param {boolean} waiting
 */
export function buttons(app, waiting) {
  const { say, player } = app;
  return html`<div class="buttons">
    ${
      player.running
        ? html`<button type="button" class="primary" @click=${() => player.stop()}>${say("stop")}</button>`
        : html`<button type="submit" class="primary" ?disabled=${waiting}>${say("run")}</button>`
    }
    <button
      type="button"
      ?disabled=${waiting || player.running || (player.finished && !player.stale)}
      @click=${() => app.attempt(() => step(app))}
      >${say("step")}</button
    >
    <button
      type="button"
      ?disabled=${waiting || player.running || player.stale || player.steps.length === 0}
      @click=${() => app.attempt(() => back(app))}
      >${say("back")}</button
    >
  </div>`;
}

/** @param {App} app */
export async function run(app) {
  const { player } = app;
  [app.selected, app.pinned] = [undefined, undefined];
  await app.read();
  if (app.kind === "encoder") return lightOne(app);
  // A text that is at its end is written anew, by the model alone.
  if (player.finished && !player.stale && app.state.written.length > 0) app.keep({ ...app.state, written: [] });
  await player.run(pace());
  if (player.finished || player.cutShort) lightOne(app);
  wrote(app);
}

/**
 * The word that looks hardest at another word, in the chosen layer and head.
 * @param {App} app
 */
function telling(app) {
  const stack = mainStack(app);
  const matrix = patternOf(app, stack);
  const { rows, columns } = sidesOf(app, stack);
  return matrix && mostTelling(matrix, rows, columns, { same: stack !== "cross", skip: app.reading.prefixLength });
}

/**
 * The token that the reader chose; else the most telling word, or what a model that writes was least sure of.
 * @param {App} app
 */
function lightOne(app) {
  const { player, kind, state } = app;
  if (state.at && light(app, state.at)) return;
  const row = telling(app)?.row;
  if (kind === "encoder") return void (app.pinned = row);
  const inPrompt = kind === "decoder" ? player.traced.length : 0;
  if (row !== undefined && row < inPrompt) app.pinned = row;
  else app.selected = row === undefined ? leastCertain(player.steps) : row - inPrompt;
}

/**
 * Takes another token at a place already written, and goes on from it: what followed is forgotten.
 * @param {App} app
 * @param {number} id
 */
export async function branch(app, id) {
  const { steps, finished, cutShort, stale } = app.player;
  // A text that was written to its end comes back by itself when this is undone; one that was stopped on its way comes back by its tokens.
  if (!finished && !cutShort && !stale) app.amend({ written: idsOf(app) });
  const place = Math.min(app.selected ?? steps.length, steps.length);
  if (place < steps.length) await app.player.back(steps.length - place);
  app.selected = undefined;
  await app.read();
  await app.player.step(id);
  app.keep({ ...app.state, written: idsOf(app), at: `written:${place}` });
  await app.player.run(pace());
  wrote(app);
  light(app, app.state.at);
}

/** No pause between tokens for who asked for less motion. */
function pace() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : PACE;
}

/**
 * Writes what the state says: the tokens in it, where the reader has taken some by hand, else all that the model writes.
 * @param {App} app
 * @param {import("../state.js").State} [before] the state of what is shown
 */
export async function rewrite(app, before = app.state) {
  const {
    player,
    state: { written },
  } = app;
  if (app.kind === "encoder" || (written.length === 0 && before.written.length === 0)) return app.run();
  await app.read();
  if (!player.stale) {
    if (String(written) === String(idsOf(app))) return;
    await player.back(player.steps.length);
  }
  if (written.length === 0) return app.run();
  [app.selected, app.pinned] = [undefined, undefined];
  await player.step(...written);
  if (player.finished || player.cutShort || app.state.at) lightOne(app);
}

/**
 * Tokens were written after one that the reader took, or forgotten: the state has them all.
 * @param {App} app
 */
export function wrote(app) {
  if (app.state.written.length > 0) app.amend({ written: idsOf(app) });
}

/** @param {App} app */
async function step(app) {
  app.selected = undefined;
  await app.read();
  await app.player.step();
  wrote(app);
}

/** @param {App} app */
async function back(app) {
  app.selected = undefined;
  await app.player.back();
  wrote(app);
}

/** @param {App} app */
function idsOf({ player }) {
  return player.steps.map(({ id }) => id);
}
