"""How much of what other sandboxes found our rules find in the same behaviour, and what they say of benign runs."""
