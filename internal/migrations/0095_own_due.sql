-- oldest-binary: 1
-- When a conversation would be due, and by what, if nothing were owed in it: kept while due_at is of what is owed, so that the one can end without the other being worked out anew.

ALTER TABLE conversation ADD COLUMN own_due_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN own_due_for TEXT NOT NULL DEFAULT '';
ALTER TABLE conversation ADD COLUMN own_due_soon_at BIGINT NOT NULL DEFAULT 0;
