package index

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
	"tellus/internal/engine/query"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
	"tellus/internal/platform/search"
)

// Order of results.
type Order string

const (
	BestFirst   Order = "best" // what fits well and is recent
	NewestFirst Order = "newest"
)

// Ask is a search.
type Ask struct {
	Query  query.Query
	Scope  desk.Scope
	Order  Order
	Cursor *Cursor // behind which the page begins, nil for the first
	Limit  int
}

// Cursor is where a page ended.
type Cursor struct {
	Before int64     `json:"b"`           // the newest documents that count are below this id
	Score  float64   `json:"s,omitempty"` // of the last result, where the best come first, and its id
	Last   int64     `json:"l,omitempty"`
	Now    desk.Time `json:"t,omitempty"` // when the first page was asked for: scores depend on it
}

// Place is where something was found.
type Place string

const (
	InSubject  Place = "subject"
	InMessage  Place = "message"
	InNote     Place = "note"
	InFile     Place = "file"
	InCustomer Place = "customer"
	ByFilter   Place = "filter" // by filters alone: no word was asked for
)

// Hit is a conversation that was found, by its best or newest message.
type Hit struct {
	Conversation desk.Conversation `json:"conversation"`
	Message      desk.MessageID    `json:"message"`
	At           desk.Time         `json:"at"`
	Where        Place             `json:"where" enum:"subject,message,note,file,customer,filter"`
	File         string            `json:"file,omitempty" doc:"The attachment in whose name or text it was found"`
	Snippet      string            `json:"snippet" doc:"Plain text of the place, on one line"`
	Marks        []Mark            `json:"marks" doc:"What was found in the snippet"`
	Subject      []Mark            `json:"subject" doc:"What was found in the conversation's subject"`
	Customer     []Mark            `json:"customer" doc:"What was found in the customer's name"`
}

// Mark is a part of a text, in UTF-16 units as browsers count.
type Mark struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// Page is a page of results.
type Page struct {
	Hits     []Hit
	Next     *Cursor
	Filling  bool // the index is being made: older messages are still missing
	Filled   int  // how much of them it holds, in percent
	Messages int  // how many messages were found, conversations may have several; with More at least so many
	More     bool
	Newest   bool // Hits are the best among the newest messages alone that were found: there are older ones
}

// Bounds of one search.
const (
	candidates = 400 // of each kind are ranked: the newest ones
	maxSteps   = 60  // that one page takes, where most of what is found is filtered out afterwards
)

// Find answers a search. What the reader may see is asked for in the index, and again of the desk for each result, as is whether the message is still what
// was indexed.
func (x *Index) Find(ctx context.Context, tx *db.Tx, a Ask) (p Page, err error) {
	if a.Limit <= 0 || a.Limit > 100 {
		a.Limit = 30
	}
	if a.Query, err = x.living(ctx, tx, a.Query); err != nil {
		return Page{}, err
	}
	f := finder{Index: x, tx: tx, ask: a, names: x.names(ctx, tx, a.Scope), matcher: a.Query.Matcher()}
	defer f.matcher.Done()
	if a.Order == NewestFirst || !a.Query.HasWords() {
		p, err = f.newest(ctx)
	} else {
		p, err = f.best(ctx)
	}
	if err != nil {
		return Page{}, err
	}
	s, err := x.Store.State(ctx)
	p.Filling, p.Filled = !Complete(s), Filled(s)
	return p, err
}

// finder answers one search.
type finder struct {
	*Index
	tx    *db.Tx
	ask   Ask
	names query.Names

	matcher *query.Matcher
}

// atOnce is how many documents are read and shown at once: a page and some, since more than one message of a conversation may be found. Reading what is
// not shown would cost more than asking the index again.
func (f *finder) atOnce() int { return f.ask.Limit + f.ask.Limit/3 + 1 }

// clauses is what the index is asked for, nil where nothing can be found.
func (f *finder) clauses(how query.Strictness) ([]search.Clause, error) {
	bins := []string{}
	wantsSpam, noSpam := f.ask.Query.Asks("spam")
	wantsTrash, noTrash := f.ask.Query.Asks("trash")
	switch {
	case wantsSpam && !wantsTrash && !noSpam:
		bins = append(bins, spam)
	case wantsTrash && !wantsSpam && !noTrash:
		bins = append(bins, trash)
	case !wantsSpam && !wantsTrash:
		bins = append(bins, ordinary)
	}
	var all []query.Clause
	for _, bin := range bins {
		all = append(all, may(f.ask.Scope, bin))
	}
	if len(all) == 0 {
		return nil, nil
	}
	asked, err := f.ask.Query.Clauses(how, f.names)
	if err != nil {
		return nil, err
	}
	return inStore(append(all, asked...)), nil
}

// newest walks back through what was found until the page is full. A conversation is shown once, by its newest message that was found.
func (f *finder) newest(ctx context.Context) (p Page, err error) {
	clauses, err := f.clauses(query.AnyForm)
	if err != nil || clauses == nil {
		return p, err
	}
	before, first := messagesEnd, f.ask.Cursor == nil
	if !first {
		before = f.ask.Cursor.Before
	}
	shown := map[desk.ConversationID]bool{}
	for range maxSteps {
		all, err := f.Store.Find(ctx, [][]search.Clause{clauses}, before, f.atOnce())
		if err != nil {
			return p, err
		}
		found, below := all[0].Found, all[0].Below
		hits, err := f.hits(ctx, found)
		if err != nil {
			return p, err
		}
		for i, at := range found {
			p.Messages++
			h, ok := hits[at.ID]
			if ok && !shown[h.in.ID] {
				shown[h.in.ID] = true
				again := false
				if !first {
					if again, err = f.foundNewer(ctx, clauses, h); err != nil {
						return p, err
					}
				}
				if !again {
					p.Hits = append(p.Hits, show(f.matcher, h.found, h.in))
				}
			}
			before = at.ID
			if len(p.Hits) == f.ask.Limit && (i+1 < len(found) || below > 0) {
				p.Next, p.More = &Cursor{Before: before}, true
				return p, nil
			}
		}
		if below == 0 {
			p.More = !first
			return p, nil
		}
		before = below
		if len(found) < f.atOnce() { // as much was looked through as one request may
			break
		}
	}
	p.Next, p.More = &Cursor{Before: before}, true
	return p, nil
}

// foundNewer reports whether a former page showed the conversation, by a newer message.
func (f *finder) foundNewer(ctx context.Context, clauses []search.Clause, h candidate) (bool, error) {
	of := search.Clause{Any: []search.Atom{{Terms: []string{"#c" + h.in.ID.String()}}}}
	all, err := f.Store.Find(ctx, [][]search.Clause{append([]search.Clause{of}, clauses...)}, messagesEnd, 1)
	if err != nil || len(all[0].Found) == 0 {
		return false, err
	}
	newest := all[0].Found[0]
	return newest.ID != int64(h.found.Message) && newest.ID >= f.ask.Cursor.Before, nil
}

type ranked struct {
	search.Found
	score float64
}

// Points for how well something fits. Age takes some: a day one half, a month two and a half, a year four and a half.
var points = map[query.Strictness]float64{query.AnyForm: 0, query.AsIs: 2, query.InHead: 3}

func aged(age desk.Time) float64 {
	days := max(0, float64(age)/(24*3600*1e6))
	return math.Log2(1+days) / 2
}

// best ranks the newest of what was found, of what was found as it was written, and of what is about it.
func (f *finder) best(ctx context.Context) (p Page, err error) {
	from := Cursor{Before: messagesEnd, Score: math.Inf(1), Now: f.tx.Now}
	if f.ask.Cursor != nil {
		from = *f.ask.Cursor
	}
	var kinds [][]search.Clause
	var worth []float64
	for _, how := range []query.Strictness{query.AnyForm, query.AsIs, query.InHead} {
		clauses, err := f.clauses(how)
		if err != nil || clauses == nil {
			return p, err
		}
		// A phrase is the same however it is taken: it is looked for once.
		if same := slices.IndexFunc(kinds, func(k []search.Clause) bool { return reflect.DeepEqual(k, clauses) }); same >= 0 {
			worth[same] += points[how]
			continue
		}
		kinds, worth = append(kinds, clauses), append(worth, points[how])
	}
	found, err := f.Store.Find(ctx, kinds, from.Before, candidates)
	if err != nil {
		return p, err
	}
	scored := map[int64]*ranked{}
	newest := int64(0)
	for i, list := range found {
		for _, at := range list.Found {
			newest = max(newest, at.ID)
			if scored[at.ID] == nil {
				scored[at.ID] = &ranked{at, -aged(from.Now - desk.Time(at.Happened))}
			}
			scored[at.ID].score += worth[i]
		}
	}
	if from.Before == messagesEnd {
		from.Before = newest + 1
	}
	all := make([]ranked, 0, len(scored))
	for _, r := range scored {
		all = append(all, *r)
	}
	slices.SortFunc(all, func(a, b ranked) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.ID, a.ID)) })
	p, err = f.page(ctx, all, from)
	p.Messages, p.More = len(found[0].Found), found[0].Below > 0
	p.Newest = p.More
	return p, err
}

// page shows what follows the cursor. A conversation is shown once, by its best message.
func (f *finder) page(ctx context.Context, all []ranked, from Cursor) (p Page, err error) {
	shown := map[desk.ConversationID]bool{}
	for len(all) > 0 {
		n := min(len(all), f.atOnce())
		part := make([]search.Found, n)
		for i := range part {
			part[i] = all[i].Found
		}
		hits, err := f.hits(ctx, part)
		if err != nil {
			return p, err
		}
		for _, r := range all[:n] {
			h, ok := hits[r.ID]
			if !ok || shown[h.in.ID] {
				continue
			}
			shown[h.in.ID] = true
			if f.ask.Cursor != nil && !behind(r, from) {
				continue
			}
			if len(p.Hits) == f.ask.Limit {
				p.Next = &from
				return p, nil
			}
			p.Hits = append(p.Hits, show(f.matcher, h.found, h.in))
			from.Score, from.Last = r.score, r.ID
		}
		all = all[n:]
	}
	return p, nil
}

func behind(r ranked, c Cursor) bool { return r.score < c.Score || r.score == c.Score && r.ID < c.Last }

// candidate is a message that may be shown, with the conversation that it is in.
type candidate struct {
	found *conversation.Indexed
	in    desk.Conversation
}

// hits reads documents that were found, by their ids: those that the reader may see, and that are what was indexed.
func (f *finder) hits(ctx context.Context, found []search.Found) (map[int64]candidate, error) {
	ids := make([]desk.MessageID, len(found))
	for i, at := range found {
		ids[i] = desk.MessageID(at.ID)
	}
	list, err := f.Conversations.Indexed(ctx, f.tx, ids)
	if err != nil {
		return nil, err
	}
	stamps := map[int64]int64{}
	for _, at := range found {
		stamps[at.ID] = at.Stamp
	}
	var in []desk.ConversationID
	for _, m := range list {
		in = append(in, m.Conversation.ID)
	}
	slices.Sort(in)
	rows, err := f.Conversations.Rows(ctx, f.tx, f.ask.Scope, slices.Compact(in))
	if err != nil {
		return nil, fmt.Errorf("conversations that were found: %w", err)
	}
	seen := map[desk.ConversationID]desk.Conversation{}
	unread, read := f.ask.Query.Asks("unread")
	for _, c := range rows {
		if !(unread && !c.Unread || read && c.Unread) {
			seen[c.ID] = c
		}
	}
	hits := map[int64]candidate{}
	for i := range list {
		c, ok := seen[list[i].Conversation.ID]
		if id := int64(list[i].Message); ok && stamps[id] == int64(list[i].TakenOut) {
			hits[id] = candidate{&list[i], c}
		}
	}
	return hits, nil
}

// living has a query ask for the number of the conversation that a merged one lives in: that is the one that its messages carry in the index.
func (x *Index) living(ctx context.Context, tx *db.Tx, q query.Query) (query.Query, error) {
	parts := slices.Clone(q.Parts)
	for i, p := range parts {
		number, err := strconv.ParseInt(p.Value, 10, 64)
		if p.Kind != query.Filter || p.Field != query.Number || err != nil {
			continue
		}
		lives, err := x.Conversations.LivingNumber(ctx, tx, number)
		if err != nil {
			return q, err
		}
		parts[i].Value = strconv.FormatInt(lives, 10)
	}
	return query.Query{Parts: parts}, nil
}

// names finds tags, inboxes, teams and people by what they are called, whatever the case and the marks.
func (x *Index) names(ctx context.Context, tx *db.Tx, scope desk.Scope) query.Names {
	return func(field query.Field, value string) (marks []string, err error) {
		want := language.Fold(strings.TrimSpace(value))
		take := func(mark string, id int64, names ...string) {
			for _, n := range names {
				if language.Fold(n) == want {
					marks = append(marks, mark+strconv.FormatInt(id, 10))
					return
				}
			}
		}
		switch field {
		case query.Tag:
			all, err := x.Conversations.Tags(ctx, tx)
			if err != nil {
				return nil, err
			}
			for _, t := range all {
				take("g", int64(t.ID), t.Name)
			}
		case query.InInbox:
			all, err := x.Inboxes.All(ctx, tx)
			if err != nil {
				return nil, err
			}
			for _, in := range all {
				take("i", int64(in.ID), in.Name, in.Address)
			}
		case query.OfTeam:
			all, err := x.Staff.Teams(ctx, tx)
			if err != nil {
				return nil, err
			}
			take("t", 0, "none")
			for _, t := range all {
				take("t", int64(t.ID), t.Name)
			}
		case query.Assignee:
			all, err := x.Staff.Agents(ctx, tx)
			if err != nil {
				return nil, err
			}
			take("u", 0, "none")
			take("u", int64(scope.Agent), "me")
			for _, a := range all {
				first, _, _ := strings.Cut(a.Name, " ")
				take("u", int64(a.ID), a.Name, a.Email, first)
			}
		case query.Custom:
			if marks, err = x.inField(ctx, tx, scope, value); err != nil {
				return nil, err
			}
		default:
			return nil, errors.New("no names for " + string(field))
		}
		if len(marks) == 0 {
			return nil, desk.WhySearchName.At("query.q", string(field)+":"+value)
		}
		return marks, nil
	}
}
