// The one script of the site that asks another host: for the files of a model whose address the reader has seen and agreed to, and for nothing else. A worker has
// its own policy, so the pages' can forbid every other host to all that runs in them; it starts when the reader asks, and ends with the answer.

import { readModel, readTokenizer, surveyModel } from "./checkpoint/files.js";
import { serve } from "./engine/serve.js";
import { check, startEngine } from "./engine/wasm.js";
import { textOf } from "./text/text.js";

/** @typedef {import("./checkpoint/folder.js").ModelSource} ModelSource */
/** @typedef {import("./checkpoint/files.js").OnProgress} OnProgress */

/** A model is refused before its weights are fetched, by the engine that would run it. @type {import("./checkpoint/survey.js").Checks} */
const CHECKS = { model: check, tokenizer: (parts) => void textOf(parts) };

// The engine comes beside the first files. Should it fail, the check will say so.
const checks = () => {
  startEngine().catch(() => {});
  return CHECKS;
};

serve(() => ({
  read: (
    /** @type {ModelSource} */ source,
    /** @type {OnProgress | undefined} */ onProgress,
    /** @type {AbortSignal} */ signal,
  ) => readModel(source, onProgress, signal, checks()),
  survey: (/** @type {ModelSource} */ source, /** @type {unknown} */ _, /** @type {AbortSignal} */ signal) =>
    surveyModel(source, signal, checks()),
  tokenizer: (/** @type {ModelSource} */ source, /** @type {unknown} */ _, /** @type {AbortSignal} */ signal) =>
    readTokenizer(source, signal),
}));
