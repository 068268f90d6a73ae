-- oldest-binary: 1
-- Distribution by the customer's language. agent.answers: in which he answers, ISO 639-1 with spaces between; empty: in that of his desk. speak: '', 'preferred' or 'required' of who is given
-- something; waive_minutes: after how many minutes of waiting a required one is waived. waived_to: waits that began up to then are waived and were looked at.

ALTER TABLE agent ADD COLUMN answers TEXT NOT NULL DEFAULT '';

ALTER TABLE distribution ADD COLUMN speak TEXT NOT NULL DEFAULT '';
ALTER TABLE distribution ADD COLUMN waive_minutes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE distribution ADD COLUMN waived_to BIGINT NOT NULL DEFAULT 0;

ALTER TABLE assignment ADD COLUMN language TEXT NOT NULL DEFAULT '';
ALTER TABLE assignment ADD COLUMN speak TEXT NOT NULL DEFAULT '';
ALTER TABLE assignment ADD COLUMN waived BOOLEAN NOT NULL DEFAULT FALSE;
