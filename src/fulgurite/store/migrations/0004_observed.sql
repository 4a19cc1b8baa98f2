-- What the reports saw of the world outside, and what a bulk lookup tells of a report.

ALTER TABLE reports ADD COLUMN score INTEGER;
-- Values that the report saw beyond those that are kept.
ALTER TABLE reports ADD COLUMN observed_rest INTEGER NOT NULL DEFAULT 0;
-- Whether score and observed values have been taken from the report's bytes; those stored before this are worked off.
ALTER TABLE reports ADD COLUMN is_digested INTEGER NOT NULL DEFAULT 0;
CREATE INDEX reports_undigested ON reports (seq) WHERE is_digested = 0;

CREATE TABLE observed (
    kind TEXT NOT NULL CHECK (kind IN ('ip', 'domain', 'url')),
    value TEXT NOT NULL,
    -- Of the report: 3 malicious, 2 suspicious, 1 benign, 0 unknown. Stands here so that many rows can be counted fast.
    verdict INTEGER NOT NULL,
    sandbox_id TEXT NOT NULL REFERENCES reports (sandbox_id),
    -- As in `reports`.
    private_to INTEGER,
    PRIMARY KEY (kind, value, verdict, sandbox_id)
) WITHOUT ROWID;

-- What was read from a file's bytes without running it, by kind (such as `peinfo`); NULL: it has none.
CREATE TABLE static_facts (
    sha256 TEXT NOT NULL REFERENCES samples (sha256),
    kind TEXT NOT NULL,
    facts TEXT,
    PRIMARY KEY (sha256, kind)
) WITHOUT ROWID;
