// The reader's own model, in the model's dialog: by name or address, by files; and the models that the browser keeps.

import { html, nothing } from "lit";
import { HUB, mirrorAddress } from "../checkpoint/hub.js";
import { available, inWords } from "../checkpoint/memory.js";
import { DEFAULTS } from "../state.js";
import { TOKENIZER } from "../checkpoint/survey.js";
import { MOST_LONGER, shown } from "../trouble.js";

/** @typedef {import("../explore.js").App} App */

/** @param {App} app */
export function ownModel(app) {
  const { say } = app;
  return html`<h3>${say("model.own")}</h3>
    <p>${say("model.own.help")}</p>
    ${byAddress(app)}
    <p>${say("own.files.help")}</p>
    <p class="own"
      ><label class="button"
        >${say("model.own.folder")}<input
          type="file"
          webkitdirectory
          multiple
          @change=${(/** @type {Event} */ event) => chosen(app, event)}
      /></label>
      <label class="button"
        >${say("model.own.files")}<input type="file" multiple @change=${(/** @type {Event} */ event) => chosen(app, event)}
      /></label>
      ${app.state.model !== DEFAULTS.model ? html`<button type="button" class="button" @click=${() => app.attempt(() => app.own.open(DEFAULTS.model))}>${say("model.own.back")}</button>` : nothing}</p
    >
    ${keptList(app)}`;
}

/** @param {App} app */
function byAddress(app) {
  const { say, own } = app;
  const written = own.text.trim() !== "";
  return html`<form class="by-address" @submit=${(/** @type {Event} */ event) => submit(app, event)}>
      <label for="own-address">${say("own.address")}</label>
      <div class="line"
        ><input
          id="own-address"
          type="text"
          dir="ltr"
          translate="no"
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          placeholder="owner/name"
          aria-describedby="own-asked"
          .value=${own.text}
          @input=${(/** @type {Event} */ event) => own.write(valueOf(event))}
        />
        <button type="submit" ?disabled=${!own.address || own.asking}
          >${own.asking ? say("own.asking") : say("own.look")}</button
        ></div
      >
      <p id="own-asked" class="soft asked"
        >${own.address ? html`${say("own.asked")} <span class="mono">${shown(own.address, MOST_LONGER)}</span>` : written && mirrorAddress(own.mirror) ? say("own.unclear") : say("own.hint")}</p
      >
    </form>
    <p class="message error" role="alert">${own.error}</p>
    ${own.stated ? statement(app) : nothing}
    <details class="mirror"
      ><summary>${say("own.mirror")}</summary>
      <div class="line"
        ><input
          type="url"
          aria-label=${say("own.mirror")}
          placeholder=${HUB}
          .value=${own.mirror}
          @input=${(/** @type {Event} */ event) => own.setMirror(valueOf(event))}
      /></div>
      <p class="soft">${mirrorAddress(own.mirror) ? say("own.mirror.help") : say("own.mirror.unclear")}</p></details
    >`;
}

/**
 * What the model at the address is and takes, and the button that fetches it.
 * @param {App} app
 */
function statement(app) {
  const { say, own } = app;
  const [address, stated] = [
    /** @type {string} */ (own.address),
    /** @type {import("../checkpoint/files.js").Stated} */ (own.stated),
  ];
  const { name, architecture, parameters, bytes, memory, tokenizer } = stated;
  const room = available();
  const rows = [
    [say("card.architecture"), architecture],
    [say("card.parameters"), parameters.toLocaleString("en")],
    [say("own.download"), inWords(bytes)],
    [
      say("own.memory"),
      say("own.memory.of", { needed: inWords(memory.page), available: inWords(Math.min(room.engine, room.page)) }),
    ],
    [say("own.tokenizer"), tokenizer.includes(TOKENIZER) ? TOKENIZER : say("own.tokenizer.ids")],
  ];
  return html`<div class="statement" role="status"
    ><p class="mono">${shown(name)}</p>
    <dl class="facts">${rows.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>
    ${tokenizer.length > 0 && !tokenizer.includes(TOKENIZER) ? html`<p class="soft">${say("own.tokenizer.old", { files: shown(tokenizer.join(", ")) })}</p>` : nothing}
    <button type="button" class="primary load" @click=${() => app.attempt(() => own.load(address, stated))}
      >${say("own.load")}</button
    ></div
  >`;
}

/** @param {App} app */
function keptList(app) {
  const { say, own } = app;
  if (!own.keeps) return html`<p class="soft">${say("own.keeps.none")}</p>`;
  const used = own.storage ? say("own.storage", { used: inWords(own.storage.used), most: inWords(own.storage.most) }) : "";
  if (own.kept.length === 0) return html`<p class="soft">${say("own.kept.empty")}</p>`;
  return html`<h3>${say("own.kept")}</h3>
    <ul class="kept"
      >${own.kept.map(
        ({ folder, name, bytes, whole }) =>
          html`<li>
            <span class="mono" title=${shown(folder, MOST_LONGER)}>${shown(name)}</span>
            <span class="soft">${inWords(bytes)}${whole ? nothing : html` · ${say("own.part")}`}</span>
            <span class="choices"
              >${
                whole
                  ? html`<button
                      type="button"
                      class="link"
                      aria-label=${say("own.open.label", { name: shown(name) })}
                      @click=${() => app.attempt(() => own.open(folder))}
                      >${say("own.open")}</button
                    >`
                  : html`<button
                      type="button"
                      class="link"
                      aria-label=${say("own.resume.label", { name: shown(name) })}
                      @click=${() => resume(app, folder)}
                      >${say("own.resume")}</button
                    >`
              }
              <button
                type="button"
                class="link"
                aria-label=${say("own.remove.label", { name: shown(name) })}
                @click=${() => app.attempt(() => own.forget([folder]))}
                >${say("own.remove")}</button
              ></span
            ></li
          >`,
      )}</ul
    >
    <p class="soft"
      >${used}
      <button type="button" class="link" @click=${() => app.attempt(() => own.forget(own.kept.map(({ folder }) => folder)))}
        >${say("own.clear")}</button
      ></p
    >`;
}

/**
 * A part of a model needs its host again: the reader sees which, and asks.
 * @param {App} app
 * @param {string} folder
 */
function resume({ own }, folder) {
  own.write(folder);
  /** @type {HTMLElement | null} */ (document.querySelector("#own-address"))?.focus();
}

/**
 * @param {App} app
 * @param {Event} event
 */
function submit({ own }, event) {
  event.preventDefault();
  own.look();
}

/**
 * @param {App} app
 * @param {Event} event
 */
function chosen(app, event) {
  const list = /** @type {HTMLInputElement} */ (event.target).files;
  const files = Array.from(list ?? []);
  if (files.length > 0) app.attempt(() => app.own.openFiles(files));
}

/** @param {Event} event */
function valueOf(event) {
  return /** @type {HTMLInputElement} */ (event.target).value;
}
