-- oldest-binary: 1
-- The search index by blocks of ids (platform/search says how), where before it was a tsvector of each document under GIN: a common word made that collect
-- every document that has it. On SQLite it is in a file of its own. search_document stays for servers of the version before, and is emptied by this one.

-- +only postgres
CREATE TABLE search_item (
  id       BIGINT PRIMARY KEY,
  happened BIGINT NOT NULL,
  stamp    BIGINT NOT NULL
);

CREATE TABLE search_segment (
  id    BIGINT PRIMARY KEY,
  block BIGINT NOT NULL,
  age   BIGINT NOT NULL,
  docs  BIGINT NOT NULL,
  purge BIGINT NOT NULL
);

CREATE TABLE search_page (
  segment BIGINT NOT NULL,
  first   BYTEA NOT NULL,
  data    BYTEA NOT NULL,
  PRIMARY KEY (segment, first)
);
-- A page fits a page of the table as it is; packing it again gains little.
ALTER TABLE search_page SET (toast_tuple_target = 8160);
ALTER TABLE search_page ALTER COLUMN data SET STORAGE EXTERNAL;
-- +end
