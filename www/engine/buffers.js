// What is moved between page and worker, not copied.

/**
 * The buffers of all arrays, wherever they stand in a value.
 * @param {any} value
 * @param {Set<Transferable>} [found]
 * @returns {Transferable[]}
 */
export function buffersOf(value, found = new Set()) {
  if (ArrayBuffer.isView(value)) found.add(/** @type {ArrayBuffer} */ (value.buffer));
  else if (typeof value === "object" && value !== null) for (const part of Object.values(value)) buffersOf(part, found);
  return [...found];
}
