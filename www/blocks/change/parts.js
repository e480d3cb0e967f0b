// Parts of the block that changes a model, as templates: the list of changes, and the same list for the command line.

import { html, nothing } from "lit";
import { writeTensors } from "../../checkpoint/safetensors.js";
import { classNameOf } from "../../reading/classes.js";
import { isolated, named } from "../../spelling.js";
import { minus } from "../writing/parts.js";
import { nameOf } from "./forms.js";
import { commandFile } from "./stack.js";

/** @typedef {import("../../trace.js").Say} Say */
/** @typedef {import("./stack.js").Change} Change */

/**
 * @param {Change[]} changes
 * @param {{ say: Say, hooks: import("./forms.js").Hook[], change: (changes: Change[]) => void, undo: false | (() => void), redo: false | (() => void) }} list `undo` and `redo`, where there is something to go to
 */
export function listPart(changes, { say, hooks, change, undo, redo }) {
  const link = (/** @type {string} */ word, /** @type {false | (() => void)} */ action) =>
    html`<button type="button" class="link" ?disabled=${!action} @click=${() => action && action()}>${say(word)}</button>`;
  return html`<div class="row"
      ><h3>${say("change.list")}</h3
      ><span class="quiet">
        ${link("branches.undo", undo)} ${link("branches.redo", redo)}
        ${link("change.clear", changes.length > 0 && (() => change([])))}</span
      ></div
    >
    ${changes.length === 0 ? html`<p class="small">${say("change.none")}</p>` : nothing}
    <ul class="stack"
      >${changes.map(
        (one, n) =>
          html`<li class=${one.off ? "off" : ""}
            ><label
              ><input type="checkbox" .checked=${!one.off} @change=${() => change(changes.with(n, { ...one, off: !one.off }))} />
              <span>${nameOf(one, { say, hooks })}</span></label
            >
            <button
              type="button"
              class="link"
              aria-label=${say("change.remove", { name: nameOf(one, { say, hooks }) })}
              title=${say("change.remove", { name: nameOf(one, { say, hooks }) })}
              @click=${() => change(changes.toSpliced(n, 1))}
              >×</button
            ></li
          >`,
      )}</ul
    >`;
}

/**
 * @param {import("./stack.js").Intervention[]} interventions
 * @param {{ say: Say, copied: boolean, copy: (json: string) => void }} how
 */
export function commandPart(interventions, { say, copied, copy }) {
  const { json, files } = commandFile(interventions);
  return html`<details
    ><summary class="small">${say("change.json")}</summary>
    <pre class="mono" tabindex="0">${json}</pre>
    <div class="row"
      ><button type="button" @click=${() => copy(json)}>${say(copied ? "share.copied" : "share.copy")}</button>
      ${files.map(({ name, activation }) => html`<button type="button" class="link" @click=${() => save(name, writeTensors([activation]))}>${name}</button>`)}
      <span class="small">${say("change.json.help")}</span></div
    ></details
  >`;
}

/**
 * @param {string} name
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
function save(name, bytes) {
  const link = Object.assign(document.createElement("a"), { download: name, href: URL.createObjectURL(new Blob([bytes])) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/**
 * What is watched before the changes and after them: a probability, or one of a regression's `numbers`; and how far all that the model says has moved.
 * @param {{ token: string, before: number, after: number }} row
 * @param {number} moved in nats, or the largest |Δ| of the numbers
 * @param {{ numbers: boolean, say: Say }} how
 */
export function watchedPart({ token, before, after }, moved, { numbers, say }) {
  const shown = (/** @type {number} */ value) => (numbers ? minus(value, 3) : percent(value));
  const far = numbers ? say("change.moved.numbers", { most: moved.toFixed(3) }) : say("change.moved", { nats: moved.toFixed(3) });
  return html`<p class="watched" aria-live="polite"
    >${numbers ? nothing : say("change.watched")} <b class="mono">${isolated(named(token))}</b> ${shown(before)} →
    <strong>${shown(after)}</strong> <small>${far}</small></p
  >`;
}

/**
 * A row with a name where it is of a class that has none.
 * @template {{ id: number, token: string }} T
 * @param {T} row
 * @param {import("../../engine/model.js").ModelInfo} info
 * @param {Say} say
 * @returns {T}
 */
export function labelledRow(row, info, say) {
  return row.token === "" && info.classes !== null ? { ...row, token: classNameOf(info, row.id, say) } : row;
}

/** @param {number} probability */
function percent(probability) {
  return probability < 0.001 ? `${(probability * 100).toPrecision(1)} %` : `${minus(probability * 100, 1)} %`;
}
