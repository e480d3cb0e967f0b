// The files beside a tokenizer.json that `transformers` 5.23 reads with it, and the tokens that they add, in its order (tokenization_utils_base.py, `_from_pretrained`,
// and tokenization_utils_tokenizers.py, `TokenizersBackend.__init__`). src/text/settings.rs and added.rs are the same for the native command.

import { shown, Trouble } from "../trouble.js";

/** @typedef {import("./added.js").Token} Token */
/** A token as files have it: its spelling, or its settings. @typedef {string | Token} Written */

/**
 * Parsed: `config` is tokenizer_config.json, `model` config.json, `special` special_tokens_map.json, `added` added_tokens.json.
 * @typedef {{ config?: any, model?: any, special?: any, added?: any }} Beside
 */

/** Tokens with a name, in their order. */
const NAMED = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

/**
 * What the files say together: newer versions write all added tokens into tokenizer_config.json, and then look nowhere else.
 * @param {Beside} beside
 * @returns {Record<string, any>}
 */
export function settingsOf({ config, special = {} }) {
  const settings = { ...config };
  if (isEmpty(settings.extra_special_tokens) && "additional_special_tokens" in settings) {
    settings.extra_special_tokens = settings.additional_special_tokens;
    delete settings.additional_special_tokens;
  }
  if ("added_tokens_decoder" in settings) return settings;
  const some = settings.extra_special_tokens;
  const more = special.extra_special_tokens;
  const both =
    Array.isArray(some) && Array.isArray(more)
      ? { extra_special_tokens: [...some, ...more.filter((token) => !some.includes(token))] }
      : {};
  return { ...settings, ...special, ...both };
}

/**
 * A setting that must be true or false.
 * @param {Record<string, any>} settings
 * @param {string} name
 * @returns {boolean | null}
 */
export function flagOf(settings, name) {
  const value = settings[name] ?? null;
  if (value !== null && typeof value !== "boolean") throw refused(name, value);
  return value;
}

/**
 * The named tokens: those of the files, else those of the class; and further ones of names like `image_token`.
 * @param {Record<string, any>} settings
 * @param {Record<string, string>} defaults
 * @returns {Map<string, Written>}
 */
export function namesOf(settings, defaults) {
  const names = new Map(/** @type {[string, Written][]} */ (Object.entries(defaults)));
  for (const [name, value] of Object.entries(settings)) {
    if (!name.endsWith("_token")) continue;
    if (value === null) names.delete(name);
    else if (spelling(value) !== undefined) names.set(name, value);
    else if (NAMED.includes(name)) throw refused(name, value);
  }
  const more = settings.extra_special_tokens;
  if (more && !Array.isArray(more))
    for (const [name, value] of Object.entries(more)) if (spelling(value) !== undefined) names.set(name, value);
  return names;
}

/**
 * Special tokens without names: those of the files, and the sentinels that T5's class adds where the files list none, or list others by the older name only.
 * @param {Record<string, any>} settings
 * @param {string} [name] of the class
 * @returns {Written[]}
 */
export function extraOf(settings, name) {
  const listed = "extra_special_tokens" in settings ? settings.extra_special_tokens : settings.additional_special_tokens;
  const extra = Array.isArray(listed) ? listed : [];
  const complete = "extra_special_tokens" in settings || extra.some((token) => spelling(token)?.includes("<extra_id_"));
  if (complete || name !== "T5Tokenizer") return extra;
  const count = settings.extra_ids ?? 100;
  if (!Number.isInteger(count) || count < 0 || count > 10_000) throw refused("extra_ids", count);
  return [...extra, ...Array.from({ length: count }, (_, n) => `<extra_id_${n}>`)];
}

/**
 * The tokens to add.
 * @param {Record<string, any>} settings
 * @param {any} added added_tokens.json
 * @param {Token[]} own the added tokens of tokenizer.json
 * @param {Map<string, Written>} names
 * @param {Written[]} extra
 * @param {boolean} present the tokenizer has its own added tokens already
 * @returns {Token[]}
 */
export function tokensToAdd(settings, added, own, names, extra, present) {
  const listed = listedTokens(settings, added, own, [...names.values(), ...extra]);
  const known = new Map(listed.map((token) => [token.content, token]));
  const have = new Set([...known.keys(), ...(present ? own.map(({ content }) => content) : [])]);
  const order = [...NAMED.filter((name) => names.has(name)), ...[...names.keys()].filter((name) => !NAMED.includes(name))];
  const missing = [...order.map((name) => names.get(name) ?? ""), ...extra].filter((token) => !have.has(spelling(token) ?? ""));
  const named = new Set([...names.values()].map(spelling));
  return [...listed, ...missing.map((token) => tokenOf(token, true))].map((token) => ({
    ...token,
    special: token.special || named.has(token.content),
  }));
}

/**
 * The tokens whose ids the files tell, by these.
 * @param {Record<string, any>} settings
 * @param {any} added
 * @param {Token[]} own
 * @param {Written[]} specials
 */
function listedTokens({ added_tokens_decoder: decoder }, added, own, specials) {
  /** @type {Map<number, Token>} */
  const byId = new Map();
  if (decoder !== undefined && decoder !== null) {
    for (const [id, token] of Object.entries(decoder)) {
      if (!/^\d+$/.test(id) || spelling(token) === undefined) throw refused("added_tokens_decoder", decoder);
      byId.set(Number(id), tokenOf(token, false));
    }
  } else {
    const special = new Set(specials.map(spelling));
    for (const [content, id] of Object.entries(added ?? {}))
      if (Number.isInteger(id)) byId.set(id, tokenOf(content, special.has(content)));
    for (const token of own) byId.set(/** @type {any} */ (token).id, tokenOf(token, false));
  }
  return [...byId].sort(([a], [b]) => a - b).map(([, token]) => token);
}

/**
 * How a token is spelled.
 * @param {any} token
 * @returns {string | undefined}
 */
export function spelling(token) {
  const content = typeof token === "string" ? token : token?.content;
  return typeof content === "string" ? content : undefined;
}

/**
 * @param {any} written
 * @param {boolean} special what it is where the file does not say
 * @returns {Token}
 */
function tokenOf(written, special) {
  const settings = typeof written === "string" ? {} : written;
  const is = Boolean(settings.special ?? special);
  return { ...settings, content: spelling(written) ?? "", special: is, normalized: settings.normalized ?? !is };
}

/** @param {any} tokens */
function isEmpty(tokens) {
  return !tokens || (typeof tokens === "object" && Object.keys(tokens).length === 0);
}

/**
 * @param {string} field
 * @param {unknown} value
 */
function refused(field, value) {
  return new Trouble("trouble.tokenizerConfig", { field, value: shown(JSON.stringify(value)) });
}
