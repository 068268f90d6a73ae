-- oldest-binary: 1
-- What attached files say, so that search finds them. words says how far that is: unread, read, cut (there was more), none (of a kind that has no words, damaged, or
-- locked), withheld (something of the message was redacted).

ALTER TABLE attachment ADD COLUMN words TEXT NOT NULL DEFAULT 'unread';
CREATE INDEX attachment_unread ON attachment (id) WHERE words = 'unread' AND message IS NOT NULL AND held <> 'virus' AND unscanned = FALSE;

CREATE TABLE attachment_text (
  attachment BIGINT PRIMARY KEY REFERENCES attachment (id) ON DELETE CASCADE,
  text       TEXT NOT NULL
);
