// The generator of replaced tokens: another model, of which the training's workers have a copy.

import { folderFiles } from "./folder.js";

/** @typedef {import("../model.js").Model} Model */
/** @typedef {import("../../checkpoint/files.js").ModelFiles} ModelFiles */

/** Of a text, as much as two tokenizers are compared on. // characters */
const COMPARED = 10_000;

/**
 * The generator's files as it is now.
 * @param {Model} generator
 * @param {Model | undefined} model the discriminator
 * @param {object} data what is trained on
 * @returns {Promise<ModelFiles>} the weights as one file
 */
export async function generatorFiles(generator, model, data) {
  if (typeof generator?.published !== "function") throw new Error("generator: expected a loaded model.");
  if (model && "text" in data && typeof data.text === "string") {
    const beginning = data.text.slice(0, COMPARED);
    const [own, other] = await Promise.all(
      [model, generator].map(async (one) => (await one.encode(beginning)).map(({ id }) => id).join()),
    );
    if (own !== other)
      throw new Error("The generator's tokenizer gives other tokens than the model's; they must have the same vocabulary.");
  }
  return generator.published();
}

/** What the engine needs of these files. @param {ModelFiles | undefined} files */
export function engineGenerator(files) {
  return files && { config: files.config, weights: files.weights[0] };
}

/**
 * The generator as it has learned, as File objects.
 * @param {ModelFiles | undefined} files those that it began with
 * @param {(method: string) => Promise<any>} ask
 */
export async function savedGenerator(files, ask) {
  if (!files) throw new Error("This training has no generator.");
  const { config, weights } = await ask("generator");
  return folderFiles({ ...files, config, weights: [weights] });
}
