"""The way through packed input down to its documents."""

import gzip
import json

import pytest

from fulgurite import importers
from fulgurite.errors import MalformedReport, TooLarge
from fulgurite.importers import Caps, Document, documents
from tests.builders import run_log


def test_what_is_not_packed_is_one_document() -> None:
    assert list(documents(b"{}", name="a.json")) == [Document("a.json", b"{}")]
    assert list(documents(b"")) == [Document(None, b"")]


def test_gzip_comes_out_under_the_given_name() -> None:
    (found,) = documents(gzip.compress(run_log()), name="a.json.gz")
    assert found == Document("a.json.gz", run_log())
    assert importers.read_all(found.data) == (importers.read(run_log()),)


def test_a_bomb_is_refused() -> None:
    with pytest.raises(TooLarge, match="more than 250 times its own size"):
        list(documents(gzip.compress(json.dumps("a" * 10_000_000).encode())))
    with pytest.raises(TooLarge, match="more than 100 bytes in one document"):
        list(documents(gzip.compress(b"a" * 101), caps=Caps(document_bytes=100)))


def test_a_stream_that_was_cut_off_is_said_to_be() -> None:
    with pytest.raises(MalformedReport, match="ends too early"):
        list(documents(gzip.compress(run_log())[:-20]))
