"""What the store takes on disk."""
