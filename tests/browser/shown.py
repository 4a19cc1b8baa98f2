"""What a page must make of hostile text: how it is to be read there, and what must never come of it."""

import json
import re
from html import unescape

from markupsafe import Markup

from fulgurite.exports.html.filters import defanged, visible

FINDS_FAULTS = r"""
(root) => {
  const faults = [];
  const own = /^(?:[\/?#](?![\/\\])|$)/;
  const addresses = "href src action formaction srcset poster ping data xlink:href background".split(" ");
  const known = new Set(ELEMENTS);
  for (const element of root.querySelectorAll("*")) {
    const name = element.localName;
    if (!known.has(name)) faults.push(`element ${name}`);
    for (const attribute of element.attributes) {
      const leadsAway = addresses.includes(attribute.name) && !own.test(attribute.value);
      const acts = /^on|^style$|^srcdoc$/.test(attribute.name);
      if (acts || leadsAway) faults.push(`${name} ${attribute.name}=${attribute.value}`);
    }
    const isOwn = /^\/static\//.test(element.getAttribute("src") ?? "") || element.type === "application/json";
    if (name === "script" && !isOwn) faults.push(`script ${element.textContent.slice(0, 80)}`);
  }
  return faults;
}
"""
"""A function of scripts: what stands below an element that no text of a sample may have put there."""

ELEMENTS = (
    "html head meta link title style script body header nav main section article footer aside div span p a b i em"
    " strong bdi code pre small h1 h2 h3 h4 dl dt dd ol ul li table caption thead tbody tfoot tr th td form fieldset"
    " legend label input select option optgroup textarea button details summary dialog kbd abbr time progress meter"
    " figure figcaption img noscript template output hr br canvas svg path g rect line circle text"
)
"""Elements that our templates make."""

_MARKUP = re.compile(r"<[^>]*>")
_CUT = re.compile(r"\u2026 ([0-9]+) more")


def finder() -> str:
    """The source of FINDS_FAULTS."""
    return FINDS_FAULTS.replace("ELEMENTS", str(ELEMENTS.split()))


class Read:
    """The text of a page, asked whether hostile text stands in it."""

    def __init__(self, page: str) -> None:
        self._page = page
        self._left_out = {int(number) for number in _CUT.findall(page)}

    def has(self, text: str) -> bool:
        """Whether `text` is there: as it is or with its addresses made harmless, nothing hidden, or cut and told so."""
        forms = [_plain(visible(text)), _plain(defanged(text))]
        # In a value of a value it stands as JSON has it.
        forms += [_plain(visible(json.dumps(text, ensure_ascii=False)[1:-1]))]
        return any(form in self._page for form in forms) or any(self._has_cut(form) for form in _whole(text))

    def _has_cut(self, text: str) -> bool:
        lengths = (len(text) - left for left in self._left_out)
        return any(_plain(visible(text, length)) in self._page for length in lengths if length > 0)


def _whole(text: str) -> tuple[str, str]:
    return text, unescape(_MARKUP.sub("", defanged(text))) if text.isprintable() else text


def _plain(told: Markup) -> str:
    return unescape(_MARKUP.sub("", told))
