// The reader's own choice of a model: an address looked at before anything large is fetched, the models that the browser keeps, the mirror.

import { canKeep, forgetModel, isKept, keptModels } from "./checkpoint/cache.js";
import { addressOf, agree } from "./checkpoint/opening.js";
import { FROM_RUN, forgetRun, keptRuns, runFiles } from "./checkpoint/runs.js";
import { ask } from "./engine/asking.js";
import { folderAddress, mirrorAddress } from "./checkpoint/hub.js";
import { DEFAULTS, FROM_DISK, movedTo } from "./state.js";
import { reload } from "./offline.js";
import { showModel } from "./shell/card.js";
import { TOKENIZER } from "./checkpoint/survey.js";
import { sentence } from "./sentence.js";
import { Trouble } from "./trouble.js";

/** @typedef {import("./explore.js").App} App */
/** @typedef {import("./checkpoint/files.js").Stated} Stated */

const MIRROR = "diorama.mirror";

/**
 * Whether a model is in this browser alone, so that no link holds it.
 * @param {string} address
 */
export function isHeldHere(address) {
  return address.startsWith(FROM_DISK) || address.startsWith(FROM_RUN);
}

export class Own {
  /** What stands in the field: a name or an address. */
  text = "";
  /** What stands in the mirror's field; remembered as it was typed. */
  mirror = remembered();
  /** The model at that address, once the reader has asked. @type {Stated | undefined} */
  stated;
  asking = false;
  error = "";
  /** @type {import("./checkpoint/cache.js").KeptModel[]} */
  kept = [];
  /** Whether the browser keeps models for this page at all. */
  keeps = true;
  /** What this page has stored and may store. // bytes @type {{ used: number, most: number } | undefined} */
  storage;
  #app;
  /** The reader's own models, by their addresses. @type {Map<string, File[]>} */
  #files = new Map();
  #asked = new AbortController();

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
  }

  /** What will be asked; undefined where the text, or the mirror's, is no address. */
  get address() {
    const hub = mirrorAddress(this.mirror);
    return hub && folderAddress(this.text, hub);
  }

  /** @param {string} text */
  write(text) {
    this.#asked.abort();
    this.text = text;
    this.stated = undefined;
    this.error = "";
    this.#app.requestUpdate();
  }

  /**
   * Names are looked up at another hub; an empty text is the public one.
   * @param {string} text
   */
  setMirror(text) {
    this.mirror = text;
    remember(text);
    this.write(this.text);
  }

  /** Asks the address, at the reader's word: what the model is and what it takes. */
  async look() {
    const url = this.address;
    if (!url) return;
    this.write(this.text);
    const asked = (this.#asked = new AbortController());
    this.asking = true;
    try {
      const stated = await ask("survey", { url }, { signal: asked.signal });
      if (!asked.signal.aborted) this.stated = stated;
    } catch (error) {
      if (!asked.signal.aborted) this.error = sentence(error, this.#app.say);
    }
    if (asked === this.#asked) this.asking = false;
    this.#app.requestUpdate();
  }

  /**
   * Loads a model that the reader has looked at and agreed to.
   * @param {string} address
   * @param {Stated} stated
   */
  async load(address, stated) {
    const { text } = this;
    agree(address);
    await this.open(address);
    // The first run may have taken long: what the reader has typed by now is about the next model.
    if (this.text === text) this.write("");
    this.#note(stated.tokenizer, (await canKeep()) && !(await isKept(address)));
  }

  /** @param {File[]} files */
  async openFiles(files) {
    this.#app.dialog = "";
    const { tokenizer } = await ask("survey", { files }, {});
    await this.open(files).finally(() => this.#note(tokenizer));
  }

  /**
   * Opens a model by its files or its address. Where that fails, the one before stays.
   * @param {File[] | string} choice
   */
  async open(choice) {
    const app = this.#app;
    const { state } = app;
    app.keep(movedTo(state, typeof choice === "string" ? choice : this.#addressFor(choice)));
    app.dialog = "";
    try {
      await app.loadModel();
    } catch (error) {
      app.keep(state);
      throw error;
    }
    await app.run();
  }

  /**
   * Opens the model that an address names, on its device. Where that fails, the one before stays, and the address names it again.
   * @param {import("./state.js").State} named
   */
  async go({ model, device }) {
    const app = this.#app;
    try {
      if (app.state.model !== model || app.state.device !== device) app.keep({ ...app.state, model, device });
      await app.loadModel();
    } catch (error) {
      if (app.model && app.state.model === model) app.keep({ ...app.state, model: app.opened });
      throw error;
    }
  }

  /**
   * What an address stands for: an address that may be asked, or files from the reader's disk.
   * @param {string} address
   */
  async sourceOf(address) {
    if (address.startsWith(FROM_RUN)) return runFiles(address);
    if (!address.startsWith(FROM_DISK)) return addressOf(address);
    const files = this.#files.get(address);
    if (!files) throw new Trouble("trouble.disk");
    return files;
  }

  /** @param {File[]} files */
  #addressFor(files) {
    const address = `${FROM_DISK}${this.#files.size + 1}`;
    this.#files.set(address, files);
    return address;
  }

  /** Where the model of a link has not come, ours is shown below the sentence that says why: nobody meets an empty page. */
  async standIn() {
    const app = this.#app;
    if (app.model || app.loading || app.state.model === DEFAULTS.model) return;
    try {
      await app.loadModel(DEFAULTS.model);
      await app.run();
    } catch {
      // The sentence on the page is about the reader's model, and stays.
    }
  }

  /** Ends the loading of a model; the one before stays. */
  cancel() {
    this.#app.abort.abort();
    this.#app.loading = undefined;
    this.#app.note(this.#app.say("cancelled"));
  }

  /**
   * What the reader can do about an error.
   * @param {unknown} error
   * @param {() => Promise<unknown>} action what failed
   */
  remedy(error, action) {
    const app = this.#app;
    if (!(error instanceof Trouble)) return undefined;
    if (error.ofSite) return { label: app.say("reload"), act: reload };
    if (error.passing) return { label: app.say("retry"), act: () => app.attempt(action) };
    return error.key === "trouble.foreign"
      ? { label: app.say("own.look.at", error.values), act: () => this.#consider(String(error.values.address)) }
      : undefined;
  }

  /**
   * Shows an address that a link names, before anybody is asked.
   * @param {string} address
   */
  #consider(address) {
    this.write(address);
    return this.#app.attempt(() => showModel(this.#app));
  }

  /** What the browser keeps, as it is now. */
  async refresh() {
    const [keeps, runs, models] = await Promise.all([canKeep(), keptRuns(), keptModels()]);
    [this.keeps, this.kept] = [keeps, [...runs, ...models]];
    const { usage, quota } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {};
    this.storage = usage !== undefined && quota !== undefined ? { used: usage, most: quota } : undefined;
    this.#app.requestUpdate();
  }

  /** @param {string[]} folders */
  async forget(folders) {
    for (const folder of folders) await (folder.startsWith(FROM_RUN) ? forgetRun : forgetModel)(folder);
    await this.refresh();
  }

  /**
   * What the reader should know of a model that has just been opened.
   * @param {string[] | undefined} tokenizer
   * @param {boolean} [unkept]
   */
  #note(tokenizer, unkept = false) {
    const { say } = this.#app;
    if (tokenizer && tokenizer.length > 0 && !tokenizer.includes(TOKENIZER))
      this.#app.note(say("own.tokenizer.old", { files: tokenizer.join(", ") }));
    else if (unkept) this.#app.note(say("own.unkept"));
  }
}

function remembered() {
  try {
    return localStorage.getItem(MIRROR) ?? "";
  } catch {
    // A page without storage has the public hub.
    return "";
  }
}

/** @param {string} mirror */
function remember(mirror) {
  try {
    if (mirror.trim() === "") localStorage.removeItem(MIRROR);
    else localStorage.setItem(MIRROR, mirror);
  } catch {
    // Then it holds until the page is closed.
  }
}
