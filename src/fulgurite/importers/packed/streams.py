"""Compressed streams of one document each: inflated piece by piece, within a budget."""

import zlib

from fulgurite.errors import MalformedReport
from fulgurite.importers.packed.caps import Budget

GZIP = b"\x1f\x8b"
_PIECE_BYTES = 1 << 18


def gunzipped(data: bytes, budget: Budget) -> bytes:
    """What the gzip file `data` holds. Raises MalformedReport and TooLarge."""
    content = bytearray()
    rest = data
    # One member may follow another; what follows and is no gzip is left.
    while rest.startswith(GZIP):
        stream = zlib.decompressobj(wbits=31)
        try:
            while not stream.eof:
                piece = stream.decompress(rest, _PIECE_BYTES)
                rest = stream.unconsumed_tail
                if piece == b"" and rest == b"" and not stream.eof:
                    raise MalformedReport("the gzip stream ends too early; the file was cut off", where="gzip")
                content += piece
                budget.out(len(piece), len(content))
        except zlib.error as error:
            raise MalformedReport(f"the gzip stream is damaged ({error})", where="gzip") from error
        rest = stream.unused_data.lstrip(b"\0")
    return bytes(content)
