// The page's words in two languages. A missing key is an error, not an English word in a Chinese page; a test holds both files to the same keys.

import en from "./locales/en.json" with { type: "json" };
import zh from "./locales/zh.json" with { type: "json" };

/** @type {Record<string, Record<string, string>>} */
const LOCALES = { en, zh };

/** @typedef {import("./trace.js").Say} Say */

/**
 * @param {string} language "en" or "zh"
 * @param {Record<string, Record<string, string>>} [locales] where a page has words that no other needs
 * @returns {Say}
 */
export function words(language, locales = LOCALES) {
  const locale = locales[language] ?? locales.en;
  return (key, values = {}) => {
    const template = locale[key];
    if (template === undefined) throw new Error(`locales/${language}.json: no words for "${key}"`);
    return template.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  };
}

/**
 * The first of the reader's languages that the page speaks; English where it speaks none.
 * @param {readonly string[]} languages as in navigator.languages
 */
export function preferredLanguage(languages) {
  return languages.map((tag) => tag.toLowerCase().split("-")[0]).find((language) => language in LOCALES) ?? "en";
}
