-- With which rules a report was matched: the digest of the rule set; NULL: not known, or not matched.
ALTER TABLE reports ADD COLUMN rules TEXT;
CREATE INDEX reports_rules ON reports (rules, seq);
