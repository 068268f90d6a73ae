-- oldest-binary: 1
-- What features of their own count that has to be done in a conversation by a time, beside the clocks of policies: what people promised, what the law asks. ref is the feature's
-- own id. The earliest of it lies in the row of the conversation, of what was merged into it too.

CREATE TABLE owed (
  conversation BIGINT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
  what         TEXT NOT NULL,
  ref          BIGINT NOT NULL,
  due_at       BIGINT NOT NULL,
  soon_at      BIGINT NOT NULL,
  PRIMARY KEY (conversation, what, ref)
);

ALTER TABLE conversation ADD COLUMN owed_at BIGINT NOT NULL DEFAULT 9007199254740991;
ALTER TABLE conversation ADD COLUMN owed_for TEXT NOT NULL DEFAULT '';
ALTER TABLE conversation ADD COLUMN owed_soon_at BIGINT NOT NULL DEFAULT 0;
