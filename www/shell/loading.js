// What is being prepared: in a word or two for the device's badge, and as a line with its bytes and a way out while another model is on its way.

import { html, nothing } from "lit";
import { inWords } from "../checkpoint/memory.js";

/** @typedef {import("../explore.js").App} App */

/** Stages that have words of their own; what else the engine does is preparation too. */
const STAGES = ["start", "download", "weights", "device", "ready", "working"];

/**
 * What is being prepared or tested, in a word or two; empty when nothing is.
 * @param {Pick<App, "loading" | "say" | "testing">} page
 */
export function status(page) {
  return page.testing && !page.loading ? page.say("progress.testing") : stage(page);
}

/**
 * What is being prepared, with its share where that is known; empty when nothing is.
 * @param {Pick<App, "loading" | "say">} page
 */
export function stage({ loading, say }) {
  if (!loading) return "";
  return loading.stage === "download" || (loading.stage === "working" && loading.fraction > 0)
    ? `${nameOf(loading.stage, say)} ${Math.round(loading.fraction * 100)} %`
    : nameOf(loading.stage, say);
}

/**
 * While one model is shown and another one comes, or computes for long.
 * @param {App} app
 */
export function loadingLine(app) {
  const { loading, say, model, reading } = app;
  if (!model) return nothing;
  if (!loading && reading.share !== undefined) {
    return html`<p class="message loading"
      ><span role="status">${stage({ loading: { stage: "working", fraction: reading.share }, say })}</span>
      <button type="button" class="link cancel" @click=${() => reading.stop()}>${say("stop")}</button></p
    >`;
  }
  if (!loading && reading.cut) {
    return html`<p class="message loading"
      ><button type="button" class="link" @click=${() => app.attempt(() => app.run())}>${say("retry")}</button></p
    >`;
  }
  if (!loading) return nothing;
  const { bytes } = loading;
  const share =
    loading.stage === "download" && bytes
      ? say("progress.bytes", { received: inWords(bytes.received), total: inWords(bytes.total) })
      : "";
  return html`<p class="message loading"
    ><span>${nameOf(loading.stage, say)} ${share}</span>
    <button type="button" class="link cancel" @click=${() => app.own.cancel()}>${say("cancel")}</button></p
  >`;
}

/**
 * @param {string} stage
 * @param {import("../trace.js").Say} say
 */
function nameOf(stage, say) {
  return say(`progress.${STAGES.includes(stage) ? stage : "device"}`);
}
