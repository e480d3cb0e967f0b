// What the reader came with: the task, the text, and a second one where the model reads two; Run, Step and Back for models that write.

import { html, nothing } from "lit";
import { NO_EDITS } from "../reading/edits.js";
import { pairHeadOf } from "../reading/reader.js";
import { taskOf } from "../reading/tasks.js";
import { loadingLine } from "./loading.js";
import { buttons } from "./writing.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../reading/tasks.js").Example} Example */

/** @param {App} app */
export function input(app) {
  const { say, state, tasks, task, model } = app;
  const waiting = !model || Boolean(app.loading);
  const pairs = pairHeadOf(model);
  return html`<section class="input" aria-label=${say("input.title")}>
      <form @submit=${(/** @type {Event} */ event) => submit(app, event)}>
        ${tasks.length > 1 ? html`<select aria-label=${say("input.task")} .value=${task.id} @change=${(/** @type {Event} */ event) => chooseTask(app, valueOf(event))}>
          ${tasks.map(({ id }) => html`<option value=${id} ?selected=${id === task.id}>${say(`task.${id}`)}</option>`)}
        </select>` : nothing}
        <input class="text" type="text" aria-label=${say("input.text")} autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="2000"
          placeholder=${say(`task.${task.id}.try`)} .value=${state.text} @input=${(/** @type {Event} */ event) => app.set({ text: valueOf(event) })} />
        ${pairs ? html`<input class="text" type="text" aria-label=${say(`input.pair.${pairs}`)} autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="2000"
          placeholder=${say(`input.pair.${pairs}`)} .value=${state.pair} @input=${(/** @type {Event} */ event) => app.set({ pair: valueOf(event) })} />` : nothing}
        ${app.kind === "encoder" ? html`<button type="submit" hidden>${say("run")}</button>` : buttons(app, waiting)}
      </form>
      <div class="below-input">
        <p class="examples" ?hidden=${app.error !== "" || app.notice !== "" || (model && (app.loading || app.reading.share !== undefined || app.reading.cut))}><span class="soft">${say("input.examples")}</span>
          ${task.examples.map((example) => html`<button type="button" class="link" ?disabled=${waiting} @click=${() => take(app, example)}>${example.text}</button>`)}</p>
        <p class="message" role="alert">${app.error ? html`<span class="error">${app.error}</span> ${remedy(app)}` : nothing}</p>
        ${loadingLine(app)}
        <p class="message" role="status">${app.notice}</p>
        ${model && model.info.notices.length > 0 ? html`<p class="notices soft">${model.info.notices.map(({ key, values }) => html`<span>${say(key, values)}</span> `)}</p>` : nothing}
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
 * @param {App} app
 * @param {Event} event
 */
function submit(app, event) {
  event.preventDefault();
  app.attempt(() => app.run());
}

/**
 * @param {App} app
 * @param {Example} example
 */
function take(app, { text, pair }) {
  app.set({ text, pair, edits: NO_EDITS });
  app.attempt(() => app.run());
}

/**
 * A text that stands as an example of the old task gives way to one of the new; the reader's own stays.
 * @param {App} app
 * @param {string} id
 */
function chooseTask(app, id) {
  const own = !app.task.examples.some(({ text }) => text === app.state.text);
  const next = taskOf(app.tasks, id);
  app.set({ task: id, text: own ? app.state.text : next.examples[0].text });
  app.attempt(() => app.run());
}

/** @param {Event} event */
function valueOf(event) {
  return /** @type {HTMLInputElement} */ (event.target).value;
}
