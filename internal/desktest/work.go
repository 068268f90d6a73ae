package desktest

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/feature/worklog"
	"tellus/internal/platform/db"
)

func (d *Desk) worklog() *worklog.Service { return &worklog.Service{Conversations: d.Conversations} }

// Spend keeps seconds that the scope's agent spent on a conversation.
func (d *Desk) Spend(ctx context.Context, tx *db.Tx, scope desk.Scope, c desk.ConversationID, seconds int64) (desk.TimeEntry, error) {
	return d.worklog().Add(ctx, tx, scope, c, worklog.Entry{Seconds: seconds})
}

// SpendOtherwise corrects an entry that was kept.
func (d *Desk) SpendOtherwise(ctx context.Context, tx *db.Tx, scope desk.Scope, w desk.TimeEntry, seconds int64) error {
	_, err := d.worklog().Change(ctx, tx, scope, false, w.ID, worklog.Entry{Version: w.Version, Seconds: seconds})
	return err
}

// Spent is what the entries of a conversation come to.
func (d *Desk) Spent(ctx context.Context, tx *db.Tx, scope desk.Scope, c desk.ConversationID) (seconds int64, err error) {
	entries, err := d.worklog().Of(ctx, tx, scope, c)
	for _, e := range entries {
		seconds += e.Seconds
	}
	return seconds, err
}
