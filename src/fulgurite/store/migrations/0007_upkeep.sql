-- What refers to files of the blob store, so that files that nothing refers to can be told.
CREATE INDEX reports_original_file ON reports (original_sha256) WHERE original_at IS NULL;
CREATE INDEX tasks_log_sha256 ON tasks (log_sha256) WHERE log_sha256 IS NOT NULL;

-- As before, and reports that are gone: their ref is sandbox_id, SHA-256, SHA-1 and MD5, with spaces between.
CREATE TABLE unindexed_changes (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('sample', 'report', 'gone', 'key')),
    ref TEXT NOT NULL
);
INSERT INTO unindexed_changes SELECT * FROM unindexed;
DROP TABLE unindexed;
ALTER TABLE unindexed_changes RENAME TO unindexed;
