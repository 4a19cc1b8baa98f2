"""Reading and writing at once."""
