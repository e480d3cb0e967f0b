// The doors to the rest of the site; the sentence goes along to the pages that can take it.

import { html } from "lit";
import { addressIn } from "../catalogue.js";
import { defaultsOf, formatState } from "../state.js";
import { pageIn, remembered } from "../shell/preferences.js";

/** @typedef {import("../home.js").Home} Home */

/** @param {Home} home */
export function doors(home) {
  const { say, text, translator } = home;
  const { lang, theme } = remembered(location.hash);
  const model = addressIn(translator.name || "t5-tiny");
  const at = home.row === undefined || translator.broken ? "" : `written:${home.row}`;
  const state = formatState({ ...defaultsOf(model), text, at, lang, theme });
  /** @type {[string, string][]} */
  const all = [
    ["explore", state ? `explore.html#${state}` : "explore.html"],
    ["train", pageIn("train.html", { lang, theme })],
    ["course", pageIn("course.html", { lang, theme })],
    ["blocks", pageIn("blocks.html", { lang, theme })],
  ];
  return html`<nav class="doors" aria-label=${say("home.doors")}
    >${all.map(([name, address]) => html`<a href=${address}><b>${say(`home.door.${name}`)}</b> <span>${say(`home.door.${name}.what`)}</span></a>`)}</nav
  >`;
}
