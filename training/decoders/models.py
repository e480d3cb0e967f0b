"""The four architectures, as `transformers` classes: what is trained is what is shipped."""

from tokenizers import Tokenizer
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, PreTrainedModel

from . import tokenizer

CONTEXT = {"gpt2-tiny": 256, "llama-tiny": 256, "llama-tiny-zh": 256, "gpt2-poem": 64}
# Tokens to read, about 20 and a little more for each parameter (Hoffmann et al. 2022).
TOKENS = {"gpt2-tiny": 32_000_000, "llama-tiny": 32_000_000, "llama-tiny-zh": 36_000_000, "gpt2-poem": 28_000_000}
# The same for a model that begins with another's weights, of which a layer is left out.
TOKENS_SHORTENED = {"gpt2-tiny": 16_000_000, "llama-tiny": 16_000_000, "llama-tiny-zh": 18_000_000, "gpt2-poem": 14_000_000}
LAYERS = {"gpt2-tiny": 4, "llama-tiny": 4, "llama-tiny-zh": 4, "gpt2-poem": 3}


def build(name: str, tok: Tokenizer, n_layers: int | None = None) -> PreTrainedModel:
    """The untrained model for a tokenizer, with `n_layers` instead of its own number of layers."""
    n_layers = n_layers or LAYERS[name]
    end, begin, vocab = tokenizer.end_id(name, tok), tok.encode("").ids[0], tok.get_vocab_size()
    ids = {"bos_token_id": begin, "eos_token_id": end, "attn_implementation": "sdpa"}
    if name.startswith("gpt2"):
        size = {"n_embd": 128, "n_layer": n_layers, "n_head": 4, "n_positions": CONTEXT[name]}
        no_dropout = {"resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0}
        return GPT2LMHeadModel(GPT2Config(vocab_size=vocab, **size, **no_dropout, **ids))
    size = {"hidden_size": 128, "intermediate_size": 352, "num_hidden_layers": n_layers, "num_attention_heads": 4, "num_key_value_heads": 2}
    theta = 500_000.0 if name == "llama-tiny-zh" else 10_000.0  # LLaMA 3's base, LLaMA 1's and 2's
    rope = {"rope_type": "default", "rope_theta": theta}
    config = LlamaConfig(vocab_size=vocab, **size, max_position_embeddings=CONTEXT[name], rope_parameters=rope, tie_word_embeddings=True, **ids)
    return LlamaForCausalLM(config)
