// The module and small models in a page, for the tests of training.

/** @typedef {import("puppeteer-core").Page} Page */

/** The module's functions and small models, as `window.lab`. @param {Page} page */
export async function prepare(page) {
  await page.evaluate(async () => {
    const module = await import(new URL("diorama.js", document.baseURI).href);
    const config = (/** @type {object} */ sizes = {}) => ({
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
      ...sizes,
    });
    /** Losses of some steps. */
    const losses = async (/** @type {any} */ training, /** @type {object} */ options) => {
      const all = [];
      for await (const { each } of training.run(options))
        all.push(...each.map((/** @type {{ loss: number }} */ { loss }) => loss));
      return all;
    };
    Object.assign(window, { lab: { ...module, config, losses } });
  });
}
