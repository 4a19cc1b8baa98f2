"""Settings: their places and order, their faults, their page."""

import ast
import itertools
import os
import re
from pathlib import Path

import msgspec
import pytest

from fulgurite import config
from fulgurite.config import Settings, data_dir, load
from fulgurite.errors import InputError

PAGE = Path(__file__).parent.parent / "docs/configuration.md"


def test_without_file_and_variables_the_defaults_hold(tmp_path: Path) -> None:
    assert load(tmp_path, {}) == Settings()


def test_later_places_win(tmp_path: Path) -> None:
    (tmp_path / "fulgurite.toml").write_text('port = 1\nworkers = 2\nhost = "::1"\nsystems = ["windows7"]\n')
    variables = {"FULGURITE_PORT": "3", "FULGURITE_WORKERS": "4", "FULGURITE_DATA": "elsewhere", "OTHER": "x"}
    settings = load(tmp_path, variables, port=5, host=None)
    assert settings == Settings(port=5, workers=4, host="::1", systems=("windows7",))


def test_variables_are_read_by_the_type_of_their_setting(tmp_path: Path) -> None:
    variables = {"FULGURITE_SYSTEMS": "windows7, windows10", "FULGURITE_KEYLESS_POLL": "true", "FULGURITE_HOST": ""}
    assert load(tmp_path, variables) == Settings(systems=("windows7", "windows10"), keyless_poll=True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("port = 65536", r"fulgurite\.toml: .*<= 65535.*`\$\.port`"),
        ("port = [1]", r"fulgurite\.toml: Expected `int`.*`\$\.port`"),
        ("prot = 1", r"fulgurite\.toml: unknown setting 'prot'; there are host, port"),
        ("port = 1\nport =\n", r"fulgurite\.toml: not a TOML file: .*line 2"),
        ("systems = []", r"fulgurite\.toml: .*`\$\.systems`"),
        ("\udcff = 1", r"fulgurite\.toml: not a TOML file"),
    ],
)
def test_a_fault_in_the_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "fulgurite.toml").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(InputError, match=message):
        load(tmp_path, {})


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "fulgurite.toml").mkdir()
    with pytest.raises(InputError, match=r"fulgurite\.toml: cannot be read: Is a directory"):
        load(tmp_path, {})


@pytest.mark.parametrize(
    ("variable", "value"),
    [("FULGURITE_PORT", "http"), ("FULGURITE_PROT", "1"), ("FULGURITE_KEYLESS_POLL", "perhaps")],
)
def test_a_fault_in_a_variable_is_named(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(InputError, match="environment: "):
        load(tmp_path, {variable: value})


def test_the_data_directory_is_found_in_order() -> None:
    places = {"FULGURITE_DATA": "/named", "XDG_DATA_HOME": "/xdg", "HOME": "/me"}
    assert data_dir(Path("/given"), places) == Path("/given")
    assert data_dir(Path("given"), places) == Path.cwd() / "given"
    assert data_dir(None, places) == Path("/named")
    assert data_dir(None, places | {"FULGURITE_DATA": ""}) == Path("/xdg/fulgurite")
    assert data_dir(None, {"HOME": "/me", "XDG_DATA_HOME": "relative"}) == Path("/me/.local/share/fulgurite")


def test_lists_are_those_settings_that_hold_several_words() -> None:
    defaults = msgspec.structs.asdict(Settings())
    assert {name for name, value in defaults.items() if isinstance(value, tuple)} == config._LISTS


def test_folders_that_rules_and_extractors_can_be_put_into_are_made(tmp_path: Path) -> None:
    settings = Settings(extractor_folders=("elsewhere",))
    config.make_usual_folders(settings, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["rules"]
    assert config.rule_folders(settings, tmp_path) == (str(tmp_path / "rules"),)
    (tmp_path / "extractors").write_text("no folder")
    config.make_usual_folders(Settings(), tmp_path)


def test_the_page_lists_every_setting_with_its_default_and_meaning() -> None:
    defaults = msgspec.structs.asdict(Settings())
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| `(.*?)` \| (.*) \|$", PAGE.read_text(), re.MULTILINE)
    expected = [
        (name, f"FULGURITE_{name.upper()}", msgspec.json.encode(value).decode().replace('","', '", "'), meanings[name])
        for meanings in [_meanings()]
        for name, value in defaults.items()
    ]
    assert rows == expected


def _meanings() -> dict[str, str]:
    """The docstring beneath each field of Settings."""
    tree = ast.parse(Path(config.__file__).read_text())
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Settings")
    meanings = {}
    for field, doc in itertools.pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(doc, ast.Expr):
            assert isinstance(field.target, ast.Name)
            assert isinstance(doc.value, ast.Constant)
            meanings[field.target.id] = str(doc.value.value)
    return meanings


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("FULGURITE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FULGURITE_PORT", "9")
    assert load(tmp_path).port == 9
