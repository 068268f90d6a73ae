-- oldest-binary: 1
-- Full text search. On SQLite the index is a file of its own (platform/search), so that writing it never holds up the desk's writer; here stands
-- what PostgreSQL keeps. All of it can be made anew from messages and conversations.

-- +only postgres
CREATE TABLE search_document (
  id         BIGINT PRIMARY KEY,
  happened   BIGINT NOT NULL,
  stamp      BIGINT NOT NULL,
  terms      TSVECTOR NOT NULL
);
ALTER TABLE search_document ALTER COLUMN terms SET STORAGE EXTERNAL;
CREATE INDEX search_document_terms ON search_document USING GIN (terms) WITH (fastupdate = off);

CREATE TABLE search_state (
  only_one BIGINT PRIMARY KEY DEFAULT 1 CHECK (only_one = 1),
  state    TEXT NOT NULL
);
-- +end
