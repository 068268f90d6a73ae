-- oldest-binary: 1
-- Policies whose targets count opening hours, and by which calendar a clock counts: 0 for every hour. calendar_stamp is one row: the state of all calendars and of what goes
-- by them, so that whoever remembers them sees that they changed.

ALTER TABLE service_policy ADD COLUMN counts TEXT NOT NULL DEFAULT 'clock';
ALTER TABLE clock ADD COLUMN calendar BIGINT NOT NULL DEFAULT 0;

CREATE TABLE calendar_stamp (
  stamp BIGINT NOT NULL
);
INSERT INTO calendar_stamp (stamp) VALUES (0);
