// What goes wrong with a model's files, as a key of the locales with its values. It travels as such from worker to page, and is put into words where it is
// read (sentence.js): a worker needs no words.

/** @typedef {Record<string, string | number>} Values */

export class Trouble extends Error {
  /**
   * @param {string} key
   * @param {Values} [values]
   */
  constructor(key, values = {}) {
    super(`${key} ${JSON.stringify(values)}`);
    this.key = key;
    this.values = values;
  }

  /** The connection failed, not the model: it is worth trying again. */
  get passing() {
    return this.key === "trouble.stopped" || this.key === "trouble.unreachable";
  }
}
