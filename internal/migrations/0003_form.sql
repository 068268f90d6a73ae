-- oldest-binary: 1
-- Contact forms: each belongs to the inbox whose mail answers what visitors write. settings is JSON.

CREATE TABLE form (
  inbox      BIGINT PRIMARY KEY REFERENCES inbox (id) ON DELETE CASCADE,
  form_key   TEXT COLLATE "C" NOT NULL UNIQUE,
  active     BOOLEAN NOT NULL DEFAULT FALSE,
  settings   TEXT NOT NULL DEFAULT '{}',
  created_at BIGINT NOT NULL,
  version    BIGINT NOT NULL DEFAULT 1
);
