// The activations of src/ops/activation.rs, in doubles.

import { entry } from "../lookup.js";

/** @type {Record<string, (x: number) => number>} */
const FUNCTIONS = {
  relu: (x) => Math.max(x, 0),
  geluerf: (x) => (x / 2) * (1 + erf(x / Math.SQRT2)),
  gelutanh: (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  silu: (x) => x / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  quickgelu: (x) => x / (1 + Math.exp(-1.702 * x)),
  relusquared: (x) => Math.max(x, 0) ** 2,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
};

/**
 * The key of a function, however its name is spelt: `GeluErf`, `gelu_erf`.
 * @param {string} name
 */
export function keyOf(name) {
  return name.toLowerCase().replace(/[^a-z]/g, "");
}

/**
 * @param {string} name
 * @param {number} x
 */
export function activate(name, x) {
  const activation = entry(FUNCTIONS, keyOf(name));
  if (!activation) throw new Error(`activation "${name}" is not known here`);
  return activation(x);
}

/**
 * The error function by its series, and far out by its continued fraction: Abramowitz & Stegun 1964, 7.1.6 and 7.1.14. Good to 1e-12.
 * @param {number} x
 * @returns {number}
 */
export function erf(x) {
  if (x < 0) return -erf(-x);
  if (x > 6) return 1;
  if (x > 2.5) {
    let fraction = x;
    for (let k = 60; k > 0; k--) fraction = x + k / 2 / fraction;
    return 1 - Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
  }
  let [term, sum] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
