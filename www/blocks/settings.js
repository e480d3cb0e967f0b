// A block's settings as attributes of HTML and as they stand in a link.

/**
 * What the reader can change: name → default. In HTML a name is written with dashes; a boolean is there or not.
 * @typedef {Record<string, string | number | boolean>} Settings
 */

/** Every block has these. `device` is where its models compute; `hide` names parts, separated by commas or spaces, that an embed leaves out. @type {Settings} */
export const COMMON = { lang: "", theme: "auto", seed: 1, device: "auto", hide: "" };

/** What `hide` can leave out of every block; a block says in `static hideable` what else of it. */
export const HIDEABLE = ["share", "save"];

/**
 * `topK` → `top-k`
 * @param {string} name
 */
export function attributeOf(name) {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** What the settings of all blocks can be; any other text is the default. @type {Map<string, string[]>} */
const CHOICES = new Map([
  ["lang", ["en", "zh"]],
  ["theme", ["auto", "light", "dark"]],
  ["device", ["auto", "webgpu", "cpu"]],
]);

/**
 * A setting as it stands in a link.
 * @param {Settings[string]} value
 */
export function textOf(value) {
  return value === true ? "1" : value === false ? "0" : String(value);
}

/**
 * A setting as the text of an attribute says it: the default where the attribute is absent or says nothing that the setting can be.
 * @param {string} name
 * @param {string | null} text
 * @param {Settings[string]} standard the default
 * @returns {Settings[string]}
 */
export function valueOf(name, text, standard) {
  if (typeof standard === "boolean") return text !== null && text !== "0";
  if (text === null) return standard;
  if (typeof standard === "number") return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : standard;
  return CHOICES.get(name)?.includes(text) === false ? standard : text;
}

/**
 * The settings as Lit's reactive properties.
 * @param {Settings} settings
 */
export function propertiesOf(settings) {
  return Object.fromEntries(
    Object.entries(settings).map(([name, standard]) => [
      name,
      { attribute: attributeOf(name), converter: (/** @type {string | null} */ text) => valueOf(name, text, standard) },
    ]),
  );
}

/**
 * Sets a setting of a block from an address or a message. Names that the block does not declare are passed over: an address sets no other attribute of an element.
 * @param {import("./block.js").Block} block
 * @param {string} name as in HTML or as in JavaScript (`top-k`, `topK`)
 * @param {unknown} value null takes the setting back to its default
 */
export function give(block, name, value) {
  const own = Object.keys(block.defaults).find((own) => own === name || attributeOf(own) === name);
  if (own === undefined) return;
  const text = value === null || value === undefined ? null : textOf(/** @type {Settings[string]} */ (value));
  if (text === null || (text === "0" && typeof block.defaults[own] === "boolean")) block.removeAttribute(attributeOf(own));
  else block.setAttribute(attributeOf(own), text);
  // An attribute that has not changed tells nobody; what was changed by hand since then gives way all the same.
  block.settings[own] = valueOf(own, text, block.defaults[own]);
}
