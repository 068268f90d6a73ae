-- oldest-binary: 1
-- What was given to somebody who has to accept it in time: until when, of which wait of the customer, and who had it in that wait already (JSON). until_at is the largest time once
-- nobody has it.

ALTER TABLE distribution ADD COLUMN accept_minutes BIGINT NOT NULL DEFAULT 0;

CREATE TABLE distribution_offer (
  conversation BIGINT PRIMARY KEY REFERENCES conversation (id) ON DELETE CASCADE,
  agent        BIGINT NOT NULL,
  given_at     BIGINT NOT NULL,
  until_at     BIGINT NOT NULL,
  minutes      BIGINT NOT NULL,
  wait         BIGINT NOT NULL,
  tried        TEXT NOT NULL
);
CREATE INDEX distribution_offer_until ON distribution_offer (until_at, conversation);
