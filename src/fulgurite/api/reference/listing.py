"""What there is to say of the endpoints that list analyses."""

from fulgurite.api import comparing
from fulgurite.api.listing import DEFAULT_ROWS, MAX_ROWS, MAX_TEXT
from fulgurite.api.reference.words import Operation, Parameter, Schema
from fulgurite.model.comparison import Comparison
from fulgurite.model.listing import Analyses, Standing
from fulgurite.model.verdict import Verdict

_TEXT: Schema = {"type": "string", "maxLength": MAX_TEXT}


def _filter(name: str, says: str, *values: str) -> Parameter:
    return Parameter(name, "query", says, {"type": "string", "enum": list(values)} if values else _TEXT)


_LIMIT: Schema = {"type": "integer", "minimum": 1, "maximum": MAX_ROWS, "default": DEFAULT_ROWS}
_PAGE = (
    Parameter("after", "query", "`next` of the page before."),
    Parameter("limit", "query", "How many, at most.", _LIMIT),
)
_PRIVATE = "Those that are private are there for their owner and administrators only."

LISTING: dict[str, Operation] = {
    "GET /v4/sandbox": Operation(
        "Analyses",
        "The analyses that are kept",
        "A path of our own. All of them, open, finished, failed and imported, newest first by when they were asked for"
        f" here or came in. {_PRIVATE} A page may be shorter than asked for: `next` says whether there is more.",
        (Analyses,),
        parameters=(
            _filter("state", "Where they stand; `open` is pending or running.", *Standing),
            _filter("verdict", "Of those that have ended.", *Verdict),
            _filter("system", "Exactly this one, such as `windows10`."),
            _filter("source", "`fulgurite` for our own runs, else the format of the report, such as `cape`."),
            _filter("text", "Words of file name, type and families, or their beginnings from three letters on."),
            _filter("from", "Not older than this day or time."),
            _filter("to", "Older than this day or time."),
            *_PAGE,
        ),
        errors=(400004, 400028),
    ),
    "GET /v4/hash/{hash}/analyses": Operation(
        "Analyses",
        "The analyses of a file",
        f"A path of our own. Newest first, in the same form as all of them. {_PRIVATE}",
        (Analyses,),
        parameters=_PAGE,
        errors=(400004, 400028, 400064, 404003),
    ),
    "GET /v4/sandbox/{sandbox_id}/compare/{other}": Operation(
        "Analyses",
        "What only one of two analyses did",
        "A path of our own. By kind; all of it is counted, so many are listed. What differs from run to run without"
        " meaning anything is spelt alike in `key`, such as `<user>`; `value` is what the report says.",
        (Comparison,),
        parameters=(
            Parameter("other", "path", "The second analysis.", {"type": "string"}, "6958d8b50123456789abcdee"),
            Parameter(
                "limit",
                "query",
                "How many of each kind and side, at most.",
                {"type": "integer", "minimum": 1, "maximum": comparing.MAX_ROWS, "default": comparing.DEFAULT_ROWS},
            ),
        ),
        errors=(400028, 404001),
    ),
}
