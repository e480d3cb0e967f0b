// What the stages of a tokenizer hand on to one another.

/** A stretch of a text; `first` where it begins with the text's own first character. @typedef {{ text: string, first: boolean }} Part */

/**
 * A stage of a tokenizer.json that is not built in, or that cannot be read as the reference reads it.
 */
export class Unbuilt extends Error {
  /**
   * @param {string} stage as tokenizer.json calls it
   * @param {string} type
   */
  constructor(stage, type) {
    super(`${stage} ${type}`);
    this.stage = stage;
    this.type = type;
  }
}

/**
 * @template T
 * @param {string} stage as tokenizer.json calls it
 * @param {Record<string, (config: any) => T>} makers
 * @param {any} config
 */
export function made(stage, makers, config) {
  if (!Object.hasOwn(makers, config.type)) throw new Unbuilt(stage, String(config.type));
  return makers[config.type](config);
}

/**
 * One after the other.
 * @template T
 * @param {((value: T) => T)[]} steps
 * @returns {(value: T) => T}
 */
export function chain(steps) {
  return (value) => steps.reduce((made, step) => step(made), value);
}
