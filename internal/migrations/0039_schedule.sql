-- oldest-binary: 1
-- A mail may be sent at a time to come: send_at is above zero where a time was chosen. The indexes hold only what waits for its time, for the agent's list and
-- for a conversation to which the customer writes before.

ALTER TABLE message ADD COLUMN send_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX message_scheduled ON message (agent, send_at) WHERE send_at > 0 AND state = 'queued';
CREATE INDEX message_scheduled_in ON message (conversation) WHERE send_at > 0 AND state = 'queued';
