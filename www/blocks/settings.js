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

/** @type {Record<string, any>} */
const TYPES = { string: String, number: Number, boolean: Boolean };

/**
 * The settings as Lit's reactive properties.
 * @param {Settings} settings
 */
export function propertiesOf(settings) {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, { type: TYPES[typeof value], attribute: attributeOf(name) }]));
}
