// A model that learns, as the page sees it: a run in the model's worker and, where several share a batch, in workers beside it. What was learned outlives a lost worker or GPU: the run goes on
// from its last snapshot, with the same numbers on the CPU.

import { fromRaw } from "../../trace.js";
import { given, untilAborted } from "../options.js";
import { Replay } from "../generation.js";
import { Crew, isLoss } from "./crew.js";
import { engineGenerator, savedGenerator } from "./generator.js";
import { Measuring } from "./measuring.js";
import { arrays, requireCounts, workersFor } from "./options.js";

/** @typedef {import("../link.js").Link} Link */
/** @typedef {import("../host.js").Input} Input */
/** @typedef {import("../../trace.js").Trace} Trace */
/** @typedef {import("../../trace.js").Activation} Activation */
/** @typedef {import("./learner.js").About} About */
/** @typedef {import("./learner.js").Did} Did */
/** @typedef {import("./options.js").Asked} Asked */
/** `step` counts the steps done; `file` is a safetensors file of weights and optimizer states. @typedef {{ step: number, file: Uint8Array }} Snapshot */
/** Calls the model's engine. @typedef {(method: string, asked?: object, signal?: AbortSignal, transfer?: Transferable[]) => Promise<any>} Ask */
/**
 * One step as a run tells it: `step` counted from 0, `loss` in nats before the update, `gradNorm` before clipping, `tokens` of its batch without padding; `each` has all steps since the last one told. `heldOut` is the mean loss
 * of the held-out share in nats, `trace` what the probe does after this step.
 * @typedef {Omit<Did, "ms"> & { tokensPerSecond: number, each: Did[], heldOut?: number, trace?: Trace }} Step
 */
/**
 * What a training needs of its model. `helpers` opens links to workers with the model as it is.
 * @typedef {{ ask: Ask, device: () => "cpu" | "webgpu", helpers: (count: number) => Promise<Link[]> }} Home
 */

/** What workers compute between two messages to the page. // ms */
const PATIENCE = 60;

/** Between two snapshots of a run. // ms */
const KEPT = 5000;

/** A snapshot may take this share of the time. */
const KEPT_SHARE = 0.05;

/** Losses of workers, one after the other, after which a run gives up. */
const MOST_LOSSES = 3;

export class Training {
  /** @type {About} */
  about;
  #home;
  #crew;
  #asked;
  #generator;
  #workersAsked;
  /** @type {Snapshot} */
  #kept;
  #keptAt = 0;
  /** Whether steps may have been done since the last snapshot. */
  #ahead = false;
  /** What a step took last. // ms @type {number | undefined} */
  #pace;
  #keepEvery = KEPT;
  /** Steps that the schedule counts on. */
  #planned = 0;
  #running = false;
  /** The restoring that is under way. @type {Promise<unknown>} */
  #restoring = Promise.resolve();

  /**
   * @param {Home} home
   * @param {Asked} asked
   * @param {About} about
   * @param {Snapshot} kept
   */
  constructor(home, { workers, generator, ...asked }, about, kept) {
    this.#home = home;
    this.#crew = new Crew(home);
    this.#asked = { ...asked, generator: engineGenerator(generator) };
    this.#generator = generator;
    this.#workersAsked = workers;
    this.about = about;
    this.#kept = kept;
  }

  /**
   * @param {Home} home
   * @param {Asked} asked
   */
  static async open(home, asked) {
    const about = await home.ask("open", {
      options: asked.options,
      data: asked.data,
      changed: asked.changed,
      generator: engineGenerator(asked.generator),
    });
    const training = new Training(home, asked, about, await home.ask("snapshot"));
    await training.#gather();
    return training;
  }

  /** Workers that share a batch, the model's own included. */
  get workers() {
    return this.#crew.count;
  }

  /** Steps done, as far as they are kept. */
  get done() {
    return this.#kept.step;
  }

  /**
   * Learns, and tells of every `every`-th step and the last one. Ends early when `signal` aborts, after at most some 60 ms or one step.
   * @param {{ steps: number, every?: number, capture?: string[], probe?: Input & { labels?: import("./probe.js").Labels }, heldOut?: number, signal?: AbortSignal }} options
   *   `probe`: a text that is run after each step that is told, with the hooks of `capture`; `*_grad` are gradients of its loss. `heldOut`: batches that are measured then; where left out, four, as often as takes
   *   a tenth of the time, and behind the last step
   * @returns {AsyncGenerator<Step, void, void>}
   */
  async *run({ steps, every = 1, capture = [], probe, heldOut, signal }) {
    requireCounts({ steps, every, heldOut });
    if (this.#running) throw new Error("This training is under way: wait until it has ended, or abort it.");
    this.#running = true;
    const measuring = new Measuring(this.about.heldOut > 0 ? heldOut : 0, (batches) => this.#ask("heldOut", { batches }, signal));
    let losses = 0;
    /** @type {unknown} */
    let lost;
    try {
      await this.#restoring;
      if (this.#ahead) await this.snapshot();
      const from = this.#kept.step;
      this.#planned = from + steps;
      await this.#crew.all("plan", { steps: this.#planned });
      /** @type {Did[]} */
      let each = [];
      let [done, told, begun] = [from, from, performance.now()];
      while (told < from + steps && !signal?.aborted) {
        try {
          if (lost) {
            await this.#again(lost);
            [lost, done, each] = [undefined, this.#kept.step, []];
          }
          const until = Math.min(from + steps, from + (Math.floor((done - from) / every) + 1) * every);
          const did = await this.#steps(until - done);
          done += did.length;
          each.push(...did.filter(({ step }) => step >= told));
          if (done === until && done > told) {
            const last = /** @type {Did} */ (each.at(-1));
            const tokens = each.reduce((sum, { tokens }) => sum + tokens, 0);
            const tokensPerSecond = (tokens / (performance.now() - begun)) * 1000;
            const measured = await measuring.take(done === from + steps);
            const trace = probe && (await this.#probe(probe, capture, signal));
            const { ms: _, ...step } = last;
            yield { ...step, tokensPerSecond, each, ...given({ heldOut: measured, trace }) };
            [told, each, begun] = [done, [], performance.now()];
          }
          await this.#keep();
          losses = 0;
        } catch (error) {
          if (!isLoss(error) || ++losses === MOST_LOSSES) throw error instanceof Replay && error.loss ? error.loss : error;
          lost = error;
        }
      }
    } catch (error) {
      if (!signal?.aborted || error !== signal.reason) throw error;
    } finally {
      this.#running = false;
      await this.#keep(true).catch(() => {});
    }
  }

  /**
   * All that training changes, to go on from: weights and what the optimizer remembers.
   * @returns {Promise<Snapshot>}
   */
  async snapshot() {
    await this.#restoring;
    this.#kept = await this.#ask("snapshot");
    this.#keptAt = performance.now();
    this.#ahead = false;
    return { step: this.#kept.step, file: this.#kept.file.slice() };
  }

  /**
   * Goes back to a snapshot of this training, or of another of the same model and optimizer.
   * @param {Snapshot | Promise<Snapshot>} snapshot
   */
  restore(snapshot) {
    const restored = this.#restoring.then(async () => {
      const { step, file } = await snapshot;
      await this.#crew.all("restore", { file });
      this.#kept = { step, file: file.slice() };
      this.#ahead = false;
    });
    this.#restoring = restored.catch(() => {});
    return restored;
  }

  /**
   * The model as it is now, as the files of a folder that Hugging Face's libraries open.
   * @returns {Promise<File[]>}
   */
  async save() {
    await this.#restoring;
    return this.#ask("save");
  }

  /** The same of the generator of a joint training. @returns {Promise<File[]>} */
  async saveGenerator() {
    await this.#restoring;
    return savedGenerator(this.#generator, (method) => this.#ask(method));
  }

  /**
   * A text as the model reads it now, hooks and gradients included.
   * @param {Input & { labels?: import("./probe.js").Labels }} probe
   * @param {{ capture?: string[], signal?: AbortSignal }} [options]
   * @returns {Promise<Trace>}
   */
  async probe(probe, { capture = [], signal } = {}) {
    return this.#probe(probe, capture, signal);
  }

  /**
   * The loss of a batch and its gradients: of each weight under its published name, as the checkpoint stores it, and of the hooks of `capture`, each under its name with `_grad` behind it.
   * @param {Record<string, import("./options.js").Nested>} batch whole numbers under the names of `transformers`' arguments
   * @param {{ capture?: string[], signal?: AbortSignal }} [options]
   * @returns {Promise<{ loss: number, weights: Map<string, Activation>, activations: Map<string, Activation> }>}
   */
  async gradients(batch, { capture = [], signal } = {}) {
    const { loss, weights, activations } = await this.#ask("gradients", { batch: arrays(batch), capture }, signal);
    const named = (/** @type {Activation[]} */ list) => new Map(list.map((one) => [one.name, one]));
    return { loss, weights: named(weights), activations: named(activations) };
  }

  /**
   * Where the time of the steps went since the last call, in the model's own worker; the first call begins to note it. On a GPU it takes timestamps, each step is waited for meanwhile, and
   * the call is refused in a sentence where the GPU has none or the browser rounds them.
   * @returns {Promise<{ op: string, ms: number, runs: number }[]>}
   */
  async profile() {
    const ops = await this.#ask("profile");
    return ops.map((/** @type {[string, number, number]} */ [op, ms, runs]) => ({ op, ms, runs }));
  }

  /** Ends the run in the workers; the model keeps what it has learned. */
  close() {
    this.#crew.close();
  }

  /**
   * For the model, whose engine is another one now, or has another device: what was learned is brought there.
   * @param {Ask} ask of the new engine
   * @param {boolean} open whether the run has to be begun there
   */
  async moved(ask, open) {
    if (open) await ask("open", this.#asked);
    await ask("restore", { file: this.#kept.file });
    await ask("plan", { steps: this.#planned });
    await ask("join", { rank: 0, ports: [] });
    this.close();
  }

  /**
   * Steps in all workers at once, as many in each.
   * @param {number} most
   * @returns {Promise<Did[]>}
   */
  async #steps(most) {
    try {
      if (this.workers === 1) return await this.#ask("steps", { count: most, patience: PATIENCE });
      const count = Math.max(1, Math.min(most, Math.floor(PATIENCE / (this.#pace ?? PATIENCE))));
      const [did] = await this.#crew.all("steps", { count, patience: PATIENCE });
      this.#pace = did.at(-1)?.ms;
      return did;
    } finally {
      this.#ahead = true; // also where some were done before a fault, or where a snapshot was taken between them
    }
  }

  /**
   * @param {Input & { labels?: import("./probe.js").Labels }} probe
   * @param {string[]} capture
   * @param {AbortSignal} [signal]
   */
  async #probe({ labels, ...input }, capture, signal) {
    return fromRaw(await this.#ask("probe", given({ input, labels, capture }), signal));
  }

  /** A snapshot, where the last one is old. @param {boolean} [now] */
  async #keep(now = false) {
    const begun = performance.now();
    if (!this.#ahead || (!now && begun - this.#keptAt < this.#keepEvery)) return;
    await this.snapshot();
    this.#keepEvery = Math.max(KEPT, (performance.now() - begun) / KEPT_SHARE);
  }

  /** After a loss: all workers go on from the last snapshot. @param {unknown} error */
  async #again(error) {
    // The model's own engine is back already, with the snapshot: `moved` was called.
    if (!(error instanceof Replay)) {
      this.close();
      await this.#ask("join", { rank: 0, ports: [] });
      await this.#ask("restore", { file: this.#kept.file });
    }
    await this.#gather();
  }

  /** Workers beside the model's own, as many as there is use for. */
  async #gather() {
    const count =
      this.#home.device() === "cpu"
        ? workersFor(this.#workersAsked, this.#asked.options.batch, navigator.hardwareConcurrency ?? 1)
        : 1;
    if (count > 1) await this.#crew.gather(count, { asked: this.#asked, file: this.#kept.file, steps: this.#planned });
  }

  /** @param {string} method @param {object} [asked] @param {AbortSignal} [signal] */
  #ask(method, asked, signal) {
    return untilAborted(this.#home.ask(method, asked, signal), signal);
  }
}
