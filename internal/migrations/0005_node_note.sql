-- oldest-binary: 1
-- What nodes tell each other about themselves, such as how a listener fares. It goes with the node.

CREATE TABLE node_note (
  node BIGINT NOT NULL REFERENCES node (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (node, name)
);
