"""Temporary folders, and the lock that tells whether their owner lives."""

import os
import threading
from pathlib import Path

from fulgurite.store.scratch import Scratch, exclusive, remove_tree
from tests.store.processes import started

_OWNER = (
    "import sys\n"
    "from pathlib import Path\n"
    "from fulgurite.store.scratch import Scratch\n"
    "scratch = Scratch(Path(sys.argv[1]))\n"
    "(scratch.folder / 'half').write_text('done')\n"
    "print(scratch.owner, flush=True)\n"
    "sys.stdin.readline()\n"
    "scratch.close()\n"
)


def test_a_process_is_known_to_live_until_it_is_killed(tmp_path: Path) -> None:
    mine = Scratch(tmp_path / "tmp")
    process = started(_OWNER, tmp_path / "tmp")
    assert process.stdout is not None
    owner = process.stdout.readline().decode().strip()
    assert mine.is_alive(owner)
    assert mine.remove_leftovers() == 0
    process.kill()
    process.communicate()
    assert not mine.is_alive(owner)
    assert (tmp_path / "tmp" / owner / "half").exists()
    assert mine.remove_leftovers() == 1
    assert not (tmp_path / "tmp" / owner).exists()
    mine.close()


def test_a_process_that_ends_well_leaves_nothing(tmp_path: Path) -> None:
    process = started(_OWNER, tmp_path / "tmp")
    process.communicate(b"\n")
    assert process.returncode == 0
    assert [path.name for path in (tmp_path / "tmp").iterdir()] == [".guard"]


def test_what_a_dead_process_left_goes_when_the_next_one_comes(tmp_path: Path) -> None:
    leftover = tmp_path / "tmp" / "0123456789abcdef" / "run-1"
    leftover.mkdir(parents=True)
    scratch = Scratch(tmp_path / "tmp")
    assert not leftover.exists()
    assert scratch.folder.is_dir()
    scratch.close()


def test_stores_of_one_process_leave_each_other_alone(tmp_path: Path) -> None:
    one = Scratch(tmp_path / "tmp")
    other = Scratch(tmp_path / "tmp")
    assert one.is_alive(other.owner)
    assert other.is_alive(one.owner)
    assert one.remove_leftovers() == 0
    # The lock of `one` outlived all that: another process still finds it alive.
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from fulgurite.store.scratch import Scratch\n"
        "scratch = Scratch(Path(sys.argv[1]))\n"
        "print(scratch.is_alive(sys.argv[2]), scratch.is_alive(sys.argv[3]))\n"
    )
    told = started(script, tmp_path / "tmp", one.owner, other.owner).communicate()[0]
    assert told == b"True True\n"
    one.close()
    assert not other.is_alive(one.owner)
    other.close()


def test_nobody_is_no_owner(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "tmp")
    assert not scratch.is_alive("0123456789abcdef")
    scratch.close()


def test_a_forked_child_leaves_its_parents_folder(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "tmp")
    child = os.fork()
    if child == 0:
        scratch.close()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert scratch.folder.is_dir()
    scratch.close()


def test_links_are_removed_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o755)
    (outside / "kept").write_text("x")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link").symlink_to(outside)
    locked = folder / "locked"
    locked.mkdir()
    (locked / "file").write_text("x")
    locked.chmod(0)
    remove_tree(folder)
    assert not folder.exists()
    assert (outside / "kept").exists()
    assert outside.stat().st_mode & 0o777 == 0o755


def test_one_thread_at_a_time_holds_the_lock(tmp_path: Path) -> None:
    inside: list[int] = []
    most: list[int] = []

    def enter() -> None:
        for _ in range(50):
            with exclusive(tmp_path / "lock"):
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1


def test_what_the_living_say_of_themselves_is_found(tmp_path: Path) -> None:
    mine = Scratch(tmp_path / "tmp")
    process = started(_OWNER, tmp_path / "tmp")
    assert process.stdout is not None
    owner = process.stdout.readline().decode().strip()
    assert list(mine.having("half")) == [(owner, tmp_path / "tmp" / owner / "half")]
    process.kill()
    process.communicate()
    assert list(mine.having("half")) == []
    mine.close()
