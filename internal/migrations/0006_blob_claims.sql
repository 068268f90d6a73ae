-- oldest-binary: 1
-- Files that several processes store and remove: whoever was asked to store one says so before it does, and whoever removes one says so too,
-- so that neither takes away what the other counts on (platform/blob/claim.go). Times are UTC microseconds, 0 for never.

ALTER TABLE blob ADD COLUMN put_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE blob ADD COLUMN removing_at BIGINT NOT NULL DEFAULT 0;
