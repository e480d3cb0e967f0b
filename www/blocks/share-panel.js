// The foot of every block: "Share / embed" with its codes, each with a button that copies it, and what its views show as pictures and numbers.

import { html, nothing } from "lit";
import { SITE } from "../site.js";
import { elementCode, frameCode, linkOf } from "./share.js";

/** @typedef {import("./block.js").Block} Block */

/** @param {Block} block */
export function sharePanel(block) {
  if (block.hides("share")) return nothing;
  const { say, sharing } = block;
  return html`<div class="foot"><button type="button" class="link" aria-expanded=${sharing} @click=${() => (block.sharing = !sharing)}>${say("share.block")}</button>
      ${block.seen && !block.hides("save") ? html`<diorama-save .of=${() => block.renderRoot.querySelectorAll("*")} .say=${say}></diorama-save>` : nothing}</div>
    ${sharing ? html`<div class="share">${codes(block).map(([kind, code]) => html`<label><span>${say(`share.${kind}`)}</span>
        <textarea readonly rows=${code.split("\n").length} spellcheck="false" .value=${code} @focus=${(/** @type {Event} */ event) => /** @type {HTMLTextAreaElement} */ (event.target).select()}></textarea></label>
        <button type="button" @click=${() => copy(block, kind, code)}>${say(block.copied === kind ? "share.copied" : "share.copy")}</button>`)}</div>` : nothing}`;
}

/**
 * @param {Block} block
 * @returns {[string, string][]}
 */
function codes(block) {
  const { localName: tag } = block;
  const settings = block.shared();
  const frame = { title: `Diorama: ${tag.replace("diorama-", "")}`, height: block.getBoundingClientRect().height };
  return [["link", linkOf(SITE, tag, settings)], ["frame", frameCode(SITE, tag, settings, frame)], ["element", elementCode(SITE, tag, settings)]];
}

/**
 * @param {Block} block
 * @param {string} kind
 * @param {string} code
 */
async function copy(block, kind, code) {
  await block.attempt(async () => {
    await navigator.clipboard.writeText(code);
    block.copied = kind;
  });
}
