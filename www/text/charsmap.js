// The normalisation that a SentencePiece model carries in its tokenizer.json ("Precompiled"), read from its own table. The JavaScript library has one fixed
// approximation for all of them (NFKC and some spaces); the reference reads the table, and so does this.

/**
 * Bytes of UTF-8 → what replaces them: a double-array trie (Yata et al. 2007, as the darts-clone library lays it out) whose values point into a text of replacements,
 * each ended by a zero byte.
 */
export class Charsmap {
  #units;
  #replacements;

  /** @param {string} base64 the field precompiled_charsmap */
  constructor(base64) {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    const size = bytes.length < 4 ? Infinity : view.getUint32(0, true); // bytes
    if (size % 4 !== 0 || 4 + size > bytes.length)
      throw new Error("tokenizer.json has a damaged precompiled_charsmap: fetch the file again.");
    this.#units = Uint32Array.from({ length: size / 4 }, (_, i) => view.getUint32(4 + 4 * i, true));
    this.#replacements = bytes.subarray(4 + size);
  }

  /**
   * A short cluster of characters is looked up as one, otherwise each of its characters alone, as the reference does.
   * @param {string} text
   */
  normalize(text) {
    let normalized = "";
    for (const { segment } of CLUSTERS.segment(text)) {
      const bytes = ENCODER.encode(segment);
      const whole = bytes.length < LONGEST ? this.#find(bytes) : undefined;
      if (whole !== undefined) normalized += whole;
      else for (const character of segment) normalized += this.#find(ENCODER.encode(character)) ?? character;
    }
    return normalized;
  }

  /**
   * The replacement of the shortest entry that these bytes begin with.
   * @param {Uint8Array} bytes
   */
  #find(bytes) {
    let at = offset(this.#units[0]);
    for (const byte of bytes) {
      if (byte === 0) return undefined;
      at ^= byte;
      const unit = this.#units[at];
      if (unit === undefined || (unit & LABEL) >>> 0 !== byte) return undefined;
      at ^= offset(unit);
      if (unit & HAS_LEAF) return this.#replacement(this.#units[at] & VALUE);
    }
    return undefined;
  }

  /** @param {number} start // bytes */
  #replacement(start) {
    const end = this.#replacements.indexOf(0, start);
    return DECODER.decode(this.#replacements.subarray(start, end < 0 ? undefined : end));
  }
}

/** Clusters of this many bytes or more are not looked up whole. */
const LONGEST = 6;
const HAS_LEAF = 1 << 8;
const LABEL = 0x800000ff;
const VALUE = 0x7fffffff;

/** @param {number} unit */
const offset = (unit) => (unit >>> 10) << ((unit & (1 << 9)) >>> 6);

const CLUSTERS = new Intl.Segmenter("und", { granularity: "grapheme" });
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });
