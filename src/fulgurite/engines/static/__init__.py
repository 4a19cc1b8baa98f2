"""What the bytes of a file tell without running it, read in a confined child process."""

from fulgurite.engines.static.reading import MAX_SAMPLE_BYTES, pe_facts

__all__ = ["MAX_SAMPLE_BYTES", "pe_facts"]
