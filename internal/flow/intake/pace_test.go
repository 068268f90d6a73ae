package intake

import (
	"testing"

	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

// TestReadingFallsBehind: more than enough is noticed, and so is that it was read.
func TestReadingFallsBehind(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.Exec(t, d, "INSERT INTO inbox (id, kind, name, name_key, address, created_at) VALUES (1, 'email', 'Help', 'help', 'help@firm.test', 1)")
		for _, step := range []struct {
			change string
			behind bool
		}{
			{"INSERT INTO arrival (inbox, source_id, received_at, envelope, size) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) " +
				"SELECT 1, 'a' || i, 1, '{}', 1 FROM n", false},
			{"INSERT INTO arrival (inbox, source_id, received_at, envelope, size) VALUES (1, 'b', 1, '{}', 1)", true},
			{"UPDATE arrival SET state = 'done' WHERE source_id = 'b'", false},
		} {
			dbtest.Exec(t, d, step.change)
			var p pace
			behind, err := p.isBehind(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			if behind != step.behind {
				t.Errorf("after %.30q: behind %v, want %v", step.change, behind, step.behind)
			}
		}
	})
}
