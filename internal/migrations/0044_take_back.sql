-- oldest-binary: 1
-- What a conversation had before an answer was sent together with a macro's actions, and what it had after them: until the answer leaves it can be taken back with
-- all of that. The lines go when the mail is handed over.

CREATE TABLE message_undo (
  message BIGINT PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
  before  TEXT NOT NULL,
  after   TEXT NOT NULL
);

-- A draft that a colleague was asked to check. What he would write instead lies beside it until its author takes it; version is the draft's when he answered.
CREATE TABLE draft_review (
  draft       BIGINT PRIMARY KEY REFERENCES draft (id) ON DELETE CASCADE,
  reviewer    BIGINT NOT NULL REFERENCES agent (id) ON DELETE CASCADE,
  state       TEXT NOT NULL,
  proposal    TEXT NOT NULL DEFAULT '',
  version     BIGINT NOT NULL DEFAULT 0,
  asked_at    BIGINT NOT NULL,
  answered_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX draft_review_of ON draft_review (reviewer);
