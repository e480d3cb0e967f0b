// What a caller asks of training, in the form that the engine reads, or refused in one sentence.

import { packInterventions } from "../interventions.js";
import { given } from "../options.js";
import { generatorFiles } from "./generator.js";

/**
 * `heldOut`: the share of the data that is never trained on. `rows`: "packed" (texts one after another, cut into windows) or "lines" (a text a row). `masking.copies`: masks drawn once for so many
 * copies of each text (BERT), not anew each time (RoBERTa). `trained` and `frozen` are globs over the names of the checkpoint's tensors: only these learn, or all but these. `ema`: an average of each weight is kept, of
 * which so much stays at each step, and `save` writes the averages. `dropout`: the probability with which training leaves out each number at the architecture's places of dropout, by masks of the seed; whatever is measured is computed without. `interventions` hold in every pass: the gradient runs through them as through PyTorch's hooks. `workers`: how many share a batch on the CPU; "auto" goes by the cores.
 * `generator`: for the objective "rtd", a loaded masked language model with the same vocabulary, whose copy fills the masked places by its own draws; with `joint` the copy learns, too, by masked language modelling, with weights and an optimizer of its own.
 * @typedef {{ objective?: "clm" | "mlm" | "nsp" | "sop" | "span" | "pairs" | "cls" | "rtd", data: Data, batch?: number, context?: number, heldOut?: number, rows?: "packed" | "lines", masking?: { share?: number, copies?: number },
 *   optimizer?: { kind?: "adamw" | "sgd", lr?: number, betas?: [number, number], momentum?: number, eps?: number, weightDecay?: number }, schedule?: "constant" | "cosine" | "linear", warmup?: number, clip?: number, seed?: number,
 *   trained?: string[], frozen?: string[], ema?: number, dropout?: number, generator?: import("../model.js").Model, joint?: boolean, interventions?: import("../../trace.js").Intervention[], workers?: number | "auto" }} TrainOptions
 */
/**
 * A text (a string or a file) for an objective; a generated task with the sizes that are not the usual ones; or batches of whole numbers under the names of `transformers`' arguments, of which batch s mod
 * their number serves step s.
 * @typedef {string | Blob | { task: string, [size: string]: number | string } | { batches: Record<string, Nested>[] }} Data
 */
/** Numbers, or lists of them: all lists of a depth equally long. @typedef {number[] | number[][]} Nested */

/** What may be asked for; anything else is refused, because it would change nothing. */
const KNOWN = {
  train: [
    "objective",
    "batch",
    "context",
    "heldOut",
    "rows",
    "masking",
    "optimizer",
    "schedule",
    "warmup",
    "clip",
    "seed",
    "trained",
    "frozen",
    "ema",
    "dropout",
    "joint",
  ],
  optimizer: ["kind", "lr", "betas", "momentum", "eps", "weightDecay"],
  masking: ["share", "copies"],
};

const USUAL = {
  batch: 16,
  context: 64,
  heldOut: 0.05,
  schedule: "constant",
  warmup: 0,
  clip: 1,
  seed: 0,
  dropout: 0,
  joint: false,
};

/** What a training is begun with. @typedef {{ options: any, data: object, changed?: object, generator?: import("../../checkpoint/files.js").ModelFiles, workers: number | "auto" }} Asked */

/**
 * @param {TrainOptions} options
 * @param {import("../model.js").Model} [model] what is trained
 * @returns {Promise<Asked>}
 */
export async function engineOptions({ data, generator, workers = "auto", optimizer = {}, interventions, ...options }, model) {
  if (workers !== "auto" && !(Number.isInteger(workers) && workers >= 1))
    throw new Error(`workers: expected a whole number from 1 or "auto", got ${JSON.stringify(workers)}.`);
  requireKnown(options, KNOWN.train, "train");
  requireKnown(optimizer, KNOWN.optimizer, "optimizer");
  requireKnown(options.masking ?? {}, KNOWN.masking, "masking");
  const known = { ...USUAL, ...given(options), optimizer: given(optimizer) };
  for (const name of /** @type {const} */ (["batch", "context"])) {
    if (!(Number.isInteger(known[name]) && known[name] >= 1))
      throw new Error(`${name}: expected a whole number from 1, got ${JSON.stringify(known[name])}.`);
  }
  const read = await dataOf(data);
  return {
    options: known,
    data: read,
    changed: packInterventions(interventions),
    generator: generator && (await generatorFiles(generator, model, read)),
    workers,
  };
}

/**
 * @param {object} options
 * @param {string[]} known
 * @param {string} where
 */
function requireKnown(options, known, where) {
  const stranger = Object.keys(options).find((name) => !known.includes(name));
  if (stranger) throw new Error(`${where}: ${JSON.stringify(stranger)} is not known; there are ${known.join(", ")}.`);
}

/** How many workers share a batch. @param {number | "auto"} asked @param {number} texts of a batch @param {number} cores */
export function workersFor(asked, texts, cores) {
  // The page's own thread needs little while its model trains, but where there are many cores it keeps one.
  const wanted = asked === "auto" ? Math.min(cores > 2 ? cores - 1 : cores, MOST_WORKERS) : asked;
  return Math.max(1, Math.min(wanted, texts));
}

/** Beyond these the exchange of gradients takes more than the further worker saves. */
const MOST_WORKERS = 8;

/** @param {Data} data */
async function dataOf(data) {
  if (typeof data === "string") return { text: data };
  if (data instanceof Blob) return { text: await data.text() };
  if (data && typeof data === "object" && "task" in data) return { task: data };
  if (data && typeof data === "object" && Array.isArray(data.batches)) return { batches: data.batches.map(arrays) };
  throw new Error('data: expected a text, a file, { task: "…" } or { batches: […] }.');
}

/** Nested lists as numbers with a shape. @param {Record<string, Nested>} lists */
export function arrays(lists) {
  return Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, array(name, list)]));
}

/**
 * @param {string} name
 * @param {Nested} list
 */
function array(name, list) {
  if (!Array.isArray(list)) throw new Error(`${name}: expected a list of numbers, or of lists of numbers.`);
  if (!Array.isArray(list[0])) return { shape: [list.length], data: list };
  const rows = /** @type {number[][]} */ (list);
  const uneven = rows.find((row) => row.length !== rows[0].length);
  if (uneven) throw new Error(`${name}: its rows have ${rows[0].length} and ${uneven.length} numbers; fill the shorter ones up.`);
  return { shape: [rows.length, rows[0].length], data: rows.flat() };
}

/**
 * Refuses what a run cannot count by.
 * @param {{ steps: number, every: number, heldOut?: number }} counts
 */
export function requireCounts({ steps, every, heldOut = 0 }) {
  for (const [name, value, least] of /** @type {const} */ ([
    ["steps", steps, 0],
    ["every", every, 1],
    ["heldOut", heldOut, 0],
  ])) {
    if (!(Number.isInteger(value) && value >= least))
      throw new Error(`${name}: expected a whole number from ${least}, got ${JSON.stringify(value)}.`);
  }
}
