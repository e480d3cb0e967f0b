// What the engine runs, by config.json's `model_type`; a test holds it to `src/models`. So that another model is refused before its weights are fetched.

import { Trouble } from "../trouble.js";

/** The classes of a family. @type {Record<string, string[]>} */
export const FAMILIES = {
  bert: ["BertModel", "BertForMaskedLM", "BertForPreTraining", "BertForSequenceClassification"],
  roberta: ["RobertaModel", "RobertaForMaskedLM", "RobertaForSequenceClassification"],
  albert: ["AlbertModel", "AlbertForMaskedLM", "AlbertForPreTraining"],
  electra: ["ElectraModel", "ElectraForMaskedLM", "ElectraForPreTraining"],
  t5: ["T5ForConditionalGeneration", "T5WithLMHeadModel", "MT5ForConditionalGeneration"],
  mt5: ["T5ForConditionalGeneration", "T5WithLMHeadModel", "MT5ForConditionalGeneration"],
  gpt2: ["GPT2LMHeadModel", "GPT2Model", "GPT2DoubleHeadsModel"],
  llama: ["LlamaForCausalLM", "LLaMAForCausalLM"],
};

/** Families whose models write a text. */
const WRITERS = ["t5", "mt5", "gpt2", "llama"];

/**
 * Whether a model writes a text, by its config.json.
 * @param {{ model_type?: unknown }} config
 */
export function writes({ model_type: type }) {
  return typeof type === "string" && WRITERS.includes(type);
}

/**
 * Refuses what the engine does not run.
 * @param {{ model_type?: unknown, architectures?: unknown }} config
 * @returns {string} the class, or the family where config.json names none
 */
export function familyOf({ model_type: type, architectures }) {
  const types = Object.keys(FAMILIES).join(", ");
  if (typeof type !== "string") throw new Trouble("trouble.typeless", { types });
  if (!Object.hasOwn(FAMILIES, type)) throw new Trouble("trouble.family", { type, types });
  const named = Array.isArray(architectures) && architectures.length > 0 ? String(architectures[0]) : undefined;
  const classes = FAMILIES[type];
  if (named && !classes.includes(named)) throw new Trouble("trouble.class", { named, classes: classes.join(", ") });
  return named ?? type;
}
