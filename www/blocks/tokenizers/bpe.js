// Byte pair encoding by hand (Sennrich et al. 2016): the same vocabulary with fewer merges, and the merges of one word, one after the other.

/** @typedef {{ model: { type: string, vocab: Record<string, number>, merges: ([string, string] | string)[] }, added_tokens?: { content: string }[] }} BpeFile */

/** @param {[string, string] | string} merge older files write "a b" */
const pair = (merge) => /** @type {[string, string]} */ (typeof merge === "string" ? merge.split(" ") : merge);

/**
 * A tokenizer that stopped learning earlier: the first merges only, and the tokens that they make. Merges are in the order in which they were learned.
 * @param {BpeFile} file a tokenizer.json
 * @param {number} count
 * @returns {{ file: BpeFile, vocabulary: number }}
 */
export function withMerges(file, count) {
  const { vocab, merges } = file.model;
  const added = new Set((file.added_tokens ?? []).map(({ content }) => content));
  const dropped = new Set(merges.slice(count).map((merge) => pair(merge).join("")));
  for (const merge of merges.slice(0, count)) dropped.delete(pair(merge).join(""));
  const kept = Object.fromEntries(Object.entries(vocab).filter(([token]) => !dropped.has(token) || added.has(token)));
  return {
    file: { ...file, model: { ...file.model, vocab: kept, merges: merges.slice(0, count) } },
    vocabulary: Object.keys(kept).length,
  };
}

/** @typedef {{ symbols: string[], merged?: { token: string, rank: number } }} Step */

/**
 * From single symbols to tokens: each step makes one of the pair that was learned first, wherever it stands.
 * @param {string[]} symbols
 * @param {([string, string] | string)[]} merges
 * @returns {Step[]} the symbols first, then what each merge leaves
 */
export function mergeSteps(symbols, merges) {
  const ranks = new Map(merges.map((merge, rank) => [pair(merge).join(" "), rank]));
  /** @type {Step[]} */
  const steps = [{ symbols }];
  for (;;) {
    const pairs = symbols
      .slice(1)
      .map((symbol, i) => ({ rank: ranks.get(`${symbols[i]} ${symbol}`) ?? Infinity, left: symbols[i], right: symbol }));
    const first = pairs.reduce((best, next) => (next.rank < best.rank ? next : best), { rank: Infinity, left: "", right: "" });
    if (first.rank === Infinity) return steps;
    const token = first.left + first.right;
    /** @type {string[]} */
    const next = [];
    for (let i = 0; i < symbols.length; i++) {
      const here = symbols[i] === first.left && symbols[i + 1] === first.right;
      next.push(here ? token : symbols[i]);
      if (here) i++;
    }
    symbols = next;
    steps.push({ symbols, merged: { token, rank: first.rank } });
  }
}
