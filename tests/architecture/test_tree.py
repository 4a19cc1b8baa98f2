"""The bars of the tree: lengths, mirrored tests, docstrings, broad handlers, rooms that open nothing."""

import ast
import functools
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src/fulgurite"
MODULES = sorted(path.relative_to(SOURCE) for path in SOURCE.rglob("*.py"))

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_DEPTH = 3
"""Folders under fulgurite: a room, an engine or format in it, a group of hooks in that."""
TABLES = frozenset({"api/reference/shapes.py", "api/reference/operations.py"})
"""Modules that are tables, and may be longer."""
BROAD_HANDLERS = {"service/worker.py": 1, "api/app.py": 1, "web/site.py": 1}
"""The worker's loop and the last handlers of interface and pages; all log what they caught, whole."""
PURE_ROOMS = {"model", "rules", "importers", "exports"}


@functools.cache
def _tree(module: Path) -> ast.Module:
    return ast.parse((SOURCE / module).read_text())


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _bodies(tree: ast.AST) -> list[str]:
    """Names of functions that do something: a docstring and `...` are a contract, not a deed."""
    deeds = {f.name: [s for s in f.body if not _is_bare(s)] for f in _functions(tree)}
    return [name for name, body in deeds.items() if body]


def _is_bare(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def test_files_are_short() -> None:
    files = [*(m for m in MODULES if str(m) not in TABLES), *(p.relative_to(SOURCE) for p in SOURCE.rglob("*.pyx"))]
    lengths = {str(m): len((SOURCE / m).read_text().splitlines()) for m in files}
    assert {module: lines for module, lines in lengths.items() if lines > MAX_FILE_LINES} == {}


def test_functions_are_short() -> None:
    lengths = {
        f"{module}:{function.name}": (function.end_lineno or 0) - function.lineno + 1
        for module in MODULES
        for function in _functions(_tree(module))
    }
    assert {name: lines for name, lines in lengths.items() if lines > MAX_FUNCTION_LINES} == {}


def test_folders_are_shallow() -> None:
    assert [str(module) for module in MODULES if len(module.parts) - 1 > MAX_DEPTH] == []


def test_every_module_says_what_is_in_it() -> None:
    assert [str(module) for module in MODULES if (ast.get_docstring(_tree(module)) or "") == ""] == []


def test_every_module_that_does_something_has_its_test() -> None:
    """Modules of values and contracts alone have nothing to test; __main__ is run by tests/e2e."""
    doing = [m for m in MODULES if m.name not in {"__init__.py", "__main__.py"} and _bodies(_tree(m)) != []]
    missing = [str(m) for m in doing if not (ROOT / "tests" / m.parent / f"test_{m.name}").exists()]
    assert missing == []


def test_every_class_of_the_model_says_what_it_stands_for() -> None:
    classes = [
        (module, node)
        for module in MODULES
        if module.parts[0] == "model"
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    assert [f"{module}:{node.name}" for module, node in classes if ast.get_docstring(node) is None] == []


def test_broad_handlers_stand_where_a_fault_must_not_end_all() -> None:
    found: dict[str, int] = {}
    for module in MODULES:
        for node in ast.walk(_tree(module)):
            if isinstance(node, ast.ExceptHandler) and _is_broad(node.type):
                found[module.as_posix()] = found.get(module.as_posix(), 0) + 1
    assert found == BROAD_HANDLERS


def _is_broad(caught: ast.expr | None) -> bool:
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(name is None or getattr(name, "id", "") in {"Exception", "BaseException"} for name in names)


def test_pure_rooms_open_nothing() -> None:
    calls = [
        f"{module}:{node.lineno}"
        for module in MODULES
        if module.parts[0] in PURE_ROOMS
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"open", "input", "exec", "eval"}
    ]
    assert calls == []


def test_imports_for_types_alone_stay_in_their_room() -> None:
    """The contracts of import-linter do not see them."""
    found = [
        f"{module}:{node.lineno}"
        for module in MODULES
        for block in ast.walk(_tree(module))
        if isinstance(block, ast.If) and ast.unparse(block.test).endswith("TYPE_CHECKING")
        for node in ast.walk(block)
        if isinstance(node, ast.ImportFrom) and _room(node.module) not in {"", module.parts[0], "model", "errors"}
    ]
    assert found == []


def _room(module: str | None) -> str:
    package, _, rest = (module or "").partition(".")
    return rest.partition(".")[0] if package == "fulgurite" else ""


def test_tests_use_no_mocks() -> None:
    mocking = re.compile(r"^(from|import) .*\bmock\b", re.MULTILINE)
    named = [str(path) for path in (ROOT / "tests").rglob("*.py") if mocking.search(path.read_text())]
    assert named == []


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git work tree, so there is no list of files")
def test_no_file_names_a_path_of_somebodys_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    paths = [ROOT / name.decode() for name in listed.split(b"\0") if name != b""]
    # Spelt so that this file does not find itself.
    machine = re.compile(rb"(?<![\w.])/(?:work|root)" + rb"/[\w.]")
    texts = [
        path
        for path in paths
        # Rules name paths of guests.
        if path.is_file()
        and path.suffix != ".exe"
        and not {ROOT / "tests/data", SOURCE / "rules/builtin"} & {*path.parents}
    ]
    assert [str(path) for path in texts if machine.search(path.read_bytes())] == []
