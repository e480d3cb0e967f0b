// Tokenizers for models that begin from nothing, as tokenizer.json files: one token for each word of a list, or for each character of a text. Other libraries read them, too.

/** What a padded row is filled with, what ends a text, and what stands for all that is not known: ids 0, 1 and 2. */
const SPECIAL = ["<pad>", "</s>", "<unk>"];

/**
 * Each word a token, ids in the order of the list; in a text, words are parted by spaces.
 * @param {string[]} words the special ones among them: whatever looks like `<pad>`
 */
export function wordTokenizer(words) {
  return tokenizerFile(words, { type: "WhitespaceSplit" }, null);
}

/**
 * Each character a token, behind `<pad>`, `</s>` and `<unk>`; the commonest come first.
 * @param {string} text
 */
export function characterTokenizer(text) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const characters = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([character]) => character);
  const split = { type: "Split", pattern: { Regex: "[\\s\\S]" }, behavior: "Isolated", invert: false };
  return tokenizerFile([...SPECIAL, ...characters], split, { type: "Fuse" });
}

/**
 * @param {string[]} tokens
 * @param {object} splitter
 * @param {object | null} decoder
 */
function tokenizerFile(tokens, splitter, decoder) {
  const special = (/** @type {string} */ content) => /^<.+>$/.test(content);
  const added = tokens.flatMap((content, id) =>
    special(content) ? [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }] : [],
  );
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  const unknown = tokens.includes("<unk>") ? "<unk>" : tokens[0];
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: splitter,
    post_processor: null,
    decoder,
    model: { type: "WordLevel", vocab, unk_token: unknown },
  };
}
