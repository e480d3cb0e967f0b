// What goes wrong with a model's files, as a key of the locales with its values. It travels as such from worker to page, and is put into words where it is
// read (sentence.js): a worker needs no words.

/** @typedef {Record<string, string | number>} Values */

/** What a sentence quotes of one text at most. // characters */
const MOST = 100;

/** What it quotes of a text that is worth more room: an address, another library's reason, a list of ours. // characters */
export const MOST_LONGER = 3 * MOST;

export class Trouble extends Error {
  /**
   * @param {string} key
   * @param {Values} [values]
   */
  constructor(key, values = {}) {
    super(`${key} ${shown(JSON.stringify(values), 10 * MOST)}`);
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

/**
 * A text from a file or a caller, as a sentence quotes it: of a long one its beginning. As natively (src/error.rs).
 * @param {string} text
 * @param {number} [most]
 */
export function shown(text, most = MOST) {
  const start = [...text.slice(0, 2 * most + 2)];
  return start.length > most ? `${start.slice(0, most).join("")}…` : text;
}
