// The scaling laws as their papers print them, and what follows from their constants. N parameters, D tokens, C FLOPs of training, losses in nats a token.

/** Kaplan et al. 2020, equations 1.1 and 1.2 and table 6; N without embeddings, `Ne` parameters for one PF-day. */
export const KAPLAN = {
  Nc: 8.8e13,
  alphaN: 0.076,
  Dc: 5.4e13,
  alphaD: 0.095,
  a: 0.73,
  b: 0.27,
  Ne: 1.3e9,
  measuredN: [768, 1.5e9],
  measuredD: [22e6, 23e9],
};

/** A petaflop a second for a day. // FLOPs */
const PF_DAY = 8.64e19;

/** @typedef {{ E: number, A: number, B: number, alpha: number, beta: number, measuredN: number[], measuredD: number[] }} Fit */

/** L(N, D) = E + A/N^α + B/D^β: Hoffmann et al. 2022, §3.3, and the refit of the same runs by Besiroglu et al. 2024. @type {Record<"chinchilla" | "besiroglu", Fit>} */
export const FITS = {
  chinchilla: { E: 1.69, A: 406.4, B: 410.7, alpha: 0.34, beta: 0.28, measuredN: [70e6, 16e9], measuredD: [5e9, 500e9] },
  besiroglu: { E: 1.82, A: 482, B: 2085, alpha: 0.348, beta: 0.366, measuredN: [70e6, 16e9], measuredD: [5e9, 500e9] },
};

/** Tokens a parameter: Hoffmann et al. 2022, table 3, rounded. */
export const TOKENS_PER_PARAMETER = 20;

/** Equal shares of a budget's growth: their first approach, rounded. */
export const EVEN = { a: 0.5, b: 0.5 };

/** Loss of a model of N parameters that has all the data it can use. @param {number} N */
export const lossOfSize = (N) => (KAPLAN.Nc / N) ** KAPLAN.alphaN;

/** Loss on D tokens of a model that is large enough. @param {number} D */
export const lossOfData = (D) => (KAPLAN.Dc / D) ** KAPLAN.alphaD;

/**
 * The three summands of a loss: what no model gets below, what too few parameters cost, what too few tokens cost.
 * @param {Fit} fit
 * @param {number} N
 * @param {number} D
 */
export function terms({ E, A, B, alpha, beta }, N, D) {
  return [E, A / N ** alpha, B / D ** beta];
}

/**
 * @param {Fit} fit
 * @param {number} N
 * @param {number} D
 */
export function loss(fit, N, D) {
  return terms(fit, N, D).reduce((sum, term) => sum + term, 0);
}

/** FLOPs of a training: a forward pass is some 2 for each parameter and token, a backward pass twice that. @param {number} N @param {number} D */
export const flops = (N, D) => 6 * N * D;

/** Tokens that a budget pays for. @param {number} C @param {number} N */
export const tokensFor = (C, N) => C / (6 * N);

/**
 * How N and D grow with the budget: N ∝ C^a, D ∝ C^b.
 * @param {Fit} fit
 */
export function exponents({ alpha, beta }) {
  return { a: beta / (alpha + beta), b: alpha / (alpha + beta) };
}

/**
 * The least loss that a budget buys, where its derivative along 6ND = C is 0: Hoffmann et al. 2022, equation 4.
 * @param {Fit} fit
 * @param {number} C
 */
export function optimum(fit, C) {
  const { A, B, alpha, beta } = fit;
  const G = ((alpha * A) / (beta * B)) ** (1 / (alpha + beta));
  const N = G * (C / 6) ** exponents(fit).a;
  const D = tokensFor(C, N);
  return { N, D, loss: loss(fit, N, D) };
}

/** Twenty tokens for each parameter. @param {number} C */
export function byRule(C) {
  const N = Math.sqrt(C / (6 * TOKENS_PER_PARAMETER));
  return { N, D: TOKENS_PER_PARAMETER * N };
}

/** Kaplan's allocation; D is what is left of the budget. @param {number} C */
export function byKaplan(C) {
  const N = KAPLAN.Ne * (C / PF_DAY) ** KAPLAN.a;
  return { N, D: tokensFor(C, N) };
}

/** By how much N and D grow when the budget grows tenfold. @param {{ a: number, b: number }} exponents */
export function tenfold({ a, b }) {
  return { N: 10 ** a, D: 10 ** b };
}
