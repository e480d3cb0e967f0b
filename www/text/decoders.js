// Tokens → text ("decoder" of a tokenizer.json): the library's where it does what the reference does, else written out here.

import { FuseDecoder, ReplaceDecoder, StripDecoder } from "@huggingface/tokenizers";
import { bytesOf } from "./bytes.js";
import { chain, made } from "./parts.js";
import { bounded, replaced, translatable } from "./patterns.js";

/** @typedef {(tokens: string[]) => string[]} Decoder */

/**
 * @param {any} config
 * @returns {Decoder}
 */
export function decoderOf(config) {
  return config ? made("decoder", DECODERS, config) : (tokens) => [tokens.join(" ")];
}

/** @type {Record<string, (config: any) => Decoder>} */
const DECODERS = {
  Sequence: ({ decoders }) => chain(decoders.map(decoderOf)),
  BPEDecoder:
    ({ suffix }) =>
    (tokens) =>
      tokens.map((token, i) => token.replaceAll(suffix, i === tokens.length - 1 ? "" : " ")),
  ByteFallback: () => joinBytes,
  ByteLevel: joinCharacters,
  CTC:
    ({ pad_token: pad, word_delimiter_token: space, cleanup }) =>
    (tokens) => {
      const heard = tokens.filter((token, i) => token !== tokens[i - 1]).map((token) => token.replaceAll(pad, ""));
      return heard.map((token) => (cleanup ? cleaned(token).replaceAll(space, " ") : token)).filter((token) => token !== "");
    },
  Fuse: (config) => decoding(new FuseDecoder(config)),
  // A mark at the beginning stands for no space: it was put there before the text was read.
  Metaspace:
    ({ replacement: mark, prepend_scheme: scheme, add_prefix_space: prefix }) =>
    (tokens) =>
      tokens.map((token, i) => token.replaceAll(mark, i === 0 && scheme !== "never" && prefix !== false ? "" : " ")),
  Replace: ({ content, ...config }) => {
    const pattern = bounded(new ReplaceDecoder(translatable(config)).pattern);
    return (tokens) => tokens.map((token) => (pattern ? replaced(token, pattern, content) : token));
  },
  Strip: (config) => decoding(new StripDecoder(config)),
  WordPiece:
    ({ prefix, cleanup }) =>
    (tokens) => {
      const spaced = tokens.map((token, i) =>
        i === 0 ? token : token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`,
      );
      return cleanup ? spaced.map(cleaned) : spaced;
    },
};

const ENCODER = new TextEncoder();
const LOSSY = new TextDecoder("utf-8", { ignoreBOM: true });
const STRICT = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** @param {{ decode_chain: Decoder }} decoder of the library */
function decoding(decoder) {
  return (/** @type {string[]} */ tokens) => decoder.decode_chain(tokens);
}

/**
 * Tokens in the spelling of byte-level tokenizers become the text of all their bytes.
 * @returns {Decoder}
 */
function joinCharacters() {
  /** @type {Map<string, Uint8Array>} */
  const known = new Map();
  const spelled = (/** @type {string} */ token) => {
    const bytes = known.get(token) ?? bytesOf(token) ?? ENCODER.encode(token);
    known.set(token, bytes);
    return bytes;
  };
  return (tokens) => {
    const parts = tokens.map(spelled);
    const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return [LOSSY.decode(all)];
  };
}

/**
 * Tokens that stand for bytes become the text that they spell; where they spell none, each becomes a replacement mark.
 * @param {string[]} tokens
 */
function joinBytes(tokens) {
  /** @type {string[]} */
  const joined = [];
  /** @type {number[]} */
  let bytes = [];
  const flush = () => {
    try {
      if (bytes.length > 0) joined.push(STRICT.decode(Uint8Array.from(bytes)));
    } catch {
      joined.push(...bytes.map(() => "\uFFFD"));
    }
    bytes = [];
  };
  for (const token of tokens) {
    const byte = /^<0x([0-9A-Fa-f]{2})>$/.exec(token)?.[1];
    if (byte) bytes.push(parseInt(byte, 16));
    else {
      flush();
      joined.push(token);
    }
  }
  flush();
  return joined;
}

/** What the reference tidies up in English, in its order. */
const TIDY = [
  [" .", "."],
  [" ?", "?"],
  [" !", "!"],
  [" ,", ","],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [" do not", " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

/** @param {string} token */
function cleaned(token) {
  return !/ [.?!,'nd]/.test(token) ? token : TIDY.reduce((text, [from, to]) => text.replaceAll(from, to), token);
}
