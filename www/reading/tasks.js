// What a model can be asked: a task is a prefix that the model was trained with, or none. The examples are inputs only; every answer is computed.

import { entry } from "../lookup.js";

/** @typedef {import("../kinds.js").Kind} Kind */
/** `pair` is the second text of models that read two. @typedef {{ text: string, pair: string }} Example */
/** @typedef {{ id: string, prefix: string, examples: Example[] }} Task */

/** Tasks of the models beside the page, the first one first. @type {Record<string, Task[]>} */
const BY_NAME = {
  "t5-tiny": [
    task(
      "translate",
      ["I am cold.", "Where is my book?", "She has two cats.", "Thank you very much."],
      "translate English to French: ",
    ),
    task("pronounce", ["window", "playground", "Emma", "knight"], "pronounce: "),
    task("date", ["March 3rd, 2021", "the fourth of July 1999", "25.12.2024", "12/31/98"], "date: "),
    task("fill", ["The cat <extra_id_0> on the mat.", "Once upon a <extra_id_0> there was a little <extra_id_1>."], "fill: "),
    task("free", ["translate English to French: Thank you."]),
  ],
  "t5-tiny-zh": [
    task(
      "chinese",
      ["I am cold.", "Where is my book?", "She has two cats.", "The children are playing in the park."],
      "translate English to Chinese: ",
    ),
  ],
  "bert-tiny": [
    task("mask", [
      ["The little girl went to the [MASK].", "She wanted to play."],
      ["The king was very [MASK].", "My cat likes milk."],
      "Once upon a time there was a [MASK] who lived in a [MASK].",
    ]),
  ],
  "bert-tiny-sentiment": [
    task("classify", ["A warm, funny and touching film.", "The plot is dull and far too long.", "It is not bad at all."]),
  ],
  "roberta-tiny": [
    task("mask", [
      "The little girl went to the<mask>.",
      "The king was very<mask>.",
      "Once upon a time there was a<mask> who lived in a<mask>.",
    ]),
  ],
  "albert-tiny": [
    task("mask", [
      ["The boy opened the [MASK].", "Then he went inside."],
      ["Then he went inside.", "The boy opened the [MASK]."],
      "The king was very [MASK].",
    ]),
  ],
  "electra-tiny-generator": [task("mask", ["The little girl went to the [MASK].", "The king was very [MASK]."])],
  "electra-tiny-discriminator": [
    task("detect", [
      "They played under the big tree until it was spoon.",
      "He put the ball in the sing and went home.",
      "Once upon a time there was a king who lived in a cup.",
    ]),
  ],
  "gpt2-tiny": [task("continue", ["Once upon a time", "The little rabbit", "One day, a boy named Tom"])],
  "llama-tiny": [task("continue", ["Once upon a time", "The old king said", "There was a girl who"])],
  "llama-tiny-zh": [task("continue", ["我喜欢", "今天", "他的妈妈", "Once upon a time"])],
  "puzzle-tiny": [
    task("continue", ["reverse stone=", "sort dcab=", "recall a7 x2 k5 x=", "38+45=", "copy fishbowl=", "q7fxk2mzq7fxk"]),
  ],
  "gpt2-poem": [task("continue", ["春", "明月", "白云", "江上"])],
};

/** Tasks of a model that the page does not know by name. @type {Record<Kind, Task[]>} */
const BY_KIND = {
  "encoder-decoder": BY_NAME["t5-tiny"],
  encoder: [task("read", ["The cat sat on the mat."])],
  decoder: [task("continue", ["Once upon a time"])],
};

/**
 * @param {string | undefined} name
 * @param {Kind} kind
 */
export function tasksOf(name, kind) {
  return entry(BY_NAME, name ?? "") ?? BY_KIND[kind];
}

/**
 * The task of that name; free text, which stands last, where there is none.
 * @param {Task[]} tasks
 * @param {string} id
 */
export function taskOf(tasks, id) {
  return tasks.find((task) => task.id === id) ?? tasks[tasks.length - 1];
}

/**
 * Whether a text is nobody's own: empty, or an example of any model.
 * @param {string} text
 */
export function isExample(text) {
  const all = [...Object.values(BY_NAME), ...Object.values(BY_KIND)].flat();
  return text === "" || all.some(({ examples }) => examples.some((example) => example.text === text || example.pair === text));
}

/**
 * @param {string} id
 * @param {(string | [string, string])[]} examples a text, or two
 * @param {string} [prefix]
 * @returns {Task}
 */
function task(id, examples, prefix = "") {
  return {
    id,
    prefix,
    examples: examples.map((example) =>
      typeof example === "string" ? { text: example, pair: "" } : { text: example[0], pair: example[1] },
    ),
  };
}
