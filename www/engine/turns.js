// Turns of the event loop for a long pass on the CPU: meanwhile others are heard, whoever asked hears how far it is, and may have stopped it.

/** `share` of the pass is done, 0..1. A short pass, and one on a GPU, says nothing. @typedef {(share: number) => void} OnShare */
/** What a caller may give a pass. @typedef {{ signal?: AbortSignal, onProgress?: OnShare }} Stoppable */

/**
 * What the engine calls whenever it has computed for some forty milliseconds.
 * @param {OnShare} [onShare]
 * @param {AbortSignal} [signal]
 * @returns {(share: number) => Promise<boolean>} whether to go on
 */
export function turns(onShare, signal) {
  return async (share) => {
    await turn();
    given++;
    if (signal?.aborted) return false;
    onShare?.(share);
    return true;
  };
}

/**
 * Part `done` of `parts` of some work, for a pass of its own: throws where the work was stopped, and says how far the whole is.
 * @param {Stoppable} work
 * @param {number} done
 * @param {number} parts
 * @returns {Stoppable}
 */
export function portion({ signal, onProgress }, done, parts) {
  signal?.throwIfAborted();
  onProgress?.(done / parts);
  return { signal, onProgress: onProgress && ((share) => onProgress((done + share) / parts)) };
}

/** How many turns were given on this thread so far: a worker that computes is known by them. */
export let given = 0;

/** What waits in the loop goes first. A message to oneself, unlike a timer, is not held back; pages and workers both have it. */
function turn() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve(undefined);
    };
    port2.postMessage(null);
  });
}
