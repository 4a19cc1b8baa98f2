"""What a run left."""

from tests.importers.cuckoo.made import process, read

SHA256 = "a" * 64


def test_paths_of_dropped_files_and_dumps() -> None:
    report = read(
        behavior={"processes": [process(5)]},
        dropped=[
            {"name": ["x"], "guest_paths": ["C:\\x"], "sha256": SHA256, "pid": ""},
            {"filepath": "C:\\y", "pids": [5]},
        ],
        procdump=[{"guest_paths": "1;?C:\\Windows\\explorer.exe;?", "pid": 5, "size": -1}],
        CAPE={"payloads": [{"virtual_address": "0x10", "cape_type": "Unpacked PE"}, {"name": "a"}]},
    )
    shown = [(one.kind, one.path, one.procid, one.sha256, one.origin) for one in report.artifacts]
    assert shown == [
        ("martian", "C:\\x", None, SHA256, "dropped"),
        ("martian", "C:\\y", 1, None, "dropped"),
        ("procdump", "C:\\Windows\\explorer.exe", 1, None, "procdump"),
        ("payload", None, None, None, "Unpacked PE"),
        ("payload", "a", None, None, "payload"),
    ]
    assert len({one.name for one in report.artifacts}) == 5


def test_configurations_by_family_and_bare() -> None:
    deep: dict[str, object] = {}
    for _ in range(100):
        deep = {"x": deep}
    entries = [{"Fam": {"C2": ["a.test"]}, "_associated_config_hashes": {"x": 1}}, {"Botnet": "b"}, deep, 5]
    report = read(CAPE={"configs": entries})
    assert [(one.family, one.values) for one in report.configs] == [
        ("Fam", {"C2": ["a.test"]}),
        (None, {"Botnet": "b"}),
    ]
    assert report.families == ("Fam",)
    assert report.tally is not None
    assert report.tally.left == {"unreadable configs": 2}


def test_configurations_name_what_they_were_in() -> None:
    entry = {"Fam": {"C2": ["a.test"]}, "associated_analysis_hashes": {"sha256": "A" * 64}}
    older = {"sha256": "b" * 64, "cape_name": "Older", "cape_config": {"key": "k"}, "cape_type": "Payload"}
    assert read(CAPE={"configs": [entry]}).configs[0].found_in == "a" * 64
    for cape in ([older, {"cape_config": None}, {"cape_config": []}, 5], {"payloads": [older]}):
        report = read(CAPE=cape)
        assert sum(one.sha256 is not None for one in report.artifacts) == 1
        (config,) = report.configs
        assert (config.family, config.found_in, config.values) == ("Older", "b" * 64, {"key": "k"})
    alone = read(CAPE=[{"cape_name": "Older", "cape_config": {"key": "k"}}])
    assert (alone.artifacts, len(alone.configs)) == ((), 1)
