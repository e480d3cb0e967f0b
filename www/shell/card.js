// A model's card: what its makers say of it and what they measured.

import { html, nothing } from "lit";
import { shippedAt } from "../catalogue.js";
import { openFolder } from "../checkpoint/folder.js";
import { addressOf } from "../checkpoint/opening.js";
import { optionalJson } from "../checkpoint/survey.js";
import { readSmall } from "../checkpoint/transfer.js";
import { entry } from "../lookup.js";

/** @typedef {import("../explore.js").App} App */
/** @typedef {{ text: string, metrics: Metric[] }} Card */
/** @typedef {{ task: string, metric: string, value: number, unit: string, n: number }} Metric */

/**
 * Opens the model's dialog; the card, which our own models have, is read only now.
 * @param {App} app
 */
export async function showModel(app) {
  const { own, opened } = app;
  app.dialog = "model";
  own.refresh();
  if (shippedAt(opened)) app.card ??= await readCard(await addressOf(opened));
}

/**
 * The card beside a model, where there is one.
 * @param {string} folder
 * @returns {Promise<Card | undefined>}
 */
async function readCard(folder) {
  const place = await openFolder({ url: folder }, async () => undefined);
  const [metrics, text] = await Promise.all([optionalJson(place, "metrics.json"), place.find("card.md")]);
  if (!metrics || !text) return undefined;
  return { metrics: /** @type {any} */ (metrics.value).metrics, text: await readSmall(text, String) };
}

/**
 * What was measured on held-out texts when the model was trained, task by task.
 * @param {Metric[]} metrics
 * @param {App} app
 */
export function metricsTable(metrics, { say }) {
  const tasks = [...new Set(metrics.map(({ task }) => task))];
  const named = (/** @type {string} */ name) => {
    const key = entry(NAMES, name);
    return key ? say(key) : name;
  };
  return html`<table class="metrics">
    <thead
      ><tr
        ><th scope="col">${say("card.task")}</th><th scope="col">${say("card.metric")}</th
        ><th scope="col">${say("card.value")}</th><th scope="col">${say("card.pairs")}</th></tr
      ></thead
    >
    <tbody
      >${tasks.map((task) =>
        metrics
          .filter((row) => row.task === task)
          .map(
            ({ metric, value, unit, n }, i, rows) =>
              html`<tr>
                ${i === 0 ? html`<th scope="rowgroup" rowspan=${rows.length}>${named(task)}</th>` : nothing}
                <td>${named(metric)}</td
                ><td>${value < 10 ? value.toPrecision(3) : value.toFixed(1)}${unit ? ` ${unit}` : nothing}</td><td>${n}</td></tr
              >`,
          ),
      )}</tbody
    >
  </table>`;
}

/** Names in metrics.json that have words in both languages; others are shown as they stand there. @type {Record<string, string>} */
export const NAMES = {
  "translate English to French": "metric.translate",
  "translate, up to 8 words": "metric.translate.short",
  "translate, up to 8 words, in capitals": "metric.translate.capitals",
  "translate, up to 8 words, in single quotes": "metric.translate.quotes",
  "translate, up to 8 words, said by somebody": "metric.translate.said",
  "translate, about somebody with an invented name": "metric.translate.names",
  pronounce: "metric.pronounce",
  "pronounce, letters apart": "metric.pronounce.letters",
  "pronounce, words of the story corpora": "metric.pronounce.stories",
  date: "metric.date",
  fill: "metric.fill",
  "exact match": "metric.exact",
  "span exact match": "metric.exact.span",
  "word error rate": "metric.wer",
  "phoneme error rate": "metric.per",
  "word error rate, stress ignored": "metric.wer.stress",
  "phoneme error rate, stress ignored": "metric.per.stress",
  "next sentence": "metric.nsp",
  "sentence order": "metric.sop",
  "masked word in its sentence": "metric.masked.sentence",
  "masked word in its story": "metric.masked.story",
  "replaced tokens": "metric.replaced",
  "share of replaced tokens": "metric.replaced.share",
  "found, at a probability of 0.5": "metric.replaced.found",
  "Chinese sentences": "metric.chinese",
  "characters per token": "metric.fertility",
  "characters per token, with llama-tiny's vocabulary": "metric.fertility.small",
  "film reviews": "metric.reviews",
  "held-out texts": "metric.texts",
  poems: "metric.poems",
  "translate English to Chinese": "metric.translate.zh",
  first: "metric.first",
  "among the first five": "metric.five",
  loss: "metric.loss",
  "loss per token": "metric.loss.token",
  accuracy: "metric.accuracy",
  "bits per character": "metric.bits",
  "four lines of five or of seven characters": "metric.form",
  "second and fourth line rhyme": "metric.rhyme",
  "the same with lines of different poems": "metric.rhyme.chance",
  "the same in held-out poems": "metric.rhyme.real",
  "different first lines": "metric.distinct",
  copy: "metric.copy",
  reverse: "metric.reverse",
  sort: "metric.sort",
  recall: "metric.recall",
  addition: "metric.addition",
  "answered right": "metric.answered",
};
