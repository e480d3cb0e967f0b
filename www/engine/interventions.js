// Interventions on their way into the engine: their words as JSON, the numbers of activations beside it as they are.

/** @typedef {import("../trace.js").Intervention} Intervention */
/** Where the JSON has an activation, its `data` is a place in `arrays`. @typedef {{ json: string, arrays: Float32Array[] }} PackedInterventions */

/**
 * @param {Intervention[][]} [variants]
 * @returns {(PackedInterventions | undefined)[] | undefined}
 */
export function packVariants(variants) {
  if (variants == null) return undefined;
  if (!Array.isArray(variants) || !variants.every(Array.isArray))
    throw new Error("variants: expected a list of lists of interventions.");
  return variants.map((variant) => packInterventions(variant));
}

/**
 * @param {Intervention[]} [interventions]
 * @returns {PackedInterventions | undefined} nothing where nothing is changed
 */
export function packInterventions(interventions = []) {
  if (Array.isArray(interventions) && interventions.length === 0) return undefined;
  /** @type {Float32Array[]} */
  const arrays = [];
  const json = JSON.stringify(interventions, (key, value) => {
    if (ArrayBuffer.isView(value) || (key === "data" && Array.isArray(value))) {
      const numbers = /** @type {ArrayLike<number>} */ (/** @type {unknown} */ (value));
      if (key !== "data") return Array.from(numbers);
      return arrays.push(value instanceof Float32Array ? value : Float32Array.from(numbers)) - 1;
    }
    // JSON would write null: the engine's message shall say what was given.
    return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
  });
  return { json, arrays };
}
