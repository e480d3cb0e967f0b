// How another host is asked on the site's own pages: by a worker of its own (asker.js). The pages' policy allows no other host to anything else.

import { SITE, isSandboxed } from "../site.js";
import { Trouble } from "../trouble.js";
import { Room, WorkerLink } from "./link.js";
import { untilAborted } from "./options.js";

/** @typedef {import("../checkpoint/folder.js").ModelSource} ModelSource */
/** @typedef {import("./link.js").CallOptions} CallOptions */
/** @typedef {{ read: import("../checkpoint/files.js").ModelFiles, survey: import("../checkpoint/files.js").Stated, tokenizer: import("../checkpoint/files.js").TokenizerFiles }} Answers */

/**
 * Whether a model lies on another host than this page of the site. A page of somebody else has its own policy, and there the engine asks for what it is given.
 * @param {ModelSource} source
 */
export function liesElsewhere(source) {
  return "url" in source && new URL(SITE).origin === location.origin && new URL(source.url).origin !== location.origin;
}

/**
 * @template {keyof Answers} Method
 * @param {Method} method
 * @param {ModelSource} source
 * @param {CallOptions} options an aborted signal ends the worker, and with it every request
 * @returns {Promise<Answers[Method]>}
 */
export async function ask(method, source, options) {
  // A worker of such a page has the page's policy, not its own.
  if (isSandboxed() && "url" in source) throw new Trouble("trouble.sandbox", { host: new URL(source.url).host });
  const link = new WorkerLink(new Room("asker.js"));
  try {
    return await untilAborted(link.call(method, [source], options), options.signal);
  } finally {
    link.close();
  }
}
