"""Registry keys."""

import pytest

from fulgurite.model.events import RegistryAccess
from tests.engines.emulator.hooks.said import NOT_FOUND, REGISTRY, Run, brief, run, said

BITS = pytest.mark.parametrize("bits", [64, 32])
VENDOR = "HKCU\\Software\\TestVendor"


@BITS
def test_a_key_from_its_making_to_its_end(run_of: Run, bits: int) -> None:
    result = run(run_of, REGISTRY, bits)
    events = brief(result.events(RegistryAccess, path=VENDOR + "\\App"))
    assert events[0] == ("write", "CreateKeyEx", 0)
    assert events[-1] == ("delete", "DeleteKey", 0)
    facts = said(result)
    assert [facts[name] for name in ("create", "made", "not empty", "delete", "delete tree")] == [
        "0",
        "1",
        "5",
        "0",
        "0",
    ]
    assert facts["hive"] == "1"


@BITS
def test_a_32_bit_program_is_sent_to_its_own_part(run_of: Run, bits: int) -> None:
    result = run(run_of, REGISTRY, bits)
    part = "" if bits == 64 else "WOW6432Node\\"
    [missing] = result.events(RegistryAccess, path=f"HKLM\\SOFTWARE\\{part}NoSuchVendor")
    assert (missing.op, missing.status) == ("OpenKeyEx", NOT_FOUND)
    below = f"HKLM\\SOFTWARE\\{part}Microsoft\\Windows NT\\CurrentVersion\\Winlogon"
    assert brief(result.events(RegistryAccess, path=below)) == [("read", "OpenKeyEx", 0)]
    both = "HKLM\\SOFTWARE\\Microsoft\\Cryptography"
    assert brief(result.events(RegistryAccess, path=both)) == [("read", "OpenKeyEx", 0)]


@BITS
def test_roots_have_their_short_names(run_of: Run, bits: int) -> None:
    paths = {event.path.partition("\\")[0] for event in run(run_of, REGISTRY, bits).events(RegistryAccess)}
    assert {"HKCU", "HKLM", "HKCR", "HKU"} <= paths


@BITS
def test_counts(run_of: Run, bits: int) -> None:
    assert said(run(run_of, REGISTRY, bits))["counts"] == "0 4 5"
