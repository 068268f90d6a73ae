-- oldest-binary: 1
-- Files that came while the virus scanner was away: marked until a job has had them scanned.

ALTER TABLE attachment ADD COLUMN unscanned BOOLEAN NOT NULL DEFAULT FALSE;
