"""Settings taken out of a sample and of what its run left, by the operator's extractors, in a confined child process.

Extractors are classes of maco's interface, so those of the field run as they are.
"""

from fulgurite.engines.extraction.extracting import Extracted, Piece, extracted

__all__ = ["Extracted", "Piece", "extracted"]
