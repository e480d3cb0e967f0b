// The narrow header: name, model, device, language, theme, share; the progress line beneath it.

import { html, nothing } from "lit";
import { showModel } from "./card.js";
import { showChecks } from "./checks.js";
import { guideButton } from "./guide.js";
import { stage, status } from "./loading.js";
import { parameters } from "./models.js";
import { oneOrThree, pages } from "./pages.js";
import { undoButtons } from "./undo.js";
import { isHeldHere } from "../own.js";
import { formatState } from "../state.js";
import { pageIn } from "./preferences.js";
import { wordless } from "./wordless.js";

/** @typedef {import("../explore.js").App} App */

const NEXT_THEME = /** @type {const} */ ({ auto: "light", light: "dark", dark: "auto" });
const THEME_SIGN = { auto: "◐", light: "○", dark: "●" };

/** @param {App} app */
export function header(app) {
  const { say, state, model, kind } = app;
  const isLong = (model?.info.name.length ?? 0) > 8; // then it takes the line's place where both do not fit
  return html`<header class="header ${isLong ? "long-named" : ""}">
      <div class="brand"
        ><h1 class="name"
          ><a href=${pageIn("index.html", state)}><img src="favicon.svg" alt="" width="24" height="24" />Diorama</a></h1
        ><p class="tagline">${say("site.line")}</p></div
      >
      ${pages("explore", state, say)} ${oneOrThree("explore", state, state.text, say)} ${guideButton(app)}
      <button type="button" class="quiet model-button" aria-haspopup="dialog" @click=${() => app.attempt(() => showModel(app))}>
        ${modelName(model?.info.name ?? "…")}
        <span class="soft">${model ? say("model.size", { n: parameters(model.info.parameters) }) : nothing}</span> ▾
      </button>
      <span class="spring"></span>
      ${undoButtons(app.trail, say)}
      <diorama-device-badge
        .info=${model?.info}
        .wanted=${state.device}
        .ms=${kind === "encoder" ? undefined : app.player.ms}
        .unit=${kind === "encoder" ? "ms" : "ms/token"}
        .status=${status(app)}
        .say=${say}
        @diorama-device-select=${(/** @type {CustomEvent} */ event) => chooseDevice(app, event.detail.device)}
        @diorama-device-check=${() => app.attempt(() => showChecks(app))}
      ></diorama-device-badge>
      <button
        type="button"
        class="quiet lang-button"
        lang=${app.language === "zh" ? "en" : "zh-Hans"}
        aria-label=${say("lang.switch")}
        @click=${() => app.set({ lang: app.language === "zh" ? "en" : "zh" })}
        >${app.language === "zh" ? "EN" : "中文"}</button
      >
      <button
        type="button"
        class="quiet theme-button"
        aria-label=${say(`theme.${state.theme}`)}
        title=${say(`theme.${state.theme}`)}
        @click=${() => app.set({ theme: NEXT_THEME[state.theme] })}
        >${THEME_SIGN[state.theme]}</button
      >
      <button type="button" class="quiet share-button" @click=${() => app.attempt(() => share(app))}>${say("share")}</button>
    </header>
    ${wordless(app.language, say)} ${progress(app)}`;
}

/**
 * A model's name. Where it does not fit, its beginning is cut before its last part, by which models of one family differ.
 * @param {string} name
 */
function modelName(name) {
  const last = name.lastIndexOf("-") + 1;
  return html`<span class="mono" title=${name}
    ><span class="start">${name.slice(0, last)}</span><span class="end">${name.slice(last)}</span></span
  >`;
}

/** @param {App} app */
function progress(app) {
  const { loading, say, reading } = app;
  const style = loading && loading.fraction > 0 ? `--done:${loading.fraction}` : "";
  return html`<div class="progress ${loading || reading.running ? "active" : ""}" role="status" style=${style}
    ><span>${loading ? stage(app) : reading.running ? say("progress.running") : ""}</span></div
  >`;
}

/**
 * @param {App} app
 * @param {"auto" | "webgpu" | "cpu"} device
 */
function chooseDevice(app, device) {
  app.set({ device });
  app.attempt(async () => {
    await app.loadModel();
    await app.run();
  });
}

/** @param {App} app */
async function share(app) {
  const { say, opened, state } = app;
  // The model that is seen, also where the address names one that could not be opened.
  const hash = formatState(opened ? { ...state, model: opened } : state);
  const link = new URL(hash ? `#${hash}` : location.pathname + location.search, location.href).href;
  // Only a secure page may write to the clipboard.
  await navigator.clipboard?.writeText(link);
  app.note(
    `${say(navigator.clipboard ? "share.done" : "share.byhand")} ${say(isHeldHere(opened) ? "share.disk" : "share.holds")}`,
  );
}
