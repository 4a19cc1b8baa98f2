"""Files by the SHA-256 of their content: `blobs/xx/yy/<sha256>.cart` or `.gz`.

Nothing lies there as it was: hostile bytes are neutered (CaRT), everything else is gzip. A file at its final name is
always whole, since it is written aside, synced and renamed; reading checks the digest, and putting damaged bytes
again mends them.
"""

import gzip
import io
import os
import secrets
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import cart
from cart.cart import InvalidARC4KeyException, InvalidCARTException

from fulgurite.errors import Damaged, NotFound
from fulgurite.model.hashes import Sha256, sha256_of
from fulgurite.store.db import Database
from fulgurite.store.faults import told

CART: Final = ".cart"
GZIP: Final = ".gz"
_GZIP_LEVEL = 6
_IS_NEEDED = (
    "SELECT EXISTS (SELECT 1 FROM samples WHERE sha256 = ?)"
    " OR EXISTS (SELECT 1 FROM artifacts WHERE sha256 = ?)"
    " OR EXISTS (SELECT 1 FROM tasks WHERE log_sha256 = ?)"
    " OR EXISTS (SELECT 1 FROM reports WHERE original_at IS NULL AND original_sha256 = ?)"
    " OR EXISTS (SELECT 1 FROM reports WHERE body_at IS NULL AND (native_sha256 = ? OR body_sha256 = ?))"
)


def packed(data: bytes) -> bytes:
    """`data` as gzip, the same bytes each time: no name, no date."""
    return gzip.compress(data, compresslevel=_GZIP_LEVEL, mtime=0)


def neutered(data: bytes, digest: str) -> bytes:
    """`data` as CaRT, the field's form for bytes that nothing shall run or scan by accident; `digest` its SHA-256."""
    carted = io.BytesIO()
    footer = {"sha256": digest, "length": str(len(data))}
    cart.pack_stream(io.BytesIO(data), carted, {}, footer, auto_digests=())
    return carted.getvalue()


class Blobs:
    """The blob store of one data folder. Safe for threads and processes: names are digests, renames are atomic."""

    def __init__(self, root: Path, scratch: Path) -> None:
        """`scratch` is on the same disk as `root`; unfinished files lie there."""
        self._root = root
        self._scratch = scratch
        self._lasting: set[Path] = set()
        """Folders whose own names are known to be on disk."""
        with told("making the blob folder"):
            root.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(root.parent)

    def put_hostile(self, data: bytes, known: Sha256 | None = None) -> Sha256:
        """Keeps `data` as CaRT, durable when this returns, and returns its SHA-256: `known`, if the caller has it.

        Raises StoreFull, StoreError.
        """
        digest = sha256_of(data) if known is None else known
        if not self._is_there(digest, CART):
            self._write(digest, CART, neutered(data, digest))
        return digest

    def put(self, data: bytes, *, gzipped: bytes | None = None) -> Sha256:
        """Keeps `data` as gzip, durable when this returns, and returns its SHA-256.

        `gzipped` spares the compressing where the caller has the result already. Raises StoreFull, StoreError.
        """
        digest = sha256_of(data)
        if not self._is_there(digest, GZIP):
            self._write(digest, GZIP, packed(data) if gzipped is None else gzipped)
        return digest

    def has(self, digest: str) -> bool:
        return any(self._path(digest, kind).exists() for kind in (CART, GZIP))

    def read(self, digest: str) -> bytes:
        """The bytes kept under `digest`. Raises NotFound, Damaged when they are not those, StoreError."""
        for kind, unpacked in _UNPACKED.items():
            stored = self._stored(digest, kind)
            if stored is not None:
                data = unpacked(stored, digest)
                if sha256_of(data) != digest:
                    raise Damaged(f"the stored bytes of {digest} have another digest")
                return data
        raise NotFound(f"nothing is stored under {digest}")

    def gzipped(self, digest: str) -> bytes:
        """The gzip form of what `put` kept under `digest`; checked like `read`."""
        stored = self._stored(digest, GZIP)
        if stored is None:
            raise NotFound(f"nothing is stored as gzip under {digest}")
        if sha256_of(_gunzipped(stored, digest)) != digest:
            raise Damaged(f"the stored bytes of {digest} have another digest")
        return stored

    def orphans(self, database: Database) -> Iterator[Path]:
        """The files that nothing in the database refers to; also those that are being put just now."""
        for path in sorted(self._root.glob("??/??/*")):
            digest = path.name.split(".")[0]
            if not database.value(_IS_NEEDED, (digest,) * _IS_NEEDED.count("?")):
                yield path

    def remove_orphan(self, path: Path, older_than: float) -> bool:
        """Removes an orphan that was not put since `older_than` (seconds since 1970); False, and it stays, else.

        Who puts the same bytes meanwhile finds the file gone, or makes it young: then it is put back.
        """
        aside = self._scratch / f"orphan-{secrets.token_hex(8)}"
        with told("removing a stored file"):
            path.rename(aside)
            if aside.stat().st_mtime >= older_than:
                aside.rename(path)
                return False
            aside.unlink()
        return True

    def _path(self, digest: str, kind: str) -> Path:
        return self._root / digest[:2] / digest[2:4] / f"{digest}{kind}"

    def _stored(self, digest: str, kind: str) -> bytes | None:
        with told("reading a stored file"):
            try:
                return self._path(digest, kind).read_bytes()
            except FileNotFoundError:
                return None

    def _is_there(self, digest: str, kind: str) -> bool:
        """Whether the bytes are there, sound and for good. What was damaged is to be written anew."""
        stored = self._stored(digest, kind)
        if stored is None:
            return False
        try:
            is_sound = sha256_of(_UNPACKED[kind](stored, digest)) == digest
        except Damaged:
            is_sound = False
        if is_sound:
            is_sound = self._made_young(self._path(digest, kind))
        if is_sound:
            # Another process may have made the file just now, and not synced its name yet.
            with told("writing a file to the store"):
                self._make_lasting(self._path(digest, kind).parent)
                _sync_folder(self._path(digest, kind).parent)
        return is_sound

    def _made_young(self, path: Path) -> bool:
        """Marks a file as put just now, so that nobody takes it for an orphan; False when it is not there."""
        with told("writing a file to the store"):
            try:
                os.utime(path)
            except FileNotFoundError:
                return False
        return True

    def _write(self, digest: str, kind: str, stored: bytes) -> None:
        path = self._path(digest, kind)
        aside = self._scratch / f"blob-{secrets.token_hex(8)}"
        with told("writing a file to the store"):
            try:
                _write_synced(aside, stored)
                self._make_lasting(path.parent)
                aside.rename(path)
            except OSError:
                aside.unlink(missing_ok=True)
                raise
            _sync_folder(path.parent)

    def _make_lasting(self, leaf: Path) -> None:
        """Makes `leaf` and the folder above it, and sees to it once that their names are on disk."""
        for folder in (leaf.parent, leaf):
            if folder not in self._lasting:
                folder.mkdir(mode=0o700, exist_ok=True)
                _sync_folder(folder.parent)
                self._lasting.add(folder)


def _write_synced(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        view = memoryview(data)
        while len(view) > 0:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _gunzipped(stored: bytes, digest: str) -> bytes:
    try:
        return gzip.decompress(stored)
    except (OSError, EOFError, zlib.error) as error:
        raise Damaged(f"the stored bytes of {digest} are damaged: {error}") from error


def _uncarted(stored: bytes, digest: str) -> bytes:
    data = io.BytesIO()
    try:
        cart.unpack_stream(io.BytesIO(stored), data)
    except (InvalidCARTException, InvalidARC4KeyException, OverflowError, ValueError) as error:
        raise Damaged(f"the stored bytes of {digest} are damaged: {error}") from error
    return data.getvalue()


_UNPACKED: dict[str, Callable[[bytes, str], bytes]] = {GZIP: _gunzipped, CART: _uncarted}
"""How each kind is read, in the order in which they are looked for."""
