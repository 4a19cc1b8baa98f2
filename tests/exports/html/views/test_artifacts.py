"""What the run left."""

from fulgurite.exports.html.views.artifacts import MAX_ARTIFACTS, artifacts
from fulgurite.exports.html.views.who import Cast
from fulgurite.model.artifact import Artifact
from tests.builders import report


def test_what_is_kept_comes_first_and_files_before_memory() -> None:
    made = report(
        artifacts=(
            Artifact(name="gone", kind="martian"),
            Artifact(name="memory", kind="region", address=4096, is_kept=True),
            Artifact(name="file", kind="martian", procid=1, is_kept=True),
        )
    )
    shown = artifacts(made, Cast(made, [1]))
    assert [(one.number, one.said.name, one.is_memory) for one in shown.shown] == [
        (1, "file", False),
        (2, "memory", True),
        (3, "gone", False),
    ]
    assert shown.shown[0].who is not None
    assert (shown.total, shown.kept, shown.left) == (3, 2, 0)


def test_bounds() -> None:
    made = report(artifacts=tuple(Artifact(name=str(n), kind="martian") for n in range(MAX_ARTIFACTS + 4)))
    assert artifacts(made, Cast(made, ())).left == 4
    assert artifacts(made, Cast(made, ()), 9_000).left == 9_000 - MAX_ARTIFACTS
