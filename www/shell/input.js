// What the reader came with: the task, the text, Run, Step and Back; the text's tokens below.

import { html, nothing } from "lit";
import { TASKS } from "../tasks.js";
import { crossMatrix } from "./choice.js";
import { loadingLine } from "./loading.js";

/** @typedef {import("../app.js").App} App */

/** @param {App} app */
export function input(app) {
  const { say, state, player, task, model } = app;
  const waiting = !model || Boolean(app.loading);
  return html`<section class="input" aria-label=${say("input.title")}>
      <form @submit=${(/** @type {Event} */ event) => submit(app, event)}>
        <select aria-label=${say("input.task")} .value=${task.id} @change=${(/** @type {Event} */ event) => chooseTask(app, valueOf(event))}>
          ${TASKS.map(({ id }) => html`<option value=${id} ?selected=${id === task.id}>${say(`task.${id}`)}</option>`)}
        </select>
        <input class="text" type="text" aria-label=${say("input.text")} autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="2000"
          placeholder=${say(`task.${task.id}.try`)} .value=${state.text} @input=${(/** @type {Event} */ event) => app.set({ text: valueOf(event) })} />
        <div class="buttons">
          ${player.running
            ? html`<button type="button" class="primary" @click=${() => player.stop()}>${say("stop")}</button>`
            : html`<button type="submit" class="primary" ?disabled=${waiting}>${say("run")}</button>`}
          <button type="button" ?disabled=${waiting || player.running || (player.finished && !player.stale)} @click=${() => app.attempt(() => app.step())}>${say("step")}</button>
          <button type="button" ?disabled=${waiting || player.running || player.stale || player.steps.length === 0} @click=${() => app.attempt(() => app.back())}>${say("back")}</button>
        </div>
      </form>
      <div class="below-input">
        <p class="examples" ?hidden=${app.error !== "" || app.notice !== "" || (model && app.loading)}><span class="soft">${say("input.examples")}</span>
          ${task.examples.map((text) => html`<button type="button" class="link" ?disabled=${waiting} @click=${() => example(app, text)}>${text}</button>`)}</p>
        <p class="message" role="alert">${app.error ? html`<span class="error">${app.error}</span> ${remedy(app)}` : nothing}</p>
        ${loadingLine(app)}
        <p class="message" role="status">${app.notice}</p>
      </div>
    </section>
    <section class="source" aria-label=${say("source.title")}>
      <h2>${say("source.title")}<small>${say("source.count", { n: player.source.length })}</small></h2>
      <diorama-token-strip .label=${say("source.title")} .tokens=${player.source} .weights=${sourceWeights(app)} .faint=${player.prefixLength} .padded=${player.padded}
        .ids=${state.ids} .selected=${app.pinned} .say=${say}
        @diorama-token-hover=${(/** @type {CustomEvent} */ event) => hover(app, event.detail.position)}
        @diorama-token-select=${(/** @type {CustomEvent} */ event) => (app.pinned = app.pinned === event.detail.position ? undefined : event.detail.position)}></diorama-token-strip>
      <div class="source-controls">
        <label class="check"><input type="checkbox" .checked=${state.ids} @change=${() => app.set({ ids: !state.ids })} />${say("source.ids")}</label>
        <label class="stepper">${say("source.pad")}<input type="number" min="0" max="8" .value=${String(state.pad)}
          @change=${(/** @type {Event} */ event) => changePadding(app, Number(valueOf(event)))} /></label>
      </div>
    </section>`;
}

/**
 * What the reader can do about the error.
 * @param {App} app
 */
function remedy({ remedy }) {
  return remedy ? html`<button type="button" class="link remedy" @click=${remedy.act}>${remedy.label}</button>` : nothing;
}

/**
 * What the lit target token attends to.
 * @param {App} app
 */
function sourceWeights(app) {
  const position = app.lit?.side === "target" ? app.lit.position : undefined;
  const matrix = position === undefined ? undefined : crossMatrix(app);
  if (!matrix || position === undefined || position >= matrix.rows) return undefined;
  return matrix.data.subarray(position * matrix.columns, (position + 1) * matrix.columns);
}

/**
 * @param {App} app
 * @param {number | undefined} position
 */
function hover(app, position) {
  app.hover = position === undefined ? undefined : { side: "source", position };
}

/**
 * @param {App} app
 * @param {Event} event
 */
function submit(app, event) {
  event.preventDefault();
  app.attempt(() => app.run());
}

/**
 * @param {App} app
 * @param {string} text
 */
function example(app, text) {
  app.set({ text });
  app.attempt(() => app.run());
}

/**
 * A text that stands as an example of the old task gives way to one of the new; the reader's own stays.
 * @param {App} app
 * @param {string} id
 */
function chooseTask(app, id) {
  const own = !app.task.examples.includes(app.state.text);
  const next = TASKS.find((task) => task.id === id);
  app.set({ task: id, text: own ? app.state.text : (next?.examples[0] ?? "") });
  app.attempt(() => app.run());
}

/**
 * @param {App} app
 * @param {number} pad
 */
function changePadding(app, pad) {
  app.set({ pad: Math.min(8, Math.max(0, Math.round(pad) || 0)) });
  app.attempt(() => app.run());
}

/** @param {Event} event */
function valueOf(event) {
  return /** @type {HTMLInputElement} */ (event.target).value;
}
