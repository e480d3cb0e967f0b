// Characters as the reference knows them: what Unicode says of a character, where JavaScript has rules of its own (for its \s a byte order mark is white space and
// U+0085 is none; for its \w é is no letter).

export const SPACE = /\p{White_Space}/gu;

const WORD = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}";

/** Words, and what lies between words and spaces. */
export const WORDS = new RegExp(`[${WORD}]+|[^${WORD}\\p{White_Space}]+`, "gu");

const WORD_BEFORE = new RegExp(`[${WORD}]$`, "u");
const WORD_BEHIND = new RegExp(`^[${WORD}]`, "u");

/**
 * Characters `from` up to `to` are no part of a longer word.
 * @param {string} text
 * @param {number} from
 * @param {number} to
 */
export function standsAlone(text, from, to) {
  return !WORD_BEFORE.test(text.slice(Math.max(0, from - 2), from)) && !WORD_BEHIND.test(text.slice(to, to + 2));
}

export const PUNCTUATION = /[\p{P}!-/:-@[-`{-~]/gu;

/** The blocks that the reference sets apart for BERT, which leave out a part of one (U+2B820 to U+2B91F). */
export const CHINESE =
  /[\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF\u{20000}-\u{2A6DF}\u{2A700}-\u{2B81F}\u{2B920}-\u{2CEAF}\u{2F800}-\u{2FA1F}]/gu;

/**
 * A pattern that finds these words and nothing else.
 * @param {string[]} words the first that fits is taken
 */
export function literally(...words) {
  return new RegExp(words.map((word) => word.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")).join("|"), "gu");
}
