-- oldest-binary: 1
-- What is done before and after promises are due: the steps of a policy (JSON, each with an id that is not given again), which of them a clock had (JSON) and when its next one
-- is, and since when the policies are what they are.

ALTER TABLE service_policy ADD COLUMN steps TEXT NOT NULL DEFAULT '[]';
ALTER TABLE service_policy ADD COLUMN next_step BIGINT NOT NULL DEFAULT 1;
ALTER TABLE service_policy_stamp ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE clock ADD COLUMN steps TEXT NOT NULL DEFAULT '[]';
ALTER TABLE clock ADD COLUMN step_at BIGINT NOT NULL DEFAULT 9007199254740991;
