-- oldest-binary: 1
-- What share of a policy's promises, in percent, the company means to keep: below it a target is called too bold.

ALTER TABLE service_policy ADD COLUMN aim BIGINT NOT NULL DEFAULT 90;
