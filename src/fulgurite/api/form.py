"""The file inside a multipart/form-data body, found while the body streams by.

Any field may hold it, an unnamed one too: the first part that has a file name, or, when no part has one, the first
part. What else the form holds is read over.
"""

from typing import Literal

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from fulgurite.api.problems import Problem

MAX_PARTS = 100
MAX_HEADERS = 16
"""Header lines of one part."""
MAX_HEADER_BYTES = 64 * 1024
"""One header line; a name of 5,000 characters fits in whatever encoding."""


def boundary_of(content_type: bytes) -> bytes | None:
    """The boundary that `content_type` names; None when it is no multipart type.

    Raises Problem 400140 for a multipart type without a usable boundary.
    """
    kind, parameters = parse_options_header(content_type)
    if not kind.startswith(b"multipart/"):
        return None
    boundary = parameters.get(b"boundary", b"")
    if boundary == b"":
        raise Problem(400140, "multipart body without a boundary")
    return boundary


class FormFile:
    """Takes the bytes of a form as they come and gives back those that belong to the file."""

    def __init__(self, boundary: bytes) -> None:
        """`boundary` as the content type names it. Raises Problem 400140 when it is not usable."""
        self.name: bytes | None = None
        """The file's name as the form has it, once known; hostile."""
        self._taken: Literal["nothing", "value", "file"] = "nothing"
        self._is_wanted = False
        self._restarts = False
        self._ended = False
        self._parts = 0
        self._field = b""
        self._value = b""
        self._disposition = b""
        self._found: list[bytes] = []
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._on_part_begin,
                    "on_header_begin": self._on_header_begin,
                    "on_header_field": self._on_header_field,
                    "on_header_value": self._on_header_value,
                    "on_header_end": self._on_header_end,
                    "on_headers_finished": self._on_headers_finished,
                    "on_part_data": self._on_part_data,
                    "on_end": self._on_end,
                },
                max_header_count=MAX_HEADERS,
                max_header_size=MAX_HEADER_BYTES,
            )
        except FormParserError as error:
            raise Problem(400140, str(error)) from error

    def feed(self, chunk: bytes) -> tuple[bool, bytes]:
        """The file's bytes in the next `chunk` of the form, and whether they replace all given before.

        Raises Problem 400140 for a body that breaks the format or has too many parts or header lines.
        """
        self._restarts = False
        self._found.clear()
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise Problem(400140, str(error)) from error
        return self._restarts, b"".join(self._found)

    def finish(self) -> None:
        """To be called when the body has ended. Raises Problem 400140 when the form has not."""
        if not self._ended:
            raise Problem(400140, "the multipart body ends before its last boundary")

    def _on_part_begin(self) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise Problem(400140, f"more than {MAX_PARTS} parts")
        self._disposition = b""

    def _on_header_begin(self) -> None:
        self._field = b""
        self._value = b""

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        if self._field.lower() == b"content-disposition":
            self._disposition = self._value

    def _on_headers_finished(self) -> None:
        _, parameters = parse_options_header(self._disposition)
        name = parameters.get(b"filename")
        if name is not None and self._taken != "file":
            self._restarts = self._taken == "value"
            self._found.clear()
            self._taken, self._is_wanted, self.name = "file", True, name
        else:
            self._is_wanted = self._taken == "nothing"
            self._taken = "value" if self._is_wanted else self._taken

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_wanted:
            self._found.append(data[start:end])

    def _on_end(self) -> None:
        self._ended = True
