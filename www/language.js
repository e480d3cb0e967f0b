// The languages that the page speaks, and their words. English is always there, for errors too; another language comes as a file of its own when somebody reads it.

import { entry } from "./lookup.js";

/** @typedef {Record<string, string>} Locale */

/** @type {Record<string, () => Promise<{ default: Locale }>>} */
const COMING = { zh: () => import("./locales/zh.json", { with: { type: "json" } }) };

export const LANGUAGES = ["en", ...Object.keys(COMING)];

/** @type {Map<string, Locale>} */
const THERE = new Map();

/** Languages whose words did not come when they were asked for last. @type {Set<string>} */
const FAILED = new Set();

/**
 * Fetches a language's words.
 * @param {string} language
 * @returns {Promise<void> | undefined} undefined where they are there; a language that cannot be fetched is asked for again the next time
 */
export function speak(language) {
  const fetched = entry(COMING, language);
  if (!fetched || THERE.has(language)) return undefined;
  const arrived = (/** @type {{ default: Locale }} */ { default: locale }) => {
    THERE.set(language, locale);
    FAILED.delete(language);
  };
  return fetched().then(arrived, () => void FAILED.add(language));
}

/**
 * Whether a language's words could not be fetched, so that English stands in their place.
 * @param {string} language
 */
export function lacksWords(language) {
  return FAILED.has(language);
}

/**
 * Does something when there are the words for it: at once, where they are there.
 * @template Done
 * @param {string} language
 * @param {() => Done} act
 */
export function spoken(language, act) {
  const coming = speak(language);
  return coming ? coming.then(act) : act();
}

/**
 * The words of a language that has been fetched.
 * @param {string} language
 */
export function localeOf(language) {
  return THERE.get(language);
}

/**
 * The first of the reader's languages that the page speaks; English where it speaks none.
 * @param {readonly string[]} languages as in navigator.languages
 */
export function preferredLanguage(languages) {
  return languages.map((tag) => tag.toLowerCase().split("-")[0]).find((language) => LANGUAGES.includes(language)) ?? "en";
}
