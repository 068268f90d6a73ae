package person

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/customer"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Merge has one customer's record go into another one, with all that hangs on it. Both must be seen by the scope's agent.
func (p *Person) Merge(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.CustomerID, wish customer.MergeWish) (desk.Customer, error) {
	for _, who := range []desk.CustomerID{id, wish.From} {
		if err := p.Customers.MaySee(ctx, tx, scope, who); err != nil {
			return desk.Customer{}, err
		}
	}
	by := desk.ByAgent(scope.Agent)
	into, _, err := p.Customers.Merge(ctx, tx, by, id, wish)
	if err != nil {
		return into, err
	}
	if err := p.Conversations.GiveTo(ctx, tx, by, wish.From, id); err != nil {
		return into, err
	}
	if _, err := p.Purchases.Move(ctx, tx, wish.From, id); err != nil {
		return into, err
	}
	return into, p.Privacy.GiveTo(ctx, tx, wish.From, id)
}

// Unmerge takes a merge back: the other one gets what he brought, and what came for his addresses since; what else came later stays.
func (p *Person) Unmerge(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.CustomerID, merge int64) (desk.Customer, error) {
	if err := p.Customers.MaySee(ctx, tx, scope, id); err != nil {
		return desk.Customer{}, err
	}
	by := desk.ByAgent(scope.Agent)
	parting, err := p.Customers.Unmerge(ctx, tx, by, id, merge)
	if err != nil {
		return desk.Customer{}, err
	}
	if err := p.Conversations.GiveBack(ctx, tx, by, parting); err != nil {
		return desk.Customer{}, err
	}
	if err := p.Purchases.GiveBack(ctx, tx, parting); err != nil {
		return desk.Customer{}, err
	}
	if err := p.Privacy.GiveBack(ctx, tx, parting); err != nil {
		return desk.Customer{}, err
	}
	return p.Customers.Get(ctx, tx, id)
}

// atOnce is how many customers are compared in one transaction.
const atOnce = 50

// Run keeps up to date who may be one person, until ctx ends: whoever is made or changed is compared with those who share something with him. A desk of an older version is
// looked through once, by its own log.
func (p *Person) Run(ctx context.Context, events *eventlog.Log) error {
	return events.Run(ctx, eventlog.Consumer{Name: "duplicates", Handle: p.compare, Batch: 1000, Pause: 300 * time.Millisecond})
}

func (p *Person) compare(ctx context.Context, tx *db.Tx, events []desk.Event) error {
	var ids []desk.CustomerID
	for _, e := range events {
		if e.SubjectKind == desk.AboutCustomer {
			ids = append(ids, desk.CustomerID(e.Subject))
		}
	}
	slices.Sort(ids)
	for part := range slices.Chunk(slices.Compact(ids), atOnce) {
		if err := p.Customers.Compare(ctx, tx, part); err != nil {
			return fmt.Errorf("compare %d customers: %w", len(part), err)
		}
	}
	return nil
}
