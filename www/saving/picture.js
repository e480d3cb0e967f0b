// A view as a picture: its own elements with its own styles, in the page's colours as they are now, inside an SVG. What is scrolled away is drawn, too.

import { escaped, visible } from "./xml.js";

const XHTML = "http://www.w3.org/1999/xhtml";

/** Room around the picture. // CSS px */
const MARGIN = 12;

/** Elements that say something only to the ear, or are to be pressed. */
const UNSEEN = "output:empty, .spoken, .state, .link";

/**
 * @param {HTMLElement} view an element with a shadow root, or a table
 * @param {string} label
 * @returns {string}
 */
export function pictureOf(view, label) {
  const box = view.getBoundingClientRect();
  // A table's box leaves its caption out.
  const grown = {
    width: box.width,
    height: box.height + (view instanceof HTMLTableElement ? (view.caption?.offsetHeight ?? 0) : 0),
  };
  const stage = document.createElementNS(XHTML, "div");
  stage.setAttribute("class", "view");
  for (const name of view.shadowRoot ? view.getAttributeNames() : [])
    if (name !== "class") stage.setAttribute(name, view.getAttribute(name) ?? "");
  const from = view.shadowRoot ?? view;
  const inner = view.shadowRoot ? stage : stage.appendChild(/** @type {Element} */ (view.cloneNode()));
  for (const child of from.childNodes) inner.append(child.cloneNode(true));
  settle(from, inner, box, grown);
  const [width, height] = [Math.ceil(grown.width), Math.ceil(grown.height)];
  stage.style.cssText += `;width:${width}px;height:${height}px;margin:${MARGIN}px;background:transparent;overflow:visible`;
  const drawn = new XMLSerializer().serializeToString(stage).replace(/<!--[\s\S]*?-->/g, "");
  const style = document.createElementNS(XHTML, "style");
  style.textContent = styles(view, drawn);
  const markup = new XMLSerializer().serializeToString(style) + drawn;
  const paper = getComputedStyle(view).getPropertyValue("--paper").trim();
  // The page's own text goes into the picture, too.
  return visible(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width + 2 * MARGIN}" height="${height + 2 * MARGIN}"><title>${escaped(label)}</title><rect width="100%" height="100%" fill="${paper}"/><foreignObject width="100%" height="100%"><div xmlns="${XHTML}">${markup}</div></foreignObject></svg>`,
  );
}

/**
 * What a copy lacks: the pixels of a canvas, what was typed, and the room of what scrolls.
 * @param {ParentNode} from
 * @param {ParentNode} to
 * @param {DOMRect} box
 * @param {{ width: number, height: number }} grown
 */
function settle(from, to, box, grown) {
  const copies = [...to.querySelectorAll("*")];
  for (const [i, element] of [...from.querySelectorAll("*")].entries()) {
    const copy = /** @type {HTMLElement} */ (copies[i]);
    if (element instanceof HTMLCanvasElement) {
      const image = document.createElementNS(XHTML, "img");
      image.setAttribute("src", element.width > 0 && element.height > 0 ? element.toDataURL() : "data:,");
      image.setAttribute(
        "style",
        `display:block;${element.style.cssText};width:${element.offsetWidth}px;height:${element.offsetHeight}px`,
      );
      if (element.className) image.setAttribute("class", element.className);
      copy.replaceWith(image);
    } else if (element instanceof HTMLInputElement) {
      copy.setAttribute("value", element.value);
    } else if (element instanceof HTMLElement) {
      const [across, down] = [element.scrollWidth - element.clientWidth, element.scrollHeight - element.clientHeight];
      if (!/auto|scroll/.test(getComputedStyle(element).overflow) || (across <= 0 && down <= 0)) continue;
      copy.style.cssText += ";overflow:visible;max-height:none;max-width:none;height:auto";
      grown.width = Math.max(grown.width, element.getBoundingClientRect().left - box.left + element.scrollWidth);
      grown.height += Math.max(0, down);
    }
  }
  for (const copy of to.querySelectorAll(UNSEEN)) copy.remove();
}

/**
 * The view's own rules, said of the copy, on the page's colours and type.
 * @param {HTMLElement} view
 * @param {string} drawn its markup, which names colours, too
 */
function styles(view, drawn) {
  const computed = getComputedStyle(view);
  const root = view.shadowRoot ? view : (/** @type {ShadowRoot} */ (view.getRootNode()).host ?? document.documentElement);
  const sheets = /** @type {ShadowRoot | Document} */ (root.shadowRoot ?? document).adoptedStyleSheets;
  const own = sheets.flatMap((sheet) => Array.from(sheet.cssRules, written)).join("\n");
  const variables = [...new Set([...(own + drawn).matchAll(/var\(\s*(--[\w-]+)/g)].map(([, name]) => name))].map(
    (name) => `${name}:${computed.getPropertyValue(name)}`,
  );
  const type = ["font", "color", "line-height"].map((name) => `${name}:${computed.getPropertyValue(name)}`);
  return `.view{${[...type, ...variables.filter((line) => !line.endsWith(":"))].join(";")}}\n${own.replace(/:host\(([^()]*(?:\([^()]*\)[^()]*)*)\)/g, ".view$1").replaceAll(":host", ".view")}`;
}

/**
 * A rule as the page follows it: what hangs on the page's width is decided by the page, not by the picture.
 * @param {CSSRule} rule
 * @returns {string}
 */
function written(rule) {
  if (!(rule instanceof CSSMediaRule)) return rule.cssText;
  return matchMedia(rule.conditionText).matches ? Array.from(rule.cssRules, written).join("\n") : "";
}
