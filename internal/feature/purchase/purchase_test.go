package purchase_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/purchase"
	"tellus/internal/platform/db"
)

func each(t *testing.T, f func(d *desktest.Desk, s *purchase.Service)) {
	t.Helper()
	for _, e := range []desktest.Engine{desktest.SQLite, desktest.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			d := desktest.Idle(t, e)
			f(d, &purchase.Service{DB: d.DB, Customers: d.Customers, Conversations: d.Conversations, Blobs: d.Blobs})
		})
	}
}

func order(d *desktest.Desk, id string) purchase.Facts {
	return purchase.Facts{Source: "erp", ExternalID: id, Number: "#" + id, Email: "ann@customer.example", Name: "Ann Berg", Status: desk.PurchasePaid, Currency: "EUR",
		Total: 4250, PlacedAt: desk.At(d.Now()), Items: []desk.PurchaseItem{{SKU: "T-1", Name: "Teapot", Quantity: "1", Price: 4250, Total: 4250}}}
}

func put(d *desktest.Desk, s *purchase.Service, f purchase.Facts) (p desk.Purchase, o purchase.Outcome) {
	d.T.Helper()
	d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		p, o, err = s.Put(ctx, tx, desk.System, f)
		return err
	})
	return p, o
}

func values(d *desktest.Desk, s *purchase.Service, id desk.CustomerID) (v []desk.Value) {
	d.T.Helper()
	d.Read(func(ctx context.Context, tx *db.Tx) error {
		all, err := s.Values(ctx, tx, []desk.CustomerID{id})
		v = all[id]
		return err
	})
	return v
}

func TestWhatArrivesTwiceCountsOnce(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk, s *purchase.Service) {
		f := order(d, "1001")
		p, o := put(d, s, f)
		if o != purchase.Made || p.Customer == 0 || len(p.Items) != 1 || p.Decimals != 2 {
			d.T.Fatalf("first: %s %+v", o, p)
		}
		again, o := put(d, s, f)
		if diff := cmp.Diff(p, again); o != purchase.Same || diff != "" {
			d.T.Errorf("again: %s %s", o, diff)
		}
		f.Refunded, f.ToldAt = 1000, desk.At(d.Now())
		if p, o = put(d, s, f); o != purchase.Changed || p.Version != 2 || p.Refunded != 1000 {
			d.T.Errorf("refunded: %s %+v", o, p)
		}
		late := f
		late.Refunded, late.ToldAt = 0, f.ToldAt-1
		if p, o = put(d, s, late); o != purchase.Older || p.Refunded != 1000 {
			d.T.Errorf("what was said before the refund came after it: %s %+v", o, p)
		}
		if diff := cmp.Diff([]desk.Value{{Currency: "EUR", Decimals: 2, Amount: 3250, Purchases: 1}}, values(d, s, p.Customer)); diff != "" {
			d.T.Error(diff)
		}
	})
}

func TestWhoBoughtIsFoundByHisAddressesAndByNothingElse(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk, s *purchase.Service) {
		f := order(d, "1")
		f.Phone = "+37120000001"
		ann, _ := put(d, s, f)
		byPhone := order(d, "2")
		byPhone.Email, byPhone.Phone = "", "+371 2000 0001"
		if p, _ := put(d, s, byPhone); p.Customer != ann.Customer {
			d.T.Errorf("by her number: %d, want %d", p.Customer, ann.Customer)
		}
		hers := order(d, "3")
		hers.Email, hers.Phone = "mallory@customer.example", "+37120000001"
		mallory, _ := put(d, s, hers)
		if mallory.Customer == ann.Customer {
			d.T.Error("who orders from another address under her number became her")
		}
		named := order(d, "4")
		named.Email = ""
		if p, _ := put(d, s, named); p.Customer == ann.Customer {
			d.T.Error("who bears her name became her")
		}
		nobody := order(d, "5")
		nobody.Email, nobody.Name = "", ""
		err := d.Try(func(ctx context.Context, tx *db.Tx) error {
			_, _, err := s.Put(ctx, tx, desk.System, nobody)
			return err
		})
		if !desk.IsRefusal(err, desk.Invalid) {
			d.T.Errorf("a purchase of nobody: %v", err)
		}
	})
}

func TestErasingAPersonKeepsFiguresAndNothingElse(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk, s *purchase.Service) {
		p, _ := put(d, s, order(d, "1001"))
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			n, err := s.Forget(ctx, tx, p.Customer)
			if n != 1 {
				d.T.Errorf("forgot %d purchases, want 1", n)
			}
			return err
		})
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			got, err := s.Get(ctx, tx, desk.Scope{All: true}, p.ID)
			if got.Customer != 0 || got.Number != "" || got.Total != 4250 || got.ExternalID == "1001" || got.Items[0].Name != "" || got.Items[0].SKU != "T-1" {
				d.T.Errorf("kept %+v", got)
			}
			return err
		})
		err := d.Try(func(ctx context.Context, tx *db.Tx) error {
			_, _, err := s.Put(ctx, tx, desk.System, order(d, "1001"))
			return err
		})
		if !desk.IsRefusal(err, desk.Gone) {
			d.T.Errorf("it arrives again: %v", err)
		}
	})
}

func TestLinksStayWithTheConversationThatTheyWereMadeIn(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		s := &purchase.Service{DB: d.DB, Customers: d.Customers, Conversations: d.Conversations}
		scope := desk.Scope{Agent: d.Eva, All: true}
		c := d.Receive(desktest.Ann, "Where is my order #1001?")
		var row desk.Conversation
		d.Read(func(ctx context.Context, tx *db.Tx) (err error) {
			row, err = d.Conversations.Get(ctx, tx, scope, c)
			return err
		})
		f := order(d, "1001")
		f.Customer = row.Customer
		p, _ := put(d, s, f)
		other := order(d, "1002")
		other.Email = "bob@elsewhere.example"
		put(d, s, other)
		suggested := func() (ids []desk.PurchaseID) {
			d.Read(func(ctx context.Context, tx *db.Tx) error {
				linked, err := s.Linked(ctx, tx, scope, c)
				if err != nil {
					return err
				}
				list, err := s.Suggest(ctx, tx, scope, row, linked, "Where is my order #1001? Not 1002.")
				for _, p := range list {
					ids = append(ids, p.ID)
				}
				return err
			})
			return ids
		}
		if got := suggested(); !slices.Equal(got, []desk.PurchaseID{p.ID}) {
			d.T.Errorf("suggested %v, want hers: a short number of somebody else's is no order", got)
		}
		for _, linked := range []bool{true, true, false, false, true} {
			d.Write(func(ctx context.Context, tx *db.Tx) error { return s.Link(ctx, tx, scope, c, p.ID, linked) })
		}
		if got := suggested(); len(got) != 0 {
			d.T.Errorf("suggested %v although it is linked", got)
		}
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			list, err := s.Linked(ctx, tx, scope, c)
			if len(list) != 1 || !slices.Equal(list[0].Conversations, []desk.ConversationID{c}) {
				d.T.Errorf("linked %+v", list)
			}
			return err
		})
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			timeline, err := d.Conversations.Timeline(ctx, tx, scope, c, 0)
			var said []desk.EventKind
			for _, e := range timeline.Activities {
				if e.Kind == desk.PurchaseLinked || e.Kind == desk.PurchaseUnlinked {
					said = append(said, e.Kind)
				}
			}
			if want := []desk.EventKind{desk.PurchaseLinked, desk.PurchaseUnlinked, desk.PurchaseLinked}; !slices.Equal(said, want) {
				d.T.Errorf("the timeline says %v, want %v", said, want)
			}
			return err
		})
		blind := desk.Scope{Agent: d.Agent("Otto", desk.AgentRole)}
		err := d.Try(func(ctx context.Context, tx *db.Tx) error { return s.Link(ctx, tx, blind, c, p.ID, false) })
		if !desk.IsRefusal(err, desk.NotFound) {
			d.T.Errorf("by who sees neither: %v", err)
		}
	})
}

// The value is what a plain sum over everything that was told gives, whatever happened in whatever order.
func TestValueIsTheSumOfWhatCounts(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk, s *purchase.Service) {
		rapid.Check(d.T.(*testing.T), func(r *rapid.T) {
			var people []desk.CustomerID
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				for range 3 {
					c, err := d.Customers.CreateWithoutAddress(ctx, tx, desk.System, "Somebody")
					if err != nil {
						return err
					}
					people = append(people, c.ID)
				}
				return nil
			})
			known := map[string]purchase.Facts{}
			owner := map[string]desk.CustomerID{}
			run := fmt.Sprint(people[0])
			for range rapid.IntRange(1, 12).Draw(r, "steps") {
				switch rapid.IntRange(0, 9).Draw(r, "step") {
				case 8:
					from, to := rapid.SampledFrom(people).Draw(r, "from"), rapid.SampledFrom(people).Draw(r, "to")
					d.Write(func(ctx context.Context, tx *db.Tx) error {
						_, err := s.Move(ctx, tx, from, to)
						return err
					})
					for id, o := range owner {
						if o == from {
							owner[id] = to
						}
					}
				case 9:
					gone := rapid.SampledFrom(people).Draw(r, "gone")
					d.Write(func(ctx context.Context, tx *db.Tx) error {
						_, err := s.Forget(ctx, tx, gone)
						return err
					})
					for id, o := range owner {
						if o == gone {
							delete(owner, id)
							known[id] = purchase.Facts{}
						}
					}
				default:
					id := run + "-" + rapid.StringMatching(`[a-d]`).Draw(r, "id")
					if f, there := known[id]; there && f.ExternalID == "" {
						continue // of somebody who was erased
					}
					total := rapid.Int64Range(0, 1_000_000).Draw(r, "total")
					f := purchase.Facts{Source: "erp", ExternalID: id, Customer: rapid.SampledFrom(people).Draw(r, "buyer"), Total: total,
						Refunded: rapid.Int64Range(0, total).Draw(r, "refunded"), Status: rapid.SampledFrom(desk.PurchaseStatuses).Draw(r, "status"),
						Currency: rapid.SampledFrom([]string{"EUR", "PLN", "JPY"}).Draw(r, "currency"),
						PlacedAt: desk.At(d.Now().AddDate(0, 0, -rapid.IntRange(0, 800).Draw(r, "age")))}
					for range rapid.IntRange(1, 2).Draw(r, "times") {
						put(d, s, f)
					}
					known[id], owner[id] = f, f.Customer
				}
			}
			since := desk.At(d.Now().AddDate(-1, 0, 0))
			for _, who := range people {
				want := map[string]int64{}
				for id, f := range known {
					p := desk.Purchase{Status: f.Status, Total: f.Total, Refunded: f.Refunded}
					if owner[id] == who && f.PlacedAt > since && p.Worth() != 0 {
						want[f.Currency] += p.Worth()
					}
				}
				got := map[string]int64{}
				for _, v := range values(d, s, who) {
					got[v.Currency] = v.Amount
				}
				if diff := cmp.Diff(want, got); diff != "" {
					r.Fatalf("value of %s: %s", who, diff)
				}
			}
		})
	})
}

func TestPagesHoldEveryPurchaseOnceAndOnlyOfThoseWhoAreSeen(t *testing.T) {
	t.Parallel()
	each(t, func(d *desktest.Desk, s *purchase.Service) {
		for i := range 25 {
			f := order(d, fmt.Sprint(2000+i))
			f.PlacedAt = desk.At(d.Now().Add(-time.Duration(i/3) * time.Hour))
			if i%5 == 0 {
				f.Email = "bob@customer.example"
			}
			put(d, s, f)
		}
		var ann customer.Identified
		d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			ann, err = d.Customers.Identify(ctx, tx, desk.System, customer.Sighting{Kind: desk.AddressEmail, Value: "ann@customer.example"})
			return err
		})
		seen := map[desk.PurchaseID]bool{}
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			var after *purchase.Place
			for {
				list, next, err := s.List(ctx, tx, desk.Scope{Agent: d.Eva, All: true}, purchase.Filter{Customer: ann.ID}, after, 4)
				if err != nil {
					return err
				}
				for _, p := range list {
					if seen[p.ID] || p.Customer != ann.ID {
						d.T.Errorf("%s twice, or not hers", p.ID)
					}
					seen[p.ID] = true
				}
				if after = next; next == nil {
					break
				}
			}
			none, _, err := s.List(ctx, tx, desk.Scope{Agent: 999, Inboxes: []desk.InboxID{d.Support}}, purchase.Filter{}, nil, 50)
			if len(none) != 0 {
				d.T.Errorf("who sees nobody sees %d purchases", len(none))
			}
			return err
		})
		if len(seen) != 20 {
			d.T.Errorf("the pages hold %d purchases, want 20", len(seen))
		}
	})
}
