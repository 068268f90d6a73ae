-- oldest-binary: 1
-- What a change of settings changed, old and new; who changed something last is found by its subject. Tags get a version like all that is edited.

ALTER TABLE audit ADD COLUMN changes TEXT NOT NULL DEFAULT '';
CREATE INDEX audit_about ON audit (subject, action, id);
ALTER TABLE tag ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

-- One set-up link for all nodes: its token, sealed and in base64, so that each of them prints the same. Those that were made before go; the next start prints another.
DELETE FROM one_time_link WHERE purpose = 'setup';
ALTER TABLE one_time_link ADD COLUMN sealed TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX one_time_link_setup ON one_time_link (purpose) WHERE purpose = 'setup' AND used_at = 0;
