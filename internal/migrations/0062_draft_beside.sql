-- oldest-binary: 1
-- A draft of a side conversation or a forward is one of a new mail that lies beside a conversation, and goes with what is erased there.

ALTER TABLE draft ADD COLUMN beside BIGINT;
CREATE INDEX draft_beside ON draft (beside) WHERE beside IS NOT NULL;
