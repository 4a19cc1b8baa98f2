"""The name of a program is the last part of its path."""

import pytest

from fulgurite.model.process import program_name


@pytest.mark.parametrize(
    ("image", "os", "name"),
    [
        ("C:\\Windows\\System32\\smss.exe", "windows", "smss.exe"),
        ("C:/mixed\\slashes/a.exe", "windows", "a.exe"),
        ("smss.exe", "windows", "smss.exe"),
        ("C:\\folder\\", "windows", ""),
        ("/usr/bin/env", "linux", "env"),
        ("/srv/odd\\name", "linux", "odd\\name"),
    ],
)
def test_program_name(image: str, os: str, name: str) -> None:
    assert program_name(image, os) == name
