// The form in which a tokenizer sees a text ("normalizer" of a tokenizer.json): the library's where it does what the reference does, else written out here.

import {
  BertNormalizer,
  NFCNormalizer,
  NFDNormalizer,
  NFKCNormalizer,
  NFKDNormalizer,
  ReplaceNormalizer,
  StripAccentsNormalizer,
} from "@huggingface/tokenizers";
import { byteLevel } from "./bytes.js";
import { Charsmap } from "./charsmap.js";
import { chain, made } from "./parts.js";
import { bounded, replaced, translatable } from "./patterns.js";
import { CHINESE } from "./unicode.js";

/** @typedef {import("./parts.js").Part} Part */
/** @typedef {(part: Part) => Part} Normalizer */

/**
 * @param {any} config
 * @returns {Normalizer}
 */
export function normalizerOf(config) {
  return config ? made("normalizer", NORMALIZERS, config) : (part) => part;
}

/** @type {Record<string, (config: any) => Normalizer>} */
const NORMALIZERS = {
  Sequence: ({ normalizers }) => chain(normalizers.map(normalizerOf)),
  BertNormalizer: (config) => step(bert(config)),
  ByteLevel: () => step(byteLevel),
  Lowercase: () => step(lower),
  NFC: (config) => step(normalizing(new NFCNormalizer(config))),
  NFD: (config) => step(normalizing(new NFDNormalizer(config))),
  NFKC: (config) => step(normalizing(new NFKCNormalizer(config))),
  NFKD: (config) => step(normalizing(new NFKDNormalizer(config))),
  Nmt: () => step((text) => text.replace(DROPPED, "").replace(SPACED, " ")),
  Precompiled: ({ precompiled_charsmap: table }) => {
    const charsmap = table ? new Charsmap(table) : undefined;
    return ({ text, first }) => ({ text: charsmap?.normalize(text) ?? text, first });
  },
  Prepend: ({ prepend }) => step((text) => (text === "" ? "" : prepend + text)),
  Replace: ({ content, ...config }) => {
    const pattern = bounded(new ReplaceNormalizer(translatable(config)).pattern) ?? /(?!)/gu;
    return ({ text, first }) => {
      const start = text.search(pattern) === 0 ? [...(text.match(pattern)?.[0] ?? "")].length : 0;
      // What replaces several characters stands where the last of them stood.
      return { text: replaced(text, pattern, content), first: first && start <= (content === "" ? 0 : 1) };
    };
  },
  Strip: ({ strip_left: left, strip_right: right }) =>
    step((text) =>
      text.replace(left ? /^\p{White_Space}+/u : "", "").replace(right ? /(?<!\p{White_Space})\p{White_Space}+$/u : "", ""),
    ),
  StripAccents: (config) => step(normalizing(new StripAccentsNormalizer(config))),
};

/** Control characters that SentencePiece drops, and what it takes for a space. */
const DROPPED = /[\x01-\x08\x0B\x0E-\x1F\x7F\x8F\x9F]/g;
const SPACED = /[\t\n\f\r\u1680\u200B-\u200F\u2028\u2029\u2581\uFEFF\uFFFD]/g;

/**
 * Some tokenizers treat the beginning of a text differently: it is told where a text has lost its first character.
 * @param {(text: string) => string} normalize
 * @returns {Normalizer}
 */
function step(normalize) {
  return ({ text, first }) => {
    const normalized = normalize(text);
    const [head = ""] = text;
    const lost = first && normalize(head) === "" && !normalized.startsWith(head);
    return { text: normalized, first: first && !lost };
  };
}

/** @param {{ normalize: (text: string) => string }} normalizer of the library */
function normalizing(normalizer) {
  return (/** @type {string} */ text) => normalizer.normalize(text);
}

/**
 * A Σ becomes σ wherever it stands: JavaScript alone writes ς at the end of a word.
 * @param {string} text
 */
function lower(text) {
  return text.replaceAll("Σ", "σ").toLowerCase();
}

/**
 * The library cleans up; it sees halves of Chinese characters beyond the first plane, and takes accents off only after it has changed the case.
 * @param {{ clean_text: boolean, handle_chinese_chars: boolean, lowercase: boolean, strip_accents: boolean | null }} config
 */
function bert({ clean_text: clean, handle_chinese_chars: apart, lowercase, strip_accents: accents }) {
  const cleaner = new BertNormalizer(/** @type {any} */ ({ clean_text: clean }));
  return (/** @type {string} */ text) => {
    let normalized = cleaner.normalize(text);
    if (apart) normalized = normalized.replace(CHINESE, " $& ");
    if (accents ?? lowercase) normalized = normalized.normalize("NFD").replace(/\p{Mn}/gu, "");
    return lowercase ? lower(normalized) : normalized;
  };
}
