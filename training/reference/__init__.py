"""What the golden scripts share: how the reference is watched, and how its activations become hooks."""
