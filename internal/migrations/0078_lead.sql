-- oldest-binary: 1
-- Who of a team leads it: whom "tell the lead" means.

ALTER TABLE team_member ADD COLUMN lead BOOLEAN NOT NULL DEFAULT FALSE;
