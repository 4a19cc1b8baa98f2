"""Keys from the command line."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

from fulgurite.model.key import Role
from fulgurite.service import keys
from fulgurite.store import Store
from tests.conftest import Command


def test_a_key_is_printed_alone_on_the_last_line_and_is_good(command: Command, tmp_path: Path) -> None:
    ended = command("key", "create", "--role", "admin", "a name", "--data", tmp_path)
    assert ended.code == 0
    secret = ended.out.rstrip("\n").split("\n")[-1]
    assert re.fullmatch("[a-z0-9]{32}", secret)
    with Store.open(tmp_path) as store:
        key = keys.check(store, secret, datetime.now(UTC))
    assert key is not None
    assert (key.name, key.role) == ("a name", Role.ADMIN)


def test_without_a_role_a_key_may_submit(command: Command, tmp_path: Path) -> None:
    secret = command("key", "create", "x", "--data", tmp_path).out.strip()
    with Store.open(tmp_path) as store:
        key = keys.check(store, secret, datetime.now(UTC))
    assert key is not None
    assert key.role is Role.SUBMIT


def test_keys_are_listed_without_their_secrets(command: Command, tmp_path: Path) -> None:
    secrets = [command("key", "create", name, "--data", tmp_path).out.strip() for name in ("one", "two")]
    command("key", "revoke", "one", "--data", tmp_path)
    told = command("key", "list", "--data", tmp_path)
    assert told.code == 0
    assert re.search(r"submit  [\d-]{10}  revoked [\d-]{10}  one\n.*submit  [\d-]{10}  in force  two\n", told.out)
    rows = [json.loads(line) for line in command("key", "list", "--json", "--data", tmp_path).out.splitlines()]
    assert [row["name"] for row in rows] == ["one", "two"]
    assert not any(secret in told.out or secret in json.dumps(rows) for secret in secrets)


def test_a_revoked_key_is_not_good_any_more(command: Command, tmp_path: Path) -> None:
    secret = command("key", "create", "x", "--data", tmp_path).out.strip()
    assert command("key", "revoke", "1", "--data", tmp_path).code == 0
    with Store.open(tmp_path) as store:
        assert keys.check(store, secret, datetime.now(UTC)) is None
    ended = command("key", "revoke", "x", "--data", tmp_path)
    assert (ended.code, ended.out) == (3, "")
    assert ended.err.startswith("fulgurite: no key in force")


def test_a_name_in_use_and_an_odd_one_are_refused(command: Command, tmp_path: Path) -> None:
    command("key", "create", "x", "--data", tmp_path)
    for name, said in (("x", "in force already"), ("a\x1b[2J", "printable characters"), ("7", "digits")):
        ended = command("key", "create", name, "--data", tmp_path)
        assert (ended.code, ended.out) == (2, "")
        assert said in ended.err
        assert "\x1b" not in ended.err


def test_an_unknown_role_is_a_wrong_call(command: Command, tmp_path: Path) -> None:
    assert command("key", "create", "x", "--role", "root", "--data", tmp_path).code == 2


def test_the_secret_of_webhooks_is_told(command: Command, tmp_path: Path) -> None:
    assert command("key", "create", "hooked", "--data", tmp_path).code == 0
    told = command("key", "webhook-secret", "hooked", "--data", tmp_path)
    assert (told.code, len(told.out.strip())) == (0, 64)
    assert command("key", "webhook-secret", "1", "--data", tmp_path).out == told.out
    assert command("key", "webhook-secret", "nobody", "--data", tmp_path).code == 3
