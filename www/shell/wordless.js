// A page that is shown in English because the words of the reader's language did not come says so, in both.

import { html, nothing } from "lit";
import { lacksWords } from "../language.js";
import { reload } from "../offline.js";

/**
 * @param {string} language
 * @param {import("../trace.js").Say} say
 */
export function wordless(language, say) {
  if (!lacksWords(language)) return nothing;
  return html`<p class="error" role="alert"
    >${say("words.missing")} <button type="button" class="link reload" @click=${reload}>${say("reload")}</button></p
  >`;
}
