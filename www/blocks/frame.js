// What a block in a frame and the page around it say to each other (docs/embedding.md). Messages are plain objects:
//
//   from the block  { diorama: 1, type: "ready", block }   { diorama: 1, type: "height", height }   { diorama: 1, type: "settings", settings }   { diorama: 1, type: "error", message }
//   to the block    { diorama: 1, type: "set", settings }  { diorama: 1, type: "get" }, answered by "settings"
//
// The page around is known by the origin that sent the reader here. Only its window, at that origin, is listened to, and only it hears what a reader chose or typed;
// where the browser does not tell the origin, the height alone is told.

/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {{ settings: () => Settings, set: (settings: Record<string, unknown>) => void }} Ears */

/** Of the messages: another version would have another number. */
const VERSION = 1;

export class Frame {
  #parent;
  #origin;
  #height = 0;

  /**
   * @param {Ears} ears
   * @param {{ parent?: Window, own?: Window, referrer?: string }} [around] for tests
   */
  constructor(ears, { parent = window.parent, own = window, referrer = document.referrer } = {}) {
    this.#parent = parent === own ? undefined : parent;
    this.#origin = referrer ? new URL(referrer).origin : undefined;
    own.addEventListener("message", (event) => this.#hear(event, ears));
  }

  /**
   * @param {"ready" | "settings" | "error"} type
   * @param {object} content
   */
  tell(type, content) {
    if (this.#origin) this.#parent?.postMessage({ diorama: VERSION, type, ...content }, this.#origin);
  }

  /** @param {number} height // CSS px */
  height(height) {
    const whole = Math.ceil(height);
    if (whole === this.#height) return;
    this.#height = whole;
    this.#parent?.postMessage({ diorama: VERSION, type: "height", height: whole }, this.#origin ?? "*");
  }

  /**
   * @param {MessageEvent} event
   * @param {Ears} ears
   */
  #hear({ source, origin, data }, ears) {
    if (!this.#parent || source !== this.#parent || origin !== this.#origin || data?.diorama !== VERSION) return;
    if (data.type === "set" && typeof data.settings === "object" && data.settings !== null) ears.set(data.settings);
    if (data.type === "set" || data.type === "get") this.tell("settings", { settings: ears.settings() });
  }
}
