// The experiments that the page can run with one click: a small model of a published architecture, data, an optimizer, and what to look at while it learns.
// Each was tried on three seeds in the tab; tests/www/browser/train.test.js runs induction and reversing.

/** @typedef {import("../engine/training/options.js").TrainOptions} TrainOptions */
/**
 * `about` is how long a run takes in Chromium on one core // s.
 * @typedef {{ id: string, about: number, steps: number, every: number, family: "llama" | "gpt2" | "t5", sizes: Record<string, any>, data: Data, options: Partial<TrainOptions>, look: Look }} Recipe
 */
/** A generated task, or a text of www/data (`pick` names what is taken of its lines), or the reader's own. @typedef {{ task: string, [size: string]: string | number } | { file: string, pick?: "words" } | { own: true }} Data */
/**
 * What is looked at while a model learns: the text in which every head is watched (the reader's own begins the text that is learned), what a head should do there (`score`), and the texts that the model writes on, by which draw.
 * @typedef {{ watched?: string, score?: "repeat" | "reversed" | "sorted", prompts: string[], temperature: number, length: number }} Look
 */

const REPEATED = "q d k a x m f t b z q d k a x m f t b z q d k a x m f t b z q d";

/** @type {Recipe[]} */
export const RECIPES = [
  {
    id: "induction",
    about: 10,
    steps: 600,
    every: 10,
    family: "llama",
    sizes: { hidden_size: 32, num_hidden_layers: 2, num_attention_heads: 2, intermediate_size: 64 },
    data: { task: "repeated" },
    options: { batch: 32, optimizer: { lr: 1e-2 }, warmup: 20 },
    look: {
      watched: REPEATED,
      score: "repeat",
      prompts: [REPEATED.slice(0, 23), "s o f a c h e n s o f", "w i n d o w w i n"],
      temperature: 0,
      length: 8,
    },
  },
  {
    id: "reverse",
    about: 10,
    steps: 600,
    every: 10,
    family: "t5",
    sizes: { d_model: 64, d_kv: 16, d_ff: 128, num_layers: 1, num_decoder_layers: 1, num_heads: 4 },
    data: { task: "reverse" },
    options: { batch: 64, optimizer: { lr: 3e-3 }, warmup: 50, schedule: "linear" },
    look: {
      watched: "f r o s t",
      score: "reversed",
      prompts: ["f r o s t", "w a l k s", "b r i c k", "p l a n e"],
      temperature: 0,
      length: 6,
    },
  },
  {
    id: "sort",
    about: 10,
    steps: 600,
    every: 10,
    family: "t5",
    sizes: { d_model: 64, d_kv: 16, d_ff: 128, num_layers: 1, num_decoder_layers: 1, num_heads: 4 },
    data: { task: "sort" },
    options: { batch: 64, optimizer: { lr: 3e-3 }, warmup: 50, schedule: "linear" },
    look: {
      watched: "f r o s t",
      score: "sorted",
      prompts: ["f r o s t", "w a l k s", "b r i c k", "p l a n e"],
      temperature: 0,
      length: 6,
    },
  },
  {
    id: "grokking",
    about: 50,
    steps: 2500,
    every: 25,
    family: "gpt2",
    sizes: {
      n_embd: 64,
      n_layer: 1,
      n_head: 4,
      n_inner: 256,
      n_positions: 4,
      activation_function: "relu",
      initializer_range: 0.1,
      tie_word_embeddings: false,
    },
    data: { task: "modular-addition" },
    options: { batch: 256, heldOut: 0.7, optimizer: { lr: 3e-3, betas: [0.9, 0.98], weightDecay: 1 } },
    look: { watched: "17 25 =", prompts: ["17 25 =", "40 30 =", "58 1 =", "9 9 ="], temperature: 0, length: 1 },
  },
  {
    id: "words",
    about: 12,
    steps: 300,
    every: 10,
    family: "gpt2",
    sizes: { n_embd: 64, n_layer: 2, n_head: 4, n_positions: 16 },
    data: { file: "data/words.en.txt", pick: "words" },
    options: { objective: "clm", rows: "lines", batch: 64, context: 14, optimizer: { lr: 3e-3 }, warmup: 20, schedule: "cosine" },
    look: { watched: "strawberries", prompts: ["s", "b", "w", "th", "re"], temperature: 0.7, length: 12 },
  },
  {
    id: "stories",
    about: 45,
    steps: 800,
    every: 10,
    family: "llama",
    sizes: { hidden_size: 64, num_hidden_layers: 2, num_attention_heads: 4, intermediate_size: 128 },
    data: { file: "data/stories.en.txt" },
    options: { objective: "clm", batch: 16, context: 64, optimizer: { lr: 3e-3 }, warmup: 20, schedule: "cosine" },
    look: {
      watched: "Once upon a time there was",
      prompts: ["Once upon a time", "The little girl"],
      temperature: 0.7,
      length: 60,
    },
  },
  {
    id: "own",
    about: 45,
    steps: 800,
    every: 10,
    family: "llama",
    sizes: { hidden_size: 64, num_hidden_layers: 2, num_attention_heads: 4, intermediate_size: 128 },
    data: { own: true },
    options: { objective: "clm", batch: 16, context: 64, optimizer: { lr: 3e-3 }, warmup: 20, schedule: "cosine" },
    look: { prompts: [], temperature: 0.7, length: 60 },
  },
];

/** @param {string} id the first recipe where there is none of that name */
export function recipeOf(id) {
  return RECIPES.find((recipe) => recipe.id === id) ?? RECIPES[0];
}

/**
 * A config.json for a recipe's model.
 * @param {Recipe} recipe
 * @param {number} vocabulary tokens
 */
export function configOf({ family, sizes }, vocabulary) {
  const common = { vocab_size: vocabulary, pad_token_id: 0, eos_token_id: 1, bos_token_id: null };
  if (family === "t5")
    return {
      model_type: "t5",
      architectures: ["T5ForConditionalGeneration"],
      ...common,
      decoder_start_token_id: 0,
      feed_forward_proj: "relu",
      tie_word_embeddings: true,
      ...sizes,
    };
  if (family === "gpt2") return { model_type: "gpt2", architectures: ["GPT2LMHeadModel"], ...common, ...sizes };
  return {
    model_type: "llama",
    architectures: ["LlamaForCausalLM"],
    ...common,
    num_key_value_heads: sizes.num_attention_heads,
    max_position_embeddings: 256,
    initializer_range: 0.1,
    hidden_act: "silu",
    rms_norm_eps: 1e-6,
    tie_word_embeddings: false,
    ...sizes,
  };
}
