"""What a lookup of many hashes costs."""
