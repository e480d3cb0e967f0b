// One training as the page shows it: a fresh model, its steps, and the moments that can be gone back to.

import { pairEntropy, textOf } from "./text.js";
import { characterTokenizer, describeTask, newModel } from "../diorama.js";
import { attentionMatrix, headOf } from "../trace.js";
import { configOf } from "./recipes.js";
import { Moments } from "./moments.js";
import { scoreOf, targetsOf } from "./scores.js";

/** @typedef {import("../engine/model.js").Model} Model */
/** @typedef {import("../engine/training/training.js").Training} Training */
/** @typedef {import("./moments.js").Moment} Moment */
/** @typedef {import("./recipes.js").Recipe} Recipe */
/** `rate` is the optimizer's; undefined: the recipe's. @typedef {{ seed: number, steps: number, rate: number | undefined, text: string }} Settings */
/** @typedef {{ step: number, loss: number, gradNorm: number, lr: number, tokens: number }} Told */

/** Between two moments that are kept, at least. // ms */
const PAUSE = 250;

export class Run extends EventTarget {
  recipe;
  settings;
  /** @type {Model | undefined} */
  model;
  /** @type {Training | undefined} */
  training;
  /** Every step, in order. @type {Told[]} */
  steps = [];
  /** Held-out losses. @type {{ step: number, loss: number }[]} */
  heldOut = [];
  moments = new Moments();
  /** The tokens of the text that is watched, and of what its decoder reads. @type {{ rows: import("../trace.js").Piece[], columns: import("../trace.js").Piece[] }} */
  watched = { rows: [], columns: [] };
  /** @type {"new" | "opening" | "running" | "paused" | "done"} */
  state = /** @type {"new" | "opening" | "running" | "paused" | "done"} */ ("new");
  /** The loss of who only counts pairs of characters, where a text is learned. // nats @type {number | undefined} */
  pairs;
  tokensPerSecond = 0;
  /** Time spent on steps. // ms */
  spent = 0;
  /** @type {import("../engine/host.js").Input} */
  #probe = { ids: [] };
  /** @type {(number | undefined)[] | undefined} */
  #targets;
  #stop = new AbortController();

  /**
   * @param {Recipe} recipe
   * @param {Settings} settings
   */
  constructor(recipe, settings) {
    super();
    this.recipe = recipe;
    this.settings = settings;
  }

  get done() {
    return this.steps.length;
  }

  /** The hooks that show every head of the text that is watched. */
  get hooks() {
    const { model, recipe } = this;
    const part = recipe.family === "t5" ? "cross_attn" : "attn";
    const stack = recipe.family === "t5" ? "decoder" : "blocks";
    return (model?.info.hooks ?? [])
      .map(({ name }) => name)
      .filter((name) => name.startsWith(`${stack}.`) && name.endsWith(`${part}.hook_pattern`));
  }

  /** Makes the model and takes its first look at the text, before anything is learned. */
  async open() {
    const { recipe, settings } = this;
    this.#become("opening");
    const { data, options } = recipe;
    const described = "task" in data ? await describeTask(data) : undefined;
    const text = described ? "" : await textOf(data, settings.text);
    if (!described) this.pairs = pairEntropy(text, options.rows === "lines");
    const tokenizer = described?.tokenizer ?? characterTokenizer(text);
    const vocabulary = Object.keys(/** @type {any} */ (tokenizer).model.vocab).length;
    this.model = await newModel({ config: configOf(recipe, vocabulary), tokenizer, seed: settings.seed, name: recipe.id });
    const rate = settings.rate === undefined ? {} : { lr: settings.rate };
    this.training = await this.model.train({
      workers: 1,
      ...options,
      data: described ? /** @type {any} */ (data) : text,
      seed: settings.seed,
      optimizer: { ...options.optimizer, ...rate },
    });
    await this.#watch(text);
    await this.#keep();
    this.#become("paused");
  }

  /** Goes on until the planned steps are done, or `pause`. */
  async go() {
    const { training, recipe, settings } = this;
    if (!training || this.state === "running" || this.done >= settings.steps) return;
    const { signal } = (this.#stop = new AbortController());
    this.#become("running");
    let keptAt = performance.now();
    let begun = keptAt;
    try {
      for await (const step of training.run({ steps: settings.steps - this.done, every: recipe.every, signal })) {
        this.spent += performance.now() - begun;
        this.steps.push(...step.each.map(({ step, loss, gradNorm, lr, tokens }) => ({ step, loss, gradNorm, lr, tokens })));
        if (step.heldOut !== undefined) this.heldOut.push({ step: step.step + 1, loss: step.heldOut });
        this.tokensPerSecond = step.tokensPerSecond;
        if (performance.now() - keptAt > PAUSE || this.done >= settings.steps) {
          await this.#keep();
          keptAt = performance.now();
        }
        this.#changed();
        begun = performance.now();
      }
    } finally {
      if (/** @type {string} */ (this.state) === "running") this.#become(this.done >= settings.steps ? "done" : "paused");
    }
  }

  pause() {
    this.#stop.abort();
  }

  /**
   * The model as it was at a moment; what came later is forgotten when the run goes on from there.
   * @param {number} index
   */
  async fork(index) {
    const moment = this.moments.all[index];
    await this.training?.restore(moment.snapshot);
    this.moments.cut(index);
    this.steps = this.steps.filter(({ step }) => step < moment.step);
    this.heldOut = this.heldOut.filter(({ step }) => step <= moment.step);
    this.#become("paused");
  }

  /**
   * The loss of the text that is watched at a moment, as it is and with one head switched off. // nats a token
   * @param {number} index
   * @param {{ layer: number, head: number }} off counted from 0
   */
  async without(index, { layer, head }) {
    const { model, training, moments } = this;
    if (!model || !training) return undefined;
    const now = await training.snapshot();
    await training.restore(moments.all[index].snapshot);
    try {
      const hook = this.hooks[layer].replace("hook_pattern", "hook_z");
      const whole = await this.#lossOf([]);
      return { whole, without: await this.#lossOf([{ hook, at: { head }, set: 0 }]) };
    } finally {
      await training.restore(now);
    }
  }

  /**
   * The share of a head's attention that goes where the recipe's rule says, 0..1; undefined where there is no rule.
   * @param {import("../trace.js").Trace} trace
   * @param {number} layer from 0
   * @param {string} head from 0, "mean" or "max"
   */
  scoreOf(trace, layer, head) {
    const matrix = this.#targets && attentionMatrix(trace, this.hooks[layer], headOf(head));
    return matrix && this.#targets && scoreOf(matrix, this.#targets);
  }

  /**
   * The model of a moment, as the files of a folder that Hugging Face's libraries open.
   * @param {number} index
   * @returns {Promise<File[]>}
   */
  async save(index) {
    const { training, moments } = this;
    if (!training) return [];
    const now = await training.snapshot();
    await training.restore(moments.all[index].snapshot);
    try {
      return await training.save();
    } finally {
      await training.restore(now);
    }
  }

  close() {
    this.pause();
    this.training?.close();
    this.model?.dispose();
  }

  /** The text that is watched, and where the recipe's rule would look in it. @param {string} text that is learned */
  async #watch(text) {
    const model = /** @type {Model} */ (this.model);
    const { recipe } = this;
    const watched = recipe.look.watched ?? text.trim().slice(0, 24);
    const source = await model.encode(watched);
    const words = watched.split(" ");
    const { score } = recipe.look;
    if (score) this.#targets = targetsOf(score, words);
    if (recipe.family !== "t5") {
      this.#probe = { ids: source.map(({ id }) => id) };
      this.watched = { rows: source, columns: source };
      return;
    }
    const answer = await model.encode((score === "sorted" ? [...words].sort() : [...words].reverse()).join(" "));
    const end = model.info.eos[0];
    const [start] = await model.pieces([model.info.decoderStart]);
    const ids = [...source.map(({ id }) => id), end];
    this.#probe = { ids, decoderIds: [start.id, ...answer.map(({ id }) => id)] };
    this.watched = { rows: [...answer, ...(await model.pieces([end]))], columns: await model.pieces(ids) };
  }

  /** Keeps the present moment. */
  async #keep() {
    const { training, recipe } = this;
    if (!training) return;
    const trace = await training.probe(this.#probe, { capture: ["*.hook_pattern"] });
    const snapshot = await training.snapshot();
    this.moments.add({ step: this.done, snapshot, trace, written: await this.#write(), score: this.#best(trace) });
  }

  /** @param {import("../trace.js").Trace} trace @returns {import("./scores.js").Best | undefined} */
  #best(trace) {
    if (!this.#targets) return undefined;
    const heads = this.hooks.flatMap((_, layer) =>
      Array.from({ length: this.model?.info.heads ?? 0 }, (_, head) => {
        return { layer, head, score: this.scoreOf(trace, layer, String(head)) ?? 0 };
      }),
    );
    return heads.reduce((best, one) => (one.score > best.score ? one : best));
  }

  /** What the model writes behind each prompt now. */
  async #write() {
    const { recipe, settings } = this;
    const model = /** @type {Model} */ (this.model);
    const { prompts, temperature, length } = recipe.look;
    const asked = prompts.length > 0 ? prompts : [this.watched.rows.map(({ token }) => token).join("")];
    const written = [];
    for (const prompt of asked) {
      const pieces = await model.encode(prompt);
      const ids = pieces.map(({ id }) => id);
      const own = recipe.family === "t5" ? [...ids, model.info.eos[0]] : ids;
      const steps = [];
      for await (const step of model.generate({ ids: own }, { maxNewTokens: length, temperature, seed: settings.seed }))
        steps.push(step);
      const words = steps.filter(({ special }) => !special).map(({ token }) => token);
      written.push(words.join("task" in recipe.data ? " " : ""));
    }
    return written;
  }

  /** @param {import("../trace.js").Intervention[]} interventions */
  async #lossOf(interventions) {
    const model = /** @type {Model} */ (this.model);
    const { logits } = await model.run(this.#probe, { interventions });
    const [rows, size] = logits.shape.slice(-2);
    const labels = this.#labels();
    let [sum, count] = [0, 0];
    for (let row = 0; row < Math.min(rows, labels.length); row++) {
      if (labels[row] < 0) continue;
      const scores = logits.data.subarray(row * size, (row + 1) * size);
      const most = scores.reduce((a, b) => Math.max(a, b), -Infinity);
      const all = scores.reduce((total, score) => total + Math.exp(score - most), 0);
      sum += most + Math.log(all) - scores[labels[row]];
      count++;
    }
    return sum / Math.max(1, count);
  }

  /** What each row should predict; −1 where nothing says. A stretch that is new cannot be predicted. */
  #labels() {
    const { recipe } = this;
    if (recipe.family === "t5") return this.watched.rows.map(({ id }) => id);
    const ids = this.watched.rows.map(({ id }) => id);
    return ids.slice(1).map((id, row) => (recipe.look.score === "repeat" && this.#targets?.[row] === undefined ? -1 : id));
  }

  /** @param {Run["state"]} state */
  #become(state) {
    this.state = state;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
