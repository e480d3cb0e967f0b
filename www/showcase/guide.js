// docs/embedding.md as the build writes it into the site, with this site's address in its examples.

import { SITE } from "../site.js";

/**
 * @param {string} language
 * @returns {Promise<Node[]>}
 */
export async function readGuide(language) {
  const response = await fetch(new URL(`guides/embedding.${language}.html`, SITE));
  if (!response.ok) throw new Error(`guides/embedding.${language}.html: ${response.status}`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const code of page.querySelectorAll("code")) code.textContent = (code.textContent ?? "").replaceAll("{site}", SITE);
  return [...page.body.childNodes].map((node) => document.adoptNode(node));
}
