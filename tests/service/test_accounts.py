"""What a key is told of itself, read by the official SDK's strict models."""

import json
from datetime import timedelta

import pytest
from mcl_platform_sdk.models.account_information import AccountInformation
from mcl_platform_sdk.models.apikey_usage import ApikeyUsage
from mcl_platform_sdk.models.apikey_usage1 import ApikeyUsage1
from mcl_platform_sdk.models.scan_history import ScanHistory

from fulgurite.model.key import Key, Role
from fulgurite.model.usage import Kind
from fulgurite.service import keys
from fulgurite.service.accounts import Bounds, account, masked, remaining, scan_history, used
from fulgurite.service.quota import Accounts
from fulgurite.service.submit import submit
from fulgurite.store import Store
from tests.builders import QUOTAS
from tests.fakes import FakeClock


@pytest.fixture
def secret(store: Store, clock: FakeClock) -> str:
    return keys.create(store, "lab", Role.SUBMIT, clock(), expires_at=clock() + timedelta(days=90))


@pytest.fixture
def key(store: Store, clock: FakeClock, secret: str) -> Key:
    found = keys.check(store, secret, clock())
    assert found is not None
    return found


@pytest.fixture
def accounts(store: Store, clock: FakeClock) -> Accounts:
    return Accounts(store, QUOTAS, now=clock)


def test_the_account(accounts: Accounts, key: Key, secret: str) -> None:
    body = account(accounts, key, Bounds(upload_bytes=2 * 1024 * 1024 + 1))
    told = AccountInformation.from_dict(json.loads(body))
    assert told is not None
    assert (told.limit_sandbox, told.limit_prevention, told.limit_reputation) == (10, 20, 1000)
    assert (told.throttling_limit, told.time_interval, told.max_upload_file_size) == (5, "Daily", 3)
    assert (told.nickname, told.created_at) == ("lab", "2026-01-02T03:04:05.678Z")
    assert told.expiration_date == "2026-04-02T03:04:05.678Z"
    assert secret.encode() not in body
    assert json.loads(body)["role"] == "submit"
    assert told.portal_api_key == masked(key) == secret[:6] + "*" * 26


def test_what_is_used_and_what_is_left(accounts: Accounts, key: Key) -> None:
    accounts.charge(key, Kind.SANDBOX, 3)
    accounts.throttle(key)
    accounts.meter(key).count(4)
    assert ApikeyUsage.from_dict(json.loads(used(accounts, key))) == ApikeyUsage(
        sandbox_api=3, prevention_api=0, reputation_api=4, feed_api=0, download_file=0, analysis_api=0
    )
    assert ApikeyUsage1.from_dict(json.loads(remaining(accounts, key))) == ApikeyUsage1(
        sandbox_api=7,
        prevention_api=20,
        reputation_api=996,
        feed_api=0,
        download_file=0,
        analysis_api=0,
        throttling_limit=4,
    )


def test_the_history_is_newest_first_and_ones_own(store: Store, key: Key, clock: FakeClock) -> None:
    submitted = []
    for number in range(5):
        owner = key.id if number != 3 else None
        done = submit(store, b"%d" % number, options=None, file_name="a.exe", key_id=owner, now=clock())
        submitted += [done.data_id] if owner is not None else []
    told = ScanHistory.from_dict(json.loads(scan_history(store, key, 2, 1)))
    assert told is not None
    assert [row.data_id for row in told.data] == submitted[::-1][1:3]
    assert told.data[0].file_info.display_name == "a.exe"
    assert (told.data[0].scan_results.total_avs, told.data[0].scan_results.total_detected_avs) == (0, 0)
    assert scan_history(store, key, 10, 10) == b'{"data":[]}'
