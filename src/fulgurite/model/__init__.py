"""The nouns of Fulgurite: immutable values, no I/O."""
