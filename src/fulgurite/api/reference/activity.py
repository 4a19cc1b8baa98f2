"""What there is to say of the endpoints that give a report and its events in parts."""

from fulgurite.api.activity import CSV, DEFAULT_ITEMS
from fulgurite.api.bulk import NDJSON
from fulgurite.api.filters import DEFAULT_BUCKETS, DEFAULT_LIMIT, MAX_BUCKETS, MAX_CHARACTERS, MAX_LIMIT
from fulgurite.api.numbers import MAX_ROWS
from fulgurite.api.reference.words import Operation, Parameter, Schema
from fulgurite.model.activity import KINDS, NOBODY, SORTS, VERBS, ActivityPage, Histogram, ListPage, ReportHead
from fulgurite.service.heads import PAGED

_TEXT: Schema = {"type": "string", "maxLength": MAX_CHARACTERS}
_NUMBER: Schema = {"type": "integer"}
_INDEX: Schema = {"type": "integer", "minimum": 0}
_FLAG: Schema = {"type": "string", "enum": ["0", "1"], "default": "0"}
_SORTS: Schema = {
    "type": "string",
    "enum": [*SORTS, *(f"-{sort}" for sort in SORTS)],
    "default": SORTS[0],
}
_SEVERAL = "Several: repeated, or with commas; any of them."


def _several(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _upto(most: int, default: int) -> Schema:
    return {"type": "integer", "minimum": 1, "maximum": most, "default": default}


_FILTER = (
    Parameter("kind", "query", f"The word under `event`. {_SEVERAL}", _several({"enum": list(KINDS)})),
    Parameter("verb", "query", f"Of accesses to files and the registry. {_SEVERAL}", _several({"enum": list(VERBS)})),
    Parameter("procid", "query", f"`{NOBODY}`: those of no process. {_SEVERAL}", _several({"type": "string"})),
    Parameter("flow", "query", _SEVERAL, _several(_NUMBER)),
    Parameter("signature", "query", "Labels, repeated: the events that stand behind any of them.", _several(_TEXT)),
    Parameter("q", "query", "Stands in one of the event's texts; case does not matter.", _TEXT),
    Parameter("from_ms", "query", "Not before; events without a time do not pass.", _NUMBER),
    Parameter("to_ms", "query", "Not after; events without a time do not pass.", _NUMBER),
)
_ID_UNKNOWN = 404001

ACTIVITY: dict[str, Operation] = {
    "GET /v4/sandbox/{sandbox_id}/report": Operation(
        "Analyses",
        "The report without its events",
        "A path of our own, in the form of the model. Also of an analysis that is under way or has failed: then"
        " `report` is null, and `entry` says how it stands. What is too much for one answer is named in `left_out`,"
        " with where it can be had.",
        (ReportHead,),
        errors=(_ID_UNKNOWN,),
    ),
    "GET /v4/sandbox/{sandbox_id}/report/{list}": Operation(
        "Analyses",
        "A list of the report, in pages",
        "A path of our own: all elements of what `left_out` names.",
        (ListPage,),
        parameters=(
            Parameter("list", "path", "Which list.", {"type": "string", "enum": list(PAGED)}, "flows"),
            Parameter("skip", "query", "After how many.", {"type": "integer", "minimum": 0, "default": 0}),
            Parameter("limit", "query", "How many, at most.", _upto(MAX_ROWS, DEFAULT_ITEMS)),
        ),
        errors=(400027, 400028, _ID_UNKNOWN),
    ),
    "GET /v4/sandbox/{sandbox_id}/activity": Operation(
        "Analyses",
        "The events that match a filter",
        "A path of our own. A page of them; with `format`, or `Accept`, of `ndjson` or `csv` all of them, as an"
        " attachment. In CSV no text becomes a formula: one that begins like that has an apostrophe in front.",
        (ActivityPage,),
        also=((NDJSON, {"type": "string"}), (CSV, {"type": "string"})),
        parameters=(
            *_FILTER,
            Parameter("sort", "query", "With `-` in front the other way round.", _SORTS),
            Parameter("limit", "query", "How many, at most.", _upto(MAX_LIMIT, DEFAULT_LIMIT)),
            Parameter("skip", "query", "After how many of those that match.", _INDEX),
            Parameter("after", "query", "`next` of the page before; instead of `skip`.", _INDEX),
            Parameter("event", "query", "The page that holds this event; instead of `skip`.", _INDEX),
            Parameter("facets", "query", "1: with counts by kind, verb, process, flow and signature.", _FLAG),
            Parameter("format", "query", "In place of `Accept`.", {"enum": ["json", "ndjson", "csv"]}),
        ),
        errors=(400004, _ID_UNKNOWN),
    ),
    "GET /v4/sandbox/{sandbox_id}/activity/histogram": Operation(
        "Analyses",
        "How the events that match a filter lie in time",
        "A path of our own. The time that the filter names, else that of the events, in equal parts.",
        (Histogram,),
        parameters=(
            *_FILTER,
            Parameter("buckets", "query", "How many parts.", _upto(MAX_BUCKETS, DEFAULT_BUCKETS)),
        ),
        errors=(400004, _ID_UNKNOWN),
    ),
}
