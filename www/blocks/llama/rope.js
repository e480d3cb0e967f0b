// Rotary positions (Su et al. 2021, §3.4.2) on vectors that a model has computed: number i of a head and number i + d/2 are a pair, turned by position × θᵢ.

import { slice } from "../../trace.js";

/** @typedef {import("../../trace.js").Activation} Activation */

/**
 * One head's vector at one position.
 * @param {Activation} activation [batch pos head d_head]
 * @param {number} pos
 * @param {number} head
 */
export function vectorAt(activation, pos, head) {
  return slice(activation, { batch: 0, pos, [activation.axes[2]]: head }).data;
}

/**
 * The angles of one position's step, in radians, one for each pair: read off the model's own vectors before and after turning, more exactly with each further position.
 * @param {Activation} before hook_q
 * @param {Activation} after hook_rot_q
 */
export function anglesOf(before, after) {
  const [, positions, heads, width] = before.shape;
  const half = width / 2;
  const angles = new Float64Array(half);
  for (let pos = 1; pos < positions; pos++) {
    for (let i = 0; i < half; i++) {
      let [real, imaginary] = [0, 0];
      for (let head = 0; head < heads; head++) {
        const at = (pos * heads + head) * width;
        const [x, y, u, v] = [before.data[at + i], before.data[at + i + half], after.data[at + i], after.data[at + i + half]];
        real += x * u + y * v;
        imaginary += x * v - y * u;
      }
      const turned = Math.atan2(imaginary, real);
      const whole = pos === 1 ? Number(turned < 0) : Math.round((pos * angles[i] - turned) / (2 * Math.PI));
      angles[i] = (turned + 2 * Math.PI * whole) / pos;
    }
  }
  return angles;
}

/**
 * @param {Float32Array} vector
 * @param {number} position
 * @param {ArrayLike<number>} angles
 */
export function turn(vector, position, angles) {
  const half = vector.length / 2;
  const turned = new Float64Array(vector.length);
  for (let i = 0; i < half; i++) {
    const [cos, sin] = [Math.cos(position * angles[i]), Math.sin(position * angles[i])];
    turned[i] = vector[i] * cos - vector[i + half] * sin;
    turned[i + half] = vector[i + half] * cos + vector[i] * sin;
  }
  return turned;
}

/**
 * A score before the mask, q and k standing at these positions.
 * @param {Float32Array} q
 * @param {Float32Array} k
 * @param {[number, number]} positions
 * @param {ArrayLike<number>} angles
 */
export function score(q, k, [m, n], angles) {
  const [a, b] = [turn(q, m, angles), turn(k, n, angles)];
  return a.reduce((sum, number, i) => sum + number * b[i], 0) / Math.sqrt(q.length);
}
