// How it is computed: the formula, and the shaders that are the very files that run.

import { html } from "lit";
import { attentionFormula } from "../anatomy/formulas.js";
import { lowerIndices } from "./indices.js";

/** @typedef {import("../explore.js").App} App */

/** @param {App} app */
export function shaders(app) {
  const { say, model, shader } = app;
  return html`<div class="formula"
      >${attentionFormula(model?.info.architecture ?? "")}<p class="soft">${say("shader.formula")}</p></div
    >
    <diorama-shader-view
      .ops=${model?.info.ops ?? []}
      .op=${shader.op}
      .file=${shader.file}
      .wgsl=${shader.wgsl}
      .say=${say}
      @diorama-op-select=${(/** @type {CustomEvent} */ event) => app.attempt(() => showShader(app, event.detail.op))}
    ></diorama-shader-view>`;
}

/**
 * @param {App} app
 * @param {string} op
 */
export async function showShader(app, op) {
  lowerIndices();
  app.dialog = "shader";
  const shader = await app.model?.shader(op);
  app.shader = { op, file: shader?.file ?? "", wgsl: shader?.wgsl ?? "" };
}
