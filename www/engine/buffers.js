// What is moved between page and worker, not copied.

/**
 * The buffers of all arrays, wherever they stand in a value.
 * @param {any} value
 * @returns {Transferable[]}
 */
export function buffersOf(value) {
  /** @type {Set<Transferable>} */
  const found = new Set();
  collect(value, found);
  return [...found];
}

/**
 * @param {any} value
 * @param {Set<Transferable>} found grows
 */
function collect(value, found) {
  if (ArrayBuffer.isView(value)) found.add(/** @type {ArrayBuffer} */ (value.buffer));
  else if (typeof value === "object" && value !== null) for (const part of Object.values(value)) collect(part, found);
}
