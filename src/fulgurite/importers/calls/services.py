"""Calls on services, scheduled tasks and what runs by them."""

from fulgurite.importers import paths
from fulgurite.importers.calls.call import Call, Made, Row
from fulgurite.model.events import Service

_NAME = ("ServiceName", "service_name", "lpServiceName", "DisplayName", "display_name")
_PATH = ("BinaryPathName", "filepath", "binary_path", "lpBinaryPathName", "filepath_r")
_MAX_HANDLES = 10_000


def service(op: str, *, opens: bool = False) -> Row:
    """The row of a call on a service, by its name or by the handle that opened it."""

    def row(call: Call) -> Made:
        name = call.text(*_NAME)
        if name is None:
            name = call.by.keys.get(f"service {call.text('ServiceHandle', 'service_handle', 'hService')}")
        if name is None:
            return None
        if opens and len(call.by.keys) < _MAX_HANDLES:
            call.by.keys[f"service {call.text_of_return()}"] = name
        path = call.text(*_PATH)
        return Service(
            procid=call.by.procid,
            op=op,
            name=name,
            path=None if path is None else paths.file(path),
            status=call.status,
        )

    return row


ROWS: dict[str, Row] = {
    "CreateService": service("Create", opens=True),
    "OpenService": service("Open", opens=True),
    "StartService": service("Start"),
    "StartServiceCtrlDispatcher": service("Start"),
    "ControlService": service("Control"),
    "ControlServiceEx": service("Control"),
    "ChangeServiceConfig": service("Change"),
    "ChangeServiceConfig2": service("Change"),
    "DeleteService": service("Delete"),
}
