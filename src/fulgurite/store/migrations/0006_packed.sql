-- Where in the packs the bytes of a report lie (see packs.py). NULL: not there yet, but a file of their own each.
ALTER TABLE reports ADD COLUMN original_at INTEGER;
ALTER TABLE reports ADD COLUMN native_at INTEGER;
ALTER TABLE reports ADD COLUMN body_at INTEGER;
CREATE INDEX reports_unpacked ON reports (seq) WHERE body_at IS NULL;
