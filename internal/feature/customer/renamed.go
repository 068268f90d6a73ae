package customer

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
)

// Renamed is the job that carries a customer's new name to his conversations, whose rows show it.
type Renamed struct {
	Customer desk.CustomerID `json:"c"`
}

// JobKind names the job.
func (Renamed) JobKind() string { return "customer.renamed" }

func renamed(ctx context.Context, tx *db.Tx, id desk.CustomerID) error {
	_, err := jobs.Enqueue(ctx, tx, tx.Now, Renamed{id}, jobs.Unique(id.String()))
	return err
}
