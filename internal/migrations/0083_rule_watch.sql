-- oldest-binary: 1
-- Rules that act by time alone. A conversation says since when its status is what it is (0: since before that was kept), and when we wrote last to a customer who has not
-- answered since (0: he has). What a time rule said of a conversation when it was looked at last, and when it is to be looked at again; there is no row where it does not hold
-- and time alone will not change that.

ALTER TABLE conversation ADD COLUMN status_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN silent_at BIGINT NOT NULL DEFAULT 0;
UPDATE conversation SET silent_at = last_at WHERE shelf IN (0, 1) AND status = 'waiting';

CREATE TABLE rule_watch (
  rule         BIGINT NOT NULL REFERENCES rule (id) ON DELETE CASCADE,
  conversation BIGINT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
  holds        BOOLEAN NOT NULL,
  next_at      BIGINT NOT NULL,
  PRIMARY KEY (conversation, rule)
);
CREATE INDEX rule_watch_rule ON rule_watch (rule);
CREATE INDEX rule_watch_next ON rule_watch (next_at) WHERE next_at < 9007199254740991;
