"""What a submission may ask for."""

import msgspec

from fulgurite.api.offered import Offered, body
from fulgurite.api.options import Allowed
from fulgurite.api.wire import Choices
from tests.api.asking import is_problem
from tests.api.conftest import MAX_UPLOAD_BYTES
from tests.api.running import Running


def test_it_is_what_the_settings_say(api: Running) -> None:
    told = msgspec.json.decode(api.ask("GET", "/v4/status/options").body, type=Offered)
    assert told.systems == ("windows10", "windows7")
    assert told.max_upload_bytes == MAX_UPLOAD_BYTES
    assert told.is_private_processing_on
    assert not told.is_fetching_on
    assert not told.are_callbacks_on
    assert is_problem(api.ask("GET", "/v4/status/options", key=None), 401006)


def test_what_is_switched_on_is_told() -> None:
    allowed = Allowed(private_processing=False, check_fetch=lambda _: None, check_callback=lambda _: None)
    told = msgspec.json.decode(body(Choices(), allowed, 1), type=Offered)
    assert (told.is_private_processing_on, told.is_fetching_on, told.are_callbacks_on) == (False, True, True)
