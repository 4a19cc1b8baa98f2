"""Services by name and by handle."""

from fulgurite.model.events import Service
from tests.importers.calls.made import made, program


def test_a_service_is_made_and_started() -> None:
    by = program()
    event = made("CreateServiceW", by=by, ServiceName="s", BinaryPathName="C:\\a.exe", returned="0x10")
    assert event == Service(procid=1, op="Create", name="s", path="C:\\a.exe", status=0)
    assert made("StartServiceA", by=by, service_handle="0x10") == Service(procid=1, op="Start", name="s", status=0)
    assert made("StartServiceA", by=by, service_handle="0x11") is None


def test_cuckoo_names_the_service_each_time() -> None:
    assert made("DeleteService", service_name="s") == Service(procid=1, op="Delete", name="s", status=0)
