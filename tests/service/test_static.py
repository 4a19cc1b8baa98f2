"""Facts of kept files: read once, kept, listed."""

import json
from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.model.hashes import digests_of
from fulgurite.model.viewer import PUBLIC
from fulgurite.service import static
from fulgurite.service.files import hash_result
from fulgurite.service.submit import submit
from fulgurite.store import Store, static_facts
from tests import builders
from tests.store.values import NOW
from tests.strategies import JSON

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


def test_rules_ask_for_facts_in_their_own_form() -> None:
    facts = {
        "optional_headers": {"pe_type": "PE32", "subsystem": "GUI"},
        "headers": {"machine_type": "I386", "compilation_time": "2024-05-01T12:00:00Z"},
        "imphash": "ab",
        "imported_dlls": [{"name": "KERNEL32.dll", "functions": ["CreateFileA", "ordinal 7"]}],
        "section_headers": [{"name": ".text", "entropy": 6.5}, {"name": "UPX0", "entropy": 7.999}],
        "resource_info": [{"name": "RT_RCDATA"}],
        "vs_version_info": {"company_name": "", "product_name": "Example"},
    }
    found = static.read(msgspec.json.encode(facts).decode())
    assert found.imports == ("kernel32.CreateFileA", "kernel32.ordinal 7")
    assert (found.sections, found.entropy, found.resources) == ((".text", "UPX0"), 800, ("RT_RCDATA",))
    assert (found.type, found.machine, found.company, found.product) == ("PE32", "I386", None, "Example")


@given(st.text(max_size=20) | JSON.map(lambda value: msgspec.json.encode(value).decode()))
def test_any_text_is_no_danger(text: str) -> None:
    assert static.read(text).imports == ()


def test_facts_of_a_sample_are_read_once(store: Store) -> None:
    sample = store.sample(kept(store, PROGRAM).hex())
    assert sample is not None
    assert static.of_kept(store, sample.sha256) is None
    found = static.of_sample(store, sample)
    assert found is not None
    assert any(name.startswith("kernel32.") for name in found.imports)
    assert static.of_kept(store, sample.sha256) == found
    assert static.of_sample(store, msgspec.structs.replace(sample, file_type="text")) is None
    assert static.of_sample(store, builders.sample(file_type="pe32+ exe")) is None
