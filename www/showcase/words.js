// The words about the blocks, which no other page needs, beside those that all pages share.

import { words } from "../i18n.js";
import en from "../locales/blocks.en.json" with { type: "json" };
import zh from "../locales/blocks.zh.json" with { type: "json" };

/** @type {Record<string, Record<string, string>>} */
const OWN = { en, zh };

/**
 * @param {string} language
 * @returns {import("../trace.js").Say}
 */
export function wordsOf(language) {
  const [own, shared] = [words(language, OWN), words(language)];
  return (key, values) => (key in en ? own : shared)(key, values);
}
