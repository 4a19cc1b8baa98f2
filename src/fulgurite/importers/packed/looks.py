"""What bytes look like that are no report: for a refusal that helps."""

_MAGICS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG", "a PNG image"),
    (0, b"\xff\xd8\xff", "a JPEG image"),
    (0, b"GIF8", "a GIF image"),
    (0, b"BM", "a bitmap image"),
    (0, b"%PDF", "a PDF document"),
    (0, b"MZ", "a Windows program"),
    (0, b"\x7fELF", "a Linux program (ELF)"),
    (0, b"\xcf\xfa\xed\xfe", "a macOS program"),
    (0, b"\xca\xfe\xba\xbe", "a macOS program or Java class"),
    (0, b"dex\n", "Android bytecode"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document or installer (OLE)"),
    (0, b"{\\rtf", "a Rich Text document"),
    (0, b"PK", "a ZIP archive"),
    (0, b"Rar!\x1a\x07", "a RAR archive, which cannot be read here: unpack it first"),
    (0, b"MSCF", "a Windows cabinet, which cannot be read here: unpack it first"),
    (0, b"\xd4\xc3\xb2\xa1", "a network capture"),
    (0, b"\xa1\xb2\xc3\xd4", "a network capture"),
    (0, b"\n\r\r\n", "a network capture"),
    (0, b"SQLite format 3\0", "an SQLite database"),
    (0, b"CART\x01\0", "a neutered file (CaRT)"),
    (0, b"PML_", "Process Monitor's own log: save it as XML or CSV from there"),
    (257, b"ustar", "a tar archive"),
)
_HEAD_BYTES = 4096
_TEXT = frozenset(range(0x20, 0x7F)) | {0x09, 0x0A, 0x0C, 0x0D, 0x1B} | frozenset(range(0x80, 0x100))


def looks_like(data: bytes) -> str:
    """What `data` looks like, in a few words: `a PNG image`, `text`, `nothing (the file is empty)`."""
    if data == b"":
        return "nothing (the file is empty)"
    for at, mark, words in _MAGICS:
        if data.startswith(mark, at):
            return words
    head = data[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").strip()
    if head == b"":
        return "nothing but white space"
    return _text(head) if all(byte in _TEXT for byte in head) else "binary data of no known kind"


def _text(head: bytes) -> str:
    lower = head[:512].lower()
    if lower.startswith((b"<!doctype html", b"<html")):
        return "an HTML page, perhaps an error page in place of the report"
    if head[:1] == b"<":
        return "XML of no known kind"
    if head[:1] in {b"{", b"["}:
        return "JSON of no known kind"
    return "text"


def may_be_report(data: bytes) -> bool:
    """Whether the first bytes of `data` are such as a report can have: of JSON, XML, CSV, or a known binary log."""
    if data.startswith((b"ElfFile\0", b"FILE\n")):
        return True
    start = data[:_HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n\0")
    if start[:1] in {b"{", b"[", b"<", b'"'} or data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not all(byte in _TEXT for byte in start[:64]) and looks_like(data) == "binary data of no known kind"
