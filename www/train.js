// The page that trains: a recipe is chosen and run, its loss and its heads are watched, and every moment of it can be gone back to. Recipe, steps, rate, seed and text are in the #hash.

import { LitElement, html, nothing } from "lit";
import { Chart } from "./blocks/chart.js";
import "./diorama.js";
import { keepRun } from "./checkpoint/runs.js";
import { spoken, words } from "./i18n.js";
import { keepOffline } from "./offline.js";
import { sentence } from "./sentence.js";
import "./shell/colophon.js";
import "./shell/masthead.js";
import { Preferences, pageIn, remembered } from "./shell/preferences.js";
import { earlierOf } from "./train/curve.js";
import { curve, moment, setup } from "./train/face.js";
import { recipeOf } from "./train/recipes.js";
import { Run } from "./train/run.js";
import { keepMarkers } from "./translation.js";

/** @typedef {import("./train/run.js").Settings} Settings */

/** A moment of the film. // ms */
const FRAME = 180;

/** Earlier runs in the chart. */
const MOST_EARLIER = 6;

const RANGES = { seed: [0, 2 ** 32 - 1], steps: [10, 20000], rate: [1e-6, 10] };

export class Train extends LitElement {
  static properties = Object.fromEntries(
    ["error", "index", "head", "off", "busy", "earlier", "playing"].map((name) => [name, { state: true }]),
  );

  /** @type {Run | undefined} */
  run;
  #preferences = new Preferences(this);
  /** Whether the last moment is shown whichever it is. */
  #follows = true;

  constructor() {
    super();
    this.error = "";
    /** The moment that is looked at. */
    this.index = 0;
    /** The head that the reader chose: a layer from 0, a head's number, "mean" or "max". @type {{ layer: number, head: string } | undefined} */
    this.head = undefined;
    /** What a head that was switched off did. @type {{ layer: number, head: number, whole: number, without: number } | undefined} */
    this.off = undefined;
    /** Something other than training keeps the model. */
    this.busy = false;
    /** Runs of this recipe that are over, the newest last. @type {import("./train/curve.js").Earlier[]} */
    this.earlier = [];
    /** The moments are shown one after the other. */
    this.playing = false;
    this.recipe = recipeOf("");
    /** @type {Settings} */
    this.settings = { seed: 1, steps: this.recipe.steps, rate: undefined, text: "" };
    this.set = (/** @type {Partial<Settings>} */ change) => this.#set(change);
  }

  createRenderRoot() {
    return this;
  }

  get language() {
    return this.#preferences.language;
  }

  get theme() {
    return this.#preferences.shade;
  }

  get say() {
    return words(this.language);
  }

  get moment() {
    return this.run?.moments.all[this.index];
  }

  /** The head whose map is shown large: until the reader chooses one, that which does best what the recipe lets them look for. @returns {{ layer: number, head: string }} */
  get shownHead() {
    const best = this.run?.moments.all.at(-1)?.score;
    if (this.head) return this.head;
    return best ? { layer: best.layer, head: String(best.head) } : { layer: (this.run?.hooks.length ?? 1) - 1, head: "max" };
  }

  /** Whether a moment can be gone back to now. */
  get canAct() {
    return !this.busy && (this.run?.state === "paused" || this.run?.state === "done");
  }

  /** What is shown stays until there are words for what comes. */
  scheduleUpdate() {
    return spoken(this.language, () => super.scheduleUpdate());
  }

  connectedCallback() {
    super.connectedCallback();
    keepMarkers(this);
    this.#follow();
    window.addEventListener("hashchange", () => this.#follow());
    keepOffline();
  }

  #follow() {
    const { settings } = remembered(location.hash);
    const recipe = recipeOf(settings.recipe ?? "");
    const number = (/** @type {"seed" | "steps" | "rate"} */ name) => {
      const [least, most] = RANGES[name];
      const value = Number(settings[name] ?? NaN);
      return value >= least && value <= most ? (name === "rate" ? value : Math.round(value)) : undefined;
    };
    const next = {
      seed: number("seed") ?? 1,
      steps: number("steps") ?? recipe.steps,
      rate: number("rate"),
      text: this.settings.text,
    };
    if (recipe !== this.recipe) this.earlier = [];
    if (recipe !== this.recipe || JSON.stringify(next) !== JSON.stringify(this.settings)) this.#leave();
    [this.recipe, this.settings] = [recipe, next];
    this.requestUpdate();
  }

  /** @param {string} id */
  choose(id) {
    if (id === this.recipe.id) return;
    this.#leave();
    this.earlier = [];
    this.recipe = recipeOf(id);
    this.settings = { ...this.settings, steps: this.recipe.steps, rate: undefined };
    this.#keep();
  }

  /** @param {Partial<Settings>} change */
  #set(change) {
    for (const [name, [least, most]] of Object.entries(RANGES)) {
      const value = /** @type {any} */ (change)[name];
      if (value === undefined) continue;
      const inside = Math.min(most, Math.max(least, Number.isFinite(value) ? value : least));
      /** @type {any} */ (change)[name] = name === "rate" ? inside : Math.round(inside);
    }
    this.settings = { ...this.settings, ...change };
    this.#keep();
  }

  #keep() {
    const { recipe, settings } = this;
    const hash = new URLSearchParams(location.hash.slice(1));
    const own = {
      recipe: recipe.id,
      seed: String(settings.seed),
      steps: String(settings.steps),
      rate: String(settings.rate ?? ""),
    };
    const usual = { recipe: recipeOf("").id, seed: "1", steps: String(recipe.steps), rate: "" };
    for (const name of /** @type {(keyof typeof own)[]} */ (Object.keys(own)))
      if (own[name] === usual[name]) hash.delete(name);
      else hash.set(name, own[name]);
    const text = hash.toString();
    history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
    this.requestUpdate();
  }

  #leave() {
    this.run?.close();
    this.run = undefined;
    [this.index, this.off, this.error, this.playing] = [0, undefined, "", false];
    this.head = undefined;
  }

  /** A new model, from the first step on. */
  begin() {
    const { run, say } = this;
    if (run && run.done > 1) this.earlier = [...this.earlier, earlierOf(run, say)].slice(-MOST_EARLIER);
    this.#leave();
    this.#follows = true;
    const next = new Run(this.recipe, { ...this.settings });
    this.run = next;
    next.addEventListener("change", () => this.#ran(next));
    return this.attempt(async () => {
      try {
        await next.open();
        await next.go();
      } catch (error) {
        // A run that was left may end as it likes.
        if (next !== this.run) return;
        if (next.done === 0) this.#leave();
        throw error;
      }
    });
  }

  /** Goes on with the run. */
  go() {
    const { run, settings } = this;
    this.#follows = true;
    return this.attempt(async () => {
      // Rate and seed are those with which the run began; it may go on for longer.
      if (run) run.settings = { ...run.settings, steps: settings.steps };
      await run?.go().catch((error) => {
        if (run === this.run) throw error;
      });
    });
  }

  /** @param {Run} run */
  #ran(run) {
    if (run !== this.run) return;
    if (this.#follows) this.index = Math.max(0, run.moments.all.length - 1);
    this.index = Math.min(this.index, Math.max(0, run.moments.all.length - 1));
    this.requestUpdate();
  }

  /** @param {number} index */
  lookAt(index) {
    this.index = index;
    this.off = undefined;
    this.#follows = index === (this.run?.moments.all.length ?? 0) - 1;
  }

  /** Shows the moments one after the other, as a film; once more: stops it. */
  async play() {
    this.playing = !this.playing;
    const { run } = this;
    const last = () => (run?.moments.all.length ?? 1) - 1;
    if (this.playing && this.index === last()) this.lookAt(0);
    while (this.playing && run === this.run && this.index < last()) {
      await new Promise((resolve) => setTimeout(resolve, FRAME));
      if (this.playing && run === this.run) this.lookAt(this.index + 1);
    }
    this.playing = false;
  }

  /** Takes the earlier runs out of the chart. */
  forget() {
    this.earlier = [];
  }

  /** @param {number} step */
  lookAtStep(step) {
    const steps = this.run?.moments.all.map((moment) => Math.abs(moment.step - step)) ?? [];
    if (steps.length > 0) this.lookAt(steps.indexOf(Math.min(...steps)));
  }

  /** @param {{ layer: number, head: string }} head */
  look(head) {
    this.head = head;
    this.off = undefined;
  }

  switchOff() {
    const { run, index } = this;
    const choice = { layer: this.shownHead.layer, head: Number(this.shownHead.head) };
    return this.#act(async () => {
      const losses = await run?.without(index, choice);
      this.off = losses && { ...choice, ...losses };
    });
  }

  fork() {
    return this.#act(async () => {
      await this.run?.fork(this.index);
      this.#follows = true;
    });
  }

  save() {
    return this.#act(async () => {
      const { run, index } = this;
      for (const file of (await run?.save(index)) ?? []) {
        const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: file.name });
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      }
    });
  }

  /** Opens the model of this moment, with the text that was watched, where everything can be looked at. */
  explore() {
    return this.#act(async () => {
      const { run, index, moment, recipe, settings } = this;
      const model = await keepRun(`${recipe.id} ${moment?.step} (${settings.seed})`, (await run?.save(index)) ?? []);
      const { lang, theme } = remembered(location.hash);
      const text = recipe.look.watched ?? run?.watched.rows.map(({ token }) => token).join("") ?? "";
      location.assign(pageIn("explore.html", { lang, theme }, { model, text, temperature: "0" }));
    });
  }

  /** @param {() => Promise<void>} action */
  async #act(action) {
    this.busy = true;
    await this.attempt(action);
    this.busy = false;
  }

  /** @param {() => Promise<unknown>} action */
  async attempt(action) {
    this.error = "";
    try {
      await action();
    } catch (error) {
      if (error?.name === "AbortError") return;
      this.error = await spoken(this.language, () => sentence(error, this.say));
    }
  }

  render() {
    return html`<h1>${this.say("train.title")}</h1>
      ${setup(this)} ${this.error ? html`<p class="error" role="alert">${this.error}</p>` : nothing}
      <div class="bench"><div class="curve">${curve(this)}</div><div class="moment">${moment(this)}</div></div>`;
  }
}

if (!customElements.get("diorama-chart")) customElements.define("diorama-chart", Chart);
customElements.define("diorama-train-page", Train);
