// The one script of the site that asks another host: for the files of a model whose address the reader has seen and agreed to, and for nothing else. A worker has
// its own policy, so the pages' can forbid every other host to all that runs in them; it starts when the reader asks, and ends with the answer.

import { readModel, readTokenizer, surveyModel } from "./checkpoint/files.js";
import { serve } from "./engine/serve.js";

serve(() => ({
  read: readModel,
  survey: (/** @type {Parameters<typeof surveyModel>[0]} */ source, /** @type {unknown} */ _, /** @type {AbortSignal} */ signal) => surveyModel(source, signal),
  tokenizer: (/** @type {Parameters<typeof readTokenizer>[0]} */ source, /** @type {unknown} */ _, /** @type {AbortSignal} */ signal) => readTokenizer(source, signal),
}));
