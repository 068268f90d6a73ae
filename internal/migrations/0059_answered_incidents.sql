-- oldest-binary: 1
-- Bulk work may be an answer to the incidents of a problem; 0 is any other work.

ALTER TABLE bulk ADD COLUMN problem BIGINT NOT NULL DEFAULT 0;
