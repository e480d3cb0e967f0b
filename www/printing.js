// Whether the page is put on paper. Paper is light, whatever the reader's theme, and all that stands further down has to be there, seen or not.

const media = matchMedia("print");
let asked = false;

/** @type {Set<() => void>} */
const LISTENERS = new Set();

/** @param {boolean} now */
function turn(now) {
  asked = now;
  // Whoever draws anew does so in this turn of the event loop: the browser takes the page as it is after it.
  for (const listener of LISTENERS) listener();
}
addEventListener("beforeprint", () => turn(true));
addEventListener("afterprint", () => turn(false));
media.addEventListener("change", ({ matches }) => turn(matches));

export function onPaper() {
  return asked || media.matches;
}

/**
 * Calls the host's `paperChanged`, or draws it anew, when the page goes to paper and when it comes back.
 */
export class Printing {
  #follow;

  /** @param {import("lit").ReactiveControllerHost & { paperChanged?: () => void }} host */
  constructor(host) {
    this.#follow = () => {
      host.paperChanged?.();
      host.requestUpdate();
    };
    host.addController(this);
  }

  hostConnected() {
    LISTENERS.add(this.#follow);
  }

  hostDisconnected() {
    LISTENERS.delete(this.#follow);
  }
}
