// Lets the site open without a network from the second visit on, and brings an open page to a new build of the site.

import { SITE } from "./site.js";

/** A page that has been open for so long is read, not passed through. // ms */
const SETTLED = 8000;

/** The most that a new version is waited for before the page reloads without it. // ms */
const PATIENCE = 15_000;

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

/** Loads the page anew, in the newest build: a version that the browser keeps would otherwise serve the page as long as another tab is open on it. */
export async function reload() {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  // Where nothing is kept, or nothing newer is there, a plain reload is all there is to do.
  await Promise.race([takeNewest(), late]).catch(() => {});
  location.reload();
}

async function takeNewest() {
  const registration = await navigator.serviceWorker?.getRegistration(SITE);
  if (!registration) return;
  await registration.update();
  const { installing } = registration;
  if (installing) await new Promise((resolve) => installing.addEventListener("statechange", resolve, { once: true }));
  const { waiting } = registration;
  if (!waiting) return;
  const taken = new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
  waiting.postMessage("take over");
  await taken;
}
