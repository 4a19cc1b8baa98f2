"""What there is to say of each endpoint: one row an endpoint, by method and path as in the table of endpoints."""

from collections.abc import Mapping

from fulgurite.api.bulk import NDJSON
from fulgurite.api.evidence import CART, RAW
from fulgurite.api.hashes import SVG
from fulgurite.api.reference import shapes
from fulgurite.api.reference.activity import ACTIVITY
from fulgurite.api.reference.administration import ADMINISTRATION
from fulgurite.api.reference.listing import LISTING
from fulgurite.api.reference.serving import SERVER
from fulgurite.api.reference.words import JSON, Operation, Parameter, Schema, Sent
from fulgurite.exports.html.offline import MEDIA_TYPE as HTML
from fulgurite.service.badge import SIZES
from fulgurite.service.export import FORMS

_TEXT: Schema = {"type": "string"}
_OBJECT: Schema = {"type": "object"}
_BYTES: Schema = {"type": "string", "format": "binary"}
_EVENT_STREAM = "text/event-stream"


def _event(shape: str) -> Schema:
    """Of one event of a stream."""
    data: Schema = {
        "type": "string",
        "contentMediaType": JSON,
        "contentSchema": {"$ref": f"#/components/schemas/{shape}"},
    }
    fields: Schema = {"event": {"enum": ["progress", "finished", "failed"]}, "data": data}
    return {"type": "object", "required": ["event", "data"], "properties": fields}


_SHA256 = "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f"

_PAYLOAD = (400021, 400022, 406000, 406001, 408000)
"""Of every JSON body."""


def _listed(name: str, most: int, says: str, example: str) -> Sent:
    items: Schema = {"type": "array", "minItems": 1, "maxItems": most, "items": _TEXT}
    schema: Schema = {"type": "object", "required": [name], "properties": {name: items}}
    return Sent(f"Up to {most:,} {says}.", ((JSON, schema),), {name: [example]})


def _header(name: str, says: str, *values: str, example: str | None = None) -> Parameter:
    schema: Schema = {"type": "string", "enum": list(values)} if values else _TEXT
    return Parameter(name, "header", says, schema, example)


def _number(name: str, says: str, least: int, most: int, default: int) -> Parameter:
    schema: Schema = {"type": "integer", "minimum": least, "maximum": most, "default": default}
    return Parameter(name, "query", says, schema)


_PAGE = (
    _number("limit", "How many, at most.", 1, 9_999, 100),
    _number("offset", "After how many.", 0, 10**12, 0),
)
_PAGE_ERRORS = (400027, 400028)
_SYSTEM = _header(
    "sandbox",
    "The system to run it on; with this header there is an analysis. Which values are taken is a setting.",
    example="windows10",
)
_RUN = (
    _header("sandbox_timeout", "For how long: `short`, `medium` or `long`.", example="short"),
    _header("sandbox_browser", "The browser of the guest.", example="os_default"),
    _header("sandbox_shellcode", "Takes the bytes for raw code of this architecture.", "x86", "amd64"),
)
_PRIVATE = _header("privateprocessing", "1: nobody but this key and administrators see it.", "0", "1")
_UPLOAD = (
    _header("filename", "A name to show, perhaps URL-quoted; `x-filename` too.", example="setup.exe"),
    _SYSTEM,
    *_RUN,
    _header("rule", "Words with commas; `sandbox` asks for an analysis, `unarchive` for what is in an archive."),
    _header("archivepwd", "The password of an archive; `filepassword` and `password` too."),
    _PRIVATE,
    _header("samplesharing", "Changes nothing: no sample is ever shared.", "0", "1", "2"),
    _header("x-force-scan", "Changes nothing.", "0", "1"),
    _header("downloadfrom", "Fetch the file from this URL; off unless the server allows it."),
    _header("callbackurl", "Call this URL when all is done; off unless the server allows it."),
)
_UPLOAD_ERRORS = (
    *(400020, 400140, 400141, 400142, 400143, 400144, 400145, 400146, 400155, 400156),
    *(408000, 429000, 429001),
)
_FILE = Sent(
    "The file: raw, or in any field of a form.",
    (
        ("application/octet-stream", _BYTES),
        ("multipart/form-data", {"type": "object", "properties": {"file": _BYTES}}),
    ),
)
_KEY_HASH = 404003
_DETAILS = _header("includescandetails", "Changes nothing: there are no scan engines.", "0", "1")
_EVENTS = (
    "Server-sent events. At once `progress` with the present state, then one with each change, until `finished` or"
    " `failed`, after which the stream ends. `progress_percentage` never falls. Comments come every 15 seconds. A"
    " stream that ends without its last event (after ten minutes, or because the server stops) is to be opened again."
)
_COUNTED_EACH = "Each counts as a lookup."

_SANDBOX: dict[str, Operation] = {
    "GET /v4/hash/{hash}/sandbox": Operation(
        "Analyses",
        "The last analysis of a file",
        "Of the file with this hash. While there is none, but one is under way, that one's state; then poll. 404003:"
        " the file is not known. 404001: it is, but was never analysed.",
        (shapes.Finished, shapes.InProgress),
        errors=(400064, 404001, 404003, 429000),
    ),
    "GET /v4/sandbox/{sandbox_id}": Operation(
        "Analyses",
        "One analysis",
        "Finished, in progress or failed. Not counted: poll as you like, or listen to its events.",
        (shapes.Finished, shapes.Failed, shapes.InProgress, shapes.OfUrl),
        errors=(404001,),
    ),
    "GET /v4/sandbox/{sandbox_id}/events": Operation(
        "Analyses",
        "One analysis, as it goes on",
        f"A path of our own. {_EVENTS} Data: `sandbox_id`, `state`, `progress_percentage`; at the end `verdict` and"
        " `infection_score`, or `reasons`.",
        _event("Step"),
        media=_EVENT_STREAM,
        errors=(404001, 429002),
    ),
    "GET /v4/sandbox/{sandbox_id}/original": Operation(
        "Analyses",
        "What an analysis was read from",
        "A path of our own. Byte for byte: the log of our own run, or the report of another sandbox; hostile. Its"
        " SHA-256 stands in `X-Content-SHA256`, its format (`cape`, `runlog`, ...) in `X-Report-Format`.",
        _BYTES,
        media=RAW,
        errors=(404001,),
    ),
    "GET /v4/sandbox/{sandbox_id}/export": Operation(
        "Analyses",
        "A finished analysis as one file",
        "A path of our own. `html`: a page that opens from a disk and asks no server for anything, with all events in"
        " it; `native`: JSON in our own form, which can be imported into another Fulgurite. Nothing is cut.",
        _BYTES,
        media=HTML,
        also=((JSON, _OBJECT),),
        parameters=(Parameter("format", "query", "`html` when it is not given.", {"enum": list(FORMS)}),),
        errors=(400004, 404001),
    ),
    "GET /v4/sandbox/{sandbox_id}/artifacts/{name}": Operation(
        "Analyses",
        "A file or piece of memory that a run left",
        "A path of our own. By its `name` in `summary.dumped`. Neutered as CaRT; with `form=raw` as it was, hostile.",
        _BYTES,
        media=CART,
        also=((RAW, _BYTES),),
        parameters=(
            Parameter("name", "path", "As in `summary.dumped`.", _TEXT, "files/0x00050000000142b9-1.dat"),
            Parameter("form", "query", "How it is sent.", {"enum": ["cart", "raw"]}),
        ),
        errors=(400004, 404001),
    ),
    "GET /v4/sandbox/{sandbox_id}/signatures/{label}/events": Operation(
        "Analyses",
        "The events behind a signature",
        "A path of our own. By its `label` in `summary.signatures` or `sandbox_added.signatures`; where both have it,"
        " of the rule of ours. `total` may be more than `kept`: of a finding the first 1,000 events are kept.",
        (shapes.Behind,),
        parameters=(
            Parameter("label", "path", "As in the body.", _TEXT, "executes_dropped_exe"),
            *_PAGE,
        ),
        errors=(*_PAGE_ERRORS, 404001),
    ),
    "POST /v4/import": Operation(
        "Analyses",
        "Take in reports of other sandboxes",
        "A path of our own. One report, or an archive of such; each is told of by itself, and comes in once however"
        " often it is sent. 200 when at least one came in or was there, also where others were refused. 400022: all"
        " were refused, with the reasons. Counts as a file.",
        (shapes.Brought,),
        parameters=(
            _header("sha256", "Of the sample, for reports that do not name it.", example=_SHA256),
            _header("filename", "Name or path of the file, perhaps URL-quoted; the sample's SHA-256 may stand in it."),
            _header("archivepwd", "The password of an archive; `filepassword` and `password` too."),
        ),
        body=_FILE,
        errors=(400020, 400022, 400140, 400141, 400142, 400143, 400144, 400145, 400146, 400156, 408000, 429000, 503000),
    ),
    "POST /v4/sandbox": Operation(
        "Analyses",
        "Analyse what a URL gives",
        "Off unless the server allows it (400048).",
        (shapes.UrlTaken,),
        parameters=(_SYSTEM, *_RUN, _PRIVATE),
        body=Sent(
            "The URL.",
            ((JSON, {"type": "object", "required": ["url"], "properties": {"url": _TEXT}}),),
            {"url": "https://www.example.com/setup.exe"},
        ),
        errors=(400020, 400048, 400143, 400186, *_PAYLOAD, 429000),
    ),
    "POST /v4/sandbox/{data_id}/scan": Operation(
        "Analyses",
        "Analyse an uploaded file",
        "One more analysis of a file that is kept. Its errors have the shape of 2019.",
        (shapes.Detonated,),
        parameters=(_SYSTEM, *_RUN),
        errors=(400020, 400024, 404001, 404010, 429000),
        is_old=True,
    ),
    "POST /v4/hash/sandbox": Operation(
        "Analyses",
        "The last analyses of many files",
        f"A path of our own. Each hash is told by itself, in the order they came. {_COUNTED_EACH} With"
        f" `Accept: {NDJSON}` one object a line, as they are found.",
        (shapes.Items,),
        also=((NDJSON, _TEXT),),
        body=_listed("hash", 10_000, "MD5, SHA-1, SHA-256 or SHA-512 in hex", _SHA256),
        errors=(400060, 400061, 400062, 400063, *_PAYLOAD, 429000),
    ),
    "GET /v4/hash/prefix/{hex}": Operation(
        "Analyses",
        "The analysed files whose SHA-256 begins so",
        "A path of our own, for who does not want to say which file is meant.",
        (shapes.Matches,),
        parameters=(Parameter("after", "query", "`next` of the page before."),),
        errors=(400064,),
    ),
}
_FILES: dict[str, Operation] = {
    "POST /v4/file": Operation(
        "Files",
        "Send a file",
        "Kept, and analysed when `sandbox` says so. `_` and `-` in the names of headers are the same.",
        (shapes.Uploaded,),
        parameters=_UPLOAD,
        body=_FILE,
        errors=_UPLOAD_ERRORS,
    ),
    "GET /v4/file/{data_id}": Operation(
        "Files",
        "One submission",
        answers=(shapes.File, shapes.FileQueued),
        parameters=(_header("x-file-metadata", "Changes nothing.", "0", "1"),),
        errors=(400066, 404004),
    ),
    "GET /v4/file/{data_id}/events": Operation(
        "Files",
        "All analyses of one submission, as they go on",
        f"A path of our own. {_EVENTS} Data: `data_id`, `state`, `progress_percentage` of them all, `analyses_count`,"
        " `ended_count`; at the end `analyses`.",
        _event("Steps"),
        media=_EVENT_STREAM,
        errors=(404004, 429002),
    ),
    "GET /v4/file/{file_id}/rescan": Operation(
        "Files",
        "Submit a kept file again",
        "With the options that it had last.",
        (shapes.Queued,),
        errors=(404007, 429000),
    ),
    "POST /v4/file/rescan": Operation(
        "Files",
        "Submit many kept files again",
        "Each is told by itself, as far as the quota goes.",
        {
            "type": "array",
            "items": {
                "anyOf": [{"$ref": "#/components/schemas/Queued"}, {"$ref": "#/components/schemas/NotRescanned"}]
            },
        },
        body=_listed("file_ids", 100, "data_ids", "bzI2MDEwMm9leGFtcGxlZXhhbXBsZQ"),
        errors=(400150, 400151, 400152, 400153, *_PAYLOAD, 429000),
    ),
    "GET /v4/file/webhooks": Operation(
        "Files", "The webhooks of this key", "Newest first, until 12 hours after their end.", (shapes.Webhooks,)
    ),
    "GET /v4/file/webhooks/{data_id}": Operation(
        "Files", "The webhook of one submission", answers=(shapes.Webhook,), errors=(404001,)
    ),
}
_HASHES: dict[str, Operation] = {
    "GET /v4/hash/{hash}": Operation(
        "Hashes", "What is known of a file", answers=(shapes.File,), errors=(400064, _KEY_HASH)
    ),
    "POST /v4/hash": Operation(
        "Hashes",
        "What is known of many files",
        _COUNTED_EACH,
        (shapes.KnownList,),
        parameters=(_DETAILS,),
        body=_listed("hash", 1_000, "MD5, SHA-1, SHA-256 or SHA-512 in hex", _SHA256),
        errors=(400060, 400061, 400062, 400063, 400065, *_PAYLOAD, 429000),
    ),
    "GET /v4/hash/{hash}/scanhistory": Operation(
        "Hashes",
        "The submissions of a file",
        answers=(shapes.History,),
        parameters=_PAGE,
        errors=(*_PAGE_ERRORS, 400064, _KEY_HASH),
    ),
    "GET /v4/hash/{hash}/badge": Operation(
        "Hashes",
        "The verdict as a picture",
        "Or, to who takes JSON only, what is known of the file.",
        _TEXT,
        media=SVG,
        also=((JSON, {"$ref": "#/components/schemas/File"}),),
        parameters=(Parameter("size", "query", f"{', '.join(SIZES)}; anything else: {SIZES[0]}."),),
        errors=(400064, _KEY_HASH),
    ),
    "GET /v4/hash/{hash}/peinfo": Operation(
        "Hashes", "What the headers of a Windows program say", answers=_OBJECT, errors=(400064, _KEY_HASH, 404005)
    ),
    **{
        f"GET /v4/hash/{{hash}}/{facts}": Operation(
            "Hashes",
            f"Nothing: no {facts} is read here",
            "404005 for every known file.",
            _OBJECT,
            errors=(400064, _KEY_HASH, 404005),
        )
        for facts in ("exif", "apk-manifest")
    },
}


def _value(example: str) -> tuple[Parameter, ...]:
    return (Parameter("value", "path", "The value, URL-quoted.", _TEXT, example),)


_REPUTATION: dict[str, Operation] = {
    "GET /v4/ip/{value}": Operation(
        "Reputation",
        "What our analyses say of an address",
        answers=(shapes.Reputation,),
        parameters=_value("198.51.100.7"),
        errors=(400184,),
    ),
    "GET /v4/domain/{value}": Operation(
        "Reputation",
        "What our analyses say of a domain",
        answers=(shapes.Reputation,),
        parameters=_value("www.example.com"),
        errors=(400185,),
    ),
    "GET /v4/url/{value}": Operation(
        "Reputation",
        "What our analyses say of a URL",
        answers=(shapes.Reputation,),
        parameters=_value("https://www.example.com/"),
        errors=(400186,),
    ),
    **{
        f"POST /v4/{path}": Operation(
            "Reputation",
            f"What our analyses say of many {words}",
            f"Each is told by itself. {_COUNTED_EACH}",
            (shapes.Reputations,),
            body=_listed(name, 1_000, words, example),
            errors=(400180, 400181, 400182, 400183, *_PAYLOAD, 429000),
        )
        for path, name, words, example in (
            ("ip", "address", "addresses", "198.51.100.7"),
            ("domain", "fqdn", "domains", "www.example.com"),
            ("url", "url", "URLs", "https://www.example.com/"),
        )
    },
}
_KEYS: dict[str, Operation] = {
    "GET /v4/apikey": Operation("Keys", "The account of the key that asks", answers=(shapes.Account,)),
    "GET /v4/apikey/{key}": Operation(
        "Keys",
        "The account of a key",
        "One's own; an administrator may ask for any.",
        (shapes.Account,),
        errors=(403001, 404008),
    ),
    "GET /v4/apikey/limits": Operation("Keys", "What is used of each quota", answers=(shapes.Counts,)),
    "GET /v4/apikey/limits/status": Operation("Keys", "What is left of each quota", answers=(shapes.Left,)),
    "GET /v4/apikey/scan-history": Operation(
        "Keys", "What this key submitted", answers=(shapes.Submissions,), parameters=_PAGE, errors=_PAGE_ERRORS
    ),
}
OPERATIONS: Mapping[str, Operation] = {
    **_SANDBOX,
    **ACTIVITY,
    **LISTING,
    **ADMINISTRATION,
    **_FILES,
    **_HASHES,
    **_REPUTATION,
    **_KEYS,
    **SERVER,
}

PATH: Mapping[str, Parameter] = {
    row.name: row
    for row in (
        Parameter("hash", "path", "MD5, SHA-1, SHA-256 or SHA-512 in hex of any case.", _TEXT, _SHA256),
        Parameter("hex", "path", "5 to 16 hex digits.", {"type": "string", "pattern": "^[0-9A-Fa-f]{5,16}$"}, "275a0"),
        Parameter("sandbox_id", "path", "The analysis.", _TEXT, "6958d8b50123456789abcdef"),
        Parameter("data_id", "path", "The submission.", _TEXT, "bzI2MDEwMm9leGFtcGxlZXhhbXBsZQ"),
        Parameter("file_id", "path", "A submission of the file.", _TEXT, "bzI2MDEwMm9leGFtcGxlZXhhbXBsZQ"),
        Parameter("key", "path", "The key."),
    )
}
"""What stands in paths, unless the operation says otherwise."""
TAGS: Mapping[str, str] = {
    "Analyses": "Run files and look up what they did.",
    "Files": "Send files and follow their submissions.",
    "Hashes": "What is known of files by MD5, SHA-1, SHA-256 or SHA-512.",
    "Reputation": "What our own analyses saw of addresses, domains and URLs. There is no other source.",
    "Keys": "What a key may use and has used.",
    "Administration": "For those who run the service: keys, queue, storage.",
    "Server": "The server itself; no key is asked for.",
}
