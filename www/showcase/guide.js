// docs/embedding.md as the build writes it into the site, with this site's address in its examples.

import { askSite, whole } from "../asset.js";
import { SITE } from "../site.js";

/**
 * @param {string} language
 * @returns {Promise<Node[]>}
 */
export async function readGuide(language) {
  const file = `guides/embedding.${language}.html`;
  const text = await (await whole(await askSite(new URL(file, SITE), file), file)).text();
  const page = new DOMParser().parseFromString(text, "text/html");
  for (const code of page.querySelectorAll("code")) code.textContent = (code.textContent ?? "").replaceAll("{site}", SITE);
  return [...page.body.childNodes].map((node) => document.adoptNode(node));
}
