// Package person is what is done with all that is held on one person, wherever it lies: it is handed out, and it is erased. What was erased leaves figures and no person; a line
// of the journal beside the database has it erased again after a restore.
package person

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/commitment"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/privacy"
	"tellus/internal/feature/purchase"
	"tellus/internal/feature/staff"
	"tellus/internal/feature/statute"
	"tellus/internal/feature/webhook"
	"tellus/internal/feature/worklog"
	"tellus/internal/flow/bulk"
	"tellus/internal/flow/export"
	"tellus/internal/platform/blob"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
)

// Person is the flow.
type Person struct {
	DB            *db.DB
	Blobs         *blob.Store
	Staff         *staff.Service
	Customers     *customer.Service
	Conversations *conversation.Service
	Privacy       *privacy.Service
	Purchases     *purchase.Service
	Worklog       *worklog.Service
	Statutes      *statute.Service
	Commitments   *commitment.Service
	Export        *export.Export
	Log           *slog.Logger
}

// Register adds the job to the workers.
func (p *Person) Register(w *jobs.Workers) {
	jobs.Register(w, p.do)
	jobs.Register(w, p.retain)
	w.Every("privacy.retain", 24*time.Hour, Retain{})
}

// do carries a task out.
func (p *Person) do(ctx context.Context, job *jobs.Job[privacy.Do]) error {
	var t privacy.Task
	err := p.DB.Read(ctx, func(tx *db.Tx) (err error) {
		t, err = p.Privacy.Task(ctx, tx, job.Payload.Task)
		return err
	})
	if err != nil || t.State != privacy.Running {
		return err
	}
	if t.Kind == privacy.Export {
		return p.writeFile(ctx, t)
	}
	return p.erase(ctx, t)
}

// ErasurePreview is what an erasure would come to, and what stands in its way.
type ErasurePreview struct {
	Figures desk.Footprint `json:"figures"`
	Holds   []desk.Hold    `json:"holds" doc:"While one stands, nothing is erased"`
	Type    string         `json:"type" doc:"What has to be typed to confirm"`
}

// Preview counts what is held on a customer whom the scope's agent may see.
func (p *Person) Preview(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.CustomerID) (out ErasurePreview, err error) {
	who, err := p.Customers.See(ctx, tx, scope, id)
	if err != nil {
		return out, err
	}
	if out.Figures, err = p.Conversations.Footprint(ctx, tx, scope, id); err != nil {
		return out, err
	}
	out.Figures.Addresses = int64(len(who.Addresses))
	out.Type = toType(who)
	out.Holds, err = p.Privacy.HoldsOn(ctx, tx, id)
	return out, err
}

// toType is what confirms the erasure of a customer: his name, or his number where he has none.
func toType(who desk.Customer) string {
	if name := strings.TrimSpace(who.Name); name != "" {
		return name
	}
	return "#" + who.ID.String()
}

// BeginErasure takes a customer out of the desk for good. From its commit on nobody finds him; what was said is emptied by a job. It refuses while a hold stands or a message is
// still to be sent, and where typed is not what Preview asks for.
func (p *Person) BeginErasure(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.CustomerID, typed string) (privacy.Task, error) {
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
	switch {
	case len(preview.Holds) > 0:
		return privacy.Task{}, desk.WhyHeld.Refuse(preview.Holds[0].Reason)
	case preview.Figures.OnTheirWay > 0:
		return privacy.Task{}, desk.WhyStillToGo.Refuse(preview.Figures.OnTheirWay)
	case strings.Join(strings.Fields(typed), " ") != strings.Join(strings.Fields(preview.Type), " "):
		return privacy.Task{}, desk.WhyNotTyped.At("body.typed", preview.Type)
	}
	return p.begin(ctx, tx, desk.ByAgent(scope.Agent), privacy.Task{Kind: privacy.Erase, Customer: id, Agent: scope.Agent, All: scope.All, Figures: preview.Figures})
}

// work is what an erasure still needs to know.
type work struct {
	Addresses []string            `json:"addresses"` // that the person had: they are gone from his record
	Reached   desk.ConversationID `json:"reached"`   // the conversation that is being emptied
	Emptied   bool                `json:"emptied"`   // all of his conversations
}

// begin forgets the record and queues the rest. The journal is written before the commit: a line too many finds nobody to erase.
func (p *Person) begin(ctx context.Context, tx *db.Tx, by desk.Actor, t privacy.Task) (privacy.Task, error) {
	family, err := p.Customers.Family(ctx, tx, t.Customer)
	if err != nil {
		return t, err
	}
	for _, id := range family { // each by itself: an older backup may know them apart
		if err := p.Conversations.Journal(conversation.Erasure{Customer: id, At: tx.Now, Kind: "person"}); err != nil {
			return t, fmt.Errorf("journal of erasures: %w", err)
		}
	}
	w, err := p.forget(ctx, tx, by, t.Customer)
	if err != nil {
		return t, err
	}
	text, err := json.Marshal(w)
	if err != nil {
		return t, fmt.Errorf("what the erasure of customer %s needs: %w", t.Customer, err)
	}
	t.Work = string(text)
	return p.Privacy.Begin(ctx, tx, t)
}

// forget empties a customer's own record and those that were merged into it, everybody's drafts to him, and the files of exports that were made of him.
func (p *Person) forget(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.CustomerID) (w work, err error) {
	if _, err := p.Purchases.Forget(ctx, tx, id); err != nil { // by his addresses, so before they go
		return w, err
	}
	family, err := p.Customers.Family(ctx, tx, id)
	if err != nil {
		return w, err
	}
	for _, id := range family {
		addresses, err := p.Customers.Forget(ctx, tx, by, id)
		if err != nil {
			return w, err
		}
		w.Addresses = append(w.Addresses, addresses...)
	}
	for _, id := range family {
		if err := webhook.ForgetCustomer(ctx, tx, id, w.Addresses); err != nil {
			return w, err
		}
	}
	if err := p.Conversations.ForgetDrafts(ctx, tx, w.Addresses); err != nil {
		return w, err
	}
	hashes, err := p.Privacy.DropFiles(ctx, tx, id, 1000)
	for _, hash := range hashes {
		if err == nil {
			_, err = jobs.Enqueue(ctx, tx, tx.Now, conversation.EraseFile{Hash: hash})
		}
	}
	return w, err
}

// slice is how many messages or conversations one transaction touches.
const slice = 50

func (p *Person) erase(ctx context.Context, t privacy.Task) error {
	by := desk.System
	if t.Agent != 0 {
		by = desk.ByAgent(t.Agent)
	}
	var w work
	if err := json.Unmarshal([]byte(t.Work), &w); err != nil {
		return jobs.Permanent(fmt.Errorf("what the erasure of customer %s needs: %w", t.Customer, err))
	}
	return p.slices(ctx, by, t.Customer, w, func(tx *db.Tx, w work, done bool) error {
		if done {
			_, err := p.Privacy.Finish(ctx, tx, t, blob.Ref{})
			return err
		}
		text, err := json.Marshal(w)
		if err != nil {
			return fmt.Errorf("what the erasure of customer %s needs: %w", t.Customer, err)
		}
		return p.Privacy.Keep(ctx, tx, t.ID, string(text))
	})
}

// slices empties conversations and leaves those of others, a transaction a slice; note keeps how far it is, in the same one.
func (p *Person) slices(ctx context.Context, by desk.Actor, id desk.CustomerID, w work, note func(tx *db.Tx, w work, done bool) error) error {
	for {
		next, done := w, false
		err := p.DB.Write(ctx, func(tx *db.Tx) (err error) {
			next, done, err = p.slice(ctx, tx, by, id, w)
			if err != nil {
				return err
			}
			return note(tx, next, done)
		})
		if err != nil || done {
			return err
		}
		w = next
	}
}

func (p *Person) slice(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.CustomerID, w work) (next work, done bool, err error) {
	if w.Emptied {
		n, err := p.Conversations.EmptyBy(ctx, tx, by, id, slice)
		if err != nil || n == slice {
			return w, false, err
		}
		n, err = p.Conversations.LeaveSlice(ctx, tx, by, conversation.Whom{Customer: id, Addresses: w.Addresses}, slice)
		return w, n < slice, err
	}
	if w.Reached != 0 {
		n, err := p.Conversations.EmptyOf(ctx, tx, by, id, w.Reached, slice)
		if err != nil || n == slice {
			return w, false, err
		}
		if err := p.Worklog.ForgetNotes(ctx, tx, w.Reached); err != nil {
			return w, false, err
		}
		if err := p.Statutes.ForgetGrounds(ctx, tx, w.Reached); err != nil {
			return w, false, err
		}
		if err := p.Commitments.Forget(ctx, tx, w.Reached); err != nil {
			return w, false, err
		}
		if err := webhook.Forget(ctx, tx, w.Reached); err != nil {
			return w, false, err
		}
		if err := bulk.Forget(ctx, tx, w.Reached); err != nil {
			return w, false, err
		}
	}
	w.Reached, err = p.Conversations.NextOf(ctx, tx, id, w.Reached)
	w.Emptied = w.Reached == 0
	return w, false, err
}

// Reapply erases again whom or what the journal names, in a database that was restored from an older backup.
func (p *Person) Reapply(ctx context.Context, e conversation.Erasure) error {
	if e.Conversation != 0 {
		return p.emptyAgain(ctx, e)
	}
	var w work
	skip := false
	err := p.DB.Write(ctx, func(tx *db.Tx) error {
		made, err := p.Customers.MadeAt(ctx, tx, e.Customer)
		if desk.IsRefusal(err, desk.NotFound) || err == nil && made > e.At { // his id was given again after the restore
			skip = true
			return nil
		}
		if err != nil {
			return err
		}
		w, err = p.forget(ctx, tx, desk.System, e.Customer)
		return err
	})
	if err != nil || skip {
		return err
	}
	return p.slices(ctx, desk.System, e.Customer, w, func(*db.Tx, work, bool) error { return nil })
}

// HoldCustomer sets a hold on a customer or a conversation that the scope's agent may see.
func (p *Person) Hold(ctx context.Context, tx *db.Tx, scope desk.Scope, in privacy.NewHold) (desk.Hold, error) {
	who := in.Customer
	if in.Conversation != 0 {
		c, err := p.Conversations.Get(ctx, tx, scope, in.Conversation)
		if err != nil {
			return desk.Hold{}, err
		}
		in.Conversation, who = c.ID, c.Customer
	} else if err := p.Customers.MaySee(ctx, tx, scope, who); err != nil {
		return desk.Hold{}, err
	}
	// The customer is held until the commit, so that an erasure and a hold do not pass each other by.
	if err := tx.Lock(ctx, "customer", int64(who)); err != nil {
		return desk.Hold{}, err
	}
	at, err := p.Customers.ErasedAt(ctx, tx, who)
	if err != nil || at != 0 {
		return desk.Hold{}, errors.Join(err, desk.WhyErased.Refuse())
	}
	return p.Privacy.SetHold(ctx, tx, scope.Agent, in)
}
