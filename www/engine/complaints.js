// What the engine complains of, in the reader's language. Its own sentences are English, for the command and for scripts; the page knows those that a reader meets.

import { entry } from "../lookup.js";
import { shown } from "../trouble.js";

/** @typedef {import("../trace.js").Say} Say */

/** A sentence's words, and the key that says the same; named groups fill the holes. @type {[RegExp, string][]} */
const COMPLAINTS = [
  [/^weights: "(?<name>.+)" is missing from the checkpoint;/, "engine.missing"],
  [/^weights: "(?<name>.+)" has shape (?<got>\[.*?\]), but config\.json asks for (?<want>\[.*?\]);/, "engine.shape"],
  [/^weights: "(?<name>.+)" is stored as (?<got>\w+);/, "engine.dtype"],
  [/^weights: "(?<name>.+)" holds infinities or NaNs;/, "engine.finite"],
  [/^config: (?<file>\S+) holds no object;/, "engine.config.object"],
  [/^config: (?<file>\S+) is not JSON \((?<fault>.+)\);/, "engine.config.json"],
  [/^config: (?<name>\S+) is (?<got>.+) in (?<file>\S+); (?<wanted>.+) is expected$/, "engine.config.misfit"],
  [/^config: (?<name>.+) is 0; it must be at least 1$/, "engine.config.zero"],
  [/^config: (?<name>.+) is (?<n>\d+); more than (?<most>\d+) is not a size/, "engine.config.large"],
  [/^config: (?<name>\S+) (?<width>\d+) does not divide into (?<heads>\d+) heads$/, "engine.config.heads"],
  [/^config: head_dim (?<width>\d+) is odd;/, "engine.config.odd"],
  [/^config: (?<name>\S+) "(?<got>.+)" is not (?:a )?known(?: activation)?$/, "engine.config.activation"],
  [/^config: the rope scaling has no (?<name>\S+)$/, "engine.config.rope"],
  [/^config: model_type "(?<type>.+)" is not built in; this version runs (?<types>.+)$/, "trouble.family"],
  [
    /^config: config\.json names no model_type, so its architecture is unknown; this version runs (?<types>.+)$/,
    "trouble.typeless",
  ],
  [/^config: rope scaling "(?<got>.+)" is not built in; (?<known>.+) are$/, "engine.config.scaling"],
  [/^config: (?<name>\S+) is (?<got>.+) in config\.json, which changes the model/, "engine.config.changes"],
  [/^config: (?<named>\S+) is not built in; of this family, (?<classes>.+) are$/, "trouble.class"],
  [/^config: num_attention_heads (?<heads>\d+) is no multiple of num_key_value_heads (?<keys>\d+)$/, "engine.config.groups"],
  [/^config: pad_token_id (?<id>\d+) leaves no position of the (?<n>\d+) in max_position_embeddings/, "engine.config.positions"],
  [/^config: (?<name>\S+) (?<id>\d+) is outside the vocabulary of (?<vocab>\d+) tokens$/, "engine.config.start"],
  [/^config: (?<buckets>\d+) relative_attention_num_buckets up to a distance of (?<far>\d+) leave/, "engine.config.buckets"],
  [/^config: id2label has the key "(?<got>.*)" in config\.json;/, "engine.config.label"],
  [/^config: (?<reason>.+)$/, "engine.config"],
  [/^input: id (?<id>\d+) is outside the vocabulary; this model's ids run from 0 to (?<last>\d+)$/, "engine.vocabulary"],
  [/^input: the text is empty;/, "engine.empty"],
  [/^input: the text has (?<n>\d+) tokens, but this model takes at most (?<most>\d+);/, "engine.long"],
  [/^input: the text is full: all (?<most>\d+) positions/, "trouble.full"],
  [
    /^input: .* need (?<needed>[\d.]+) GiB for their activations, and at most (?<most>[\d.]+) GiB are used;/,
    "engine.activations",
  ],
  [/^device: "(?<name>.+)" needs (?<needed>\d+) MiB in one buffer, and the adapter allows (?<most>\d+) MiB;/, "engine.buffer"],
];

/** What a value of config.json should have been. @type {Record<string, string>} */
const WANTED = {
  "a whole number": "engine.wanted.whole",
  "a number": "engine.wanted.number",
  "true or false": "engine.wanted.flag",
  "a string": "engine.wanted.string",
  "an object": "engine.wanted.object",
  "an id": "engine.wanted.id",
  "an id below 4294967296": "engine.wanted.id",
  "a list of ids": "engine.wanted.ids",
  "a list of class names": "engine.wanted.classes",
  "a number above 0": "engine.wanted.positive",
  "a number of at least 0": "engine.wanted.epsilon",
  "a value": "engine.wanted.value",
};

/** More than any sentence of the engine has; what a browser or another library says may be as long as what it quotes. // characters */
const LONGEST = 1000;

/**
 * @param {string} said
 * @param {Say} say
 */
export function complaint(said, say) {
  const message = shown(said, LONGEST);
  for (const [words, key] of COMPLAINTS) {
    const found = message.match(words);
    if (found)
      return say(
        key,
        Object.fromEntries(Object.entries(found.groups ?? {}).map(([name, value]) => [name, told(name, value, say)])),
      );
  }
  return message;
}

/**
 * What fills a hole, without the English in it.
 * @param {string} name of the hole
 * @param {string} value
 * @param {Say} say
 */
function told(name, value, say) {
  const wanted = name === "wanted" ? entry(WANTED, value) : undefined;
  if (wanted) return say(wanted);
  return name === "known" || name === "types" ? value.replaceAll(" and ", ", ") : value;
}
