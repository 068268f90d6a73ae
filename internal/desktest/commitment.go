package desktest

import (
	"context"
	"time"

	"tellus/internal/desk"
	engine "tellus/internal/engine/commitment"
	"tellus/internal/feature/commitment"
	"tellus/internal/platform/db"
)

// Commit has Eva promise something in a conversation within so much time.
func (d *Desk) Commit(c desk.ConversationID, words string, within time.Duration) (id desk.CommitmentID) {
	d.T.Helper()
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		made, err := d.Commitments.Make(ctx, tx, d.Scope(d.Eva), c, commitment.Edit{Words: words, Due: tx.Now.Add(within)})
		id = made.ID
		return err
	})
	return id
}

// EndCommitment says that a commitment was kept, or gives it up; cause is why it was not kept in time.
func (d *Desk) EndCommitment(id desk.CommitmentID, kept bool, cause string) {
	d.T.Helper()
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		_, err := d.Commitments.End(ctx, tx, d.Scope(d.Eva), id, commitment.Ending{Kept: kept, Cause: engine.Cause(cause)})
		return err
	})
}
