// What a reader changes in a model, as a list in plain words, and what that is as interventions on hooks.

/** @typedef {import("../../trace.js").Activation} Activation */
/** @typedef {import("../../trace.js").Intervention} Intervention */
/**
 * `off` leaves it out for now. `by` "mean" is the mean over the positions of this text. `part` of a layer is attn, cross_attn, mlp or all. `keep` spreads what an edited weight
 * takes or leaves over the rest of its row, so that the row's sum stays as it was.
 * @typedef {{ off?: boolean } & (
 *   { do: "head", stack: string, layer: number, part: string, head: number, by: "zero" | "mean" } |
 *   { do: "layer", stack: string, layer: number, part: string, by: "zero" | "mean" } |
 *   { do: "hook", hook: string, at: Record<string, number[]>, how: "set" | "scale" | "add", value: number } |
 *   { do: "patch", hook: string, at: Record<string, number[]>, text: string } |
 *   { do: "weight", hook: string, head: number, query: number, key: number, value: number, keep: boolean }
 * )} Change
 */
/**
 * `here` are this text's own activations, `there` another text's; as the unchanged model computes them, or, where a list is given, with those interventions. A text that is going to grow by `room` tokens needs means that reach as far.
 * @typedef {{ here: (hook: string, changed?: Intervention[]) => Promise<Activation>, there: (text: string, hook: string) => Promise<Activation>, hooks: Set<string>, room?: number }} Sources
 */

/**
 * Edited weights come last: what their rows are made of depends on everything else.
 * @param {Change[]} changes
 * @param {Sources} sources
 * @returns {Promise<Intervention[]>}
 */
export async function interventionsOf(changes, sources) {
  const used = changes.filter(({ off }) => !off);
  const plain = async (/** @type {Sources} */ from) => (await Promise.all(used.map((change) => one(change, from)))).flat();
  const list = await plain(sources);
  const weights = used.filter((change) => change.do === "weight");
  // Rows are read over this text as it is.
  const here = weights.length > 0 && sources.room ? await plain({ ...sources, room: 0 }) : [...list];
  for (const change of weights) {
    const more = await edited(change, here, sources);
    here.push(...more);
    list.push(...more);
  }
  return list;
}

/**
 * @param {Change} change
 * @param {Sources} sources
 * @returns {Promise<Intervention[]>}
 */
async function one(change, { here, there, hooks, room = 0 }) {
  const mean = async (/** @type {string} */ hook, /** @type {string} */ stack) =>
    overPositions(await here(hook), stack === "encoder" ? 0 : room);
  switch (change.do) {
    case "head": {
      const hook = `${change.stack}.${change.layer}.${change.part}.hook_z`;
      return [
        change.by === "zero"
          ? { hook, at: { head: change.head }, set: 0 }
          : { hook, at: { head: change.head }, from: await mean(hook, change.stack) },
      ];
    }
    case "layer":
      return Promise.all(
        outputsOf(change, hooks).map(async (hook) =>
          change.by === "zero" ? { hook, set: 0 } : { hook, from: await mean(hook, change.stack) },
        ),
      );
    case "hook":
      return [{ hook: change.hook, ...placed(change.at), [change.how]: change.value }];
    case "patch": {
      const [from, own] = [await there(change.text, change.hook), await here(change.hook)];
      return [{ hook: change.hook, ...placed(shared(change.at, from, own)), from: fitted(from, own) }];
    }
    default:
      return [];
  }
}

/**
 * @param {Change & { do: "weight" }} change
 * @param {Intervention[]} others
 * @param {Sources} sources
 * @returns {Promise<Intervention[]>}
 */
async function edited({ hook, head, query, key, value, keep }, others, { here }) {
  const row = { head, query_pos: query };
  const cell = { hook, at: { ...row, key_pos: key }, set: value };
  if (!keep) return [cell];
  const now = weightAt(await here(hook, others), { head, query, key });
  // The rest of the row makes room, each in proportion; where there is no rest, nothing can.
  return now < 1 ? [{ hook, at: row, scale: (1 - value) / (1 - now) }, cell] : [cell];
}

/**
 * What a layer adds to the stream that runs past it.
 * @param {{ stack: string, layer: number, part: string }} change
 * @param {Set<string>} hooks
 */
export function outputsOf({ stack, layer, part }, hooks) {
  const all = { attn: "hook_attn_out", cross_attn: "hook_cross_attn_out", mlp: "hook_mlp_out" };
  const names = part === "all" ? Object.values(all) : [all[/** @type {keyof typeof all} */ (part)]];
  return names.map((name) => `${stack}.${layer}.${name}`).filter((name) => hooks.has(name));
}

/**
 * One weight of a pattern.
 * @param {Activation} pattern [batch head query_pos key_pos]
 * @param {{ head: number, query: number, key: number }} at
 */
export function weightAt({ shape: [, , rows, columns], data }, { head, query, key }) {
  return data[(head * rows + query) * columns + key];
}

/**
 * The same numbers at every position: their mean over the positions.
 * @param {Activation} activation batch and positions first
 * @param {number} [room] positions more
 * @returns {Activation}
 */
export function overPositions(activation, room = 0) {
  const [batch, positions, ...rest] = activation.shape;
  const width = rest.reduce((product, length) => product * length, 1);
  const reach = positions + room;
  const data = new Float32Array(batch * reach * width);
  for (let text = 0; text < batch; text++) {
    const start = text * positions * width;
    for (let i = 0; i < width; i++) {
      let sum = 0;
      for (let position = 0; position < positions; position++) sum += activation.data[start + position * width + i];
      for (let position = 0; position < reach; position++) data[(text * reach + position) * width + i] = sum / positions;
    }
  }
  return { ...activation, shape: [batch, reach, ...rest], data };
}

/**
 * Another text's activation in the shape of this one's: positions are matched by their number; those that the other text lacks keep this text's values.
 * @param {Activation} from
 * @param {Activation} own
 * @returns {Activation}
 */
export function fitted(from, own) {
  const data = own.data.slice();
  const strides = (/** @type {number[]} */ shape) =>
    shape.map((_, dim) => shape.slice(dim + 1).reduce((product, length) => product * length, 1));
  const [ownStrides, fromStrides] = [strides(own.shape), strides(from.shape)];
  const copy = (/** @type {number} */ dim, /** @type {number} */ to, /** @type {number} */ at) => {
    if (dim === own.shape.length) {
      data[to] = from.data[at];
      return;
    }
    const most = Math.min(own.shape[dim], from.shape[dim]);
    for (let i = 0; i < most; i++) copy(dim + 1, to + i * ownStrides[dim], at + i * fromStrides[dim]);
  };
  copy(0, 0, 0);
  return { ...own, data };
}

/**
 * A patch's places, without positions that only one of the two texts has.
 * @param {Record<string, number[]>} at
 * @param {Activation} from
 * @param {Activation} own
 */
function shared(at, from, own) {
  const lengths = Object.fromEntries(own.axes.map((axis, dim) => [axis, Math.min(own.shape[dim], from.shape[dim])]));
  return Object.fromEntries(Object.entries(at).map(([axis, places]) => [axis, places.filter((place) => place < lengths[axis])]));
}

/** @param {Record<string, number[]>} at */
function placed(at) {
  const axes = Object.entries(at).filter(([, places]) => places.length > 0);
  return axes.length > 0
    ? { at: Object.fromEntries(axes.map(([axis, places]) => [axis, places.length === 1 ? places[0] : places])) }
    : {};
}

/**
 * The list as the command's file: an activation becomes the name of a safetensors file.
 * @param {Intervention[]} interventions
 * @returns {{ json: string, files: { name: string, activation: Activation }[] }}
 */
export function commandFile(interventions) {
  /** @type {{ name: string, activation: Activation }[]} */
  const files = [];
  const list = interventions.map(({ from, ...rest }) => {
    if (!from || typeof from === "string") return { ...rest, ...(from ? { from } : {}) };
    const name = `from-${files.length + 1}.safetensors`;
    files.push({ name, activation: from });
    return { ...rest, from: name };
  });
  return { json: `[\n${list.map((one) => `  ${JSON.stringify(one)}`).join(",\n")}\n]`, files };
}

/**
 * "0-3, 5" → 0 1 2 3 5, counted from 0 as in hooks; empty is all.
 * @param {string} text
 * @returns {number[]}
 */
export function parsePlaces(text) {
  const places = [...text.matchAll(/(\d{1,5})(?:\s*[-–]\s*(\d{1,5}))?/g)].flatMap(([, from, to]) => {
    const [first, last] = [Number(from), Number(to ?? from)];
    return Array.from({ length: Math.max(0, Math.min(last, first + 4095) - first + 1) }, (_, i) => first + i);
  });
  return [...new Set(places)].sort((a, b) => a - b);
}

/**
 * A stack that stands in a link; what is not a list of changes is none.
 * @param {string} text
 * @returns {Change[] | undefined} undefined where it says nothing
 */
export function parseChanges(text) {
  try {
    const list = JSON.parse(text);
    const kinds = ["head", "layer", "hook", "patch", "weight"];
    return Array.isArray(list) ? list.filter((change) => kinds.includes(change?.do)) : undefined;
  } catch {
    return undefined;
  }
}
