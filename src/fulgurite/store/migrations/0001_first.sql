-- Times are microseconds since 1970 in UTC; digests are lower-case hex.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- Files whose bytes the blob store has.
CREATE TABLE samples (
    sha256 TEXT PRIMARY KEY,
    sha1 TEXT NOT NULL,
    md5 TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    file_type TEXT NOT NULL,
    added_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX samples_sha1 ON samples (sha1);
CREATE INDEX samples_md5 ON samples (md5);

CREATE TABLE submissions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    data_id TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL REFERENCES samples (sha256),
    requested_at INTEGER NOT NULL,
    key_id INTEGER,
    file_name TEXT
);
CREATE INDEX submissions_sha256 ON submissions (sha256, requested_at);

CREATE TABLE tasks (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    sandbox_id TEXT NOT NULL UNIQUE,
    data_id TEXT NOT NULL REFERENCES submissions (data_id),
    sha256 TEXT NOT NULL REFERENCES samples (sha256),
    options TEXT NOT NULL,
    requested_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'running', 'reported', 'failed')),
    progress INTEGER NOT NULL DEFAULT 1 CHECK (progress BETWEEN 1 AND 100),
    attempts INTEGER NOT NULL DEFAULT 0,
    deadline_at INTEGER,
    reason TEXT,
    -- The process that runs it, by the name of its folder below tmp/; NULL unless running.
    worker TEXT,
    -- The raw log of a failed run, kept for diagnosis.
    log_sha256 TEXT
);
CREATE INDEX tasks_open ON tasks (state, requested_at, seq) WHERE state IN ('pending', 'running');
CREATE INDEX tasks_deadline_at ON tasks (deadline_at) WHERE state = 'pending';
CREATE INDEX tasks_sha256 ON tasks (sha256, state);
CREATE INDEX tasks_data_id ON tasks (data_id);

CREATE TABLE reports (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    sandbox_id TEXT NOT NULL UNIQUE,
    data_id TEXT NOT NULL,
    sha256 TEXT,
    sha1 TEXT,
    md5 TEXT,
    requested_at INTEGER NOT NULL,
    stored_at INTEGER NOT NULL,
    format TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('completed', 'partial', 'failed')),
    is_imported INTEGER NOT NULL,
    original_sha256 TEXT NOT NULL,
    native_sha256 TEXT NOT NULL,
    body_sha256 TEXT NOT NULL
);
-- A failed run is never the last analysis of a file, so it is not in these.
CREATE INDEX reports_sha256 ON reports (sha256, requested_at, seq) WHERE outcome <> 'failed';
CREATE INDEX reports_sha1 ON reports (sha1, requested_at, seq) WHERE outcome <> 'failed';
CREATE INDEX reports_md5 ON reports (md5, requested_at, seq) WHERE outcome <> 'failed';
CREATE INDEX reports_known_sha256 ON reports (sha256) WHERE outcome = 'failed';
CREATE INDEX reports_known_sha1 ON reports (sha1) WHERE outcome = 'failed';
CREATE INDEX reports_known_md5 ON reports (md5) WHERE outcome = 'failed';
CREATE INDEX reports_data_id ON reports (data_id);
-- The same bytes about the same file are imported once.
CREATE UNIQUE INDEX reports_original
    ON reports (original_sha256, coalesce(sha256, sha1, md5)) WHERE is_imported = 1;

CREATE TABLE artifacts (
    sandbox_id TEXT NOT NULL REFERENCES reports (sandbox_id),
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    PRIMARY KEY (sandbox_id, name)
) WITHOUT ROWID;
CREATE INDEX artifacts_sha256 ON artifacts (sha256);

CREATE TABLE keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    prefix TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
);
CREATE UNIQUE INDEX keys_name ON keys (name) WHERE revoked_at IS NULL;

-- Changes that the LMDB index does not have yet: written with the change, deleted once the index has it.
CREATE TABLE unindexed (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('sample', 'report', 'key')),
    ref TEXT NOT NULL
);
