-- oldest-binary: 1
-- Teams whose work is taken by "next" only.

ALTER TABLE distribution ADD COLUMN only_next BOOLEAN NOT NULL DEFAULT FALSE;
