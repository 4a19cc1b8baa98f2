"""The way through packed input down to its documents."""

import bz2
import gzip
import lzma
import tarfile
from collections.abc import Callable

import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import InputError, MalformedReport, TooLarge, UnknownFormat
from fulgurite.importers.packed import Caps, Document, container, walk
from fulgurite.importers.packed.walk import USUAL
from tests.importers.packed.made import REPORT, aes_zipped, format_of, sevened, tarred, zipped

Pack = Callable[[dict[str, bytes]], bytes]
ARCHIVES: list[tuple[str, Pack]] = [
    ("zip", zipped),
    ("aes zip", lambda files: aes_zipped(files, "infected")),
    ("7z", sevened),
    ("locked 7z", lambda files: sevened(files, "virus")),
    ("hidden 7z", lambda files: sevened(files, "infected", header_encryption=True)),
    ("tar", tarred),
    ("pax tar", lambda files: tarred(files, tarfile.PAX_FORMAT)),
    ("tar.gz", lambda files: gzip.compress(tarred(files))),
    ("tar.zst", lambda files: zstd.compress(tarred(files))),
    ("tar.xz", lambda files: lzma.compress(tarred(files))),
]
STREAMS: list[Callable[[bytes], bytes]] = [gzip.compress, zstd.compress, bz2.compress, lzma.compress]


def found(data: bytes, name: str | None = None, caps: Caps = USUAL, passwords: tuple[str, ...] = ()) -> list[Document]:
    return list(walk.documents(data, format_of, name=name, caps=caps, passwords=passwords))


def test_what_is_not_packed_is_one_document() -> None:
    assert found(b"{}", "a.json") == [Document("a.json", b"{}")]
    assert found(b"") == [Document(None, b"")]
    assert found(b"MZ\x90") == [Document(None, b"MZ\x90")]


@pytest.mark.parametrize("pack", STREAMS)
def test_a_stream_comes_out_under_the_given_name(pack: Callable[[bytes], bytes]) -> None:
    assert found(pack(REPORT), "a.json.x") == [Document("a.json.x", REPORT)]
    with pytest.raises(MalformedReport, match=r"ends too early|damaged"):
        found(pack(REPORT * 100)[:-9])


@pytest.mark.parametrize("pack", [pack for _, pack in ARCHIVES], ids=[name for name, _ in ARCHIVES])
def test_reports_come_out_of_every_kind_of_archive(pack: Pack) -> None:
    long = "folder/" * 20 + "b.json"
    files = {"a.json": REPORT, long: REPORT + b" ", "x.exe": b"MZ", "README.txt": b"words", "empty.json": b""}
    assert found(pack(files)) == [Document("a.json", REPORT), Document(long, REPORT + b" ")]


@pytest.mark.parametrize("pack", [pack for _, pack in ARCHIVES], ids=[name for name, _ in ARCHIVES])
def test_an_archive_without_a_report_says_what_is_in_it(pack: Pack) -> None:
    with pytest.raises(UnknownFormat, match="there is no report in it"):
        found(pack({"x.exe": b"MZ", "a.txt": b"words"}))


def test_given_passwords_are_tried_first_and_a_missing_one_is_told() -> None:
    locked = aes_zipped({"a.json": REPORT}, "other")
    assert found(locked, passwords=("other",)) == [Document("a.json", REPORT)]
    assert "none of the passwords fits" in str(found(locked)[0].fault)
    locked = sevened({"a.json": REPORT}, "other")
    assert found(locked, passwords=("other",)) == [Document("a.json", REPORT)]
    with pytest.raises(InputError, match="none of the passwords fits"):
        found(locked)


def test_packings_in_packings_are_followed_to_a_depth() -> None:
    inner = zipped({"a.json": REPORT})
    assert found(zipped({"b.zip": inner, "c.json.gz": gzip.compress(REPORT)})) == [
        Document("b.zip/a.json", REPORT),
        Document("c.json.gz", REPORT),
    ]
    deep = zipped({"d.zip": zipped({"c.zip": zipped({"b.zip": inner})})})
    with pytest.raises(TooLarge, match="more than 3 deep"):
        found(deep)
    assert found(deep, caps=Caps(depth=4))[0].data == REPORT


def test_a_broken_part_of_an_analysis_is_told_and_the_rest_comes_in() -> None:
    files = {"logs/summary.json": b'{"vmray": 1}', "logs/flog.xml.gz": gzip.compress(b'{"vmray-flog": 1}')[:-9]}
    broken, whole = found(zipped(files))
    assert "ends too early" in str(broken.fault)
    assert whole == Document("logs/summary.json", b'{"vmray": 1}')


def test_what_macos_puts_beside_files_is_passed_over() -> None:
    files = {"a.json": REPORT, "__MACOSX/._a.json": REPORT, "b/._a.json": REPORT}
    assert found(zipped(files)) == [Document("a.json", REPORT)]


def test_one_broken_member_spoils_none_beside_it() -> None:
    whole = zipped({"a.json": REPORT, "b.zip": b"PK\x03\x04 cut", "c.json": REPORT})
    first, broken, last = found(whole)
    assert (first.data, last.data) == (REPORT, REPORT)
    assert "directory cannot be read" in str(broken.fault)


def test_of_an_analysis_only_the_report_and_its_log_are_read() -> None:
    files = {
        "logs/summary_v2.json": b'{"vmray": 1}',
        "logs/summary.json": b"old",
        "logs/flog.xml": b'{"vmray-flog": 2}',
        "internal/static_analyses/1/objects/files/x.json": b'{"vmray": 1}',
        "report.xml": b"<report/>",
    }
    (joined,) = found(aes_zipped(files, "infected"))
    assert joined.name == "logs/summary_v2.json"
    parts = [("logs/summary_v2.json", b'{"vmray": 1}'), ("logs/flog.xml", b'{"vmray-flog": 2}')]
    assert container.parts(joined.data) == parts
    assert found(joined.data)[0].data == joined.data


def test_where_the_folder_lay_makes_no_difference() -> None:
    files = {"post.json": b'{"cuckoo3": 1}', "task_1/threemon.pb": b'{"threemon": 2}'}
    below = {f"a/b/{name}": content for name, content in files.items()}
    (here,), (there,) = found(zipped(files)), found(gzip.compress(tarred(below)))
    assert here.data == there.data
    assert (here.name, there.name) == ("post.json", "a/b/post.json")


@pytest.mark.parametrize("pack", [pack for _, pack in ARCHIVES], ids=[name for name, _ in ARCHIVES])
def test_tasks_of_one_sample_are_joined_each_with_what_lies_above_them(pack: Pack) -> None:
    files = {
        "overview.json": b'{"triage": 3}',
        "behavioral1/report_triage.json": b'{"triage": 1}',
        "behavioral1/logs/onemon.json": b'{"triage-kernel": 2}',
        "behavioral2/report_triage.json": b'{"triage": 1}' + b"\n",
        "sample.exe": b"MZ",
    }
    first, second = found(pack(files))
    assert [name for name, _ in container.parts(first.data)] == [
        "behavioral1/report_triage.json",
        "behavioral1/logs/onemon.json",
        "overview.json",
    ]
    assert [name for name, _ in container.parts(second.data)] == ["behavioral2/report_triage.json", "overview.json"]
    assert found(first.data)[0].data == first.data


def test_logs_of_plugins_are_one_document() -> None:
    files = {
        "procmon.log": b'{"drakvuf": 1}',
        "regmon.log.gz": gzip.compress(b'{"drakvuf": 2}'),
        "x.dmp": b"",
        "ttps.json": b"{}",
    }
    (joined,) = found(zipped(files))
    assert container.parts(joined.data) == [("procmon.log", b'{"drakvuf": 1}'), ("regmon.log", b'{"drakvuf": 2}')]


def test_a_folder_of_reports_that_is_named_like_an_analysis_is_read_whole() -> None:
    cape = b'{"cape": 1}'
    files = {"reports/report.json": cape, "reports/other.json": REPORT, "reports/odd.json": b"[1]", "b.json": REPORT}
    assert found(zipped(files)) == [Document("reports/report.json", cape), Document("reports/other.json", REPORT)]


def test_a_part_of_another_format_stands_for_itself() -> None:
    files = {"logs/summary.json": b'{"vmray": 1}', "logs/flog.xml": REPORT}
    assert found(zipped(files)) == [Document("logs/flog.xml", REPORT), Document("logs/summary.json", b'{"vmray": 1}')]


def test_bombs_are_refused() -> None:
    zeros = b'{"report": "' + bytes(20_000_000) + b'"}'
    for data in (gzip.compress(zeros), zstd.compress(zeros), zipped({"a.json": zeros}), sevened({"a.json": zeros})):
        with pytest.raises(TooLarge, match="more than 250 times its own size"):
            found(data)
    with pytest.raises(TooLarge, match="more than 100 bytes in one document"):
        found(gzip.compress(bytes(101)), caps=Caps(document_bytes=100))


@pytest.mark.parametrize("pack", [pack for _, pack in ARCHIVES], ids=[name for name, _ in ARCHIVES])
def test_caps_on_members_and_names_hold_everywhere(pack: Pack) -> None:
    many = pack({f"{number}.json": REPORT for number in range(4)})
    with pytest.raises(TooLarge, match="more than 3 files"):
        found(many, caps=Caps(members=3))
    with pytest.raises(TooLarge, match="longer than 5 characters"):
        found(pack({"longer.json": REPORT}), caps=Caps(name_characters=5))


@pytest.mark.parametrize("pack", [pack for _, pack in ARCHIVES], ids=[name for name, _ in ARCHIVES])
@given(data=st.data())
def test_any_damage_is_read_or_refused(pack: Pack, data: st.DataObject) -> None:
    whole = bytearray(_whole(pack))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        found(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    except InputError:
        return


_MADE: dict[int, bytes] = {}


def _whole(pack: Pack) -> bytes:
    """A packed pair of files; made once, as locking them takes its time."""
    if id(pack) not in _MADE:
        _MADE[id(pack)] = pack({"a.json": REPORT * 20, "logs/summary.json": REPORT, "logs/flog.xml": REPORT})
    return _MADE[id(pack)]


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"PK\x03\x04", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh"]),
)
def test_any_bytes_are_read_or_refused(tail: bytes, mark: bytes) -> None:
    try:
        found(mark + tail)
    except InputError:
        return
