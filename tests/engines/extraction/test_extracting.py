"""Extractors of maco's interface as the operator writes them, in their child process."""

import textwrap
from pathlib import Path

import pytest

from fulgurite.engines.extraction import Extracted, Piece, extracted, extracting

GREETER = """
    import socket
    import subprocess
    import time
    from maco import extractor, model

    class Greeter(extractor.Extractor):
        family = "greeter"
        author = "ann@example.test"
        last_modified = "2026-01-01"
        yara_rule = 'rule Greeter { strings: $a = "HELLO:" condition: $a }'

        def run(self, stream, matches):
            said = stream.read().split(b"HELLO:")[1].split(b";")[0].decode()
            print("noise")
            if said == "boom":
                raise RuntimeError("no such greeting")
            if said == "sleep":
                time.sleep(60)
            if said == "start":
                subprocess.run(["/bin/true"])
            if said == "call":
                socket.create_connection(("192.0.2.1", 80), 1)
            if said == "wrong":
                return {"family": "greeter", "no_such_setting": 1}
            found = model.ExtractorModel(family=self.family)
            found.tcp.append(found.Connection(server_ip=said, server_port=4444))
            found.mutex.append("greeting")
            return found
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "greeter.py").write_text(textwrap.dedent(GREETER))
    return tmp_path


def _found(folder: Path, *pieces: bytes) -> Extracted:
    return extracted([folder], [Piece(f"files/{number}", data) for number, data in enumerate(pieces)])


def test_settings_are_taken_out_of_what_an_extractor_is_for(folder: Path) -> None:
    found = extracted([folder], [Piece("", b"..HELLO:192.0.2.1;"), Piece("files/1", b"nothing")])
    (config,) = found.configs
    assert (config.kind, config.family, config.rule, config.found_in) == ("config", "greeter", "Greeter", "sample")
    assert config.values == {"tcp": [{"server_ip": "192.0.2.1", "server_port": 4444}], "mutex": ["greeting"]}
    assert found.faults == ()


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"boom", "RuntimeError: no such greeting"),
        (b"start", "PermissionError: subprocess.Popen is not allowed"),
        (b"call", "PermissionError: socket.getaddrinfo is not allowed"),
        (b"wrong", "no_such_setting"),
    ],
)
def test_a_fault_is_told_and_the_rest_counts(folder: Path, said: bytes, reason: str) -> None:
    found = _found(folder, b"HELLO:%b;" % said, b"HELLO:192.0.2.2;")
    assert [config.found_in for config in found.configs] == ["files/1"]
    (fault,) = found.faults
    assert fault.startswith("Extractor Greeter on files/0: ")
    assert reason in fault


def test_what_takes_too_long_is_ended_and_what_was_found_stays(folder: Path) -> None:
    pieces = [Piece("files/0", b"HELLO:192.0.2.2;"), Piece("files/1", b"HELLO:sleep;")]
    found = extracted([folder], pieces, patience_s=8)
    assert len(found.configs) == 1
    assert found.faults == ("Extractors were ended after 8 s; what they found until then is here.",)


def test_files_that_do_not_load_are_named(folder: Path) -> None:
    (folder / "broken.py").write_text("import nothing_like_it")
    (folder / "unfinished.py").write_text(
        "from maco import extractor\nclass Unfinished(extractor.Extractor):\n    family = 'a'\n"
    )
    found = _found(folder, b"HELLO:192.0.2.2;")
    assert len(found.configs) == 1
    assert "broken.py: ModuleNotFoundError" in found.faults[0]
    assert "unfinished.py: InvalidExtractor" in found.faults[1]


def test_pieces_that_are_too_large_are_left_out_and_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extracting, "MAX_PIECE_BYTES", 20)
    found = _found(folder, b"HELLO:192.0.2.2;", b"HELLO:192.0.2.2;" + b" " * 100)
    assert [config.found_in for config in found.configs] == ["files/0"]
    assert found.faults == ("Extractors did not look at 1 piece(s) of bytes: too large.",)


def test_without_extractors_nothing_is_started(tmp_path: Path) -> None:
    for folders in ([], [tmp_path], [tmp_path / "none"]):
        assert extracted(folders, [Piece("", b"HELLO:a;")], patience_s=0) == Extracted()


def test_servers_stand_under_the_name_that_reports_have_for_them(tmp_path: Path) -> None:
    (tmp_path / "c2.py").write_text("""
from maco.extractor import Extractor
from maco.model import ExtractorModel as Model


class Servers(Extractor):
    family, author, last_modified = "Example", "test", "2026-01-01"
    yara_rule = "rule Servers { condition: true }"

    def run(self, stream, matches):
        http = [Model.Http(uri="http://a.test/x", usage="c2"), Model.Http(uri="http://b.test", usage="download")]
        tcp = [Model.Connection(server_ip="192.0.2.1", server_port=443, usage="c2")]
        return Model(family="Example", http=http, tcp=tcp)
""")
    [config] = extracted([tmp_path], [Piece("", b"x")]).configs
    assert config.values["c2"] == ["http://a.test/x", "192.0.2.1:443"]
    assert len(config.values["http"]) == 2
