"""One analysis as one file to keep, send or open elsewhere."""

from typing import Literal

from fulgurite.exports.html.offline import offline
from fulgurite.model.viewer import PUBLIC, Viewer
from fulgurite.service import evidence
from fulgurite.store import Store

Form = Literal["html", "native"]
FORMS: tuple[Form, ...] = ("html", "native")


def exported(store: Store, sandbox_id: str, form: Form, viewer: Viewer = PUBLIC) -> bytes:
    """The analysis as a page that stands alone (`html`), or as JSON in our own form, which can be imported (`native`).

    Both are whole. Raises NotFound, Damaged, MalformedReport (of a newer version), StoreError.
    """
    if form == "native":
        return evidence.native_form(store, sandbox_id, viewer)
    return offline(evidence.report(store, sandbox_id, viewer))
