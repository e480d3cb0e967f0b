// What each plot of the scaling laws shows, as data for a chart.

import { compact, power, raised } from "../numbers.js";
import { KAPLAN, byKaplan, byRule, loss, lossOfData, lossOfSize, optimum, tokensFor } from "./laws.js";
import { hueOf } from "../../kinds.js";
import { MODELS } from "./models.js";

/** @typedef {import("../chart.js").Picture} Picture */
/** @typedef {import("../chart.js").Curve} Curve */
/** @typedef {{ C: number, N: number, D: number, of: string, fit: import("./laws.js").Fit, say: import("../../trace.js").Say, language: string }} State */

/** By their attribute: the key of their words, whether a fit can be chosen, which slider the reading line moves. @type {Record<string, { name: string, fitted?: boolean, sliders: string[], moves: string }>} */
export const PLOTS = {
  "kaplan-n": { name: "kaplanN", sliders: ["size"], moves: "size" },
  "kaplan-d": { name: "kaplanD", sliders: ["tokens"], moves: "tokens" },
  loss: { name: "loss", fitted: true, sliders: ["size", "tokens"], moves: "tokens" },
  isoflop: { name: "isoflop", fitted: true, sliders: ["flops"], moves: "none" },
  allocation: { name: "allocation", fitted: true, sliders: ["flops"], moves: "flops" },
  tenfold: { name: "tenfold", sliders: [], moves: "none" },
};

/** Budgets of the isoFLOP curves. // FLOPs */
const BUDGETS = [1e18, 1e19, 1e20, 1e21, 1e22, 1e23, 1e24, 1e25, 1e26];

/**
 * @param {string} plot
 * @param {State} state
 * @returns {Picture}
 */
export function picture(plot, state) {
  if (plot === "kaplan-n")
    return kaplan(state, "size", state.N, lossOfSize, /** @type {[number, number]} */ (KAPLAN.measuredN), [1e2, 1e13]);
  if (plot === "kaplan-d")
    return kaplan(state, "tokens", state.D, lossOfData, /** @type {[number, number]} */ (KAPLAN.measuredD), [1e7, 1e14]);
  if (plot === "loss") return summands(state);
  return plot === "allocation" ? allocation(state) : isoflop(state);
}

const decade = (/** @type {number} */ value) => (value === 1 ? "1" : `10${raised(Math.round(Math.log10(value)))}`);

/**
 * Solid where runs were measured, dashed where the law is drawn on.
 * @param {State} state
 * @param {"size" | "tokens"} what
 * @param {number} cursor
 * @param {(value: number) => number} law
 * @param {[number, number]} measured
 * @param {[number, number]} domain
 * @returns {Picture}
 */
function kaplan({ say, language }, what, cursor, law, measured, domain) {
  const ends = (/** @type {number} */ from, /** @type {number} */ to) =>
    /** @type {[number, number][]} */ ([
      [from, law(from)],
      [to, law(to)],
    ]);
  const name = say("scaling.loss");
  const plot = what === "size" ? "kaplanN" : "kaplanD";
  return {
    label: say(`scaling.plot.${plot}`),
    x: { label: say(`scaling.${what}`), domain, log: true, format: spelled(language) },
    y: { label: say("scaling.loss"), domain: [1, 10], log: true, format: (value) => value.toPrecision(3).replace(/\.?0+$/, "") },
    curves: [
      { name, points: ends(...measured), strong: true, tag: say("scaling.measured") },
      { name, points: ends(domain[0], measured[0]), dashed: true },
      { name, points: ends(measured[1], domain[1]), dashed: true, tag: say("scaling.beyond") },
    ],
    marks: [
      { name: law(cursor).toFixed(2), x: cursor, y: law(cursor), hollow: true, above: true, note: compact(cursor, language) },
    ],
    cursor: Math.min(domain[1], Math.max(domain[0], cursor)),
  };
}

/** @param {State} state @returns {Picture} */
function summands({ N, D, fit, say, language }) {
  const domain = /** @type {[number, number]} */ ([1e8, 1e14]);
  const sampled = (/** @type {(D: number) => number} */ at) =>
    along(domain, 60).map((D) => /** @type {[number, number]} */ ([D, at(D)]));
  const floor = fit.E + fit.A / N ** fit.alpha;
  return {
    label: say("scaling.plot.loss"),
    x: { label: say("scaling.tokens"), domain, log: true, format: spelled(language) },
    y: { label: say("scaling.loss"), domain: [1.5, 5], format: (value) => value.toFixed(1) },
    curves: [
      {
        name: "L(N, D)",
        points: sampled((D) => loss(fit, N, D)),
        strong: true,
        tag: say("scaling.curve", { n: compact(N, language) }),
      },
      { name: "E + A/N^α", points: sampled(() => floor), dashed: true, tag: say("scaling.endless") },
      { name: "E", points: sampled(() => fit.E), faint: true, tag: say("scaling.irreducible") },
    ],
    marks: [
      { name: loss(fit, N, D).toFixed(2), x: D, y: loss(fit, N, D), hollow: true, above: true, note: compact(D, language) },
    ],
    cursor: D,
  };
}

/** @param {State} state @returns {Picture} */
function isoflop({ C, fit, say, language }) {
  const domain = /** @type {[number, number]} */ ([1e7, 1e13]);
  const sampled = (/** @type {number} */ budget) =>
    along(domain, 120).map((N) => /** @type {[number, number]} */ ([N, loss(fit, N, tokensFor(budget, N))]));
  const best = optimum(fit, C);
  const rule = byRule(C);
  return {
    label: say("scaling.plot.isoflop"),
    height: 360,
    x: { label: say("scaling.size"), domain, log: true, format: spelled(language) },
    y: { label: say("scaling.loss"), domain: [1.5, 4], format: (value) => value.toFixed(1) },
    curves: [
      ...BUDGETS.map((budget, i) => ({
        name: decade(budget),
        points: sampled(budget),
        faint: true,
        tag: i === 0 ? say("scaling.budgets") : undefined,
      })),
      {
        name: say("scaling.minima"),
        points: along([1e16, 1e28], 60)
          .map((C) => optimum(fit, C))
          .map(({ N, loss }) => [N, loss]),
        dashed: true,
        tag: say("scaling.minima"),
      },
      { name: power(C), points: sampled(C), strong: true, tag: `${power(C)} FLOPs` },
    ],
    marks: [
      { name: `${compact(best.N, language)}`, x: best.N, y: best.loss, above: true, note: say("scaling.exact") },
      {
        name: say("scaling.rule.short"),
        x: rule.N,
        y: loss(fit, rule.N, rule.D),
        hollow: true,
        above: true,
        note: `${say("scaling.rule")}, ${compact(rule.N, language)}`,
      },
    ],
  };
}

/** @param {State} state @returns {Picture} */
function allocation({ C, of, fit, say, language }) {
  const domain = /** @type {[number, number]} */ ([1e19, 1e26]);
  const shown = of === "tokens" ? "D" : "N";
  const sampled = (/** @type {(C: number) => { N: number, D: number }} */ law) =>
    along(domain, 2).map((C) => /** @type {[number, number]} */ ([C, law(C)[shown]]));
  /** @type {Curve[]} */
  const curves = [
    {
      name: say("scaling.by.chinchilla"),
      points: sampled((C) => optimum(fit, C)),
      strong: true,
      tag: say(fit.E === 1.69 ? "scaling.by.chinchilla" : "scaling.by.besiroglu"),
    },
    { name: say("scaling.by.rule"), points: sampled(byRule), dashed: true, tag: say("scaling.by.rule") },
    { name: say("scaling.by.kaplan"), points: sampled(byKaplan), tag: say("scaling.by.kaplan") },
  ];
  return {
    label: say("scaling.plot.allocation"),
    height: 400,
    x: { label: say("scaling.flops"), domain, log: true, format: decadeOrPower },
    y: {
      label: say(shown === "D" ? "scaling.tokens" : "scaling.size"),
      domain: shown === "D" ? [1e10, 5e13] : [5e7, 2e12],
      log: true,
      format: spelled(language),
    },
    curves,
    marks: MODELS.map(({ name, N, D, kind, source, minor }) => ({
      name,
      x: 6 * N * D,
      y: shown === "D" ? D : N,
      hue: hueOf(kind),
      minor,
      note: say("scaling.model", { n: compact(N, language), d: compact(D, language), ratio: (D / N).toPrecision(2), source }),
    })),
    cursor: C,
  };
}

/** @param {number} value */
function decadeOrPower(value) {
  return Math.abs(Math.log10(value) % 1) < 1e-9 ? decade(value) : power(value);
}

/** @param {string} language */
function spelled(language) {
  return (/** @type {number} */ value) => compact(value, language);
}

/**
 * Places on a logarithmic axis, evenly.
 * @param {[number, number]} ends
 * @param {number} count
 */
export function along([from, to], count) {
  return Array.from({ length: count }, (_, i) => from * (to / from) ** (i / (count - 1)));
}
