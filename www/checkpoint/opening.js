// Which models the page opens: those beside it, those that the reader has asked for, and the reader's own.

import { isKept } from "./cache.js";
import { Trouble } from "../trouble.js";

/** @typedef {import("../trace.js").Say} Say */

/**
 * The address of a model that a link names. Another host is asked only where the reader has agreed to the address, and need not be asked for a model that
 * the browser keeps.
 * @param {string} model
 * @param {Set<string>} allowed
 */
export async function addressOf(model, allowed) {
  const url = new URL(model, document.baseURI);
  if (isOurs(model) || allowed.has(url.href) || (await isKept(url.href))) return url.href;
  throw new Trouble("trouble.foreign", { host: url.host });
}

/**
 * Whether a model lies beside the page.
 * @param {string} model
 */
export function isOurs(model) {
  return new URL(model, document.baseURI).origin === location.origin;
}
