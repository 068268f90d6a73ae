-- oldest-binary: 1
-- Which log this is, by chance. A restore makes another of it, so that whoever followed the former one does not go on in this one.

CREATE TABLE event_log (
  only_one BIGINT PRIMARY KEY DEFAULT 1 CHECK (only_one = 1),
  id       TEXT NOT NULL
);
