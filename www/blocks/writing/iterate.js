// An encoder made to write: masks are put behind a text and filled in, one at a time or all at once and then again where it was least sure.

/** @typedef {import("../../engine/model.js").Model} Model */
/** @typedef {import("../../trace.js").Piece} Piece */
/** The text after a pass: `filled` are the places that it wrote, with their probabilities; `masked` are still hidden. @typedef {{ pieces: Piece[], filled: Map<number, number>, masked: number[] }} Pass */

/** A text that is continued ends where its first mask stands. @param {string} text */
export function openingOf(text) {
  return text.split(/\[MASK\]|<mask>|<extra_id_\d+>/)[0].trim();
}

/**
 * Which places are hidden again before the next pass: the least sure, fewer from pass to pass, none at the end (Ghazvininejad et al. 2019, §3.1: n = N · (T − t) / T).
 * @param {Map<number, number>} sureness place → probability
 * @param {number} pass the next one, counted from 0
 * @param {number} passes in all
 */
export function leastSure(sureness, pass, passes) {
  const count = Math.floor((sureness.size * (passes - pass)) / passes);
  const order = [...sureness].sort(([a, p], [b, q]) => p - q || a - b);
  return order
    .slice(0, count)
    .map(([place]) => place)
    .sort((a, b) => a - b);
}

/**
 * @param {Model} model one with a masked-word head
 * @param {string} opening
 * @param {{ mode: string, count: number, passes: number, signal?: AbortSignal }} how "append" or "refine"
 * @param {(pass: Pass) => void} [onPass]
 * @returns {Promise<{ passes: Pass[], positions: number, ms: number, written: Piece[] }>} `positions` are those that all passes computed
 */
export async function iterate(model, opening, { mode, count, passes, signal }, onPass = () => {}) {
  const { mask, maxPositions } = model.info;
  const read = await model.encode(opening);
  const end = read.at(-1)?.special ? read.length - 1 : read.length;
  const room = Math.min(count, (maxPositions ?? Infinity) - read.length - 1);
  const [hidden] = await model.pieces([/** @type {number} */ (mask)]);
  const segment = read.some((piece) => piece.segment !== undefined) ? 0 : undefined;
  const hole = { ...hidden, segment };
  const done = { passes: /** @type {Pass[]} */ ([]), positions: 0, ms: 0, written: /** @type {Piece[]} */ ([]) };
  let pieces = [...read];
  const fill = async (/** @type {number[]} */ places) => {
    const input = { ids: pieces.map(({ id }) => id), tokenTypeIds: segment === undefined ? undefined : pieces.map(() => 0) };
    const began = performance.now();
    const { places: filled } = await model.fill(input, { places, temperature: 0, candidates: 1, signal });
    done.ms += performance.now() - began;
    done.positions += pieces.length;
    pieces = [...pieces];
    for (const { position, id, token, special } of filled) pieces[position] = { id, token, special, segment };
    return new Map(
      filled.map(({ position, id, candidates }) => [
        position,
        candidates.find((candidate) => candidate.id === id)?.probability ?? 0,
      ]),
    );
  };
  const note = (/** @type {Map<number, number>} */ filled, /** @type {number[]} */ masked) => {
    const pass = { pieces, filled, masked };
    done.passes.push(pass);
    onPass(pass);
  };
  if (mode === "append") {
    for (let n = 0; n < room; n++) {
      pieces = [...pieces.slice(0, end + n), hole, ...read.slice(end)];
      note(await fill([end + n]), []);
    }
  } else {
    pieces = [...pieces.slice(0, end), ...Array.from({ length: room }, () => hole), ...read.slice(end)];
    const sureness = new Map(Array.from({ length: room }, (_, n) => [end + n, 0]));
    for (let pass = 0; pass < passes; pass++) {
      const places = pass === 0 ? [...sureness.keys()] : leastSure(sureness, pass, passes);
      if (places.length === 0) break;
      for (const place of places) pieces = pieces.with(place, hole);
      const filled = await fill(places);
      filled.forEach((probability, place) => sureness.set(place, probability));
      note(filled, pass + 1 < passes ? leastSure(sureness, pass + 1, passes) : []);
    }
  }
  done.written = pieces.slice(end, end + room);
  return done;
}

/**
 * The same number of tokens from a decoder, greedily: one pass each, but only of the new token.
 * @param {Model} model
 * @param {string} opening
 * @param {number} count
 * @param {(written: number) => void} [onToken]
 * @returns {Promise<{ passes: number, positions: number, ms: number, text: string, first: string }>}
 */
export async function writeOn(model, opening, count, onToken = () => {}) {
  const generation = await model.start({ text: opening });
  const { maxPositions } = model.info;
  const room = Math.min(count, (maxPositions ?? Infinity) - generation.source.length);
  const done = { passes: 0, positions: 0, ms: 0, text: "", first: "" };
  try {
    for (let step; done.passes < room && !step?.done;) {
      const began = performance.now();
      step = await generation.step({ temperature: 0, candidates: 1, capture: [] });
      done.ms += performance.now() - began;
      done.positions += done.passes === 0 ? generation.source.length : 1;
      done.passes++;
      done.text = step.text;
      done.first ||= step.token;
      onToken(done.passes);
    }
  } finally {
    await generation.release();
  }
  return done;
}

/**
 * How much a decoder is surprised by what follows an opening, spread over its characters.
 * @param {Model} model
 * @param {string} opening
 * @param {string} whole begins with the opening
 * @param {AbortSignal} [signal]
 * @returns {Promise<number>} bits for a character
 */
export async function surprise(model, opening, whole, signal) {
  const [before, all] = await Promise.all([opening, whole].map((text) => nats(model, text, signal)));
  const letters = [...whole].length - [...opening].length;
  return letters > 0 ? (all - before) / Math.LN2 / letters : NaN;
}

/**
 * −ln p of a text after its first token.
 * @param {Model} model
 * @param {string} text
 * @param {AbortSignal} [signal]
 */
async function nats(model, text, signal) {
  const ids = (await model.encode(text)).map(({ id }) => id);
  const { logits } = await model.run({ ids }, { signal });
  const vocab = logits.shape[logits.shape.length - 1];
  let sum = 0;
  for (let i = 1; i < ids.length; i++) {
    const row = logits.data.subarray((i - 1) * vocab, i * vocab);
    const top = row.reduce((most, logit) => Math.max(most, logit), -Infinity);
    sum += top + Math.log(row.reduce((total, logit) => total + Math.exp(logit - top), 0)) - row[ids[i]];
  }
  return sum;
}
