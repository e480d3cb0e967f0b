// The page's words in two languages. A missing key is an error, not an English word in a Chinese page; a test holds both files to the same keys.

import { localeOf } from "./language.js";
import { entry } from "./lookup.js";
import en from "./locales/en.json" with { type: "json" };

export { preferredLanguage, speak, spoken } from "./language.js";

/** @typedef {import("./trace.js").Say} Say */

/** `{n}` is a value; `{n|token|tokens}` counts something, which goes by another name where there is one of it. */
const HOLE = /\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g;

/**
 * @param {string} language "en" or "zh"; one that has not been fetched (see `speak`) is English for so long
 * @param {Record<string, Record<string, string>>} [locales] where a page has words that no other needs
 * @returns {Say}
 */
export function words(language, locales) {
  /** @type {Record<string, string>} */
  const locale = (locales ? entry(locales, language) : localeOf(language)) ?? locales?.en ?? en;
  return (key, values = {}) => {
    const template = entry(locale, key);
    if (template === undefined) throw new Error(`locales/${language}.json: no words for "${key}"`);
    return template.replace(HOLE, (_, name, one, other) =>
      one === undefined ? `${values[name]}` : `${values[name]} ${String(values[name]) === "1" ? one : other}`,
    );
  };
}
