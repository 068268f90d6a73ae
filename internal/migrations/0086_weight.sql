-- oldest-binary: 1
-- Shares of what a team gives out, and how far each member is with his. Who is not in it weighs one.

CREATE TABLE distribution_weight (
  team   BIGINT NOT NULL REFERENCES team (id) ON DELETE CASCADE,
  agent  BIGINT NOT NULL REFERENCES agent (id) ON DELETE CASCADE,
  weight BIGINT NOT NULL DEFAULT 1,
  turn   BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (team, agent)
);
CREATE INDEX distribution_weight_agent ON distribution_weight (agent);
