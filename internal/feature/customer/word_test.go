package customer_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/language"
	"tellus/internal/feature/customer"
	"tellus/internal/platform/db"
)

// TestEveryWordOfANameFinds: what the list finds, page by page, is everybody of whom each typed word begins a word of the name, each once.
func TestEveryWordOfANameFinds(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		names := map[desk.CustomerID]string{}
		first, last := []string{"Jānis", "Anna", "Ann", "Jana", "Ozols"}, []string{"Bērziņš", "Ozols", "Ozoliņa", "Berg-Kalns", "Ann", "O'Neil"}
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			var ids []desk.CustomerID
			for i := range 60 {
				name := first[i%len(first)] + " " + last[i%len(last)]
				if i%7 == 0 {
					name = last[i%len(last)]
				}
				c, err := d.Customers.CreateWithoutAddress(ctx, tx, desk.ByAgent(d.Eva), name)
				if err != nil {
					return err
				}
				names[c.ID], ids = name, append(ids, c.ID)
			}
			return d.Customers.Compare(ctx, tx, ids)
		})
		words := func(text string) []string {
			return strings.FieldsFunc(language.Fold(text), func(r rune) bool { return strings.ContainsRune(" -'", r) })
		}
		stranger := desk.Scope{Agent: d.Agent("Ivo", desk.AgentRole)}
		rapid.Check(d.T, func(rt *rapid.T) {
			q := rapid.SampledFrom([]string{"ozol", "Ozols", "ber", "BERZINS", "kalns", "ann", "j", "ozols jan", "jan ozo", "Kalns Anna", "neil", "nobody", "o"}).Draw(rt, "q")
			limit := rapid.IntRange(1, 70).Draw(rt, "limit")
			typed := words(q)
			var want, got []desk.CustomerID
			for id, name := range names {
				has := words(name)
				all := !slices.ContainsFunc(typed, func(w string) bool {
					return !slices.ContainsFunc(has, func(h string) bool { return strings.HasPrefix(h, w) })
				})
				if all {
					want = append(want, id)
				}
			}
			d.Read(func(ctx context.Context, tx *db.Tx) error {
				var after *customer.Place
				for range 200 {
					list, next, err := d.Customers.Find(ctx, tx, d.Scope(d.Eva), customer.Filter{Q: q}, after, limit)
					if err != nil {
						return err
					}
					for _, c := range list {
						got = append(got, c.ID)
					}
					if after = next; next == nil {
						break
					}
				}
				seen, _, err := d.Customers.Find(ctx, tx, stranger, customer.Filter{Q: q}, nil, limit)
				if len(seen) > 0 {
					rt.Fatalf("%q finds %v for who sees nobody", q, seen)
				}
				return err
			})
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				rt.Fatalf("%q, %d a page, finds %s, want %s", q, limit, show(got, names), show(want, names))
			}
		})
	})
}

func show(ids []desk.CustomerID, names map[desk.CustomerID]string) (list []string) {
	for _, id := range ids {
		list = append(list, fmt.Sprint(id, " ", names[id]))
	}
	return list
}
