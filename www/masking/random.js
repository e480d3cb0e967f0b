// Draws that a seed brings back, from pure-rand (no dependency, 2 kB, unbiased whole numbers). The engine has a generator of its own: these draws are of what happens to a text before a model sees it.

import { uniformInt } from "pure-rand/distribution/uniformInt";
import { mersenne } from "pure-rand/generator/mersenne";

/** @typedef {ReturnType<typeof randomOf>} Random */

/**
 * The Mersenne Twister, which stirs its seed: with the shorter generators neighbouring seeds begin with neighbouring draws.
 * @param {number} seed
 */
export function randomOf(seed) {
  const source = mersenne(seed);
  const below = (/** @type {number} */ limit) => uniformInt(source, 0, limit - 1);
  return {
    /** A whole number from 0, below `limit`. */
    below,
    /**
     * `count` different ones of a list, in the order of the list.
     * @template T
     * @param {readonly T[]} list
     * @param {number} count
     * @returns {T[]}
     */
    some(list, count) {
      const places = list.map((_, i) => i);
      for (let i = 0; i < count; i++) {
        const j = i + below(places.length - i);
        [places[i], places[j]] = [places[j], places[i]];
      }
      return places.slice(0, count).sort((a, b) => a - b).map((place) => list[place]);
    },
  };
}
