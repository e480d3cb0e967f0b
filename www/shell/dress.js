// The document around the page: its language, theme and title. To set what is there already would style the whole page anew, with every token that is pointed at.

/**
 * @param {Document} page
 * @param {{ language: string, theme: string, say: import("../trace.js").Say }} worn
 */
export function dress(page, { language, theme, say }) {
  const { documentElement: root } = page;
  const [lang, title] = [language === "zh" ? "zh-Hans" : "en", say("title")];
  if (root.lang !== lang) root.lang = lang;
  if (root.dataset.theme !== theme) root.dataset.theme = theme;
  if (page.title !== title) page.title = title;
}
