from collections.abc import Callable
from typing import Any

from fulgurite.api.access import Client
from fulgurite.api.hot import Fast, HotProtocol
from fulgurite.service.tally import Tally

class FastPath:
    def __init__(
        self, index: Any, packs: Any, tally: Tally, note: Callable[[Client, str, str, int, int], None] | None = None
    ) -> None: ...
    def connection(self, protocol: HotProtocol) -> Fast: ...
