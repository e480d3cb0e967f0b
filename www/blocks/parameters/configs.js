// Published models by their config.json, with the figure that their papers print. `counted` is the exact count of the released checkpoint, over all parts but `without`.

/** @typedef {import("./budget.js").Part} Part */
/** @typedef {{ name: string, family: string, config: Record<string, any>, untied?: boolean, published: string, source: string, counted?: number, without?: Part[], note?: string }} Published */

const bert = (/** @type {object} */ sizes) => ({
  model_type: "bert",
  architectures: ["BertForPreTraining"],
  vocab_size: 30522,
  hidden_size: 768,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  intermediate_size: 3072,
  max_position_embeddings: 512,
  type_vocab_size: 2,
  ...sizes,
});
const LARGE = { hidden_size: 1024, num_hidden_layers: 24, num_attention_heads: 16, intermediate_size: 4096 };
const roberta = (/** @type {object} */ sizes) =>
  bert({
    model_type: "roberta",
    architectures: ["RobertaForSequenceClassification"],
    vocab_size: 50265,
    max_position_embeddings: 514,
    type_vocab_size: 1,
    ...sizes,
  });
const albert = (/** @type {object} */ sizes) =>
  bert({ model_type: "albert", architectures: ["AlbertForPreTraining"], vocab_size: 30000, embedding_size: 128, ...sizes });
const electra = (/** @type {object} */ sizes) =>
  bert({ model_type: "electra", architectures: ["ElectraForPreTraining"], embedding_size: 768, ...sizes });
const gpt2 = (/** @type {number} */ n_layer, /** @type {number} */ n_embd, /** @type {number} */ n_head, sizes = {}) => ({
  model_type: "gpt2",
  architectures: ["GPT2LMHeadModel"],
  vocab_size: 50257,
  n_positions: 1024,
  n_embd,
  n_layer,
  n_head,
  ...sizes,
});
const gpt3 = (/** @type {number} */ layers, /** @type {number} */ width, /** @type {number} */ heads) =>
  gpt2(layers, width, heads, { n_positions: 2048 });
const t5 = (/** @type {object} */ sizes) => ({
  model_type: "t5",
  architectures: ["T5ForConditionalGeneration"],
  vocab_size: 32128,
  d_model: 512,
  d_kv: 64,
  d_ff: 2048,
  num_layers: 6,
  num_decoder_layers: 6,
  num_heads: 8,
  ...sizes,
});
const llama = (
  /** @type {number} */ layers,
  /** @type {number} */ width,
  /** @type {number} */ heads,
  /** @type {number} */ mlp,
  sizes = {},
) => ({
  model_type: "llama",
  architectures: ["LlamaForCausalLM"],
  vocab_size: 32000,
  hidden_size: width,
  num_hidden_layers: layers,
  num_attention_heads: heads,
  num_key_value_heads: heads,
  intermediate_size: mlp,
  max_position_embeddings: 2048,
  ...sizes,
});

const DEVLIN = { family: "BERT", source: "Devlin et al. 2018, §3", without: /** @type {Part[]} */ (["head"]), note: "heads" };
const LIU = { family: "RoBERTa", source: "Liu et al. 2019", without: /** @type {Part[]} */ (["head"]), note: "heads" };
const LAN = { family: "ALBERT", source: "Lan et al. 2019, table 1", without: /** @type {Part[]} */ (["head"]), note: "heads" };
const CLARK = {
  family: "ELECTRA",
  source: "Clark et al. 2020, tables 1 and 2",
  without: /** @type {Part[]} */ (["head"]),
  note: "heads",
};
const RADFORD = { family: "GPT-2", source: "Radford et al. 2019, as counted for the released weights" };
const BROWN = { family: "GPT-3", source: "Brown et al. 2020, table 2.1" };
const RAFFEL = { family: "T5", source: "Raffel et al. 2020, §3.7" };
const TOUVRON = { family: "LLaMA", source: "Touvron et al. 2023a, table 2", untied: true };
const TOUVRON_2 = { family: "LLaMA 2", source: "Touvron et al. 2023b, table 1", untied: true };
const META = { family: "LLaMA 3", source: "Meta 2024, Llama 3 model card", untied: true };
const THREE = { vocab_size: 128256, num_key_value_heads: 8, rope_theta: 500000, max_position_embeddings: 8192 };

/** By the value of the attribute `config`. @type {Record<string, Published>} */
export const CONFIGS = {
  "bert-base": { name: "BERT-Base", config: bert({}), published: "110M", counted: 109482240, ...DEVLIN },
  "bert-large": { name: "BERT-Large", config: bert(LARGE), published: "340M", counted: 335141888, ...DEVLIN },
  "roberta-base": { name: "RoBERTa-Base", config: roberta({}), published: "125M", counted: 124645632, ...LIU },
  "roberta-large": { name: "RoBERTa-Large", config: roberta(LARGE), published: "355M", counted: 355359744, ...LIU },
  "albert-base": { name: "ALBERT-Base", config: albert({}), published: "12M", ...LAN },
  "albert-large": { name: "ALBERT-Large", config: albert(LARGE), published: "18M", ...LAN },
  "electra-small": {
    name: "ELECTRA-Small",
    config: electra({ embedding_size: 128, hidden_size: 256, num_attention_heads: 4, intermediate_size: 1024 }),
    published: "14M",
    ...CLARK,
  },
  "electra-base": { name: "ELECTRA-Base", config: electra({}), published: "110M", ...CLARK },
  "electra-large": { name: "ELECTRA-Large", config: electra({ ...LARGE, embedding_size: 1024 }), published: "335M", ...CLARK },
  "gpt-1": {
    name: "GPT-1",
    family: "GPT-1",
    config: gpt2(12, 768, 12, { vocab_size: 40478, n_positions: 512 }),
    published: "117M",
    source: "Radford et al. 2018, as reported by Radford et al. 2019, table 2",
    note: "gpt1",
  },
  gpt2: { name: "GPT-2", config: gpt2(12, 768, 12), published: "124M", counted: 124439808, ...RADFORD },
  "gpt2-medium": { name: "GPT-2 Medium", config: gpt2(24, 1024, 16), published: "355M", ...RADFORD },
  "gpt2-large": { name: "GPT-2 Large", config: gpt2(36, 1280, 20), published: "774M", ...RADFORD },
  "gpt2-xl": { name: "GPT-2 XL", config: gpt2(48, 1600, 25), published: "1.5B", ...RADFORD },
  "gpt3-small": { name: "GPT-3 Small", config: gpt3(12, 768, 12), published: "125M", ...BROWN },
  "gpt3-medium": { name: "GPT-3 Medium", config: gpt3(24, 1024, 16), published: "350M", ...BROWN },
  "gpt3-large": { name: "GPT-3 Large", config: gpt3(24, 1536, 16), published: "760M", ...BROWN },
  "gpt3-xl": { name: "GPT-3 XL", config: gpt3(24, 2048, 16), published: "1.3B", ...BROWN, note: "brownXl" },
  "gpt3-2.7b": { name: "GPT-3 2.7B", config: gpt3(32, 2560, 32), published: "2.7B", ...BROWN },
  "gpt3-6.7b": { name: "GPT-3 6.7B", config: gpt3(32, 4096, 32), published: "6.7B", ...BROWN },
  "gpt3-13b": { name: "GPT-3 13B", config: gpt3(40, 5120, 40), published: "13B", ...BROWN, note: "brown13" },
  "gpt3-175b": { name: "GPT-3 175B", config: gpt3(96, 12288, 96), published: "175B", ...BROWN },
  "t5-small": { name: "T5-Small", config: t5({}), published: "60M", ...RAFFEL },
  "t5-base": {
    name: "T5-Base",
    config: t5({ d_model: 768, d_ff: 3072, num_layers: 12, num_decoder_layers: 12, num_heads: 12 }),
    published: "220M",
    ...RAFFEL,
  },
  "t5-large": {
    name: "T5-Large",
    config: t5({ d_model: 1024, d_ff: 4096, num_layers: 24, num_decoder_layers: 24, num_heads: 16 }),
    published: "770M",
    ...RAFFEL,
  },
  "t5-3b": {
    name: "T5-3B",
    config: t5({ d_model: 1024, d_kv: 128, d_ff: 16384, num_layers: 24, num_decoder_layers: 24, num_heads: 32 }),
    published: "3B",
    ...RAFFEL,
  },
  "t5-11b": {
    name: "T5-11B",
    config: t5({ d_model: 1024, d_kv: 128, d_ff: 65536, num_layers: 24, num_decoder_layers: 24, num_heads: 128 }),
    published: "11B",
    ...RAFFEL,
  },
  "llama-7b": { name: "LLaMA 7B", config: llama(32, 4096, 32, 11008), published: "6.7B", ...TOUVRON },
  "llama-13b": { name: "LLaMA 13B", config: llama(40, 5120, 40, 13824), published: "13.0B", ...TOUVRON },
  "llama-33b": { name: "LLaMA 33B", config: llama(60, 6656, 52, 17920), published: "32.5B", ...TOUVRON },
  "llama-65b": { name: "LLaMA 65B", config: llama(80, 8192, 64, 22016), published: "65.2B", ...TOUVRON },
  "llama2-7b": {
    name: "LLaMA 2 7B",
    config: llama(32, 4096, 32, 11008, { max_position_embeddings: 4096 }),
    published: "7B",
    ...TOUVRON_2,
  },
  "llama2-13b": {
    name: "LLaMA 2 13B",
    config: llama(40, 5120, 40, 13824, { max_position_embeddings: 4096 }),
    published: "13B",
    ...TOUVRON_2,
  },
  "llama2-34b": {
    name: "LLaMA 2 34B",
    config: llama(48, 8192, 64, 22016, { num_key_value_heads: 8, max_position_embeddings: 4096 }),
    published: "34B",
    ...TOUVRON_2,
    note: "llama34",
  },
  "llama2-70b": {
    name: "LLaMA 2 70B",
    config: llama(80, 8192, 64, 28672, { num_key_value_heads: 8, max_position_embeddings: 4096 }),
    published: "70B",
    ...TOUVRON_2,
  },
  "llama3-8b": { name: "LLaMA 3 8B", config: llama(32, 4096, 32, 14336, THREE), published: "8B", ...META },
  "llama3-70b": { name: "LLaMA 3 70B", config: llama(80, 8192, 64, 28672, THREE), published: "70B", ...META },
};

/** Sizes that a reader can change, by the names that config.json gives them. */
export const SIZES = [
  "vocab_size",
  "hidden_size",
  "n_embd",
  "d_model",
  "embedding_size",
  "num_hidden_layers",
  "n_layer",
  "num_layers",
  "num_decoder_layers",
  "num_attention_heads",
  "n_head",
  "num_heads",
  "num_key_value_heads",
  "d_kv",
  "intermediate_size",
  "n_inner",
  "d_ff",
  "max_position_embeddings",
  "n_positions",
  "num_hidden_groups",
];

/**
 * Tensors that a checkpoint with a head of its own has.
 * @param {boolean} untied
 */
export function tensorsOf(untied) {
  return untied
    ? [
        "lm_head.weight",
        "cls.predictions.decoder.weight",
        "lm_head.decoder.weight",
        "predictions.decoder.weight",
        "generator_lm_head.weight",
      ]
    : [];
}

/**
 * "hidden_size:1024 num_hidden_layers:24" → the changes to a config.
 * @param {string} changes
 * @returns {Record<string, number>}
 */
export function parseSizes(changes) {
  return Object.fromEntries([...changes.matchAll(/(\w+):(\d+)/g)].map(([, name, value]) => [name, Number(value)]));
}
