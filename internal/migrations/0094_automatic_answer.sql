-- oldest-binary: 1
-- Which macro's text an answer that was sent by itself had; 0 for acknowledgements.
ALTER TABLE automatic_answer ADD COLUMN macro BIGINT NOT NULL DEFAULT 0;
