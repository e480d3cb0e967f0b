// A model that answers at once, on the CPU, while the GPU is tested beside it.

import { shippedAt } from "../catalogue.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./model.js").Device} Device */

/** The first text is written before the test takes its share of the machine. // ms */
const HEAD_START = 700;

/**
 * Whether there is a choice of devices to be tested, and room for a second copy of the model meanwhile: our own are small.
 * @param {string} address empty for a model from the reader's disk
 * @param {Device} device
 */
export function mayStartSoon(address, device) {
  return device === "auto" && "gpu" in navigator && shippedAt(address) !== undefined;
}

/**
 * The test begins by itself; a signal that ends the loading ends it, too.
 * @param {(device: Device, lend: boolean) => Promise<Model>} load `lend`: the model will be loaded once more from the same files
 * @param {(moved: boolean) => void} [onTested] `moved`: the model computes elsewhere from now on
 * @param {AbortSignal} [signal]
 */
export async function loadSoon(load, onTested = () => {}, signal) {
  const model = await load("cpu", true);
  model.info = { ...model.info, deviceReason: "the CPU, while the GPU is being tested", deviceReasonCode: "soon" };
  settle(model, onTested, signal);
  return model;
}

/**
 * Tests the devices, and moves the model where it is computed fastest.
 * @param {Model} model
 * @param {(moved: boolean) => void} onTested
 * @param {AbortSignal} [signal]
 */
async function settle(model, onTested, signal) {
  await new Promise((resolve) => setTimeout(resolve, HEAD_START));
  if (signal?.aborted) return;
  try {
    await model.move("auto", signal);
  } catch (error) {
    model.info = { ...model.info, deviceReason: `the CPU, because ${error.message}`, deviceReasonCode: "noGpu" };
  }
  if (!signal?.aborted) onTested(model.info.device !== "cpu");
}
