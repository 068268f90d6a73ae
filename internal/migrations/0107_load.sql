-- oldest-binary: 1
-- What waits for whom, by channel, counted from the index alone.

DROP INDEX conversation_load;
CREATE INDEX conversation_load ON conversation (assignee, shelf, status, channel) WHERE assignee IS NOT NULL AND shelf = 0 AND status <> 'waiting';
