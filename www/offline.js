// Lets the site open without a network from the second visit on.

import { SITE } from "./site.js";

/** A page that has been open for so long is read, not passed through. // ms */
const SETTLED = 8000;

/** Asks the browser to keep the site; where it cannot (private windows, plain http), the site works as before. */
export async function keepOffline() {
  if (!("serviceWorker" in navigator) || !isSecureContext) return;
  try {
    await navigator.serviceWorker.register(new URL("sw.js", SITE));
    const { active } = await navigator.serviceWorker.ready;
    if (/** @type {any} */ (navigator).connection?.saveData) return;
    setTimeout(() => active?.postMessage("keep all"), SETTLED);
  } catch (error) {
    console.info(`Diorama is not kept for use without a network: ${error.message}`);
  }
}
