// What runs in the browser: the four engines behind one shape, so that each is warmed up, checked and timed the same way.

/**
 * @typedef {object} Engine
 * @property {string} name
 * @property {(ids: number[], tokens: number) => Promise<Timed>} generate   greedy; goes on behind an end token
 */
/** @typedef {{ ids: number[], first: number, rest: number }} Timed   `first`: ms from the call to the first token; `rest`: ms of a later token, on average */

/**
 * Diorama, through its public module.
 * @param {"webgpu" | "cpu"} device
 * @returns {Promise<Engine>}
 */
async function diorama(device) {
  const { loadModel } = await import(new URL("./diorama.js", import.meta.url).href);
  const model = await loadModel("bench/model/", { device });
  if (model.info.device !== device) throw new Error(`asked for ${device}, got ${model.info.device}: ${model.info.deviceReason}`);
  return {
    name: `diorama ${device}`,
    async generate(ids, tokens) {
      const clock = stopwatch();
      const generation = await model.start({ ids });
      const written = [];
      while (written.length < tokens) {
        // The first token by itself, then as the public generator takes them.
        const steps = await generation.steps({ capture: [] }, written.length === 0 ? 1 : tokens - written.length);
        written.push(...steps.map((step) => step.id));
        clock.lap();
      }
      await generation.release();
      return { ids: written, ...clock.laps(written.length) };
    },
  };
}

/**
 * onnxruntime-web on the same weights. Its caches stay where it computes.
 * @param {"webgpu" | "wasm"} provider
 * @returns {Promise<Engine>}
 */
async function onnxruntime(provider) {
  const folder = new URL("./bench/ort/", import.meta.url).href;
  const ort = await import(`${folder}ort.${provider}.min.mjs`);
  ort.env.wasm.wasmPaths = folder;
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  const { heads, dHead, layers, start } = await (await fetch("bench/peer.json")).json();
  const caches = [...Array(layers).keys()].flatMap((layer) => [`${layer}_k`, `${layer}_v`]);
  /** @param {string} file @param {string} kept   prefix of the outputs that stay on the device */
  const session = (file, kept) =>
    ort.InferenceSession.create(`bench/${file}`, {
      executionProviders: [provider],
      preferredOutputLocation: Object.fromEntries(
        caches.map((cache) => [`${kept}_${cache}`, provider === "webgpu" ? "gpu-buffer" : "cpu"]),
      ),
    });
  const encoder = await session("encoder.onnx", "cross");
  const decoder = await session("decoder.onnx", "next");
  /** @param {number[]} ids */
  const tensor = (ids) => new ort.Tensor("int64", BigInt64Array.from(ids, BigInt), [1, ids.length]);
  return {
    name: `onnxruntime-web ${provider}`,
    async generate(ids, tokens) {
      const clock = stopwatch();
      const feeds = await encoder.run({ ids: tensor(ids) });
      const cross = Object.values(feeds);
      for (const cache of caches) feeds[`self_${cache}`] = new ort.Tensor("float32", new Float32Array(0), [1, heads, 0, dHead]);
      const written = [];
      while (written.length < tokens) {
        feeds.id = tensor([written.at(-1) ?? start]);
        const outputs = await decoder.run(feeds);
        for (const cache of caches) {
          feeds[`self_${cache}`].dispose();
          feeds[`self_${cache}`] = outputs[`next_${cache}`];
        }
        written.push(argmax(outputs.logits.data));
        clock.lap();
      }
      for (const cache of caches) feeds[`self_${cache}`].dispose();
      for (const cache of cross) cache.dispose();
      return { ids: written, ...clock.laps(written.length) };
    },
  };
}

/** @param {Float32Array} logits */
function argmax(logits) {
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id] > logits[best]) best = id;
  return best;
}

function stopwatch() {
  const marks = [performance.now()];
  return {
    lap: () => marks.push(performance.now()),
    // A page's clock ticks every 0.1 ms, so the later tokens are timed together.
    /** @param {number} tokens */
    laps: (tokens) => ({ first: marks[1] - marks[0], rest: (marks[marks.length - 1] - marks[1]) / (tokens - 1) }),
  };
}

/** @type {Record<string, () => Promise<Engine>>} */
const ENGINES = {
  "diorama webgpu": () => diorama("webgpu"),
  "onnxruntime-web webgpu": () => onnxruntime("webgpu"),
  "diorama cpu": () => diorama("cpu"),
  "onnxruntime-web wasm": () => onnxruntime("wasm"),
};
/** @type {Map<string, Engine>} */
const loaded = new Map();

Object.assign(window, {
  engines: Object.keys(ENGINES),
  /** @param {string} name @param {number[]} ids @param {number} tokens */
  async generate(name, ids, tokens) {
    const engine = loaded.get(name) ?? (await ENGINES[name]());
    loaded.set(name, engine);
    return engine.generate(ids, tokens);
  },
});
