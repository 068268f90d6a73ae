package bulk

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Step is one transaction of the job.
func (b *Bulk) Step(ctx context.Context, tx *db.Tx, id desk.BulkID) (over bool, err error) {
	return b.step(ctx, tx, id)
}
