// A T5 checkpoint as two ONNX graphs, the way exporters cut it: the encoder, which also computes the keys and values that cross-attention
// reads, and one decoder step with its caches. Batch 1, no padding. The position biases are tables that a graph slices, so that no step computes
// a bucket again: the peer is measured at its best.

import { OnnxGraph } from "./onnx.js";

/**
 * @typedef {object} Config   of a T5ForConditionalGeneration
 * @property {number} vocab_size
 * @property {number} d_model
 * @property {number} d_kv
 * @property {number} num_layers
 * @property {number} [num_decoder_layers]
 * @property {number} num_heads
 * @property {number} relative_attention_num_buckets
 * @property {number} [relative_attention_max_distance]
 * @property {number} [layer_norm_epsilon]
 * @property {string} feed_forward_proj
 * @property {boolean} [tie_word_embeddings]
 */
/** @typedef {Map<string, import("./safetensors.js").Tensor>} Weights */

/** The longest source and the longest output, in tokens: how far the bias tables reach. */
export const LONGEST = 512;

/**
 * ids [1, source] → cross_{layer}_k, cross_{layer}_v [1, head, source, d_head]
 * @param {Config} config
 * @param {Weights} weights
 */
export function encoderGraph(config, weights) {
  const t5 = new Parts(config, weights);
  const { graph } = t5;
  const ids = graph.input({ name: "ids", type: "int64", dims: [1, "source"] });
  let hidden = t5.embed(ids);
  const length = graph.op("Squeeze", [graph.op("Shape", [ids], { start: 1, end: 2 }), graph.ints(0)]);
  const positions = graph.op("Range", [graph.int(0), length, graph.int(1)]);
  const query = graph.op("Unsqueeze", [positions, graph.ints(1)]);
  const distance = graph.op("Add", [graph.op("Sub", [positions, query]), graph.int(LONGEST - 1)]);
  const table = t5.biasTable("encoder", range(-(LONGEST - 1), LONGEST - 1));
  const bias = graph.op("Unsqueeze", [graph.op("Gather", [table, distance], { axis: 1 }), graph.ints(0)]);
  for (let layer = 0; layer < config.num_layers; layer++) {
    const block = `encoder.block.${layer}.layer`;
    const normalized = t5.rmsNorm(hidden, `${block}.0.layer_norm.weight`);
    const attention = `${block}.0.SelfAttention`;
    const [q, k, v] = ["q", "k", "v"].map((part) => t5.heads(normalized, `${attention}.${part}.weight`));
    hidden = graph.op("Add", [hidden, t5.attend(q, k, v, attention, bias)]);
    hidden = t5.feedForward(hidden, `${block}.1`);
  }
  const memory = t5.rmsNorm(hidden, "encoder.final_layer_norm.weight");
  for (let layer = 0; layer < decoderLayers(config); layer++) {
    for (const part of ["k", "v"]) {
      const value = t5.heads(memory, `decoder.block.${layer}.layer.1.EncDecAttention.${part}.weight`);
      graph.output(value, t5.cache(`cross_${layer}_${part}`, "source"));
    }
  }
  return graph.encode();
}

/**
 * id [1, 1], self_{layer}_{k,v} [1, head, past, d_head], cross_{layer}_{k,v} → logits [1, 1, vocab], next_{layer}_{k,v} [1, head, past + 1, d_head]
 * @param {Config} config
 * @param {Weights} weights
 */
export function decoderGraph(config, weights) {
  const t5 = new Parts(config, weights);
  const { graph } = t5;
  let hidden = t5.embed(graph.input({ name: "id", type: "int64", dims: [1, 1] }));
  const layers = [...Array(decoderLayers(config)).keys()];
  /** @param {string} kind @param {number} layer @param {string} length */
  const caches = (kind, layer, length) => ["k", "v"].map((part) => graph.input(t5.cache(`${kind}_${layer}_${part}`, length)));
  const self = layers.map((layer) => caches("self", layer, "past"));
  const cross = layers.map((layer) => caches("cross", layer, "source"));

  // The table runs from the farthest key to the query itself, so the bias of `past + 1` keys is its end.
  const table = t5.biasTable("decoder", range(-(LONGEST - 1), 0));
  const past = graph.op("Shape", [self[0][0]], { start: 2, end: 3 });
  const start = graph.op("Neg", [graph.op("Add", [past, graph.ints(1)])]);
  const slice = graph.op("Slice", [table, start, graph.ints(LONGEST), graph.ints(1)]);
  const bias = graph.op("Unsqueeze", [slice, graph.ints(0, 2)]);

  for (const layer of layers) {
    const block = `decoder.block.${layer}.layer`;
    const normalized = t5.rmsNorm(hidden, `${block}.0.layer_norm.weight`);
    const [q, k, v] = ["q", "k", "v"].map((part) => t5.heads(normalized, `${block}.0.SelfAttention.${part}.weight`));
    const keys = graph.op("Concat", [self[layer][0], k], { axis: 2 });
    const values = graph.op("Concat", [self[layer][1], v], { axis: 2 });
    graph.output(keys, t5.cache(`next_${layer}_k`, "present"));
    graph.output(values, t5.cache(`next_${layer}_v`, "present"));
    hidden = graph.op("Add", [hidden, t5.attend(q, keys, values, `${block}.0.SelfAttention`, bias)]);

    const crossNormalized = t5.rmsNorm(hidden, `${block}.1.layer_norm.weight`);
    const crossQuery = t5.heads(crossNormalized, `${block}.1.EncDecAttention.q.weight`);
    hidden = graph.op("Add", [hidden, t5.attend(crossQuery, cross[layer][0], cross[layer][1], `${block}.1.EncDecAttention`)]);
    hidden = t5.feedForward(hidden, `${block}.2`);
  }
  const last = t5.rmsNorm(hidden, "decoder.final_layer_norm.weight");
  graph.output(t5.logits(last), { name: "logits", type: "float32", dims: [1, 1, config.vocab_size] });
  return graph.encode();
}

/** @param {Config} config */
export function decoderLayers(config) {
  return config.num_decoder_layers ?? config.num_layers;
}

/** The parts that encoder and decoder share. */
class Parts {
  graph = new OnnxGraph();

  /**
   * @param {Config} config
   * @param {Weights} weights
   */
  constructor(config, weights) {
    this.config = config;
    this.weights = weights;
  }

  /**
   * @param {string} name
   * @param {string} length
   * @returns {import("./onnx.js").Port}
   */
  cache(name, length) {
    return { name, type: "float32", dims: [1, this.config.num_heads, length, this.config.d_kv] };
  }

  /** @param {string} ids */
  embed(ids) {
    const { shape, data } = this.#tensor("shared.weight");
    return this.graph.op("Gather", [this.graph.floats("shared.weight", shape, data), ids]);
  }

  /** @param {string} x @param {string} name */
  linear(x, name) {
    const {
      shape: [rows, columns],
      data,
    } = this.#tensor(name);
    return this.graph.op("MatMul", [x, this.graph.floats(`${name}.T`, [columns, rows], transposed(data, rows, columns))]);
  }

  /** x × w, cut into heads: [1, head, pos, d_head].  @param {string} x @param {string} name */
  heads(x, name) {
    const { num_heads, d_kv } = this.config;
    const split = this.graph.op("Reshape", [this.linear(x, name), this.graph.ints(1, -1, num_heads, d_kv)]);
    return this.graph.op("Transpose", [split], { perm: [0, 2, 1, 3] });
  }

  /**
   * T5's attention is not divided by √d_head.
   * @param {string} q @param {string} k @param {string} v @param {string} name @param {string} [bias]
   */
  attend(q, k, v, name, bias) {
    const { graph } = this;
    let scores = graph.op("MatMul", [q, graph.op("Transpose", [k], { perm: [0, 1, 3, 2] })]);
    if (bias !== undefined) scores = graph.op("Add", [scores, bias]);
    const z = graph.op("MatMul", [graph.op("Softmax", [scores], { axis: -1 }), v]);
    const joined = graph.op("Reshape", [
      graph.op("Transpose", [z], { perm: [0, 2, 1, 3] }),
      graph.ints(1, -1, this.config.num_heads * this.config.d_kv),
    ]);
    return this.linear(joined, `${name}.o.weight`);
  }

  /** @param {string} x @param {string} name */
  rmsNorm(x, name) {
    const { graph } = this;
    const { shape, data } = this.#tensor(name);
    const mean = graph.op("ReduceMean", [graph.op("Pow", [x, graph.float(2)])], { axes: [-1], keepdims: 1 });
    const root = graph.op("Sqrt", [graph.op("Add", [mean, graph.float(this.config.layer_norm_epsilon ?? 1e-6)])]);
    return graph.op("Mul", [graph.op("Div", [x, root]), graph.floats(name, shape, data)]);
  }

  /** The residual is part of it.  @param {string} x @param {string} layer */
  feedForward(x, layer) {
    const { graph } = this;
    const normalized = this.rmsNorm(x, `${layer}.layer_norm.weight`);
    const dense = `${layer}.DenseReluDense`;
    let inner;
    if (this.config.feed_forward_proj === "relu") inner = graph.op("Relu", [this.linear(normalized, `${dense}.wi.weight`)]);
    else if (this.config.feed_forward_proj === "gated-gelu") {
      inner = graph.op("Mul", [
        this.#geluTanh(this.linear(normalized, `${dense}.wi_0.weight`)),
        this.linear(normalized, `${dense}.wi_1.weight`),
      ]);
    } else throw new Error(`feed_forward_proj ${this.config.feed_forward_proj}: expected relu or gated-gelu`);
    return graph.op("Add", [x, this.linear(inner, `${dense}.wo.weight`)]);
  }

  /** @param {string} x */
  logits(x) {
    const { graph, config } = this;
    if (config.tie_word_embeddings === false) return this.linear(x, "lm_head.weight");
    return this.linear(graph.op("Mul", [x, graph.float(config.d_model ** -0.5)]), "shared.weight");
  }

  /**
   * The bias of each head at each distance (key − query): [head, distance].
   * @param {"encoder" | "decoder"} side
   * @param {number[]} distances
   */
  biasTable(side, distances) {
    const { data } = this.#tensor(`${side}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`);
    const heads = this.config.num_heads;
    const values = new Float32Array(heads * distances.length);
    distances.forEach((distance, column) => {
      const bucket = relativeBucket(distance, side === "encoder", this.config);
      for (let head = 0; head < heads; head++) values[head * distances.length + column] = data[bucket * heads + head];
    });
    return this.graph.floats(`${side}_bias`, [heads, distances.length], values);
  }

  /** @param {string} x */
  #geluTanh(x) {
    const { graph } = this;
    const cube = graph.op("Mul", [graph.op("Pow", [x, graph.float(3)]), graph.float(0.044715)]);
    const inner = graph.op("Mul", [graph.op("Add", [x, cube]), graph.float(Math.sqrt(2 / Math.PI))]);
    const gate = graph.op("Add", [graph.op("Tanh", [inner]), graph.float(1)]);
    return graph.op("Mul", [graph.op("Mul", [x, graph.float(0.5)]), gate]);
  }

  /** @param {string} name */
  #tensor(name) {
    const tensor = this.weights.get(name);
    if (tensor === undefined) throw new Error(`${name} is missing`);
    return tensor;
  }
}

/**
 * The bucket of a distance: half of them exact, the rest logarithmic (Raffel et al. 2020, §2.1).
 * @param {number} distance   key − query
 * @param {boolean} bidirectional
 * @param {Config} config
 */
function relativeBucket(distance, bidirectional, config) {
  let buckets = config.relative_attention_num_buckets;
  let base = 0;
  let n = -distance;
  if (bidirectional) {
    buckets /= 2;
    if (distance > 0) base = buckets;
    n = Math.abs(distance);
  }
  n = Math.max(n, 0);
  const exact = Math.floor(buckets / 2);
  if (n < exact) return base + n;
  const farthest = config.relative_attention_max_distance ?? 128;
  // In f32, as the reference computes it, or a distance on an edge could fall into the next bucket.
  const f = Math.fround;
  const steps = f(f(f(Math.log(f(n / exact))) / f(Math.log(farthest / exact))) * (buckets - exact));
  return base + Math.min(exact + Math.trunc(steps), buckets - 1);
}

/** @param {Float32Array} data @param {number} rows @param {number} columns */
function transposed(data, rows, columns) {
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) result[column * rows + row] = data[row * columns + column];
  return result;
}

/** Both ends included.  @param {number} from @param {number} to */
function range(from, to) {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
