-- oldest-binary: 1
-- What mail costs PostgreSQL. None of it changes what is stored.

-- +only postgres
-- Common words stand in every document: entering documents one by one rewrites the same pages of the index for each. They are gathered, and whoever
-- writes a batch enters it as one (gin_clean_pending_list), so that no search finds a long list to read through.
ALTER INDEX search_document_terms SET (fastupdate = on);

-- lz4 costs a tenth of the time of PostgreSQL's own compression. Servers built without it go on as they are.
DO $$
BEGIN
  ALTER TABLE raw_mail ALTER COLUMN data SET COMPRESSION lz4;
  ALTER TABLE outgoing_mail ALTER COLUMN raw SET COMPRESSION lz4;
  ALTER TABLE message ALTER COLUMN text SET COMPRESSION lz4, ALTER COLUMN folded SET COMPRESSION lz4, ALTER COLUMN html SET COMPRESSION lz4,
    ALTER COLUMN folded_html SET COMPRESSION lz4, ALTER COLUMN facts SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
  NULL;
END $$;

-- A mail of some kilobytes stays in its row, compressed, where its parts would be two more rows of another table.
ALTER TABLE raw_mail SET (toast_tuple_target = 4080);
ALTER TABLE message SET (toast_tuple_target = 4080);

-- Each mail touches its customer's row and its own job: room on the page spares the indexes, and dead jobs are cleared away before they slow the queue.
ALTER TABLE customer SET (fillfactor = 90);
ALTER TABLE job SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
-- +end
