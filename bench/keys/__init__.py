"""Measures what the time of a key's check tells."""
