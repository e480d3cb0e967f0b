"""Recipes of the decoder-only models: gpt2-tiny, llama-tiny, llama-tiny-zh, gpt2-poem (see ../README.md)."""
