// What runs in the browser: steps of training through the public module.

/** @typedef {{ name: string, config: object, batch: [number, number] }} Shape */
/** `ms`: of the fastest step; `tokensPerSecond`: over all steps that were timed. @typedef {{ ms: number, tokensPerSecond: number, tokens: number, workers: number }} Timed */

const WARM_UP = 5; // steps

/**
 * Times the steps of a shape, for so many milliseconds.
 * @param {Shape} shape
 * @param {number} workers
 * @param {number} ms
 * @returns {Promise<Timed>}
 */
async function steps({ config, batch: [texts, tokens] }, workers, ms) {
  const { newModel } = await import(new URL("./diorama.js", import.meta.url).href);
  const model = await newModel({ config, seed: 1, device: "cpu" });
  const vocabulary = /** @type {any} */ (config).vocab_size;
  // As in benches/step.rs.
  const ids = Array.from({ length: texts }, (_, text) =>
    Array.from({ length: tokens }, (_, i) => ((text * tokens + i) * 7919) % vocabulary),
  );
  const data = { batches: [{ input_ids: ids, labels: ids }] };
  const training = await model.train({ data, batch: texts, context: tokens, optimizer: { lr: 1e-3 }, workers });
  for await (const _ of training.run({ steps: WARM_UP, every: WARM_UP }));
  const timed = [];
  const begun = performance.now();
  let counted = 0;
  while (performance.now() - begun < ms) {
    for await (const { each } of training.run({ steps: 10, every: 10 })) {
      timed.push(...each.map((/** @type {{ ms: number }} */ { ms }) => ms));
      counted = each[0].tokens;
    }
  }
  const tokensPerSecond = (counted * timed.length) / ((performance.now() - begun) / 1e3);
  const found = { ms: Math.min(...timed), tokensPerSecond, tokens: counted, workers: training.workers };
  training.close();
  model.dispose();
  return found;
}

/**
 * The induction recipe: seconds until its last step, the loss then, and the least that a text of repeated stretches leaves open.
 * @param {number} workers
 */
async function induction(workers) {
  const { newModel } = await import(new URL("./diorama.js", import.meta.url).href);
  const config = {
    model_type: "llama",
    architectures: ["LlamaForCausalLM"],
    vocab_size: 28,
    hidden_size: 32,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    num_key_value_heads: 2,
    intermediate_size: 64,
    max_position_embeddings: 64,
    initializer_range: 0.1,
    hidden_act: "silu",
    rms_norm_eps: 1e-6,
    bos_token_id: null,
    eos_token_id: 1,
    pad_token_id: 0,
    tie_word_embeddings: false,
  };
  const begun = performance.now();
  const model = await newModel({ config, seed: 1, device: "cpu" });
  const training = await model.train({
    data: { task: "repeated" },
    batch: 32,
    context: 32,
    optimizer: { lr: 1e-2 },
    warmup: 20,
    workers,
  });
  const losses = [];
  for await (const { loss } of training.run({ steps: 600, every: 50 })) losses.push(loss);
  const seconds = (performance.now() - begun) / 1e3;
  const found = { seconds, losses, workers: training.workers };
  training.close();
  model.dispose();
  return found;
}

Object.assign(globalThis, { steps, induction });
