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

  /** The connection failed, or what came was not the file, but the model may well be sound: it is worth trying again. */
  get passing() {
    return ["stopped", "unreachable", "page", "length", "changed"].some((what) => this.key === `trouble.${what}`);
  }

  /** A part of the site itself did not come: a new page gets it. */
  get ofSite() {
    return this.key === "trouble.site";
  }
}
