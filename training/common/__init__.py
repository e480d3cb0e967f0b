"""What the recipes share: stories and their held-out split, the training loop, the export."""
