-- A document may hold several reports; this is which of them, counted from 0.
ALTER TABLE reports ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
DROP INDEX reports_original;
-- The same report of the same document about the same file is imported once.
CREATE UNIQUE INDEX reports_original
    ON reports (original_sha256, position, coalesce(sha256, sha1, md5)) WHERE is_imported = 1;

-- Bytes whose reports are all in, so that they need not be read again.
CREATE TABLE taken_in (
    -- Of the bytes as they came, be it an archive, or of a document in there.
    sha256 TEXT NOT NULL,
    -- The SHA-256 of the sample that was told with them, by hand or by their name; empty where there was none.
    told TEXT NOT NULL,
    -- JSON: each report's member in the archive (or null) and sandbox_id.
    reports TEXT NOT NULL,
    PRIMARY KEY (sha256, told)
) WITHOUT ROWID;
