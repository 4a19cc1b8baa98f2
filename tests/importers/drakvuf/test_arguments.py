"""Arguments of lines and of calls in user space."""

from fulgurite.importers.drakvuf.arguments import of_api, of_line


def test_names_that_are_pointers_tell_nothing() -> None:
    assert of_line({"Method": "NtCreateMutant", "PID": 1, "ObjectAttributes": "0x0"}) == {}
    assert of_line({"Method": "NtCreateMutant", "ObjectAttributes": "one"}) == {"ObjectAttributesName": "one"}
    assert of_line({"Method": "NtOpenFile", "ObjectAttributes": "\\??\\C:\\x"}) == {"FileName": "\\??\\C:\\x"}
    assert of_line({"Method": "NtOpenKey", "ObjectAttributes": "\\R"}) == {"ObjectAttributes": "\\R"}


def test_arguments_by_place() -> None:
    listed = ["Arg0=0x80000001", 'Arg1=0xc0:"Software\\\\X"', 5, "Arg2=0x0"]
    assert of_api("RegOpenKeyExW", listed) == {"hKey": "0x80000001", "lpSubKey": "Software\\X"}
    assert of_api("gethostbyname", ["Arg0=0xc00000c330"]) == {}
    assert of_api("Unheard", ["Arg0=0x1"]) == {"arg0": "0x1"}
    assert of_api("Unheard", None) == {}
