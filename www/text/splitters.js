// Where a tokenizer cuts a text before it looks for tokens ("pre_tokenizer" of a tokenizer.json). The library translates patterns; everything is cut as the
// reference's `SplitDelimiterBehavior` says (`splits.js`).

import { SplitPreTokenizer } from "@huggingface/tokenizers";
import { byteLevel } from "./bytes.js";
import { made } from "./parts.js";
import { bounded, translatable } from "./patterns.js";
import { splitScripts } from "./scripts.js";
import { splitText } from "./splits.js";
import { PUNCTUATION, SPACE, WORDS, literally } from "./unicode.js";

/** @typedef {import("./parts.js").Part} Part */
/** @typedef {(part: Part) => Part[]} Splitter */

/**
 * @param {any} config
 * @returns {Splitter}
 */
export function splitterOf(config) {
  return config ? made("pre_tokenizer", SPLITTERS, config) : (part) => [part];
}

/** @type {Record<string, (config: any) => Splitter>} */
const SPLITTERS = {
  Sequence: ({ pretokenizers }) => sequence(...pretokenizers.map(splitterOf)),
  BertPreTokenizer: () => sequence(cut(SPACE, "Removed"), cut(PUNCTUATION, "Isolated")),
  ByteLevel: ({ add_prefix_space: space = false, use_regex: regex = true }) => {
    const words = regex ? cut(GPT2, "Isolated") : (/** @type {Part} */ part) => [part];
    return ({ text, first }) =>
      words({ text: space && !text.startsWith(" ") ? ` ${text}` : text, first }).map((part) => ({
        ...part,
        text: byteLevel(part.text),
      }));
  },
  CharDelimiterSplit: ({ delimiter }) => cut(literally(delimiter), "Removed"),
  Digits: ({ individual_digits: each }) => cut(/\p{N}/gu, each ? "Isolated" : "Contiguous"),
  FixedLength: ({ length = 5 }) => cut(new RegExp(`[^]{1,${length}}`, "gu"), "Isolated"),
  Metaspace: metaspace,
  Punctuation: ({ behavior = "Isolated" }) => cut(PUNCTUATION, behavior),
  UnicodeScripts:
    () =>
    ({ text, first }) =>
      marked(splitScripts(text), text, first),
  Split: (config) =>
    cut(bounded(new SplitPreTokenizer(translatable(config)).pattern) ?? literally(""), config.behavior, config.invert),
  Whitespace: () => cut(WORDS, "Removed", true),
  WhitespaceSplit: () => cut(SPACE, "Removed"),
};

/** How GPT-2 cuts a text (Radford et al. 2019, encoder.py). */
const GPT2 =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/**
 * @param {...Splitter} splitters
 * @returns {Splitter}
 */
function sequence(...splitters) {
  return (part) => splitters.reduce((parts, splitter) => parts.flatMap(splitter), [part]);
}

/**
 * @param {RegExp} pattern with the flag g
 * @param {string} behavior
 * @param {boolean} [invert] cuts lie between the matches
 * @returns {Splitter}
 */
function cut(pattern, behavior, invert) {
  return ({ text, first }) => marked(splitText(text, pattern, behavior, invert), text, first);
}

/**
 * @param {string[]} pieces in their order
 * @param {string} text that they are of
 * @param {boolean} first
 * @returns {Part[]}
 */
function marked(pieces, text, first) {
  return pieces.map((piece, i) => ({ text: piece, first: first && i === 0 && text.startsWith(piece) }));
}

/**
 * A mark for each space, and one before a text, or before every stretch of it between added tokens.
 * @param {{ replacement: string, prepend_scheme?: string, add_prefix_space?: boolean, split?: boolean }} config
 * @returns {Splitter}
 */
function metaspace({ replacement: mark, prepend_scheme: scheme = "always", add_prefix_space: prefix = true, split = true }) {
  const words = split ? cut(literally(mark), "MergedWithNext") : (/** @type {Part} */ part) => [part];
  return ({ text, first }) => {
    const marked = text.replaceAll(" ", mark);
    const prepended = prefix && (scheme === "always" || (scheme === "first" && first)) && !marked.startsWith(mark);
    return words({ text: prepended ? mark + marked : marked, first });
  };
}
