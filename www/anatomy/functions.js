// The activations of src/ops/activation.rs, in doubles.

import { entry } from "../lookup.js";

/** By the names that the engine gives them. @type {Record<string, (x: number) => number>} */
const FUNCTIONS = {
  relu: (x) => Math.max(x, 0),
  gelu_erf: (x) => x * normal(x),
  gelu_tanh: (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  silu: (x) => x / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  quick_gelu: (x) => x / (1 + Math.exp(-1.702 * x)),
  relu_squared: (x) => Math.max(x, 0) ** 2,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  gelu_10: (x) => clamp(x * normal(x), -10, 10),
  leaky_relu: (x) => Math.max(x, 0) + 0.01 * Math.min(x, 0),
  relu6: (x) => clamp(x, 0, 6),
  hardswish: (x) => (x * clamp(x + 3, 0, 6)) / 6,
  mish: (x) => x * Math.tanh(softplus(x)),
  sqrtsoftplus: (x) => Math.sqrt(softplus(x)),
  laplace: (x) => normal((x - 0.707107) / 0.282095),
  linear: (x) => x,
};

/**
 * @param {string} name
 * @param {number} x
 */
export function activate(name, x) {
  const activation = entry(FUNCTIONS, name);
  if (!activation) throw new Error(`activation "${name}" is not known here`);
  return activation(x);
}

/** Their derivatives; at a corner, the one from the left. @type {Record<string, (x: number) => number>} */
const SLOPES = {
  relu: (x) => (x > 0 ? 1 : 0),
  gelu_erf: (x) => normal(x) + x * density(x),
  gelu_tanh: (x) => {
    const root = Math.sqrt(2 / Math.PI);
    const t = Math.tanh(root * (x + 0.044715 * x ** 3));
    return (1 + t) / 2 + (x / 2) * (1 - t * t) * root * (1 + 3 * 0.044715 * x * x);
  },
  silu: (x) => swished(x, 1),
  tanh: (x) => 1 - Math.tanh(x) ** 2,
  quick_gelu: (x) => swished(x, 1.702),
  relu_squared: (x) => 2 * Math.max(x, 0),
  sigmoid: (x) => sigmoid(x) * (1 - sigmoid(x)),
  gelu_10: (x) => (x * normal(x) <= 10 ? normal(x) + x * density(x) : 0),
  leaky_relu: (x) => (x > 0 ? 1 : 0.01),
  relu6: (x) => (x > 0 && x < 6 ? 1 : 0),
  hardswish: (x) => (x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5),
  mish: (x) => {
    const t = Math.tanh(softplus(x));
    return t + x * (1 - t * t) * sigmoid(x);
  },
  sqrtsoftplus: (x) => (x < -80 ? Math.exp(x / 2) / 2 : sigmoid(x) / (2 * Math.sqrt(softplus(x)))),
  laplace: (x) => density((x - 0.707107) / 0.282095) / 0.282095,
  linear: () => 1,
};

/**
 * f′(x).
 * @param {string} name
 * @param {number} x
 */
export function slope(name, x) {
  const derivative = entry(SLOPES, name);
  if (!derivative) throw new Error(`activation "${name}" is not known here`);
  return derivative(x);
}

/** The derivative of x / (1 + e^−rx). @type {(x: number, r: number) => number} */
const swished = (x, r) => sigmoid(r * x) * (1 + r * x * (1 - sigmoid(r * x)));

/** @param {number} x */
const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** φ(x): the density of a normal deviate at x. @param {number} x */
const density = (x) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** @type {(x: number, least: number, most: number) => number} */
const clamp = (x, least, most) => Math.min(Math.max(x, least), most);

/** ln(1 + eˣ) @param {number} x */
const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Φ(x): the probability of a normal deviate below x. @param {number} x */
function normal(x) {
  return (1 + erf(x / Math.SQRT2)) / 2;
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
