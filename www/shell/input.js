// What the reader came with: the task, the text, and a second one where the model reads two; Run, Step and Back for models that write.

import { html, nothing } from "lit";
import { NO_EDITS } from "../reading/edits.js";
import { pairHeadOf } from "../reading/reader.js";
import { taskOf } from "../reading/tasks.js";
import { named } from "../spelling.js";
import { loadingLine } from "./loading.js";
import { answer } from "./output.js";
import { buttons } from "./writing.js";

/** @typedef {import("../explore.js").App} App */
/** @typedef {import("../reading/tasks.js").Example} Example */

/** Of a typed or pasted text: attention grows with its square. // characters */
const LONGEST = 2000;

/** @param {App} app */
export function input(app) {
  const { say, state, tasks, task, model } = app;
  const waiting = !model || Boolean(app.loading);
  const pairs = pairHeadOf(model);
  return html`<section class="input" aria-label=${say("input.title")}>
    <form @submit=${(/** @type {Event} */ event) => submit(app, event)}>
      ${
        tasks.length > 1
          ? html`<select
              aria-label=${say("input.task")}
              .value=${task.id}
              @change=${(/** @type {Event} */ event) => chooseTask(app, valueOf(event))}
            >
              ${tasks.map(({ id }) => html`<option value=${id} ?selected=${id === task.id}>${say(`task.${id}`)}</option>`)}
            </select>`
          : nothing
      }
      <diorama-field
        .label=${say("input.text")}
        .placeholder=${say(`task.${task.id}.try`)}
        .value=${state.text}
        .most=${LONGEST}
        .say=${say}
        @input=${(/** @type {Event} */ event) => app.set({ text: textOf(event) })}
        @diorama-cut=${(/** @type {CustomEvent} */ event) => sayCut(app, event)}
      ></diorama-field>
      ${
        pairs
          ? html`<diorama-field
              .label=${say(`input.pair.${pairs}`)}
              .placeholder=${say(`input.pair.${pairs}`)}
              .value=${state.pair}
              .most=${LONGEST}
              .say=${say}
              @input=${(/** @type {Event} */ event) => app.set({ pair: textOf(event) })}
              @diorama-cut=${(/** @type {CustomEvent} */ event) => sayCut(app, event)}
            ></diorama-field>`
          : nothing
      }
      ${app.kind === "encoder" ? html`<button type="submit" hidden>${say("run")}</button>` : buttons(app, waiting)}
    </form>
    <div class="below-input"
      >${app.kind === "encoder" ? nothing : answer(app)}
      <p
        class="examples"
        ?hidden=${app.error !== "" || app.notice !== "" || (model && (app.loading || app.reading.share !== undefined || app.reading.cut))}
        ><span class="soft">${say("input.examples")}</span>
        ${task.examples.map((example) => html`<button type="button" class="link" translate="no" ?disabled=${waiting} @click=${() => take(app, example)}>${example.text}</button>`)}</p
      >
      <p class="message" role="alert">${app.error ? html`<span class="error">${app.error}</span> ${remedy(app)}` : nothing}</p>
      ${loadingLine(app)}
      <p class="message" role="status">${app.notice}</p>
      ${unread(app)}
      ${model && model.info.notices.length > 0 ? html`<p class="notices soft">${model.info.notices.map(({ key, values }) => html`<span>${say(key, values)}</span> `)}</p>` : nothing}
    </div>
  </section>`;
}

/**
 * A sentence on what the model's tokenizer has no token for.
 * @param {App} app
 */
function unread({ say, reading }) {
  const unknown = reading.stale ? [] : reading.source.filter((piece) => piece.unknown);
  if (unknown.length === 0) return nothing;
  return html`<p class="notices unread" role="status"
    >${say("input.unread", { n: unknown.length, token: named(unknown[0].token) })}</p
  >`;
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
  return /** @type {HTMLSelectElement} */ (event.target).value;
}

/** @param {Event} event */
function textOf(event) {
  return /** @type {import("./field.js").Field} */ (event.currentTarget).value;
}

/**
 * In the page's place for messages.
 * @param {App} app
 * @param {CustomEvent} event
 */
function sayCut(app, event) {
  event.preventDefault();
  app.note(event.detail.sentence);
}
