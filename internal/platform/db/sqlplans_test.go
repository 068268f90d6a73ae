package db

import (
	"testing"

	"modernc.org/sqlite"
)

// Where this fails after an upgrade of the driver, joins are planned anew at each run: nothing breaks, everything slows down.
func TestPlansAreStable(t *testing.T) {
	t.Parallel()
	conn, err := (&sqlite.Driver{}).Open("file::memory:")
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	defer conn.Close() // in memory
	if err := stablePlans(conn); err != nil {
		t.Fatalf("stablePlans: %v", err)
	}
}
