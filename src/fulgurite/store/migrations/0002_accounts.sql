-- What a key may use, where that differs from the settings, and when it ends by itself.
ALTER TABLE keys ADD COLUMN expires_at INTEGER;
ALTER TABLE keys ADD COLUMN sandbox_api INTEGER;
ALTER TABLE keys ADD COLUMN prevention_api INTEGER;
ALTER TABLE keys ADD COLUMN reputation_api INTEGER;
ALTER TABLE keys ADD COLUMN per_minute INTEGER;

-- What keys have used in the window that began last.
CREATE TABLE usage (
    key_id INTEGER NOT NULL REFERENCES keys (id),
    what TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    used INTEGER NOT NULL CHECK (used >= 0),
    PRIMARY KEY (key_id, what)
) WITHOUT ROWID;

CREATE INDEX submissions_key_id ON submissions (key_id, seq) WHERE key_id IS NOT NULL;
