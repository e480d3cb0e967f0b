// What the numbers of a classifier are to a reader: shares of one, a probability each, or the answer itself. The engine says which (`info.classes`), by the
// same rule as the text-classification pipeline of `transformers`; whatever shows classes asks here.

import { softmax } from "./sampling.js";

/** @typedef {import("../engine/model.js").ModelInfo} ModelInfo */
/** @typedef {import("../trace.js").Say} Say */
/** `softmax`: classes that exclude one another; `sigmoid`: each by itself; `numbers`: a regression. @typedef {"softmax" | "sigmoid" | "numbers"} Kind */
/**
 * `value` is what is shown: a probability, or the number itself. `probability` is the same number under its earlier name, which scripts on other pages read.
 * @typedef {{ name: string, value: number, probability: number }} Class
 */

/**
 * A head's scores as what they mean.
 * @param {Kind | null} kind null: of a head that is no classifier's, such as a word's, whose scores exclude one another
 * @param {ArrayLike<number>} logits
 * @returns {ArrayLike<number> & Iterable<number>}
 */
export function meaningOf(kind, logits) {
  if (kind === "numbers") return Array.from(logits);
  return kind === "sigmoid" ? Array.from(logits, sigmoid) : softmax(logits);
}

/** @param {number} logit */
export function sigmoid(logit) {
  return 1 / (1 + Math.exp(-logit));
}

/**
 * What a class is called: by its number where `config.json` has no name for it.
 * @param {Pick<ModelInfo, "labels">} info
 * @param {number} id
 * @param {Say} say
 */
export function classNameOf({ labels }, id, say) {
  return labels[id] ?? say("class.nameless", { n: id });
}

/**
 * The properties of a `diorama-class-bars` that shows what a classifier says.
 * @param {ModelInfo} info
 * @param {ArrayLike<number>} values as `meaningOf` gives them
 * @param {Say} say
 * @returns {{ classes: Class[], kind: Kind, unused: string[] }}
 */
export function classBars(info, values, say) {
  const classes = Array.from(values, (value, id) => ({ name: classNameOf(info, id, say), value, probability: value }));
  return { classes, kind: info.classes ?? "softmax", unused: info.unusedLabels };
}

/**
 * The classes of two that exclude one another, from their scores: what a pair head says.
 * @param {string[]} names
 * @param {ArrayLike<number>} logits
 * @returns {Class[]}
 */
export function sharesOf(names, logits) {
  return Array.from(softmax(logits), (value, i) => ({ name: names[i] ?? String(i), value, probability: value }));
}
