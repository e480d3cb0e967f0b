// The sentence, its translation, and the lines between them; below it what is seen, in a sentence made of the numbers.

import { html, nothing } from "lit";
import { heaviest } from "../reading/moment.js";
import { latest } from "../reading/latest.js";
import { isolated, labelled } from "../spelling.js";
import { SHOWN_LAYER } from "./translator.js";

/** @typedef {import("../home.js").Home} Home */
/** @typedef {import("../trace.js").Matrix} Matrix */
/** @typedef {import("../trace.js").Piece} Piece */

/** The task's tokens as one. */
const sourceOf = latest((/** @type {Piece[]} */ source, /** @type {number} */ prefix, /** @type {string} */ task) =>
  prefix < 1 ? source : [{ ...source[0], token: task.trim() }, ...source.slice(prefix)],
);

const matrixOf = latest((/** @type {Matrix | undefined} */ matrix, /** @type {number} */ prefix) => {
  if (!matrix || prefix < 1) return matrix;
  const columns = matrix.columns - prefix + 1;
  const data = new Float32Array(matrix.rows * columns);
  for (let row = 0; row < matrix.rows; row++)
    for (let column = 0; column < matrix.columns; column++)
      data[row * columns + Math.max(0, column - prefix + 1)] += matrix.data[row * matrix.columns + column];
  return { rows: matrix.rows, columns, data };
});

/** @param {Home} home */
export function picture(home) {
  const { say, translator, answer, broken } = home;
  const { source, prefix } = translator;
  const shift = Math.max(0, prefix - 1);
  const barred = broken === "hide" && translator.broken ? home.hiddenPlaces.map((place) => place - shift) : [];
  return html`<diorama-sentence-lines
      .above=${sourceOf(source, prefix, taskOf(home))}
      .below=${answer?.steps ?? []}
      .matrix=${broken === "bridge" && translator.broken ? undefined : matrixOf(translator.matrixOf(answer), prefix)}
      .row=${home.shownRow}
      .faint=${prefix > 0 ? 1 : 0}
      .barred=${barred}
      .hue=${"cross"}
      .label=${say("home.picture", { layer: SHOWN_LAYER })}
      .say=${say}
      @diorama-row-choose=${(/** @type {CustomEvent} */ event) => home.choose(event.detail.row)}
    ></diorama-sentence-lines>
    <p class="answer" aria-live="polite"
      >${translator.broken ? html`<s dir="auto" translate="no">${translator.plain?.text}</s> → ` : nothing}<b
        dir="auto"
        translate="no"
        >${answer?.text || (answer?.finished ? say("home.nothing") : "")}</b
      ></p
    >
    <p class="seen">${seen(home)}</p>`;
}

/** @param {Home} home */
function taskOf({ translator }) {
  return translator.name ? translator.task.prefix : "";
}

/** @param {Home} home */
function seen(home) {
  const { say, translator, answer } = home;
  if (home.broken === "bridge" && translator.broken) return say("home.seen.bridge");
  const { source, prefix } = translator;
  const matrix = matrixOf(translator.matrixOf(answer), prefix);
  const most = matrix && home.shownRow !== undefined ? heaviest(matrix, home.shownRow) : undefined;
  const from = sourceOf(source, prefix, taskOf(home))[most?.column ?? -1];
  const token = answer?.steps[home.shownRow ?? -1];
  if (!most || !token || !from) return nothing;
  const share = `${Math.round(most.weight * 100)} %`;
  const parts = say("home.seen", { share, layer: SHOWN_LAYER, token: "\u0000", from: "\u0001" }).split(/([\u0000\u0001])/);
  return parts.map((part) =>
    part === "\u0000" ? isolated(labelled(token.token)) : part === "\u0001" ? isolated(labelled(from.token)) : part,
  );
}
