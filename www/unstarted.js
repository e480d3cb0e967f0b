// Says in a sentence why a page stays empty where the browser refuses to load its modules: opened from disk, or in a sandboxed frame whose server sends no CORS header.
// It is a classic script, because a browser runs those even where it refuses modules.

import en from "./locales/unstarted.en.json" with { type: "json" };
import zh from "./locales/unstarted.zh.json" with { type: "json" };

/** @type {Record<string, Record<string, string>>} */
const LOCALES = { en, zh };

const wanted = new URLSearchParams(location.hash.slice(1)).get("lang");
const language =
  [wanted ?? "", ...navigator.languages].map((tag) => tag.toLowerCase().split("-")[0]).find((tag) => tag in LOCALES) ?? "en";
const say = (/** @type {string} */ key) => LOCALES[language][key];

/** @param {string} sentence */
function show(sentence) {
  if (document.readyState === "loading") return addEventListener("DOMContentLoaded", () => show(sentence), { once: true });
  if (document.querySelector(".unstarted")) return;
  const said = document.createElement("p");
  said.className = "unstarted";
  said.setAttribute("role", "alert");
  said.lang = language === "zh" ? "zh-Hans" : "en";
  said.textContent = sentence;
  document.body.prepend(said);
}

if (location.protocol === "file:") show(say("start.disk"));
// The event of a script that could not be loaded does not bubble, so it is caught on its way down.
else
  addEventListener(
    "error",
    ({ target }) =>
      target instanceof HTMLScriptElement &&
      target.type === "module" &&
      show(self.origin === "null" ? say("start.frame") : say("start.scripts")),
    true,
  );
