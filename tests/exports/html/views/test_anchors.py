"""Names of places."""

from fulgurite.exports.html.views.anchors import signature_anchor


def test_an_anchor_is_plain() -> None:
    assert signature_anchor("creates_exe.v2") == "signature-creates_exe.v2"
    assert signature_anchor('a b"<\u202e') == "signature-a_b___"
    assert len(signature_anchor("x" * 5_000)) < 150
