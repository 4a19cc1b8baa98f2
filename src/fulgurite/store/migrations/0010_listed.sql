-- The analyses as they are listed, one row each, whatever its state. The triggers keep it what tasks and reports say;
-- what only the report itself tells, its words and its verdict, is written with it (listing.py).
CREATE TABLE listed (
    -- The order of the list: when it was asked for here or came in, in microseconds since 1970, and always more than
    -- that of the one before. So what comes is always on top, and a place in the list is one number.
    seq INTEGER PRIMARY KEY,
    sandbox_id TEXT NOT NULL UNIQUE,
    -- The SHA-256 of the file; its SHA-1 or MD5 where no more is known.
    subject TEXT NOT NULL,
    state TEXT NOT NULL,
    -- As in `observed`; NULL until the analysis has ended.
    verdict INTEGER,
    system TEXT,
    source TEXT NOT NULL,
    is_imported INTEGER NOT NULL,
    private_to INTEGER,
    file_name TEXT NOT NULL DEFAULT '',
    file_type TEXT NOT NULL DEFAULT '',
    -- JSON: an array of names.
    families TEXT NOT NULL DEFAULT '[]',
    -- Why it failed, or is partial.
    reason TEXT,
    -- 0: the report was stored before there was this list, its words are read out of it by and by.
    is_told INTEGER NOT NULL DEFAULT 1
);

INSERT INTO listed (seq, sandbox_id, subject, state, verdict, system, source, is_imported, private_to, file_name,
    file_type, reason, is_told)
SELECT place + max(at - place) OVER (ORDER BY place ROWS UNBOUNDED PRECEDING),
    sandbox_id, subject, state, verdict, system, source, is_imported, private_to, file_name, file_type, reason, is_told
FROM (
    SELECT row_number() OVER (ORDER BY at, kind, number) AS place, *
    FROM (
        SELECT tasks.requested_at AS at, 0 AS kind, tasks.seq AS number, tasks.sandbox_id, tasks.sha256 AS subject,
            CASE WHEN reports.outcome = 'failed' THEN 'failed' ELSE tasks.state END AS state,
            CASE WHEN tasks.state IN ('pending', 'running') THEN NULL WHEN score >= 8 THEN 3 WHEN score >= 5 THEN 2
                WHEN score >= 1 THEN 1 ELSE 0 END AS verdict,
            coalesce(json_extract(tasks.options, '$.system'), 'windows10') AS system, 'fulgurite' AS source,
            0 AS is_imported, tasks.private_to, coalesce(submissions.file_name, '') AS file_name, samples.file_type,
            tasks.reason, reports.sandbox_id IS NULL AS is_told
        FROM tasks JOIN submissions USING (data_id) JOIN samples ON samples.sha256 = tasks.sha256
            LEFT JOIN reports ON reports.sandbox_id = tasks.sandbox_id
        UNION ALL
        SELECT stored_at, 1, seq, sandbox_id, coalesce(sha256, sha1, md5, ''),
            CASE outcome WHEN 'failed' THEN 'failed' ELSE 'reported' END,
            CASE WHEN score >= 8 THEN 3 WHEN score >= 5 THEN 2 WHEN score >= 1 THEN 1 ELSE 0 END,
            NULL, CASE is_imported WHEN 1 THEN format ELSE 'fulgurite' END, is_imported, private_to, '', '', NULL, 0
        FROM reports WHERE NOT EXISTS (SELECT 1 FROM tasks WHERE tasks.sandbox_id = reports.sandbox_id)
    )
);

-- Each ends in the row's own number: so each gives its rows in the order of the list.
CREATE INDEX listed_subject ON listed (subject);
CREATE INDEX listed_state ON listed (state);
CREATE INDEX listed_verdict ON listed (verdict);
CREATE INDEX listed_system ON listed (system);
CREATE INDEX listed_source ON listed (source);
CREATE INDEX listed_imported ON listed (is_imported);
CREATE INDEX listed_untold ON listed (seq) WHERE is_told = 0;

-- The words that an analysis is found by. Its columns are those of the list, not copies. Words that begin alike stand
-- together for their first three and four letters: `exe` is in nearly all names.
CREATE VIRTUAL TABLE listed_words USING fts5 (
    file_name, file_type, families, content = 'listed', content_rowid = 'seq', columnsize = 0, prefix = '3 4'
);
INSERT INTO listed_words (listed_words) VALUES ('rebuild');
CREATE TRIGGER listed_words_new AFTER INSERT ON listed BEGIN
    INSERT INTO listed_words (rowid, file_name, file_type, families)
    VALUES (NEW.seq, NEW.file_name, NEW.file_type, NEW.families);
END;
CREATE TRIGGER listed_words_gone AFTER DELETE ON listed BEGIN
    INSERT INTO listed_words (listed_words, rowid, file_name, file_type, families)
    VALUES ('delete', OLD.seq, OLD.file_name, OLD.file_type, OLD.families);
END;
CREATE TRIGGER listed_words_other AFTER UPDATE OF file_name, file_type, families ON listed
WHEN OLD.file_name <> NEW.file_name OR OLD.file_type <> NEW.file_type OR OLD.families <> NEW.families BEGIN
    INSERT INTO listed_words (listed_words, rowid, file_name, file_type, families)
    VALUES ('delete', OLD.seq, OLD.file_name, OLD.file_type, OLD.families);
    INSERT INTO listed_words (rowid, file_name, file_type, families)
    VALUES (NEW.seq, NEW.file_name, NEW.file_type, NEW.families);
END;

CREATE TRIGGER listed_task_new AFTER INSERT ON tasks BEGIN
    INSERT INTO listed (seq, sandbox_id, subject, state, source, is_imported, private_to, file_name, file_type)
    VALUES (
        max(NEW.requested_at, coalesce((SELECT max(seq) FROM listed), 0) + 1), NEW.sandbox_id, NEW.sha256, NEW.state,
        'fulgurite', 0, NEW.private_to,
        coalesce((SELECT file_name FROM submissions WHERE data_id = NEW.data_id), ''),
        coalesce((SELECT file_type FROM samples WHERE sha256 = NEW.sha256), '')
    );
END;
-- A report says itself what state it leaves.
CREATE TRIGGER listed_task_moved AFTER UPDATE OF state ON tasks WHEN NEW.state <> 'reported' BEGIN
    UPDATE listed SET state = NEW.state, reason = NEW.reason, verdict = CASE NEW.state WHEN 'failed' THEN 0 END
    WHERE sandbox_id = NEW.sandbox_id;
END;
CREATE TRIGGER listed_task_gone AFTER DELETE ON tasks BEGIN
    DELETE FROM listed WHERE sandbox_id = OLD.sandbox_id;
END;
CREATE TRIGGER listed_report_new AFTER INSERT ON reports BEGIN
    INSERT INTO listed (seq, sandbox_id, subject, state, source, is_imported, private_to)
    SELECT max(NEW.stored_at, coalesce((SELECT max(seq) FROM listed), 0) + 1), NEW.sandbox_id,
        coalesce(NEW.sha256, NEW.sha1, NEW.md5, ''), 'reported',
        CASE NEW.is_imported WHEN 1 THEN NEW.format ELSE 'fulgurite' END, NEW.is_imported, NEW.private_to
    WHERE NOT EXISTS (SELECT 1 FROM listed WHERE sandbox_id = NEW.sandbox_id);
    UPDATE listed SET state = CASE NEW.outcome WHEN 'failed' THEN 'failed' ELSE 'reported' END, reason = NULL,
        verdict = CASE WHEN NEW.score >= 8 THEN 3 WHEN NEW.score >= 5 THEN 2 WHEN NEW.score >= 1 THEN 1 ELSE 0 END
    WHERE sandbox_id = NEW.sandbox_id;
END;
CREATE TRIGGER listed_report_named AFTER UPDATE OF sha256, sha1, md5 ON reports BEGIN
    UPDATE listed SET subject = coalesce(NEW.sha256, NEW.sha1, NEW.md5, '') WHERE sandbox_id = NEW.sandbox_id;
END;
CREATE TRIGGER listed_report_scored AFTER UPDATE OF score ON reports BEGIN
    UPDATE listed SET
        verdict = CASE WHEN NEW.score >= 8 THEN 3 WHEN NEW.score >= 5 THEN 2 WHEN NEW.score >= 1 THEN 1 ELSE 0 END
    WHERE sandbox_id = NEW.sandbox_id;
END;
CREATE TRIGGER listed_report_gone AFTER DELETE ON reports BEGIN
    DELETE FROM listed WHERE sandbox_id = OLD.sandbox_id;
END;
