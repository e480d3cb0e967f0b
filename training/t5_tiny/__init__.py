"""The recipe of `www/models/t5-tiny`: prepare, train, export, evaluate (see ../README.md)."""
