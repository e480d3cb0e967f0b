// Which models the page opens: those beside it, or the reader's own.

/** @typedef {import("./trace.js").Say} Say */

/**
 * The address of a model that a link names. One on another host must be chosen by the reader.
 * @param {string} model
 * @param {Say} say
 */
export function addressOf(model, say) {
  const url = new URL(model, document.baseURI);
  if (url.origin !== location.origin) throw new Error(say("error.foreign", { host: url.host }));
  return url.href;
}
