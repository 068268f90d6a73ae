-- oldest-binary: 1
-- A snoozed conversation may also wait for something that happens: wake_on says for what, wake_for of which conversation or purchase (0: of any), wake_number is the
-- conversation's number for who reads it, wake_by who waits and wake_since since when. snoozed_until is when it wakes at the latest.

ALTER TABLE conversation ADD COLUMN wake_on TEXT NOT NULL DEFAULT '';
ALTER TABLE conversation ADD COLUMN wake_for BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN wake_number BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN wake_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN wake_since BIGINT NOT NULL DEFAULT 0;
CREATE INDEX conversation_wake_on ON conversation (wake_on, wake_for) WHERE wake_on <> '';
