-- oldest-binary: 1
-- From when what is due next is close, as the policy that promises it warns; 0 where nothing says so.

ALTER TABLE conversation ADD COLUMN due_soon_at BIGINT NOT NULL DEFAULT 0;
UPDATE conversation SET due_soon_at = COALESCE((SELECT k.warn_at FROM clock k WHERE k.conversation = conversation.id AND k.kind = conversation.due_for AND k.newest), 0)
WHERE due_for <> '';
