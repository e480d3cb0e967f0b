"""Recipe of puzzle-tiny: a GPT-2 on single characters that solves small generated puzzles, and continues whatever repeats itself."""
