// JSON as Python writes it, with NaN, Infinity and -Infinity, which the language's own reader refuses. Numbers beyond a double it reads as infinite, as Python does.

/** A string, or a word outside of strings that is such a number; a name before a colon is none. */
const STRINGS_AND_NUMBERS = /"(?:[^"\\]+|\\[^])*"|(?<![\w.+-])(?:NaN|-?Infinity)(?![\w.+-]|\s*:)/g;

/** A number that no double holds, in words that JSON has. @type {Record<string, string>} */
const SPELT = { Infinity: "1e999", "-Infinity": "-1e999", NaN: "null" };

/**
 * Throws as `JSON.parse` does where the text is not JSON for Python either. NaN becomes `null`: no field that is read has a meaning for it.
 * @param {string} text
 * @returns {any}
 */
export function parsePython(text) {
  try {
    return JSON.parse(text);
  } catch (fault) {
    const spelt = text.replace(STRINGS_AND_NUMBERS, (found) => SPELT[found] ?? found);
    if (spelt === text) throw fault;
    return JSON.parse(spelt);
  }
}
