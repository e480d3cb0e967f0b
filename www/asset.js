// Files of the site itself: a part that does not come, because the network failed or because a new build has taken its place, is one sentence.

import { chunks, patiently } from "./checkpoint/waiting.js";
import { Trouble } from "./trouble.js";

/**
 * A script or words that are fetched when they are first needed.
 * @template T
 * @param {() => Promise<T>} load an `import()`
 * @returns {Promise<T>}
 */
export async function importing(load) {
  try {
    return await load();
  } catch (error) {
    // A script that came, and fails by itself, says why. One of another build lacks what this one asks of it, which is a fault of syntax.
    throw error instanceof TypeError || error instanceof SyntaxError
      ? new Trouble("trouble.site", { file: "JavaScript" })
      : error;
  }
}

/**
 * The host's answer.
 * @param {URL | string} address
 * @param {string} file as the reader is told
 * @returns {Promise<Response>}
 */
export async function askSite(address, file) {
  const failed = () => new Trouble("trouble.site", { file });
  const response = await patiently(fetch(address), failed).catch(() => {
    throw failed();
  });
  if (!response.ok) throw failed();
  return response;
}

/**
 * The bytes of an answer.
 * @param {Response} response
 * @param {string} file
 * @returns {Promise<Blob>}
 */
export async function whole(response, file) {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const parts = [];
  if (response.body)
    for await (const part of chunks(response.body, () => new Trouble("trouble.site", { file })))
      parts.push(/** @type {Uint8Array<ArrayBuffer>} */ (part));
  return new Blob(parts);
}
