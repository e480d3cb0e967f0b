// The data contract between the engine and everything that draws: numbers never travel without the names of their axes.

/**
 * One named array of numbers. `data` is row-major in the order of `axes`; `shape[i]` is the length of `axes[i]`.
 * @typedef {{ name: string, axes: string[], shape: number[], data: Float32Array }} Activation
 */
/**
 * What one forward pass left behind: the logits, which a model without a head lacks, and the captured activations by hook name.
 * @typedef {{ logits: Activation, activations: Map<string, Activation> }} Trace
 */
/**
 * A token the sampler looked at. `probability` is after temperature; `kept` says that it survives top-k and top-p.
 * @typedef {{ id: number, token: string, special: boolean, probability: number, kept: boolean, logit: number }} Candidate
 */
/**
 * One generated token. `text` is the whole text so far, complete characters only; `ms` is the time the engine took. `scores` are the logits as the rules
 * of generation_config.json leave them (-Infinity: forbidden): candidates are ranked by them; without such rules, by the logits themselves.
 * @typedef {{ id: number, token: string, special: boolean, text: string, candidates: Candidate[], trace: Trace, scores?: Float32Array, done: boolean, position: number, ms: number }} Step
 */
/**
 * A token as a reader sees it: `token` is the tokenizer's own spelling, `special` marks tokens that stand for no text, `segment` says which of two texts it is of;
 * `unknown` is the token for whatever the vocabulary has none for.
 * @typedef {{ id: number, token: string, special: boolean, segment?: number, unknown?: boolean }} Piece
 */
/**
 * What one step of a beam search looked at, the likeliest first: `beam` is the place among those that the step before kept of the text that is continued, `score` the
 * sum of its log-probabilities in nats.
 * @typedef {Piece & { beam: number, score: number, fate: "dropped" | "kept" | "finished" }} Continuation
 */
/** @typedef {{ ids: number[], text: string, steps: Continuation[][] }} BeamTree */
/**
 * A change of a hook (a name, or a glob such as "*.hook_pattern") while the model computes: all that follows sees it. `at` says where, axis by axis, and left out means everywhere;
 * exactly one of `set`, `scale`, `add` (a number) and `from` says what: an activation of the hook's shape, from another run, or the name of a hook that is computed before in the same
 * pass. In a generation positions count over the whole text, and an activation replaces the positions that it has.
 * @typedef {{ hook: string, at?: Record<string, number | number[]>, set?: number, scale?: number, add?: number, from?: Activation | string }} Intervention
 */
/** Where in the model a node or a hook stands: layers from 0; what is not within a stack, a layer or a part has none. @typedef {{ stack?: "blocks" | "encoder" | "decoder", layer?: number, part?: "attn" | "cross_attn" | "mlp" | "head" | "pooler" }} Place */
/**
 * A node of the model's graph; `inputs` are places in the list of nodes. `op` is the word of its shader, or "input" or "weight". A length that is no number changes from run to run: sequences, tokens
 * of the encoder, tokens that the decoder computes now, and all of its tokens so far. `hooks` are the names under which it can be captured and changed.
 * Where one published tensor holds several weights, `part` says which of the `parts`.
 * @typedef {{ name: string, op: string, inputs: number[], axes: string[], dims: (number | "batch" | "source" | "target" | "keys")[], stage: "source" | "target" | "loss" | "backward" | "update", hooks: string[], place: Place,
 *   part?: number, parts?: number, eps?: number, by?: number, share?: number, order?: number, clip?: number, scale?: number, activation?: string, mask?: "causal" | "padding", direction?: "both" | "back", bounds?: number[] }} GraphNode
 */
/**
 * Looks up interface words by key and fills `{name}` holes.
 * @typedef {(key: string, values?: Record<string, string | number>) => string} Say
 */

/** The score of a forbidden position: finite, so that no infinity ever enters a kernel. */
export const MASKED = -1e30;

/** Scores come back as f32, where −1e30 has a neighbour 7.6e22 away: anything below half of it is masked. */
const MASKED_THRESHOLD = MASKED / 2;

/** Writing whose characters stand upright in a vertical line, where others lie on their side. */
const UPRIGHT = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]/;

/**
 * Whether a label that is set vertically reads from the top down, in upright characters.
 * @param {string} text
 */
export function isUpright(text) {
  return UPRIGHT.test(text);
}

/**
 * Whether a score stands for "not allowed".
 * @param {number} score
 */
export function isMasked(score) {
  return score <= MASKED_THRESHOLD;
}

/**
 * The index of a named axis; an unknown name is an error.
 * @param {Activation} activation
 * @param {string} name
 */
export function axis(activation, name) {
  const index = activation.axes.indexOf(name);
  if (index < 0) throw new Error(`${activation.name}: no axis "${name}" among [${activation.axes.join(" ")}]`);
  return index;
}

/**
 * The part of an activation at fixed places on some axes; those axes are gone from the result.
 * @param {Activation} activation
 * @param {Record<string, number>} at axis name → index
 * @returns {Activation}
 */
export function slice(activation, at) {
  const fixed = new Map(Object.entries(at).map(([name, index]) => [axis(activation, name), index]));
  for (const [dim, index] of fixed) {
    if (!Number.isInteger(index) || index < 0 || index >= activation.shape[dim]) {
      throw new Error(`${activation.name}: ${activation.axes[dim]} ${index} lies outside 0..${activation.shape[dim] - 1}`);
    }
  }
  const open = activation.shape.map((_, dim) => dim).filter((dim) => !fixed.has(dim));
  const shape = open.map((dim) => activation.shape[dim]);
  const strides = rowMajorStrides(activation.shape);
  const data = new Float32Array(shape.reduce((product, length) => product * length, 1));
  const base = [...fixed].reduce((offset, [dim, index]) => offset + index * strides[dim], 0);
  // Where only the first axes are fixed, the rest lies in one piece.
  if (open.every((dim, i) => dim === fixed.size + i)) {
    data.set(activation.data.subarray(base, base + data.length));
    return { name: activation.name, axes: open.map((dim) => activation.axes[dim]), shape, data };
  }
  for (let flat = 0; flat < data.length; flat++) {
    let rest = flat;
    let offset = base;
    for (let i = open.length - 1; i >= 0; i--) {
      offset += (rest % shape[i]) * strides[open[i]];
      rest = Math.floor(rest / shape[i]);
    }
    data[flat] = activation.data[offset];
  }
  return { name: activation.name, axes: open.map((dim) => activation.axes[dim]), shape, data };
}

/**
 * The mean over one axis, which is gone from the result.
 * @param {Activation} activation
 * @param {string} name
 * @returns {Activation}
 */
export function mean(activation, name) {
  const dim = axis(activation, name);
  const count = activation.shape[dim];
  const inner = activation.shape.slice(dim + 1).reduce((product, length) => product * length, 1);
  const data = new Float32Array(activation.data.length / count);
  for (let to = 0; to < data.length; to++) {
    const from = Math.floor(to / inner) * inner * count + (to % inner);
    let sum = 0;
    for (let index = 0; index < count; index++) sum += activation.data[from + index * inner];
    data[to] = sum / count;
  }
  return {
    name: activation.name,
    axes: activation.axes.filter((_, i) => i !== dim),
    shape: activation.shape.filter((_, i) => i !== dim),
    data,
  };
}

/** @typedef {{ rows: number, columns: number, data: Float32Array }} Matrix */

/** A head by its number from 0, or what the heads make together. @typedef {number | "mean" | "max"} HeadChoice */

/** The pieces of an activation that grew token by token, in the order of their rows. @type {WeakMap<Activation, Activation[]>} */
const PIECES = new WeakMap();

/** The matrices asked for, kept as long as their activation: every redraw asks again, and the same answer tells it that there is nothing to draw. @type {WeakMap<Activation, Map<HeadChoice, Matrix>>} */
const MATRICES = new WeakMap();

/**
 * One head's `[query_pos key_pos]` matrix of the first text of a batch, as a view of the activation's own numbers; `"mean"` averages over the heads, `"max"`
 * takes the largest of them in each cell.
 * @param {Trace | undefined} trace
 * @param {string} hook
 * @param {HeadChoice} head
 * @returns {Matrix | undefined} undefined where the trace lacks the hook or the head
 */
export function attentionMatrix(trace, hook, head) {
  const activation = trace?.activations.get(hook);
  return activation && matrixOf(activation, head);
}

/**
 * @param {Activation} activation
 * @param {HeadChoice} head
 * @returns {Matrix | undefined}
 */
function matrixOf(activation, head) {
  const matrices = MATRICES.get(activation) ?? new Map();
  MATRICES.set(activation, matrices);
  const kept = matrices.get(head);
  if (kept) return kept;
  const [heads, rows, columns] = ["head", "query_pos", "key_pos"].map((name) => activation.shape[axis(activation, name)]);
  if (typeof head === "number" && head >= heads) return undefined;
  const matrix = { rows, columns, data: stacked(activation, head) ?? planeOf(activation, head, rows * columns) };
  matrices.set(head, matrix);
  return matrix;
}

/**
 * A matrix of what grew, put together from its pieces' own: only what is looked at, where all heads of a long text would be millions of numbers a token.
 * @param {Activation} activation
 * @param {HeadChoice} head
 */
function stacked(activation, head) {
  const matrices = PIECES.get(activation)?.map((piece) => /** @type {Matrix} */ (matrixOf(piece, head)));
  if (!matrices) return undefined;
  const [columns, rows] = [activation.shape[3], activation.shape[2]];
  const data = new Float32Array(rows * columns).fill(fillerOf(activation));
  let row = 0;
  for (const matrix of matrices) row = copyRows(matrix.data, matrix, data, row, columns);
  return data;
}

/** @type {(activation: Activation, head: HeadChoice, size: number) => Float32Array} */
function planeOf(activation, head, size) {
  const heads = activation.shape[axis(activation, "head")];
  const own = activation.data.subarray(0, heads * size);
  if (typeof head === "number") return own.subarray(head * size, (head + 1) * size);
  return head === "mean" ? mean(slice(activation, { batch: 0 }), "head").data : largest(own, size);
}

/** @param {Float32Array} planes @param {number} size of one */
function largest(planes, size) {
  const data = planes.slice(0, size);
  for (let i = size; i < planes.length; i++) data[i % size] = Math.max(data[i % size], planes[i]);
  return data;
}

/**
 * @param {string} head as an attribute says it: a number from 0, "mean" or "max"
 * @returns {HeadChoice}
 */
export function headOf(head) {
  return head === "mean" || head === "max" ? head : Number(head);
}

/**
 * The trace so far with one more generated token's trace added below it. Activations with a `query_pos` axis gain that token's row; a key that did not
 * exist when an older row was computed is filled with MASKED in scores and 0 in patterns, which is what the causal mask says of it.
 * Other activations are replaced by the newer ones; those that the new step did not compute (the encoder's) stay.
 * @param {Trace | undefined} trace
 * @param {Trace} step
 * @param {{ name: string, place: Place }[]} hooks the model's, as `info.hooks` has them
 * @returns {Trace}
 */
export function appendStep(trace, step, hooks) {
  if (!trace) return { logits: step.logits, activations: new Map(step.activations) };
  const activations = new Map(trace.activations);
  for (const [name, added] of step.activations) {
    const grown = activations.get(name);
    const grows = added.axes.includes("query_pos") && hooks.find((hook) => hook.name === name)?.place.stack !== "encoder";
    activations.set(name, grown && grows ? appendRows(grown, added) : added);
  }
  return { logits: step.logits, activations };
}

/**
 * A trace as the worker sends it, with its activations in a list, as a Trace.
 * @param {{ logits: Activation, activations: Activation[] }} raw
 * @returns {Trace}
 */
export function fromRaw(raw) {
  return { logits: raw.logits, activations: new Map(raw.activations.map((activation) => [activation.name, activation])) };
}

/**
 * Its numbers are put together when somebody asks for them all: a page looks at one head of many.
 * @param {Activation} above [batch head query_pos key_pos]
 * @param {Activation} below the same axes; its key_pos is at least as long
 * @returns {Activation}
 */
function appendRows(above, below) {
  const pieces = [...(PIECES.get(above) ?? [above]), below];
  const [batch, heads, rows] = above.shape;
  const shape = [batch, heads, rows + below.shape[2], below.shape[3]];
  /** @type {Float32Array | undefined} */
  let data;
  const activation = {
    name: above.name,
    axes: above.axes,
    shape,
    get data() {
      return (data ??= joined(pieces, activation));
    },
  };
  PIECES.set(activation, pieces);
  return activation;
}

/**
 * @param {Activation[]} pieces
 * @param {{ name: string, shape: number[] }} whole
 */
function joined(pieces, whole) {
  const [batch, heads, rows, columns] = whole.shape;
  const data = new Float32Array(batch * heads * rows * columns).fill(fillerOf(whole));
  let row = 0;
  for (let plane = 0; plane < batch * heads; plane++) {
    for (const { data: own, shape } of pieces) {
      const size = shape[2] * shape[3];
      row = copyRows(own.subarray(plane * size, (plane + 1) * size), { rows: shape[2], columns: shape[3] }, data, row, columns);
    }
  }
  return data;
}

/**
 * What a key counts as that did not exist yet.
 * @param {{ name: string }} activation
 */
function fillerOf({ name }) {
  return name.includes("hook_attn_scores") ? MASKED : 0;
}

/**
 * Copies a matrix into a wider one, from `row` on.
 * @param {Float32Array} from
 * @param {{ rows: number, columns: number }} matrix
 * @param {Float32Array} to
 * @param {number} row
 * @param {number} width of a row there
 * @returns {number} the row after it
 */
function copyRows(from, { rows, columns }, to, row, width) {
  for (let i = 0; i < rows; i++) to.set(from.subarray(i * columns, (i + 1) * columns), (row + i) * width);
  return row + rows;
}

/** @param {number[]} shape */
function rowMajorStrides(shape) {
  const strides = new Array(shape.length).fill(1);
  for (let dim = shape.length - 2; dim >= 0; dim--) strides[dim] = strides[dim + 1] * shape[dim + 1];
  return strides;
}
