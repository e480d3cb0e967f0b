// What the engine complains of, in the reader's language. Its own sentences are English, for the command and for scripts; the page knows those that a reader meets.

/** @typedef {import("../trace.js").Say} Say */

/** A sentence's words, and the key that says the same; named groups fill the holes. @type {[RegExp, string][]} */
const COMPLAINTS = [
  [/^weights: "(?<name>.+)" is missing from the checkpoint;/, "engine.missing"],
  [/^weights: "(?<name>.+)" has shape (?<got>\[.*?\]), but config\.json asks for (?<want>\[.*?\]);/, "engine.shape"],
  [/^weights: "(?<name>.+)" is stored as (?<got>\w+);/, "engine.dtype"],
  [/^weights: "(?<name>.+)" holds infinities or NaNs;/, "engine.finite"],
  [/^config: (?<reason>.+)$/, "engine.config"],
  [/^input: id (?<id>\d+) is outside the vocabulary; this model's ids run from 0 to (?<last>\d+)$/, "engine.vocabulary"],
  [/^input: the text is empty;/, "engine.empty"],
  [/^input: the text has (?<n>\d+) tokens, but this model takes at most (?<most>\d+);/, "engine.long"],
  [/^input: .* need (?<needed>[\d.]+) GiB for their activations, and at most (?<most>[\d.]+) GiB are used;/, "engine.activations"],
  [/^device: "(?<name>.+)" needs (?<needed>\d+) MiB in one buffer, and the adapter allows (?<most>\d+) MiB;/, "engine.buffer"],
];

/**
 * @param {string} message
 * @param {Say} say
 */
export function complaint(message, say) {
  for (const [words, key] of COMPLAINTS) {
    const found = message.match(words);
    if (found) return say(key, found.groups);
  }
  return message;
}
