// What the trained model can be asked: a task is a prefix that the model was trained with. The examples are inputs only; every answer is computed.

/** @typedef {{ id: string, prefix: string, examples: string[] }} Task */

/** @type {Task[]} */
export const TASKS = [
  { id: "translate", prefix: "translate English to French: ", examples: ["I am cold.", "Where is my book?", "She has two cats.", "Thank you very much."] },
  { id: "pronounce", prefix: "pronounce: ", examples: ["window", "playground", "Emma", "knight"] },
  { id: "date", prefix: "date: ", examples: ["March 3rd, 2021", "the fourth of July 1999", "25.12.2024", "12/31/98"] },
  { id: "fill", prefix: "fill: ", examples: ["The cat <extra_id_0> on the mat.", "Once upon a <extra_id_0> there was a little <extra_id_1>."] },
  { id: "free", prefix: "", examples: ["translate English to French: Thank you."] },
];

/**
 * The task of that name; an unknown one is free text.
 * @param {string} id
 * @returns {Task}
 */
export function taskOf(id) {
  return TASKS.find((task) => task.id === id) ?? TASKS[TASKS.length - 1];
}
