-- oldest-binary: 1
-- Figures of a span: what was resolved in it, and which promises were kept and broken in it. None of these is written when a message comes in.

CREATE INDEX conversation_resolved ON conversation (resolved_at) WHERE resolved_at > 0;
CREATE INDEX clock_met ON clock (met_at) WHERE met_at > 0;
CREATE INDEX clock_breached ON clock (breached_at) WHERE breached_at > 0;
