// What stands in the place of a block whose script does not come.

import { reload } from "../offline.js";
import { sentence } from "../sentence.js";
import { Trouble } from "../trouble.js";

/** @typedef {import("../trace.js").Say} Say */

/**
 * The sentence, and a way to reload where that may help.
 * @param {unknown} error
 * @param {Say} say
 */
export function refusal(error, say) {
  const said = document.createElement("p");
  said.className = "error";
  said.setAttribute("role", "alert");
  said.textContent = sentence(error, say);
  if (error instanceof Trouble && error.ofSite) said.append(" ", reloadButton(say));
  return said;
}

/** @param {Say} say */
function reloadButton(say) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link reload";
  button.textContent = say("reload");
  button.addEventListener("click", reload);
  return button;
}
