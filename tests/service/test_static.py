"""Facts of kept files: read once, kept, listed."""

import json
from pathlib import Path

from fulgurite.model.hashes import digests_of
from fulgurite.model.viewer import PUBLIC
from fulgurite.service import static
from fulgurite.service.files import hash_result
from fulgurite.service.submit import submit
from fulgurite.store import Store, static_facts
from tests.store.values import NOW

PROGRAM = (Path(__file__).resolve().parents[2] / "demo/hello.exe").read_bytes()
DIGEST = bytes.fromhex(digests_of(PROGRAM).md5)


def kept(store: Store, data: bytes) -> bytes:
    submit(store, data, options=None, file_name=None, key_id=None, now=NOW)
    return bytes.fromhex(digests_of(data).sha256)


def additional(store: Store, digest: bytes) -> list[str]:
    body = hash_result(store, digest)
    assert body is not None
    names: list[str] = json.loads(body)["additional_info"]
    return names


def test_a_program_is_read_once(store: Store) -> None:
    kept(store, PROGRAM)
    told = static.pe_info(store, DIGEST, PUBLIC)
    assert told is not None
    assert len(json.loads(told)["imphash"]) == 32
    assert additional(store, DIGEST) == ["peinfo"]
    with store.database.write("testing") as connection:
        static_facts.insert(connection, digests_of(PROGRAM).sha256, static.PE, '{"kept":1}')
    assert static.pe_info(store, DIGEST, PUBLIC) == b'{"kept":1}'


def test_a_program_that_cannot_be_read_has_none(store: Store) -> None:
    broken = PROGRAM[:0x200]
    digest = kept(store, broken)
    assert additional(store, digest) == ["peinfo"]
    with store.database.write("testing") as connection:
        static_facts.insert(connection, digest.hex(), static.PE, None)
    assert static.pe_info(store, digest, PUBLIC) is None
    assert additional(store, digest) == []


def test_other_files_have_none(store: Store) -> None:
    digest = kept(store, b"a text")
    assert static.pe_info(store, digest, PUBLIC) is None
    assert additional(store, digest) == []
    assert static.pe_info(store, bytes(32), PUBLIC) is None
