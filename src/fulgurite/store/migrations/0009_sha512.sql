-- Files by their SHA-512: all that is known of them stands under their SHA-256. Raw digests.
CREATE TABLE sha512 (
    sha512 BLOB PRIMARY KEY,
    sha256 BLOB NOT NULL UNIQUE
) WITHOUT ROWID;
-- Whether it was computed from the file; samples kept before this are worked off.
ALTER TABLE samples ADD COLUMN has_sha512 INTEGER NOT NULL DEFAULT 0;
CREATE INDEX samples_without_sha512 ON samples (sha256) WHERE has_sha512 = 0;
