// Special tokens around a text or a pair ("post_processor" of a tokenizer.json), and which of the two each token belongs to. The library's own lose the kinds of tokens
// in a sequence of processors, and the second text where there is no template.

import { Unbuilt, chain, made } from "./parts.js";

/** @typedef {{ ids: number[], types: number[] }} Encoding */
/** @typedef {(encodings: Encoding[]) => Encoding[]} Processor */

/**
 * @param {any} config
 * @returns {Processor}
 */
export function processorOf(config) {
  return config ? made("post_processor", PROCESSORS, config) : (encodings) => encodings;
}

/** @type {Record<string, (config: any) => Processor>} */
const PROCESSORS = {
  Sequence: ({ processors }) => chain(processors.map(processorOf)),
  ByteLevel: () => (encodings) => encodings,
  BertProcessing:
    ({ cls, sep }) =>
    ([{ ids, types }, ...pair]) => [
      { ids: [cls[1], ...ids, sep[1]], types: [0, ...types, 0] },
      ...pair.map(({ ids, types }) => ({ ids: [...ids, sep[1]], types: [...types, 1] })),
    ],
  RobertaProcessing:
    ({ cls, sep }) =>
    (encodings) =>
      encodings.map(({ ids }, i) => one([i === 0 ? cls[1] : sep[1], ...ids, sep[1]], 0)),
  TemplateProcessing: template,
};

/**
 * Where no special tokens are wanted, a template still says which text a token belongs to, and RoBERTa's that all belong to the first.
 * @param {any} config
 * @returns {Processor}
 */
export function bareProcessorOf(config) {
  if (config?.type === "Sequence") return chain(config.processors.map(bareProcessorOf));
  if (config?.type === "RobertaProcessing") return (encodings) => encodings.map(({ ids }) => one(ids, 0));
  if (config?.type === "TemplateProcessing") return template({ ...config, special_tokens: undefined });
  return (encodings) => encodings;
}

/**
 * @param {{ single: any[], pair: any[], special_tokens?: Record<string, { ids: number[] }> }} config
 * @returns {Processor}
 */
function template({ single, pair, special_tokens: special }) {
  return (encodings) => {
    if (encodings.length > 2) throw new Unbuilt("post_processor", "TemplateProcessing, TemplateProcessing");
    return (encodings.length > 1 ? pair : single).map(({ Sequence: text, SpecialToken: token }) =>
      text ? one(encodings[text.id === "A" ? 0 : 1].ids, text.type_id) : one(special?.[token.id]?.ids ?? [], token.type_id),
    );
  };
}

/**
 * @param {number[]} ids
 * @param {number} type of all of them
 * @returns {Encoding}
 */
function one(ids, type) {
  return { ids, types: ids.map(() => type) };
}
