// The models that lie beside the page, as models/index.json lists them: known before any of them is loaded.

import models from "./models/index.json" with { type: "json" };

/** @typedef {import("./kinds.js").Kind} Kind */
/**
 * `line` ends the key of the words that say what the model does (`models.…` in the locales).
 * `begin` are settings of the page that the model begins with: a layer and a head to look at first, which its card names, counted from 1 (head 0 is the mean of the heads).
 * `making`: weights from moments of its training lie beside it.
 * @typedef {{ name: string, kind: Kind, parameters: number, bytes: number, line: string, making?: true, begin?: { layer?: number, head?: number, temperature?: number } }} Shipped
 */

export const SHIPPED = /** @type {Shipped[]} */ (models);

/** @param {string} name */
export function addressIn(name) {
  return `models/${name}/`;
}

/**
 * @param {string} address as it stands in a link
 * @returns {Shipped | undefined} undefined for a model that the page does not know before it is loaded
 */
export function shippedAt(address) {
  return SHIPPED.find(({ name }) => address.replace(/\/?$/, "/") === addressIn(name));
}
