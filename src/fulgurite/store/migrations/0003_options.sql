-- The key that alone (with administrators) may see a row; NULL: everybody.
ALTER TABLE submissions ADD COLUMN private_to INTEGER;
ALTER TABLE tasks ADD COLUMN private_to INTEGER;
ALTER TABLE reports ADD COLUMN private_to INTEGER;

-- The data_id of the archive that a submission is a member of, and its path in there.
ALTER TABLE submissions ADD COLUMN parent_id TEXT;
ALTER TABLE submissions ADD COLUMN member_path TEXT;
CREATE INDEX submissions_parent_id ON submissions (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX submissions_private ON submissions (sha256) WHERE private_to IS NOT NULL;

-- URLs to be fetched and analysed. What came is a submission like any other, named here.
CREATE TABLE visits (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    sandbox_id TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    options TEXT NOT NULL,
    key_id INTEGER,
    private_to INTEGER,
    requested_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'running', 'fetched', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    -- While it runs: when it may be taken up again, since whoever ran it must be dead.
    due_at INTEGER NOT NULL,
    reason TEXT,
    -- What came: where from in the end, with which status and type, and the names of its submission and analysis.
    final_url TEXT,
    http_status INTEGER,
    content_type TEXT,
    data_id TEXT,
    analysis_id TEXT,
    refusal TEXT
);
CREATE INDEX visits_open ON visits (due_at, seq) WHERE state IN ('pending', 'running');

-- Calls to be made when a submission and its members are done.
CREATE TABLE webhooks (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    data_id TEXT NOT NULL UNIQUE REFERENCES submissions (data_id),
    url TEXT NOT NULL,
    key_id INTEGER,
    state TEXT NOT NULL CHECK (state IN ('open', 'delivered', 'given up')),
    created_at INTEGER NOT NULL,
    -- Attempts begun: an attempt is counted before it is made, so that one repeated after a crash is marked as such.
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL,
    requested_at INTEGER,
    ended_at INTEGER,
    status_code INTEGER,
    error TEXT
);
CREATE INDEX webhooks_open ON webhooks (due_at, seq) WHERE state = 'open';
CREATE INDEX webhooks_ended_at ON webhooks (ended_at) WHERE ended_at IS NOT NULL;
