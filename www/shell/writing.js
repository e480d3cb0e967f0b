// Run, Step and Back for models that write, and another token in place of one that was written.

import { html } from "lit";

/** @typedef {import("../app.js").App} App */

/**
 * @param {App} app
 * @param {boolean} waiting
 */
export function buttons(app, waiting) {
  const { say, player } = app;
  return html`<div class="buttons">
    ${player.running
      ? html`<button type="button" class="primary" @click=${() => player.stop()}>${say("stop")}</button>`
      : html`<button type="submit" class="primary" ?disabled=${waiting}>${say("run")}</button>`}
    <button type="button" ?disabled=${waiting || player.running || (player.finished && !player.stale)} @click=${() => app.attempt(() => step(app))}>${say("step")}</button>
    <button type="button" ?disabled=${waiting || player.running || player.stale || player.steps.length === 0} @click=${() => app.attempt(() => back(app))}>${say("back")}</button>
  </div>`;
}

/**
 * Takes another token at a place already written: what followed is forgotten.
 * @param {App} app
 * @param {number} id
 */
export async function branch(app, id) {
  const { steps } = app.player;
  if (app.selected !== undefined && app.selected < steps.length) await app.player.back(steps.length - app.selected);
  await step(app, id);
}

/**
 * @param {App} app
 * @param {number} [force] an id to take instead of sampling
 */
async function step(app, force) {
  app.selected = undefined;
  await app.read();
  await app.player.step(force);
}

/** @param {App} app */
async function back(app) {
  app.selected = undefined;
  await app.player.back();
}
