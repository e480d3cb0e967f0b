"""Recipes of the encoder-only models: bert-tiny, bert-tiny-sentiment, roberta-tiny, albert-tiny, electra-tiny (see ../README.md)."""
