-- oldest-binary: 1
-- Figures of a span: which promises of people were kept and broken in it. They take the place of one index that no query could use.

CREATE INDEX commitment_kept ON commitment (kept_at) WHERE kept_at > 0;
CREATE INDEX commitment_broken ON commitment (broken_at) WHERE broken_at > 0;
DROP INDEX commitment_decided;
