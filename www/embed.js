// One block in a frame of somebody's page: the hash says which and how. It tells the page its height and what the reader chose, and obeys a few messages.
// Where the hash names none, there is a list of all.

import { importing } from "./asset.js";
import { BLOCKS, define } from "./blocks/gallery.js";
import { Frame } from "./blocks/frame.js";
import { refusal } from "./blocks/refusal.js";
import { give } from "./blocks/settings.js";
import { hashOf, parseHash } from "./blocks/share.js";
import { registerElements } from "./elements.js";
import { preferredLanguage, speak, words } from "./i18n.js";
import { entry } from "./lookup.js";
import { keepOffline } from "./offline.js";
import { sentence } from "./sentence.js";

/** @typedef {import("./blocks/block.js").Block} Block */

registerElements();

/** @type {Block | undefined} */
let block;
/** The hash as this page wrote it: what differs was typed, or set from outside. */
let written = "";

const frame = new Frame({
  settings: () => block?.changed() ?? {},
  set: (settings) => Object.entries(settings).forEach(([name, value]) => change(name, value)),
});

/**
 * @param {string} name of a setting; any other name does nothing
 * @param {unknown} value null takes the setting back to its default
 */
function change(name, value) {
  if (!block) return;
  give(block, name, value);
  dress();
}

/**
 * The frame's own page takes the theme and language of what it shows.
 * @param {{ shade: string, language: string } | undefined} shown
 */
function dress(shown = block) {
  if (!shown) return;
  document.documentElement.dataset.theme = shown.shade;
  document.documentElement.lang = shown.language === "zh" ? "zh-Hans" : "en";
}

async function open() {
  const { tag, given } = parseHash(location.hash);
  const language = given.get("lang") || preferredLanguage(navigator.languages);
  await speak(language);
  const say = words(language);
  try {
    if (!tag) return await showAll();
    if (!entry(BLOCKS, tag)) throw new Error(say("blocks.unknown", { block: tag.replace("diorama-", "") }));
    await define(tag);
    block = /** @type {Block} */ (document.createElement(tag));
    for (const [name, value] of given) change(name, value);
    block.addEventListener("diorama-settings", (event) => {
      written = `#${hashOf(tag, { .../** @type {CustomEvent} */ (event).detail.settings })}`;
      history.replaceState(null, "", written);
      frame.tell("settings", { settings: block?.changed() });
    });
    document.body.replaceChildren(block);
    dress();
    frame.tell("ready", { block: tag });
  } catch (error) {
    const [main, link] = [document.createElement("main"), document.createElement("a")];
    link.href = "blocks.html";
    link.textContent = say("blocks.all");
    main.append(refusal(error, say), link);
    document.body.replaceChildren(main);
    frame.tell("error", { message: sentence(error, say) });
  }
}

/** Where the address names no block. */
async function showAll() {
  const { Showcase } = await importing(() => import("./showcase/showcase.js"));
  block = undefined;
  const all = new Showcase();
  document.body.replaceChildren(document.createElement("main"));
  document.body.firstElementChild?.append(all);
  dress(all);
}

addEventListener("hashchange", () => location.hash !== written && open());
new ResizeObserver(() => frame.height(document.documentElement.getBoundingClientRect().height)).observe(document.documentElement);
open().then(keepOffline);
