// The buttons that break the model, each with what it does and what came of it.

import { html, nothing } from "lit";
import { isolated, labelled } from "../spelling.js";
import { BREAKS } from "./breaks.js";

/** @typedef {import("../home.js").Home} Home */

/** @param {Home} home */
export function breaks(home) {
  const { say, translator } = home;
  const ready = translator.plain?.finished ?? false;
  const word = home.hiddenPlaces.map((place) => labelled(translator.source[place].token)).join("");
  return html`<section class="breaks" aria-labelledby="breaks-title">
    <h2 id="breaks-title">${say("home.break")}</h2>
    <ul
      >${BREAKS.map((name) => {
        const pressed = home.broken === name;
        return html`<li
          ><button type="button" aria-pressed=${pressed} ?disabled=${!ready} @click=${() => home.toggle(name)}
            >${name === "hide" ? html`${say("home.break.hide")} ${isolated(word)}` : say(`home.break.${name}`)}</button
          >
          <p>${pressed && translator.broken?.finished ? result(home) : say(`home.break.${name}.what`)}</p></li
        >`;
      })}</ul
    >
  </section>`;
}

/** @param {Home} home */
function result({ say, translator, broken }) {
  const { plain, broken: answer } = translator;
  if (!plain || !answer) return nothing;
  return answer.text === plain.text ? say("home.break.same") : say(`home.break.${broken}.why`);
}
