"""Pages of the index that are damaged, of every kind: nothing wrong is ever served, and repair makes it whole."""

import random
import shutil
from pathlib import Path

import pytest

from fulgurite.errors import StoreError
from fulgurite.model.hashes import digests_of
from fulgurite.service import upkeep
from fulgurite.store import Store, probe
from fulgurite.store.index import Index
from tests import builders
from tests.store.processes import started
from tests.store.values import imported, sandbox_id

FILES = 150
PAGE_BYTES = 4096
_LOOK = """
import sys
from pathlib import Path
from tests.store.test_probe import looked
print(looked(Path(sys.argv[1])))
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    with Store.open(folder) as store:
        for number in range(FILES):
            imported(store, number, builders.sample(b"MZ %d" % number))
    return folder


def looked(folder: Path) -> str:
    """What lookups of all hashes come to: `wrong` once any of them finds another file's analysis."""
    try:
        with Store.open(folder) as store:
            told = {_told(store, number, digest) for number in range(FILES) for digest in digests_of(b"MZ %d" % number)}
    except StoreError:
        return "refused"
    return " ".join(sorted(told))


def _told(store: Store, number: int, digest: str) -> str:
    try:
        found = store.finder.found(bytes.fromhex(digest))
    except StoreError:
        return "refused"
    if found is None:
        return "missed"
    return "right" if found.sandbox_id.hex() == sandbox_id(number) else "wrong"


def _harm(path: Path, case: int) -> None:
    """One byte, or a page of zeros, or a page of anything."""
    chance = random.Random(case)  # noqa: S311 - any place will do
    content = bytearray(path.read_bytes())
    page = chance.randrange(2, len(content) // PAGE_BYTES) * PAGE_BYTES
    match case % 3:
        case 0:
            content[page + chance.randrange(PAGE_BYTES)] ^= chance.randrange(1, 256)
        case 1:
            content[page : page + PAGE_BYTES] = bytes(PAGE_BYTES)
        case _:
            content[page : page + PAGE_BYTES] = chance.randbytes(PAGE_BYTES)
    path.write_bytes(content)


@pytest.mark.parametrize("case", range(6))
def test_a_damaged_page_is_never_believed_and_can_be_repaired(filled: Path, tmp_path: Path, case: int) -> None:
    data = tmp_path / "data"
    shutil.copytree(filled, data)
    _harm(data / "index.lmdb" / "data.mdb", case)
    # A process of its own: LMDB may end the one that reads such a page.
    assert b"wrong" not in started(_LOOK, data).communicate()[0]
    assert all(one.is_repaired for one in upkeep.check(data, repair=True))
    assert list(upkeep.check(data, repair=False)) == []
    assert looked(data) == "right"


def test_an_index_that_can_be_read_has_no_problem(filled: Path) -> None:
    assert probe.problem_with(filled / "index.lmdb") is None
    assert probe.problem_with(filled / "nothing") is None


def test_what_walks_names_the_problem(tmp_path: Path) -> None:
    Index(tmp_path / "index").close()
    (tmp_path / "index" / "data.mdb").write_bytes(b"no index" * 4096)
    assert "the index is damaged" in probe.walk(tmp_path / "index")
    assert "the index is damaged" in (probe.problem_with(tmp_path / "index") or "")
