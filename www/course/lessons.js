// The lessons in their order, by the names of their files in www/lessons: one for each language.

/** @typedef {{ id: string, en: string, zh: string }} Lesson */

/** @type {Lesson[]} */
export const LESSONS = [
  { id: "scaling", en: "Scaling laws", zh: "扩展法则" },
  { id: "architectures", en: "Three architectures", zh: "三种架构" },
  { id: "bert", en: "BERT", zh: "BERT" },
  { id: "roberta", en: "RoBERTa", zh: "RoBERTa" },
  { id: "albert", en: "ALBERT", zh: "ALBERT" },
  { id: "electra", en: "ELECTRA", zh: "ELECTRA" },
  { id: "t5", en: "T5", zh: "T5" },
  { id: "gpt", en: "GPT", zh: "GPT" },
  { id: "instructgpt", en: "InstructGPT", zh: "InstructGPT" },
  { id: "llama", en: "LLaMA 1, 2, 3", zh: "LLaMA 1、2、3" },
  { id: "tokenizers", en: "Tokenizers", zh: "分词器" },
];

/**
 * @param {string | undefined} id
 * @returns {Lesson} the first where there is none of that name
 */
export function lessonAt(id) {
  return LESSONS.find((lesson) => lesson.id === id) ?? LESSONS[0];
}
