// The making of a model beside the page: weights from moments of its training (models/NAME/making), each a model of its own with the same configuration and tokenizer.

import { askSite, whole } from "../asset.js";
import { SITE } from "../site.js";

/** `steps` and `tokens`: done at that moment; `file` lies in the folder. @typedef {{ file: string, steps: number, tokens: number, bytes: number }} Checkpoint */

/** What lies beside the weights, the tokenizer's files only where there are some. */
const BESIDE = ["config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json"];

/** @type {Map<string, Promise<Checkpoint[]>>} */
const LISTS = new Map();

/**
 * The moments of a model, in the order of its training; the last one is the model itself.
 * @param {string} address of a model that has some
 */
export function makingOf(address) {
  let list = LISTS.get(address);
  if (!list) {
    const file = `${address}making/index.json`;
    list = read(file).then(async (blob) => /** @type {Checkpoint[]} */ (JSON.parse(await blob.text())));
    LISTS.set(address, list);
    list.catch(() => LISTS.delete(address));
  }
  return list;
}

/**
 * The model as it was at a moment.
 * @param {string} address
 * @param {number} steps as in the list
 * @returns {Promise<File[] | undefined>} undefined where the list has no such moment, or it is the model itself
 */
export async function momentFiles(address, steps) {
  const list = await makingOf(address);
  const moment = list.find((one) => one.steps === steps);
  if (!moment || moment === list.at(-1)) return undefined;
  const beside = BESIDE.map(async (file) => new File([await read(address + file)], file));
  const weights = read(`${address}making/${moment.file}`).then((blob) => new File([blob], "model.safetensors"));
  return Promise.all([...beside, weights]);
}

/** @param {string} file */
async function read(file) {
  return whole(await askSite(new URL(file, SITE), file), file);
}
