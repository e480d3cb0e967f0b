// Which models the page opens: those beside it, those that the reader has asked for, and the reader's own.

import { isKept } from "./cache.js";
import { Trouble } from "../trouble.js";

/** Addresses on other hosts that the reader has agreed to. @type {Set<string>} */
const AGREED = new Set();

/** @param {string} address as the reader has seen it */
export function agree(address) {
  AGREED.add(address);
}

/**
 * The address of a model that a link names. Another host is asked only where the reader has agreed to the address, and need not be asked for a model that
 * the browser keeps.
 * @param {string} model
 */
export async function addressOf(model) {
  const url = new URL(model, document.baseURI);
  if (isOurs(model) || AGREED.has(url.href) || (await isKept(url.href))) return url.href;
  throw new Trouble("trouble.foreign", { host: url.host, address: url.href });
}

/**
 * Whether a model lies beside the page.
 * @param {string} model
 */
export function isOurs(model) {
  return new URL(model, document.baseURI).origin === location.origin;
}
