"""Which file a report is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fulgurite.errors import InputError
from fulgurite.model.hashes import digests_of, sha256_of
from fulgurite.model.sample import Sample
from fulgurite.service.importing.subject import hash_in, named

ONE, OTHER = sha256_of(b"one"), sha256_of(b"other")
MD5, SHA1, _ = digests_of(b"one")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (f"{ONE}.json", ONE),
        (f"report_{ONE.upper()}.dat.json.gz", ONE),
        (f"{ONE}/report.json", ONE),
        (f"{OTHER}/{ONE}/reports/report.json", ONE),
        (f"{OTHER}\\{ONE}\\report.json", ONE),
        (f"{ONE}_{ONE.upper()}.json", ONE),
        (f"{OTHER}/{ONE}_{OTHER}.json", OTHER),
        (f"{ONE}_{OTHER}.json", None),
        (f"a{ONE}.json", None),
        (f"{ONE}0.json", None),
        (MD5, None),
        ("", None),
        (None, None),
    ],
)
def test_the_last_part_of_a_path_with_one_hash_tells_it(name: str | None, found: str | None) -> None:
    assert hash_in(name) == found


@given(st.text())
def test_any_name_has_a_hash_or_none(name: str) -> None:
    assert hash_in(name) is None or len(hash_in(name) or "") == 64


@pytest.mark.parametrize(
    ("sample", "given_", "in_name", "sha256"),
    [
        (Sample(sha256=ONE.upper()), None, OTHER, ONE),
        (Sample(sha256=ONE), ONE, OTHER, ONE),
        (Sample(), ONE, OTHER, ONE),
        (Sample(), None, OTHER, OTHER),
        (Sample(md5=MD5.upper()), ONE, OTHER, ONE),
        (Sample(sha1=SHA1), None, OTHER, None),
    ],
)
def test_report_then_caller_then_name(
    sample: Sample, given_: str | None, in_name: str | None, sha256: str | None
) -> None:
    found = named(sample, given_, in_name)
    assert found.sha256 == sha256
    assert found.md5 == (None if sample.md5 is None else MD5)


@pytest.mark.parametrize(
    ("sample", "given_", "told"),
    [
        (Sample(), None, ["names no hash", "SHA-256"]),
        (Sample(sha256=ONE), OTHER, [ONE, OTHER]),
        (Sample(sha256=MD5), None, ["expected the sha256"]),
        (Sample(md5="teapot"), None, ["32, 40 or 64"]),
    ],
)
def test_what_cannot_be_is_refused(sample: Sample, given_: str | None, told: list[str]) -> None:
    with pytest.raises(InputError) as error:
        named(sample, given_, None)
    assert all(word in str(error.value) for word in told)


@pytest.mark.parametrize(
    ("told", "known"), [("A" * 128, "a" * 128), ("x" * 128, None), ("a" * 127, None), (None, None)]
)
def test_a_sha512_is_heard_where_it_is_one(told: str | None, known: str | None) -> None:
    assert named(Sample(sha256=ONE, sha512=told), None, None).sha512 == known
