-- oldest-binary: 1
-- Reading a desk of a million conversations: fewer pages for each conversation that is opened, counts from an index alone.

-- Counting who waits looked each conversation up, since the index did not hold what it asks for.
DROP INDEX conversation_waiting;
CREATE INDEX conversation_waiting ON conversation (shelf, last_at, id, restricted, inbox, team, assignee, status) WHERE status = 'waiting';

-- Few addresses bounced: who looks among them alone need not look for each address in the index of all.
CREATE INDEX address_bounced ON address (kind, value_key) WHERE bounced_at <> 0;

-- +only sqlite
-- Participants lie by their conversation, so that an index of their own is not needed to find them.
CREATE TABLE participant_clustered (
  conversation INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
  address_key  TEXT NOT NULL,
  address      TEXT NOT NULL,
  name         TEXT NOT NULL,
  customer     INTEGER REFERENCES customer (id),
  role         TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  PRIMARY KEY (conversation, address_key)
) STRICT, WITHOUT ROWID;
INSERT INTO participant_clustered (conversation, address_key, address, name, customer, role, created_at)
SELECT conversation, address_key, address, name, customer, role, created_at FROM participant ORDER BY conversation, address_key;
DROP TABLE participant;
ALTER TABLE participant_clustered RENAME TO participant;
CREATE INDEX participant_customer ON participant (customer);
CREATE INDEX participant_address ON participant (address_key, conversation);
-- +end
