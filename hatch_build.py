"""Builds what is compiled (`fulgurite.native`) when the package is built or installed from its source.

Fulgurite works without it. So where there is no compiler, or it fails, that is said and the package is built without.
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_NATIVE = "src/fulgurite/native"


class NativeBuildHook(BuildHookInterface):  # type: ignore[type-arg] # the configuration's type is of no matter here
    """What hatchling calls before it packs."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - as hatchling has it
        """Compiles into the source tree, from where it is packed, or used where the install is editable."""
        if self.target_name != "wheel":
            return
        try:
            compiled = _compiled(Path(self.root))
        except Exception as error:  # noqa: BLE001 - whatever Cython, setuptools or the compiler lack
            for before in (Path(self.root) / _NATIVE).glob("*.so"):
                # It was compiled from another source, maybe.
                before.unlink()
            sys.stderr.write(f"fulgurite: lookups are not compiled, and take twice as long: {error}\n")
            return
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        build_data["artifacts"].append(compiled.relative_to(self.root).as_posix())


def _compiled(root: Path) -> Path:
    """The compiled module. Raises what Cython, setuptools or the compiler have to say against it."""
    from Cython.Build import cythonize  # noqa: PLC0415 - may be missing
    from setuptools import Distribution, Extension  # noqa: PLC0415
    from setuptools.command.build_ext import build_ext  # noqa: PLC0415

    source = root / _NATIVE / "fastpath.pyx"
    with tempfile.TemporaryDirectory(prefix="fulgurite-build-") as folder:
        extension = Extension(
            "fulgurite.native.fastpath",
            [str(source)],
            include_dirs=[str(source.parent)],
            extra_compile_args=["-O3", "-g0"],
        )
        extensions = cythonize([extension], build_dir=folder, quiet=True)
        command = build_ext(Distribution({"ext_modules": extensions}))
        command.build_temp = command.build_lib = folder
        command.ensure_finalized()
        command.run()
        made = Path(command.get_ext_fullpath("fulgurite.native.fastpath"))
        target = source.parent / made.name
        # Never half a file under the name that is imported; a server that runs keeps the one before.
        partial = target.with_suffix(".new")
        partial.write_bytes(made.read_bytes())
        partial.replace(target)
    return target
