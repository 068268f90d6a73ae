package person

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/field"
	"tellus/internal/feature/privacy"
	"tellus/internal/flow/export"
	"tellus/internal/platform/db"
)

// BeginExport queues a file with all that is held on a customer, as far as whoever asks may see it. The file says how many conversations it leaves out.
func (p *Person) BeginExport(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.CustomerID) (privacy.Task, error) {
	at, err := p.Customers.ErasedAt(ctx, tx, id)
	if err != nil {
		return privacy.Task{}, err
	}
	if at != 0 {
		return privacy.Task{}, desk.WhyErased.Refuse()
	}
	preview, err := p.Preview(ctx, tx, scope, id)
	if err != nil {
		return privacy.Task{}, err
	}
	return p.Privacy.Begin(ctx, tx, privacy.Task{Kind: privacy.Export, Customer: id, Agent: scope.Agent, All: scope.All, Figures: preview.Figures})
}

// most is how many conversations and messages elsewhere a file holds.
const most = 100_000

// writeFile writes the file of an export outside of any transaction and keeps it. A customer who was erased meanwhile leaves no file.
func (p *Person) writeFile(ctx context.Context, t privacy.Task) error {
	var all export.Whole
	var scope desk.Scope
	var o export.Options
	err := p.DB.Read(ctx, func(tx *db.Tx) (err error) {
		me, err := p.Staff.Agent(ctx, tx, t.Agent)
		if err != nil {
			return err
		}
		o.Language = me.Language
		if o.Zone, err = time.LoadLocation(me.TimeZone); err != nil {
			o.Zone = time.UTC
		}
		if scope, err = p.Staff.ScopeWithin(ctx, tx, t.Agent, t.All); err != nil {
			return err
		}
		all, err = p.whole(ctx, tx, scope, t.Customer)
		return err
	})
	if err != nil {
		return err
	}
	r, w := io.Pipe()
	over := make(chan struct{})
	go func() {
		defer close(over)
		w.CloseWithError(p.Export.Person(ctx, w, all, scope, o))
	}()
	file, err := p.Blobs.Put(ctx, r)
	err = errors.Join(err, r.Close())
	<-over
	if err != nil {
		return fmt.Errorf("write all that is held on customer %s: %w", t.Customer, err)
	}
	return p.DB.Write(ctx, func(tx *db.Tx) error {
		if err := tx.Lock(ctx, "customer", int64(t.Customer)); err != nil {
			return err
		}
		at, err := p.Customers.ErasedAt(ctx, tx, t.Customer)
		if err != nil {
			return err
		}
		if at != 0 {
			file.Hash = ""
		}
		_, err = p.Privacy.Finish(ctx, tx, t, file)
		return err
	})
}

func (p *Person) whole(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.CustomerID) (all export.Whole, err error) {
	all.At = tx.Now
	if all.Customer, err = p.Customers.See(ctx, tx, scope, id); err != nil {
		return all, err
	}
	if all.Merged, err = p.Customers.MergedRecords(ctx, tx, all.Customer.ID); err != nil {
		return all, err
	}
	if all.Consents, err = p.Customers.Consents(ctx, tx, id); err != nil {
		return all, err
	}
	if all.Customer.OrganisationID != 0 {
		org, err := p.Customers.Organisation(ctx, tx, all.Customer.OrganisationID)
		if err != nil {
			return all, err
		}
		all.Organisation = &org
	}
	if all.Fields, err = field.All(ctx, tx); err != nil {
		return all, err
	}
	if all.Purchases, err = p.Purchases.Export(ctx, tx, id); err != nil {
		return all, err
	}
	if all.Holds, err = p.Privacy.HoldsOn(ctx, tx, id); err != nil {
		return all, err
	}
	if all.Conversations, err = p.Conversations.OfCustomer(ctx, tx, scope, id, 0, most); err != nil {
		return all, err
	}
	if all.Elsewhere, err = p.Conversations.WrittenElsewhere(ctx, tx, scope, id, 0, most); err != nil {
		return all, err
	}
	figures, err := p.Conversations.Footprint(ctx, tx, scope, id)
	all.LeftOut = figures.Hidden
	return all, err
}

// File opens the file of an export that is still kept.
func (p *Person) File(ctx context.Context, tx *db.Tx, id desk.PrivacyTaskID) (privacy.Task, error) {
	t, err := p.Privacy.Task(ctx, tx, id)
	if err != nil {
		return t, err
	}
	if t.Kind != privacy.Export || t.State == privacy.Running {
		return t, desk.Refuse(desk.NotFound, "no such file")
	}
	if t.Blob == "" || t.ExpiresAt <= tx.Now {
		return t, desk.WhyLinkEnded.Refuse()
	}
	return t, nil
}

// DropFiles is for upkeep: it drops the files whose time is over, and returns how many.
func (p *Person) DropFiles(ctx context.Context, tx *db.Tx, _ desk.Time, limit int) (int, error) {
	hashes, err := p.Privacy.DropFiles(ctx, tx, 0, limit)
	return len(hashes), err
}
