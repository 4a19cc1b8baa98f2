"""What a lookup costs elsewhere."""
