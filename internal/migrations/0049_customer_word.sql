-- oldest-binary: 1
-- The words of customers' names, folded, so that somebody is found by his surname too. They are filled by what follows the event log, from its beginning.
CREATE TABLE customer_word (
  customer BIGINT NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
  word     TEXT COLLATE "C" NOT NULL,
  leads    BOOLEAN NOT NULL,
  PRIMARY KEY (customer, word)
);
CREATE INDEX customer_word_of ON customer_word (word, customer);
CREATE INDEX customer_word_behind ON customer_word (word, customer) WHERE NOT leads;

-- Whoever was followed before has no words yet.
DELETE FROM consumer_cursor WHERE name = 'duplicates';
