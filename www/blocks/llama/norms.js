// Two norms of one vector, before their weights, and the activations of a feed-forward part.

/**
 * Layer norm takes the mean away and divides by the standard deviation (Ba et al. 2016); RMS norm divides by the root of the mean square alone (Zhang and Sennrich 2019, equation 4).
 * @param {ArrayLike<number>} x
 * @param {number} eps
 */
export function norms(x, eps = 1e-6) {
  const numbers = Array.from(x);
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const variance = numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0) / numbers.length;
  const rms = Math.sqrt(numbers.reduce((sum, number) => sum + number ** 2, 0) / numbers.length + eps);
  const deviation = Math.sqrt(variance + eps);
  return {
    mean,
    deviation,
    rms,
    layer: numbers.map((number) => (number - mean) / deviation),
    root: numbers.map((number) => number / rms),
  };
}

export const relu = (/** @type {number} */ x) => Math.max(0, x);

/** x · σ(x): Swish with β = 1, or SiLU. @param {number} x */
export const silu = (x) => x / (1 + Math.exp(-x));

/** The tanh form, as in GPT-2. @param {number} x */
export const gelu = (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
