// Which tokens of a tokenizer spell which words of a text, so that several tokenizers can be lined up under the same text. The library tells no offsets:
// the tokens are read along the text, without regard to case, accents and spaces, which some tokenizers change.

/** @typedef {import("../trace.js").Piece} Piece */
/** Characters `from` up to `to` of the text. @typedef {{ from: number, to: number }} Span */
/** @typedef {Span & { text: string }} Word */

const BYTES = /^(?:⟨([0-9A-F ]+)⟩|<0x([0-9A-F]{2})>)$/;

/**
 * The words of a text, in any language; marks between words count as words, spaces do not.
 * @param {string} text
 * @returns {Word[]}
 */
export function wordsOf(text) {
  const segments = new Intl.Segmenter("en", { granularity: "word" }).segment(text);
  return [...segments]
    .filter(({ segment }) => segment.trim() !== "")
    .map(({ segment, index }) => ({ text: segment, from: index, to: index + segment.length }));
}

/**
 * For each token the characters that it spells; nothing for tokens that stand for no text.
 * @param {Piece[]} tokens
 * @param {string} text
 * @returns {(Span | undefined)[]}
 */
export function spansOf(tokens, text) {
  const letters = lettersOf(text);
  let next = 0;
  let bytes = 0;
  const take = (/** @type {number} */ count) => {
    const span = { from: letters[next].from, to: letters[next + count - 1].to };
    next += count;
    return span;
  };
  return tokens.map(({ token, special }) => {
    const [, some, one] = BYTES.exec(token) ?? [];
    if ((some || one) && next < letters.length) {
      const { from, to } = letters[next];
      bytes += (some ?? one).split(" ").length;
      const whole = new TextEncoder().encode(text.slice(from, to)).length;
      if (bytes >= whole) [next, bytes] = [next + 1, bytes - whole];
      return { from, to };
    }
    const spelled = lettersOf(token.replace(/^##|<\/w>$/g, "").replaceAll("▁", " ")).map(({ letter }) => letter);
    if (spelled.length > 0 && spelled.every((letter, i) => letters[next + i]?.letter === letter)) return take(spelled.length);
    if (spelled.length === 0 || next >= letters.length) return undefined;
    // A token for what the vocabulary lacks stands for a word, or for one character of a language without spaces.
    if (/unk/i.test(token)) return take(unknownLength(text, letters.slice(next)));
    return special ? undefined : skipped(spelled, letters, next, take, (to) => (next = to));
  });
}

/**
 * For each word the tokens that spell a part of it.
 * @param {(Span | undefined)[]} spans
 * @param {Span[]} words
 * @returns {number[][]}
 */
export function tokensOfWords(spans, words) {
  return words.map(({ from, to }) => spans.flatMap((span, token) => (span && span.from < to && span.to > from ? [token] : [])));
}

/**
 * The text with some of its words replaced by T5's sentinels, neighbours by one, and where each word stands in it.
 * @param {string} text
 * @param {Word[]} words
 * @param {Set<number>} hidden
 * @returns {{ text: string, words: Span[] }}
 */
export function corrupted(text, words, hidden) {
  let [out, at, sentinels] = ["", 0, 0];
  /** @type {Span[]} */
  const spans = [];
  words.forEach((word, i) => {
    if (hidden.has(i) && hidden.has(i - 1)) {
      spans.push(spans[i - 1]);
    } else {
      out += text.slice(at, word.from);
      const from = out.length;
      out += hidden.has(i) ? `<extra_id_${sentinels++}>` : word.text;
      spans.push({ from, to: out.length });
    }
    at = word.to;
  });
  return { text: out + text.slice(at), words: spans };
}

/**
 * A text's letters as tokenizers compare them.
 * @param {string} text
 */
function lettersOf(text) {
  let at = 0;
  return [...text].flatMap((character) => {
    const from = at;
    at += character.length;
    const plain = character.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
    return [...plain].map((letter) => ({ letter, from, to: from + character.length }));
  });
}

/**
 * Where a tokenizer has dropped characters, the token is looked for a little further on.
 * @param {string[]} spelled
 * @param {{ letter: string }[]} letters
 * @param {number} next
 * @param {(count: number) => Span} take
 * @param {(to: number) => void} jump
 */
function skipped(spelled, letters, next, take, jump) {
  const reach = 8; // letters
  for (let from = next + 1; from <= next + reach && from < letters.length; from++) {
    if (spelled.every((letter, i) => letters[from + i]?.letter === letter)) {
      jump(from);
      return take(spelled.length);
    }
  }
  return undefined;
}

/**
 * @param {string} text
 * @param {Span[]} letters those not yet read
 */
function unknownLength(text, letters) {
  if (/\p{Script=Han}/u.test(text.slice(letters[0].from, letters[0].to))) return 1;
  const gap = letters.findIndex(
    ({ from }, i) => i > 0 && (from > letters[i - 1].to || /[\p{P}\p{S}]/u.test(text.slice(from, from + 1))),
  );
  return gap < 0 ? letters.length : gap;
}
