"""Records: every content comes back as it was, and nothing that is damaged does."""

import gzip

import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import Damaged
from fulgurite.model import report as model
from fulgurite.store import records
from fulgurite.store.frames import Cut, Framed
from fulgurite.store.records import LARGE_BYTES, Codec, Kind, Record
from tests import builders

ID = "0123456789abcdef01234567"


@given(st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=200))
def test_each_content_comes_back_as_it_was(original: bytes, native: bytes, body: bytes) -> None:
    kept = records.of_report(original, native, body, ID)
    assert [record.kind for record in kept] == [Kind.ORIGINAL, Kind.NATIVE, Kind.BODY]
    assert records.content(kept.original) == original
    assert records.content(kept.native, body) == native
    assert records.content(kept.body) == gzip.decompress(kept.body.payload) == body
    assert kept.body.sandbox_id.hex() == ID


def test_a_native_report_is_packed_after_its_body() -> None:
    text = b"".join(b'{"path": "C:\\\\%d.exe"}' % (number * 7919) for number in range(5000))
    alone, after = records.native_record(text, b""), records.native_record(text, b"[%b]" % text)
    assert (alone.codec, after.codec) == (Codec.ZSTD, Codec.ZSTD_AFTER)
    assert len(after.payload) < len(alone.payload) / 20
    with pytest.raises(Damaged):
        records.content(after, b"another body")


def test_a_large_body_is_kept_as_zstd_too() -> None:
    small, large = b"x" * LARGE_BYTES, b"x" * (LARGE_BYTES + 1)
    assert records.body_record(small, ID).second == b""
    record = records.body_record(large, ID)
    assert zstd.decompress(record.second) == gzip.decompress(record.payload) == large


@given(st.sampled_from(list(Codec)), st.integers(0, 1 << 40), st.binary(max_size=64), st.binary(max_size=64))
def test_any_bytes_are_damaged(codec: Codec, size: int, payload: bytes, base: bytes) -> None:
    record = Record(Kind.NATIVE, codec, size, bytes(32), payload)
    with pytest.raises(Damaged):
        records.content(record, base)


def test_what_is_packed_in_an_unknown_way_is_named() -> None:
    with pytest.raises(Damaged, match="does not know"):
        records.content(records.original_record(b"x")._replace(codec=9))


def test_no_more_is_unpacked_than_a_record_says_it_holds() -> None:
    bomb = records.original_record(bytes(1 << 24))
    with pytest.raises(Damaged, match="another digest"):
        records.content(bomb._replace(raw_size=10))


def test_a_large_native_report_is_kept_in_frames() -> None:
    events = (builders.file_write(f"C:\\{'x' * 300}{number}") for number in range(2_000))
    native = model.encode(builders.report(*events))
    assert len(native) > LARGE_BYTES
    record = records.native_record(native, b"")
    assert (record.codec, record.raw_size) == (Codec.FRAMES, len(native))
    assert records.content(record) == native
    assert Framed(Cut(record.payload, record.second)).total == 2_001
    with pytest.raises(Damaged):
        records.content(record._replace(payload=bytes(record.payload)[:-5]))
