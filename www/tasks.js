// What the trained model can be asked: a task is a prefix that the model was trained with. The examples are inputs only; every answer is computed.

/** @typedef {{ id: string, prefix: string, examples: string[] }} Task */

/** @type {Task[]} */
export const TASKS = [
  { id: "translate", prefix: "translate English to French: ", examples: ["I am cold.", "Where is the station?", "She has two cats.", "We don't know him."] },
  { id: "pronounce", prefix: "pronounce: ", examples: ["attention", "knight", "queue", "diorama"] },
  { id: "date", prefix: "date: ", examples: ["March 5, 2021", "the 3rd of June 1998", "12/25/2020", "7 Aug 2013"] },
  { id: "fill", prefix: "fill: ", examples: ["The dog <extra_id_0> in the park.", "She was very <extra_id_0> and went to <extra_id_1>."] },
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
