-- oldest-binary: 1
-- Steps of policies that were taken for what a person promised (JSON), and when the next one is.

ALTER TABLE commitment ADD COLUMN steps TEXT NOT NULL DEFAULT '[]';
ALTER TABLE commitment ADD COLUMN step_at BIGINT NOT NULL DEFAULT 9007199254740991;
