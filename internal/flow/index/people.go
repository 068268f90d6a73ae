package index

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"tellus/internal/desk"
	"tellus/internal/engine/ordernumber"
	"tellus/internal/engine/query"
	"tellus/internal/platform/db"
	"tellus/internal/platform/search"
)

// Customers and purchases lie in the same index as messages, far above them: what is looked for among one is never looked for among the others.
const (
	customersFrom = int64(1) << 44
	purchasesFrom = int64(1) << 45
	purchasesEnd  = int64(1) << 46
	messagesEnd   = customersFrom
	allIn         = math.MaxInt64 // in a State: none is missing
)

// Complete reports whether an index knows all that was there when it was made.
func Complete(s search.State) bool {
	return s.Format == format && s.Rest == 0 && s.Customers == allIn && s.Purchases == allIn
}

// fillPeople indexes the next customers, and then purchases, that are missing.
func (x *Index) fillPeople(ctx context.Context, s search.State, owns check) error {
	b := search.Batch{State: s, Check: search.Check(owns)}
	err := x.DB.Read(ctx, func(tx *db.Tx) error {
		for len(b.Put)+len(b.Drop) < filledAtOnce && !(b.State.Customers == allIn && b.State.Purchases == allIn) {
			var customers []desk.CustomerID
			var purchases []desk.PurchaseID
			var err error
			if b.State.Customers != allIn {
				customers, err = x.Customers.After(ctx, tx, desk.CustomerID(b.State.Customers), messagesAtOnce)
				b.State.Customers = next(customers)
			} else {
				purchases, err = x.Purchases.After(ctx, tx, desk.PurchaseID(b.State.Purchases), messagesAtOnce)
				b.State.Purchases = next(purchases)
			}
			if err != nil {
				return err
			}
			put, drop, _, err := x.people(ctx, tx, customers, purchases)
			if err != nil {
				return err
			}
			b.Put, b.Drop = append(b.Put, put...), append(b.Drop, drop...)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("fill search index with customers and purchases: %w", err)
	}
	return x.Store.Apply(ctx, b)
}

func next[T ~int64](ids []T) int64 {
	if len(ids) < messagesAtOnce {
		return allIn
	}
	return int64(ids[len(ids)-1])
}

// people makes what the index keeps of customers and purchases. Those that are not there, and those of whom nothing is known any more, are in drop; forgot says
// that there are such.
func (x *Index) people(ctx context.Context, tx *db.Tx, customers []desk.CustomerID, purchases []desk.PurchaseID) (put []search.Document, drop []int64, forgot bool, err error) {
	known, err := x.Customers.Many(ctx, tx, customers)
	if err != nil {
		return nil, nil, false, err
	}
	for _, id := range customers {
		c, ok := known[id]
		if !ok || c.Name == "" && len(c.Addresses) == 0 {
			drop = append(drop, customersFrom|int64(id))
			continue
		}
		writeCustomer(&x.writer, c)
		put = append(put, x.document(customersFrom|int64(id), c.CreatedAt))
	}
	bought, err := x.Purchases.Many(ctx, tx, desk.Scope{All: true}, purchases)
	if err != nil {
		return nil, nil, false, err
	}
	for _, id := range purchases {
		p, ok := bought[id]
		if !ok || p.Number == "" {
			drop = append(drop, purchasesFrom|int64(id))
			continue
		}
		writePurchase(&x.writer, p)
		put = append(put, x.document(purchasesFrom|int64(id), p.PlacedAt))
	}
	return put, drop, len(drop) > 0, nil
}

func (x *Index) document(id int64, at desk.Time) search.Document {
	d := x.writer.Document()
	return search.Document{ID: id, Happened: int64(at), Words: d.Words, Terms: d.Terms}
}

func writeCustomer(w *query.Writer, c desk.Customer) {
	w.Head(c.Name, "")
	w.Head(c.Organisation, "")
	for _, a := range c.Addresses {
		w.Head(a.Value, "")
		if a.Kind == desk.AddressPhone {
			for _, n := range phoneWords(a.Value) {
				w.Head(n, "")
			}
		}
	}
	w.Text(c.Note, c.Language)
	writeFields(w, c.Fields, "")
}

func writePurchase(w *query.Writer, p desk.Purchase) {
	w.Head(p.Number, "")
	w.Head(ordernumber.Key(p.Number), "")
	if p.ExternalID != p.Number {
		w.Head(p.ExternalID, "")
	}
	for _, i := range p.Items {
		w.Head(i.Name, "")
		w.Head(i.SKU, "")
	}
}

// Numbers of this many digits are what people leave off the country's code from.
const (
	shortestPhone = 6
	longestPhone  = 15 // ITU-T E.164, 6.1
)

// phoneWords are the ways in which a telephone number may be written as one word: whole, and without up to three digits of a country's code.
func phoneWords(value string) (words []string) {
	n := digits(value)
	for cut := 0; cut <= 3 && len(n)-cut >= shortestPhone && len(n) <= longestPhone; cut++ {
		words = append(words, n[cut:])
	}
	return words
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// asPhone returns the query as one number where it can be a telephone number: with blanks, dashes and brackets in it, or a plus before it.
func asPhone(q query.Query) (query.Query, bool) {
	if len(q.Parts) == 0 {
		return q, false
	}
	var all strings.Builder
	for _, p := range q.Parts {
		if p.Not || p.Kind == query.Filter {
			return q, false
		}
		for _, w := range p.Words {
			all.WriteString(w)
		}
	}
	n := all.String()
	if len(n) < shortestPhone-2 || len(n) > longestPhone+2 || strings.IndexFunc(n, func(r rune) bool { return !unicode.IsDigit(r) }) >= 0 {
		return q, false
	}
	n = strings.TrimPrefix(n, "00")
	return query.Query{Parts: []query.Part{{Kind: query.Prefix, Words: []string{n}}}}, true
}

// People are customers and purchases that were found, each at most as many as were asked for.
type People struct {
	Customers     []desk.Customer
	Purchases     []desk.Purchase
	MoreCustomers bool // there are more than these
	MorePurchases bool
}

// mostLooked is how many that fit are looked at for a reader who does not see all of them.
const mostLooked = 2000

// FindPeople returns customers and purchases that answer a query of words, those that fit as they were written first, newer ones before older ones. A query with
// filters asks for messages alone.
func (x *Index) FindPeople(ctx context.Context, tx *db.Tx, a Ask) (out People, err error) {
	if !a.Query.HasWords() || slices.ContainsFunc(a.Query.Parts, func(p query.Part) bool { return p.Kind == query.Filter }) {
		return out, nil
	}
	ways := []query.Query{a.Query}
	if phone, ok := asPhone(a.Query); ok {
		ways = append(ways, phone)
	}
	err = x.walkPeople(ctx, ways, customersFrom, purchasesFrom, func(ids []int64) (bool, error) {
		some, err := x.Customers.SeenAmong(ctx, tx, a.Scope, localIDs[desk.CustomerID](ids, customersFrom))
		for _, id := range ids {
			if c, ok := some[desk.CustomerID(id-customersFrom)]; ok {
				out.Customers = append(out.Customers, c)
			}
		}
		return len(out.Customers) <= a.Limit, err
	})
	if err != nil {
		return out, fmt.Errorf("customers that were found: %w", err)
	}
	err = x.walkPeople(ctx, ways[:1], purchasesFrom, purchasesEnd, func(ids []int64) (bool, error) {
		some, err := x.Purchases.Many(ctx, tx, a.Scope, localIDs[desk.PurchaseID](ids, purchasesFrom))
		for _, id := range ids {
			if p, ok := some[desk.PurchaseID(id-purchasesFrom)]; ok {
				out.Purchases = append(out.Purchases, p)
			}
		}
		return len(out.Purchases) <= a.Limit, err
	})
	if err != nil {
		return out, fmt.Errorf("purchases that were found: %w", err)
	}
	if out.MoreCustomers = len(out.Customers) > a.Limit; out.MoreCustomers {
		out.Customers = out.Customers[:a.Limit]
	}
	if out.MorePurchases = len(out.Purchases) > a.Limit; out.MorePurchases {
		out.Purchases = out.Purchases[:a.Limit]
	}
	return out, nil
}

func localIDs[T ~int64](ids []int64, from int64) []T {
	out := make([]T, len(ids))
	for i, id := range ids {
		out[i] = T(id - from)
	}
	return out
}

// walkPeople calls use with what was found, each once, a slice at a time and the best first, until it returns false.
func (x *Index) walkPeople(ctx context.Context, ways []query.Query, from, end int64, use func(ids []int64) (bool, error)) error {
	const atOnce = 50
	done := map[int64]bool{}
	for _, how := range []query.Strictness{query.AsIs, query.AnyForm} {
		for _, way := range ways {
			asked, err := way.Clauses(how, nil)
			if err != nil {
				return err
			}
			clauses := inStore(asked)
			for before := end; before > from && len(done) < mostLooked; {
				found, err := x.Store.Between(ctx, [][]search.Clause{clauses}, from, before, atOnce)
				if err != nil {
					return err
				}
				var ids []int64
				for _, f := range found[0].Found {
					if !done[f.ID] {
						done[f.ID] = true
						ids = append(ids, f.ID)
					}
				}
				if more, err := use(ids); err != nil || !more {
					return err
				}
				before = found[0].Below
			}
		}
	}
	return nil
}

func inStore(all []query.Clause) []search.Clause {
	out := make([]search.Clause, 0, len(all))
	for _, c := range all {
		any := make([]search.Atom, len(c.Any))
		for i, atom := range c.Any {
			any[i] = search.Atom(atom)
		}
		out = append(out, search.Clause{Not: c.Not, Any: any})
	}
	return out
}
