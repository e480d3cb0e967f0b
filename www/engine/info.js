// What a loaded model is: what the engine says of it, and what its text says.

import { Text } from "../text/text.js";

/** @typedef {{ op: string, maxError: number, tolerance: number, passed: boolean }} SelfTest */
/**
 * @typedef {{ name: string, architecture: string, device: "webgpu" | "cpu", deviceReason: string, deviceReasonCode: string, parameters: number, virtualParameters: number, layers: number, heads: number,
 *   vocab: number, tokenTypes: number, labels: (string | null)[], unusedLabels: string[], classes: import("../reading/classes.js").Kind | null, maxPositions: number | null, mask: number | null,
 *   cache: { kvHeads: number, bytes: number, multiHead: number, multiQuery: number } | null, hooks: { name: string, axes: string[], place: import("../trace.js").Place }[], kind: "encoder-decoder" | "encoder" | "decoder", decoderStart: number, eos: number[],
 *   notices: Notice[], pad: number, selfTest: SelfTest[], timing: { cpu: number | null, webgpu: number | null }, adapter: string | null, tokenizer: boolean,
 *   ops: { op: string, file: string, variants: string[], nodes: string[] }[] }} ModelInfo
 */
/**
 * What to tell of a model's files: a sentence of the locales by its key and values. Of generation settings, `notice.rules` act on the scores of the next token, and candidates are shown as they
 * leave them; the others are not taken by themselves (`notice.sampling`, `notice.beams`), or not at all (`notice.cuts`, `notice.leftOut`), or the file names no end (`notice.noEnd`).
 * @typedef {{ key: string, values: import("../trouble.js").Values }} Notice
 */

/**
 * The model and its device as they are now: a device that was lost may have been replaced.
 * @param {import("../wasm/diorama.js").Engine} engine
 * @param {Text | import("../text/text.js").NoText} text
 * @returns {Promise<ModelInfo>}
 */
export async function infoOf(engine, text) {
  const { notices: ofGeneration, ...info } = await engine.info();
  /** @type {Notice[]} */
  const notices = [
    ...ofGeneration.map((/** @type {{ kind: string, file: string, settings: string }} */ { kind, ...values }) => ({
      key: `notice.${kind}`,
      values,
    })),
    ...text.notices.map(({ key, values }) => ({ key, values })),
  ];
  return { ...info, ops: await engine.ops(), tokenizer: text instanceof Text, mask: text.mask, notices };
}
