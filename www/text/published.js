// A published tokenizer: tokenizer.json and what the files beside it change, as `AutoTokenizer` of `transformers` 5.23 reads them. The native command does the same
// in src/text/published.rs; tests/goldens/text/published.json holds both to it. Without a tokenizer_config.json, the model of config.json
// names the class.

import { extraOf, flagOf, namesOf, settingsOf, spelling, tokensToAdd } from "./beside.js";
import { MODEL_OF, classOf, kindOf } from "./class.js";
import { NAMES, rebuilt } from "./rebuild.js";
import { shown, Trouble } from "../trouble.js";

/** @typedef {import("./added.js").Token} Token */
/** @typedef {import("./beside.js").Beside} Beside */
/**
 * `more` are tokens to add after those of the file; `splitSpecial`: special tokens spelled in a text are read as text; `tidy`: English punctuation is tidied up when
 * ids are written; `masks` may hide another, the likeliest first; `notices` are for the reader.
 * @typedef {{ file: any, more: Token[], splitSpecial: boolean, tidy: boolean, masks: string[], notices: Trouble[] }} Published
 */

/**
 * @param {any} file tokenizer.json
 * @param {Beside} beside
 * @returns {Published}
 */
export function published(file, { config, model = {}, special, added }) {
  const told = config ?? (model.model_type || model.tokenizer_class ? {} : undefined);
  if (!told || !file?.model?.vocab) return { file, more: [], splitSpecial: false, tidy: false, masks: MASKS, notices: [] };
  const settings = settingsOf({ config: told, special });
  /** @type {Trouble[]} */
  const notices = [];
  if (settings.fast_tokenizer_files) notices.push(new Trouble("notice.tokenizerFiles"));
  const kind = kindOf(file.model);
  const { built, unknown } = classOf(settings, model, file);
  if (unknown) notices.push(new Trouble("notice.tokenizerClass", { name: shown(unknown) }));
  const fits = built && MODEL_OF[built] === kind;
  if (built && !fits)
    notices.push(new Trouble("notice.tokenizerModel", { name: built, wanted: MODEL_OF[built], found: shown(kind) }));
  const name = fits ? built : undefined;
  // The other classes name a token of their own for padding, or none.
  const padding = !name || name === "LlamaTokenizer" ? file.padding?.pad_token : undefined;
  const names = namesOf(settings, { ...(name && NAMES[name]), ...(typeof padding === "string" && { pad_token: padding }) });
  const own = Array.isArray(file.added_tokens) ? file.added_tokens : [];
  const more = tokensToAdd(settings, added, own, names, extraOf(settings, name), !name);
  const flag = (/** @type {string} */ setting, /** @type {boolean} */ fallback) => flagOf(settings, setting) ?? fallback;
  const forced = flag("clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output", false);
  const ids = name && idsOf(file.model.vocab, more);
  const token = (/** @type {string} */ name) => {
    const content = spelling(names.get(name)) ?? "";
    return /** @type {[string, number]} */ ([content, ids?.(content) ?? 0]);
  };
  // One that a class adds to a vocabulary without it hides nothing: no model was trained with it.
  const has = (/** @type {string} */ content) =>
    content === spelling(settings.mask_token) ||
    own.some((/** @type {Token} */ token) => token.content === content) ||
    hasPiece(file.model.vocab, content);
  const masks = [spelling(names.get("mask_token")) ?? "", ...MASKS].filter(has);
  return {
    file: name ? rebuilt(name, file, flag, token, flagOf(settings, "strip_accents")) : file,
    more,
    splitSpecial: flag("split_special_tokens", false),
    tidy: flag("clean_up_tokenization_spaces", false) && (forced || kind !== "BPE"),
    masks,
    notices,
  };
}

/** What usually hides a token. */
const MASKS = ["[MASK]", "<mask>"];

/**
 * @param {any} vocab
 * @param {string} content
 */
function hasPiece(vocab, content) {
  return Array.isArray(vocab) ? vocab.some(([piece]) => piece === content) : Object.hasOwn(vocab, content);
}

/** What `transformers` tidies up in English, in its order. */
const TIDY = [
  [" .", "."],
  [" ?", "?"],
  [" !", "!"],
  [" ,", ","],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

/** @param {string} text */
export function tidied(text) {
  return TIDY.reduce((text, [from, to]) => text.replaceAll(from, to), text);
}

/**
 * The id of a token of a vocabulary, or of one that is added to it.
 * @param {any} vocab
 * @param {Token[]} more
 * @returns {(token: string) => number}
 */
function idsOf(vocab, more) {
  const pieces = Array.isArray(vocab) ? new Map(vocab.map(([piece], id) => [piece, id])) : new Map(Object.entries(vocab));
  let next = Array.isArray(vocab) ? vocab.length : pieces.size;
  for (const { content } of more) if (!pieces.has(content)) pieces.set(content, next++);
  return (token) => pieces.get(token) ?? 0;
}
