"""The bodies of answers as types: for the OpenAPI document, and for tests that hold answers against them.

Every object may have more fields than stand here. A field without a default is always there.
"""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from fulgurite.service.bulk import Item, Match

Fields = dict[str, Any]
Digest = Annotated[str, Meta(pattern="^[0-9A-F]*$", description="Upper-case hex; empty where it is not known.")]
SandboxId = Annotated[str, Meta(pattern="^[0-9a-f]{24}$", description="Names one analysis.")]
DataId = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{1,128}$", description="Names one submission.")]
Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"}, description="UTC, with milliseconds and `Z`.")]
Percent = Annotated[int, Meta(ge=1, le=100)]
Count = Annotated[int, Meta(ge=0)]
Score = Annotated[int, Meta(ge=1, le=10, description="1 harmless, 10 known to be bad.")]
Flag = Literal[0, 1]


class Fault(Struct):
    """What went wrong."""

    code: Annotated[int, Meta(description="Its first three digits are an HTTP status.")]
    messages: Annotated[list[str], Meta(min_length=1, description="The code's own message, then what is to be added.")]


class Error(Struct):
    """The body of every answer that is an error."""

    error: Fault


class OldDetails(Struct):
    message: str
    name: str
    code: int
    status: int


class OldFault(Fault):
    """What went wrong, with what clients of 2019 read."""

    details: OldDetails


class OldError(Struct):
    """An error in the shape of 2019."""

    success: bool
    error: OldFault


# Analyses


class FinalVerdict(Struct):
    """The verdict in the words of today; its presence says that an analysis is over."""

    verdict: Annotated[str, Meta(description="UNKNOWN, NO_THREAT, SUSPICIOUS, LIKELY_MALICIOUS or MALICIOUS.")]
    threatLevel: Annotated[float, Meta(ge=-1, le=1)]  # noqa: N815 - the wire's name
    confidence: int


class Result(Struct):
    """The verdict in the words of 2021. Without `scan_all_result_i` nothing is said of the sample."""

    progress_percentage: Percent
    scan_all_result_a: str | UnsetType = UNSET
    scan_all_result_i: (
        Annotated[int, Meta(description="0 no threat detected, 1 infected, 2 suspicious.")] | UnsetType
    ) = UNSET
    infection_score: Score | UnsetType = UNSET


class Event(Struct):
    """One thing that happened; docs/events.md has the names and what stands in `d`."""

    n: str
    d: Fields
    name: str | UnsetType = UNSET


class EventLists(Struct):
    """What happened, by kind."""

    search: list[Event]
    mutex: list[Event]
    processes: list[Event]
    misc: list[Event]
    network: list[Event]
    registry: list[Event]
    files: list[Event]


class Details(Struct):
    """All recorded events."""

    procLabels: list[Event]  # noqa: N815 - the wire's name
    flowLabels: list[Event]  # noqa: N815 - the wire's name
    data: EventLists


class Finding(Struct):
    """A signature that matched."""

    name: str
    indicators: list[Fields]
    label: str | UnsetType = UNSET
    score: Annotated[int, Meta(ge=0, le=10)] | UnsetType = UNSET
    ttp: list[str] | UnsetType = UNSET
    tags: list[str] | UnsetType = UNSET
    desc: str | UnsetType = UNSET
    confidence: str | UnsetType = UNSET
    family: str | UnsetType = UNSET
    benign: str | UnsetType = UNSET
    event_count: Count | UnsetType = UNSET


class EventBehind(Event, kw_only=True):
    """An event behind a signature, and where it stands in the body."""

    event: Annotated[int, Meta(ge=0, description="Its number, as the indicators tell it.")]
    list: Annotated[str, Meta(description="`flowLabels`, or the list of `details.data`.")]


class Behind(Struct):
    """The events behind a signature, in their order; `next` is the offset of the next page, or null."""

    sandbox_id: SandboxId
    label: str
    name: str
    is_ours: bool
    total: Count
    kept: Count
    next: Count | None
    data: list[EventBehind]


class Statement(Struct):
    """What our rules come to, and which they were."""

    version: str
    digest: Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="SHA-256 of all the rules.")]
    count: Count
    infection_score: Score | None
    reasons: list[str]


class Added(Struct):
    """What our rules found in the report of another sandbox."""

    signatures: list[Finding]
    ttp: list[str]


class Extract(Struct):
    """Settings taken out of the sample or of what it left, and of what; exactly one of the last four is there."""

    dumped_file: str | UnsetType = UNSET
    resource: str | UnsetType = UNSET
    path: str | UnsetType = UNSET
    config: Fields | UnsetType = UNSET
    ransom_note: Fields | UnsetType = UNSET
    dropper: Fields | UnsetType = UNSET
    credentials: Fields | UnsetType = UNSET


class Imported(Struct):
    """What an import carried over, and what stands only in the original."""

    items: Count
    carried: Count
    left: dict[str, int]
    told: Annotated[str, Meta(description="All of it in one sentence.")]


class Summary(Struct):
    """What an analysis found, in short."""

    dumped: list[Fields]
    network: Fields
    signatures: list[Finding]
    processes: list[Fields]
    ttp: list[str] | UnsetType = UNSET
    extracted: list[Extract] | UnsetType = UNSET


class OldView(Struct):
    """What clients of 2019 read."""

    infection_score: int | None


class Named(Struct, kw_only=True):
    """The names of a file and of its analysis."""

    md5: Digest
    sha1: Digest
    sha256: Digest
    data_id: DataId
    sandbox_id: SandboxId
    private_processing: Flag


class Finished(Named, kw_only=True, rename={"id_": "_id"}):
    """An analysis that is over. With `scan_in_progress` a newer one of the same file is under way."""

    scan_results: Result
    details: Details
    summary: Summary
    final_verdict: FinalVerdict
    analysis: OldView
    rescan_available: bool
    flow_id: str | None
    store_at: str | None
    id_: SandboxId
    request_time: str | UnsetType = UNSET
    browser: str | UnsetType = UNSET
    timeout: str | UnsetType = UNSET
    system: str | UnsetType = UNSET
    sandbox_version: str | UnsetType = UNSET
    sandbox_outcome: str | UnsetType = UNSET
    sandbox_warnings: list[str] | UnsetType = UNSET
    sandbox_error: Fault | UnsetType = UNSET
    sandbox_families: list[str] | UnsetType = UNSET
    sandbox_added: Added | UnsetType = UNSET
    sandbox_rules: Statement | UnsetType = UNSET
    sandbox_tags: list[str] | UnsetType = UNSET
    sandbox_import: Imported | UnsetType = UNSET
    scan_in_progress: SandboxId | UnsetType = UNSET


class InProgress(Named, kw_only=True):
    """An analysis that waits or runs."""

    scan_in_progress: SandboxId
    scan_results: Result


class Failed(Named, kw_only=True):
    """An analysis that failed; it says nothing of its sample."""

    scan_results: Result
    final_verdict: FinalVerdict
    sandbox_error: Fault
    analysis: OldView


class OfUrl(Struct):
    """The analysis of what a URL gave. Without `final_verdict` it goes on."""

    sandbox_id: SandboxId
    url: str
    flow_id: str | None
    store_at: str | None
    final_verdict: FinalVerdict | UnsetType = UNSET
    scan_in_progress: SandboxId | UnsetType = UNSET
    scan_results: Result | UnsetType = UNSET
    sandbox_error: Fault | UnsetType = UNSET
    fetched: Fields | UnsetType = UNSET


class Step(Struct):
    """How far an analysis is: what an event tells. At the end with verdict and score, or with reasons."""

    sandbox_id: SandboxId
    state: Literal["pending", "running", "finished", "failed"]
    progress_percentage: Percent
    verdict: str | UnsetType = UNSET
    infection_score: Score | UnsetType | None = UNSET
    reasons: list[str] | UnsetType = UNSET


class Steps(Struct):
    """How far all analyses of a submission are together; at the end each of them."""

    data_id: DataId
    state: Literal["pending", "running", "finished", "failed"]
    progress_percentage: Percent
    analyses_count: Count
    ended_count: Count
    analyses: list[Step] | UnsetType = UNSET


# Submissions


class Queued(Struct, kw_only=True):
    """What was taken, and waits."""

    data_id: DataId
    status: Literal["inqueue"]
    in_queue: Count
    queue_priority: str
    sandbox_id: SandboxId | UnsetType = UNSET


class Inside(Struct):
    """A file out of an archive."""

    name: str
    sha256: Digest
    data_id: DataId
    file_size: Count
    sandbox_id: SandboxId | UnsetType = UNSET
    sandbox_error: Fault | UnsetType = UNSET


class Uploaded(Queued, kw_only=True):
    """A file that was taken. With `sandbox_id` its analysis is asked for; with `sandbox_error` nothing runs it."""

    md5: Digest
    sha1: Digest
    sha256: Digest
    sandbox_error: Fault | UnsetType = UNSET
    extracted_files: list[Inside] | UnsetType = UNSET
    unarchive_warnings: list[str] | UnsetType = UNSET
    unarchive_error: Fault | UnsetType = UNSET


class UrlTaken(Struct):
    """A URL that is fetched by and by."""

    status: Literal["inqueue"]
    in_queue: Count
    queue_priority: str
    sandbox_id: SandboxId


class Detonated(Struct, rename={"data_id_old": "dataId", "id_": "_id"}):
    """One more analysis, named in the words of 2019 and of today. Of the key its first characters are shown."""

    apikey: Annotated[str, Meta(pattern=r"^[a-z0-9]+\*+$")]
    md5: Digest
    sha1: Digest
    sha256: Digest
    data_id_old: DataId
    data_id: DataId
    id_: SandboxId
    sandbox_id: SandboxId


class NotRescanned(Struct):
    """A file that was not submitted again, and why."""

    file_id: str | None
    error: Fault


class Webhook(Struct):
    """What became of a call. Without `status_code` it was not answered yet."""

    url: str
    data_id: DataId
    state: Literal["open", "delivered", "given up"]
    attempts: Count
    status_code: int | UnsetType = UNSET
    request_time: Time | UnsetType = UNSET
    next_attempt: Time | UnsetType = UNSET
    error: str | UnsetType = UNSET


class Webhooks(Struct):
    data: list[Webhook]


# Files


class ScanResults(Struct):
    """There are no scan engines: `Not Scanned`, or `In Progress` while an analysis is."""

    scan_details: Fields
    scan_all_result_i: int
    scan_all_result_a: str
    start_time: Time
    total_time: Count
    total_avs: Count
    total_detected_avs: Count
    progress_percentage: Percent


class FileInfo(Struct):
    sha1: Digest
    sha256: Digest
    display_name: str
    file_type_extension: str
    md5: Digest | UnsetType = UNSET
    file_size: Count | UnsetType = UNSET
    file_type: str | UnsetType = UNSET
    file_type_description: str | UnsetType = UNSET
    type_category: list[str] | UnsetType = UNSET
    upload_timestamp: Time | UnsetType = UNSET


class File(Struct, kw_only=True):
    """What is known of a file. `sandbox` says that there is an analysis to be looked up."""

    scan_result_history_length: Count
    file_id: DataId
    data_id: DataId
    share_file: Flag
    private_processing: Flag
    rest_version: str
    additional_info: list[str]
    sandbox: bool
    appinfo: bool
    scan_results: ScanResults | UnsetType = UNSET
    file_info: FileInfo | UnsetType = UNSET
    process_info: Fields | UnsetType = UNSET
    sandbox_id: SandboxId | UnsetType = UNSET
    parent_data_id: DataId | UnsetType = UNSET
    extracted_files: Fields | UnsetType = UNSET


class FileQueued(Struct, kw_only=True):
    """A submission of which nothing has begun."""

    data_id: DataId
    status: Literal["inqueue"]
    in_queue: Count
    queue_priority: str
    last_updated: Time
    sandbox_id: SandboxId | UnsetType = UNSET


# Hashes


class Known(Struct):
    """The latest submission of a file; with `error` there is none."""

    data_id: str
    scan_result_i: int
    hash: str
    scan_details: Fields
    total_detected_avs: Count
    error: Fault | UnsetType = UNSET


class KnownList(Struct):
    data: list[Known]


class Past(Struct):
    data_id: DataId
    scan_all_result_i: int
    start_time: Time
    total_time: str
    total_avs: Count
    total_detected_avs: Count


class History(Struct):
    """The submissions of a file, newest first."""

    md5: Digest
    sha1: Digest
    sha256: Digest
    scan_result_history: list[Past]


class Items(Struct):
    """What is told of each hash, in the order they came."""

    data: list[Item]


class BroughtIn(Struct):
    """What became of one report that was brought, or of a file without one."""

    outcome: Literal["imported", "duplicate", "refused"]
    reason: Annotated[str | UnsetType, Meta(description="Why it was refused.")] = UNSET
    member: Annotated[str | UnsetType, Meta(description="Its path in the archive; hostile text.")] = UNSET
    format: Annotated[str | UnsetType, Meta(description="Of the report, where it is known.")] = UNSET
    sha256: Annotated[str | UnsetType, Meta(description="Of the sample, lower case.")] = UNSET
    sandbox_id: SandboxId | UnsetType = UNSET


class Brought(Struct):
    """What became of each report."""

    imported: Count
    duplicate: Annotated[int, Meta(ge=0, description="Reports that were there already.")]
    refused: Count
    data: list[BroughtIn]


class Matches(Struct):
    """A page of analysed files whose SHA-256 begins with `prefix`, filled up so that its length tells little."""

    prefix: str
    count: Count
    next: Annotated[str | None, Meta(description="`after` of the next page; null when there is none.")]
    data: list[Match]
    padding: str


# Reputation


class Seen(Struct):
    """One analysis that saw the value."""

    provider: str
    assessment: Literal["malicious", "suspicious", "benign", "unknown"]
    detect_time: Time
    update_time: Time
    status: Literal[1, 5]
    sandbox_id: SandboxId
    sha256: Digest


class Sightings(Struct):
    start_time: Time
    detected_by: Annotated[int, Meta(ge=0, description="Bad or suspicious analyses that saw it.")]
    sources: list[Seen]


class Reputation(Struct):
    """What our own analyses saw of an address, a domain or a URL; of what none saw, nothing is said."""

    address: str
    lookup_results: Sightings
    analyses: dict[str, Count]
    geo_info: Fields | UnsetType = UNSET
    error: Fault | UnsetType = UNSET


class Reputations(Struct):
    data: list[Reputation]


# Keys


class Account(Struct, kw_only=True):
    """The account behind a key. Of the key its first characters are shown."""

    portal_api_key: Annotated[str, Meta(pattern=r"^[a-z0-9]+\*+$")]
    nickname: str
    created_at: Time
    updated_at: Time
    time_interval: str
    limit_prevention: Count
    limit_reputation: Count
    limit_sandbox: Count
    limit_analysis: Count
    limit_feed: Count
    throttling_limit: Count
    max_upload_file_size: Annotated[int, Meta(ge=0, description="In MB.")]
    max_file_download: Count
    max_archive_file_depth: Count
    max_archive_file_size: Annotated[int, Meta(ge=0, description="In MB.")]
    max_archive_file_number: Count
    qos_scan: str
    sandbox_qos_scan: str
    scan_with: str
    paid_user: Flag
    enforce_private_scan: bool
    is_enterprise: bool
    mtls_only: bool
    role: Annotated[str, Meta(description="`read`, `submit` or `admin`; our own.")]
    expiration_date: Time | UnsetType = UNSET


class Counts(Struct, kw_only=True):
    """So much of each kind."""

    reputation_api: Count
    prevention_api: Count
    sandbox_api: Count
    feed_api: Count
    download_file: Count
    analysis_api: Count


class Left(Counts, kw_only=True):
    """What is left of each kind, and of the present minute."""

    throttling_limit: Count


class Submitted(Struct):
    data_id: DataId
    file_info: FileInfo
    scan_results: Fields
    scan_with: str


class Submissions(Struct):
    """What a key submitted, newest first."""

    data: list[Submitted]


# The server


class Alive(Struct):
    status: Literal["ok"]


class Ready(Struct):
    status: Literal["ready"]
    store: bool
    worker: bool


class Version(Struct):
    version: str


class Offered(Struct):
    """What a submission may ask for: values of the headers of an upload, and what is on."""

    systems: list[str]
    timeouts: list[str]
    browsers: list[str]
    shellcode: list[str]
    rules: list[str]
    is_private_processing_on: bool
    is_fetching_on: bool
    are_callbacks_on: bool
    max_upload_bytes: Count
