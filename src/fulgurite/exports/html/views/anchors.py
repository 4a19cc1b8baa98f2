"""Names of places on a report page, which addresses end in: `#process-3`, `#signature-<label>`."""

import re

_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")
_MAX_LABEL = 100


def signature_anchor(label: str) -> str:
    """The place of the signature of this label; what an address does not take as it is becomes `_`."""
    return f"signature-{_UNSAFE.sub('_', label[:_MAX_LABEL])}"
