package conversation

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

// Arg implements condition.Query.
func (q *query) Arg(v any) string { return q.arg(v) }

// Place is the last row of a page of a saved view, or where looking stopped: the next page begins behind it.
type Place struct {
	Key  string              `json:"k,omitempty"`
	Int  int64               `json:"n,omitempty"`
	Text bool                `json:"t,omitempty"` // Key counts
	ID   desk.ConversationID `json:"i"`
	Num  float64             `json:"f,omitempty"`
	Real bool                `json:"r,omitempty"` // Num counts
}

func (p *Place) value() any {
	switch {
	case p.Text:
		return p.Key
	case p.Real:
		return p.Num
	}
	return p.Int
}

// Ask is a question for conversations by a condition.
type Ask struct {
	Condition condition.Node
	Shelves   []desk.Shelf // active ones where empty
	Sort      condition.Sort
	Env       condition.Env
	After     *Place
	Limit     int
	// More reports whether there is time to look at another slice of what is not kept as members; always where nil. What was found until then is given back, with the
	// place where looking stopped.
	More func() bool
}

// Found is a page of conversations.
type Found struct {
	Rows []desk.Conversation
	Next *Place
	// Looked is how many conversations were looked at where looking stopped before the page was full, and Back how far: the last message of the last one.
	Looked int
	Back   desk.Time
}

// window is how many conversations are looked at in one query, where they are found by looking.
const window = 5000

// ListSaved returns a page of a saved view that the scope's agent may see. Whether he may see the view is for the caller to know. The order is the view's own where by is nil.
func (s *Service) ListSaved(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ViewID, by *condition.Sort, after *Place, limit int, more func() bool) (Found, error) {
	d, err := definitionsOf(ctx, tx)
	if err != nil {
		return Found{}, err
	}
	v, err := d.view(id)
	if err != nil {
		return Found{}, err
	}
	if v.cond == nil {
		return Found{Rows: []desk.Conversation{}}, nil
	}
	limit = pageSize(limit)
	sorted := v.sort
	if by != nil {
		sorted = *by
	}
	filled := false
	if v.live() {
		if filled, err = s.filled(ctx, tx, v); err != nil {
			return Found{}, err
		}
	}
	if filled && sorted == v.sort && v.readable(scope.Agent) {
		return s.listMembers(ctx, tx, scope, v, after, limit)
	}
	f := finder{scope: scope, d: d, shelves: v.shelves, cond: v.cond.For(int64(scope.Agent)), sort: sorted, after: after, limit: limit, more: more}
	if filled {
		f.members = v.id
	}
	return s.find(ctx, tx, &f)
}

// FindBy returns a page of the conversations for which a condition holds and that the scope's agent may see.
func (s *Service) FindBy(ctx context.Context, tx *db.Tx, scope desk.Scope, in Ask) (Found, error) {
	d, err := definitionsOf(ctx, tx)
	if err != nil {
		return Found{}, err
	}
	in.Env.Me = int64(scope.Agent)
	cond, err := condition.Compile(d.registry, "body.condition", in.Condition, in.Env)
	if err != nil {
		return Found{}, err
	}
	if in.Sort.By == "" {
		in.Sort = condition.Sort{By: "last", Desc: true}
	}
	if len(in.Shelves) == 0 {
		in.Shelves = []desk.Shelf{desk.ShelfActive}
	}
	return s.find(ctx, tx, &finder{scope: scope, d: d, shelves: in.Shelves, cond: cond, sort: in.Sort, after: in.After, limit: pageSize(in.Limit), more: in.More})
}

func pageSize(limit int) int {
	if limit <= 0 || limit > 500 {
		return 50
	}
	return limit
}

// listMembers reads a page from the rows of members, in the view's own order.
func (s *Service) listMembers(ctx context.Context, tx *db.Tx, scope desk.Scope, v *savedView, after *Place, limit int) (out Found, err error) {
	var q query
	me := q.arg(int64(scope.Agent))
	q.WriteString(`SELECT ` + rowColumns + `, c.last_incoming > COALESCE(r.message, 0), m.key
		FROM ` + membersOf(&q, v.id) + `
		JOIN conversation c ON c.id = m.id
		LEFT JOIN read_mark r ON r.agent = ` + me + ` AND r.conversation = m.id
		WHERE ` + staff.Seen(scope, "m", q.arg))
	s.exactly(&q, tx, scope, v)
	compare, direction := ">", ""
	if v.sort.Desc {
		compare, direction = "<", " DESC"
	}
	if after != nil {
		fmt.Fprintf(&q, " AND (m.key, m.id) %s (%s, %s)", compare, q.arg(after.Key), q.arg(int64(after.ID)))
	}
	fmt.Fprintf(&q, " ORDER BY m.key%s, m.id%s LIMIT %s", direction, direction, q.arg(limit+1))
	keys := []string{}
	rows, err := tx.Query(ctx, q.String(), q.args...)
	out.Rows, err = db.Rows(rows, err, func(r *sql.Rows, c *desk.Conversation) error {
		var full row
		var key string
		if err := full.scan(r, &full.Unread, &key); err != nil {
			return err
		}
		keys = append(keys, key)
		*c = full.Conversation
		return nil
	})
	if err != nil {
		return out, fmt.Errorf("list view %s: %w", v.id, err)
	}
	if len(out.Rows) > limit {
		out.Rows = out.Rows[:limit]
		out.Next = &Place{Key: keys[limit-1], Text: true, ID: out.Rows[limit-1].ID}
	}
	if out.Rows == nil {
		out.Rows = []desk.Conversation{}
	}
	return out, nil
}

// membersOf is the table of a view's members, with the columns that decide who may see them called as those of conversations are.
func membersOf(q *query, view desk.ViewID) string {
	return `(SELECT x.key, x.conversation AS id, x.restricted, x.inbox, x.team, x.assignee FROM view_member x WHERE x.view = ` + q.arg(int64(view)) + `) m`
}

// shifts reports whether the view means something else to an agent than its members say.
func (v *savedView) shifts(agent desk.AgentID) bool {
	return v.cond.Personal() && v.cond.For(int64(agent)) != v.cond
}

// readable reports whether a query can tell which of the members belong to an agent's view.
func (v *savedView) readable(agent desk.AgentID) bool {
	return v.cond.Exact() || !v.shifts(agent) || v.assignees(agent) != nil
}

// assignees are those who must have a member of the view for it to belong to an agent's, where that is all that differs between people: members say who has them.
func (v *savedView) assignees(agent desk.AgentID) []int64 {
	ids, sole := v.cond.For(int64(agent)).Sole("assignee")
	if !sole {
		return nil
	}
	return ids
}

// exactly narrows the members of a view that means something else to everybody who looks: they are those for whom it holds for somebody.
func (s *Service) exactly(q *query, tx *db.Tx, scope desk.Scope, v *savedView) {
	if !v.shifts(scope.Agent) {
		return
	}
	if who := v.assignees(scope.Agent); who != nil {
		q.WriteString(" AND m.assignee IN " + list(q, who))
		return
	}
	text, _ := v.cond.For(int64(scope.Agent)).SQL(q, tx.Postgres(), tx.Now)
	q.WriteString(" AND " + text)
}

// finder looks for conversations where no members are kept in that order.
type finder struct {
	scope   desk.Scope
	d       *definitions
	shelves []desk.Shelf
	members desk.ViewID // look among these only; 0 for all
	cond    *condition.Condition
	sort    condition.Sort
	after   *Place
	limit   int
	more    func() bool
	full    *Place // of the last row that was taken
}

// live reports whether only unfinished conversations are asked for: there are so few that they can be sorted.
func (f *finder) live() bool {
	return !slices.ContainsFunc(f.shelves, func(s desk.Shelf) bool { return s > desk.ShelfSnoozed })
}

func (s *Service) find(ctx context.Context, tx *db.Tx, f *finder) (out Found, err error) {
	a, ok := f.d.registry.Find(f.sort.By)
	if !ok || !slices.Contains(sorting(f.d.registry), f.sort.By) {
		return out, desk.WhyNoSort.At("query.sort")
	}
	if !f.live() && f.sort.By != "last" {
		return out, desk.WhyNoSort.At("query.sort")
	}
	out.Rows = []desk.Conversation{}
	for {
		var stop *Place
		if !f.live() {
			if stop, err = s.windowEnd(ctx, tx, f); err != nil {
				return out, err
			}
		}
		done, err := s.look(ctx, tx, f, a, stop, &out)
		if err != nil || done {
			return out, err
		}
		if stop == nil {
			return out, nil
		}
		f.after = stop
		out.Looked += window
		if f.more != nil && !f.more() {
			out.Next, out.Back = stop, desk.Time(stop.Int)
			return out, nil
		}
	}
}

func sorting(l condition.List) (keys []string) {
	for _, a := range l {
		if a.Sorts {
			keys = append(keys, a.Key)
		}
	}
	return keys
}

// windowEnd is the last conversation of the next window, nil where fewer are left.
func (s *Service) windowEnd(ctx context.Context, tx *db.Tx, f *finder) (end *Place, err error) {
	compare, direction := ">", ""
	if f.sort.Desc {
		compare, direction = "<", " DESC"
	}
	for _, shelf := range f.shelves {
		var q query
		q.WriteString(`SELECT c.last_at, c.id FROM conversation c WHERE c.shelf = ` + q.arg(int64(shelf)))
		if f.after != nil {
			fmt.Fprintf(&q, " AND (c.last_at, c.id) %s (%s, %s)", compare, q.arg(f.after.Int), q.arg(int64(f.after.ID)))
		}
		fmt.Fprintf(&q, " ORDER BY c.last_at%s, c.id%s LIMIT 1 OFFSET %s", direction, direction, q.arg(window-1))
		var p Place
		rows, err := tx.Query(ctx, q.String(), q.args...)
		got, err := db.Rows(rows, err, func(r *sql.Rows, p *Place) error { return r.Scan(&p.Int, &p.ID) })
		if err != nil {
			return nil, fmt.Errorf("look for conversations: %w", err)
		}
		if len(got) == 0 {
			continue
		}
		p = got[0]
		nearer := end == nil || (p.Int < end.Int || p.Int == end.Int && p.ID < end.ID) != f.sort.Desc
		if nearer {
			end = &p
		}
	}
	return end, nil
}

// look adds the next matches to a page, up to a place where there is one. done is true where the page is full.
func (s *Service) look(ctx context.Context, tx *db.Tx, f *finder, a *condition.Attribute, stop *Place, out *Found) (done bool, err error) {
	for {
		found, places, exact, err := s.candidates(ctx, tx, f, a, stop, out)
		if err != nil {
			return false, err
		}
		for i := range found {
			f.after = &places[i]
			if !exact {
				full, err := found[i].asCase(ctx, tx, f.d.asking(f.cond))
				if err != nil {
					return false, err
				}
				if holds, _ := f.cond.Match(full, tx.Now); !holds {
					continue
				}
			}
			if len(out.Rows) == f.limit {
				out.Next = f.full
				return true, nil
			}
			out.Rows = append(out.Rows, found[i].Conversation)
			f.full = &places[i]
		}
		if len(found) < f.batch(exact, out) {
			return false, nil
		}
		if f.more != nil && !exact && !f.more() {
			out.Next, out.Looked, out.Back = f.after, max(out.Looked, 1), found[len(found)-1].LastAt
			return true, nil
		}
	}
}

// candidates are the next rows for which the SQL of the condition holds.
func (s *Service) candidates(ctx context.Context, tx *db.Tx, f *finder, a *condition.Attribute, stop *Place, out *Found) (found []*row, places []Place, exact bool, err error) {
	var q query
	me := q.arg(int64(f.scope.Agent))
	expression := f.sort.SQL(a, tx.Postgres())
	q.WriteString(`SELECT ` + rowColumns + `, c.last_incoming > COALESCE(r.message, 0), ` + expression + `
		FROM `)
	if f.members != 0 {
		q.WriteString(membersOf(&q, f.members) + ` JOIN conversation c ON c.id = m.id `)
	} else {
		q.WriteString(`conversation c `)
	}
	q.WriteString(`LEFT JOIN read_mark r ON r.agent = ` + me + ` AND r.conversation = c.id
		WHERE c.shelf IN ` + onShelves(&q, f.shelves))
	exact = true
	if f.members == 0 || f.cond.Personal() { // otherwise the members were found by Match
		var text string
		text, exact = f.cond.SQL(&q, tx.Postgres(), tx.Now)
		q.WriteString(" AND " + text)
	}
	q.WriteString(" AND " + q.visible(f.scope))
	compare, direction := ">", ""
	if f.sort.Desc {
		compare, direction = "<", " DESC"
	}
	if f.after != nil {
		fmt.Fprintf(&q, " AND (%s, c.id) %s (%s, %s)", expression, compare, q.arg(f.after.value()), q.arg(int64(f.after.ID)))
	}
	if stop != nil {
		fmt.Fprintf(&q, " AND (%s, c.id) %s= (%s, %s)", expression, map[string]string{">": "<", "<": ">"}[compare], q.arg(stop.Int), q.arg(int64(stop.ID)))
	}
	n := f.batch(exact, out)
	fmt.Fprintf(&q, " ORDER BY %s%s, c.id%s LIMIT %s", expression, direction, direction, q.arg(n))
	rows, err := tx.Query(ctx, q.String(), q.args...)
	found, err = db.Rows(rows, err, func(r *sql.Rows, to **row) error {
		c := &row{}
		*to = c
		var p Place
		var key any
		if err := c.scan(r, &c.Unread, &key); err != nil {
			return err
		}
		p.ID = c.ID
		switch k := key.(type) {
		case int64:
			p.Int = k
		case float64:
			p.Num, p.Real = k, true
		case string:
			p.Key, p.Text = k, true
		case []byte:
			p.Key, p.Text = string(k), true
		}
		places = append(places, p)
		return nil
	})
	if err != nil {
		return nil, nil, exact, fmt.Errorf("look for conversations: %w", err)
	}
	return found, places, exact, nil
}

func onShelves(q *query, shelves []desk.Shelf) string {
	numbers := make([]int64, len(shelves))
	for i, s := range shelves {
		numbers[i] = int64(s)
	}
	return list(q, numbers)
}

// batch is how many candidates are fetched at once.
func (f *finder) batch(exact bool, out *Found) int {
	if exact {
		return f.limit - len(out.Rows) + 1
	}
	return 500
}

// asking is the same definitions for evaluating one condition: only what it asks for is loaded.
func (d *definitions) asking(c *condition.Condition) *definitions {
	var some definitions
	for _, a := range c.Attributes() {
		some.asks = some.asks.and(asksOf(a))
	}
	return &some
}

func scanRows(rows *sql.Rows, err error) ([]*row, error) {
	return db.Rows(rows, err, func(r *sql.Rows, to **row) error {
		*to = &row{}
		return (*to).scan(r)
	})
}

// Cases adds to rows all that attributes ask for.
func (s *Service) Cases(ctx context.Context, tx *db.Tx, rows []desk.Conversation) ([]*condition.Case, error) {
	all := make([]*condition.Case, len(rows))
	everything := &definitions{asks: asks{followers: true, customer: true, linked: true, reviews: true, segments: true}}
	for i, c := range rows {
		full, err := (&row{Conversation: c}).asCase(ctx, tx, everything)
		if err != nil {
			return nil, err
		}
		if err := tx.Row(ctx, `SELECT resolved_at, status_at, silent_at FROM conversation WHERE id = $1`, c.ID).Scan(&full.ResolvedAt, &full.StatusAt, &full.SilentAt); err != nil {
			return nil, fmt.Errorf("moments of conversation %s: %w", c.ID, err)
		}
		all[i] = full
	}
	return all, nil
}

// TypeNames are the names of the types of conversations.
func (s *Service) TypeNames(ctx context.Context, tx *db.Tx) (map[int64]string, error) {
	names := map[int64]string{}
	rows, err := tx.Query(ctx, `SELECT id, name FROM conversation_type`)
	_, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
		var id int64
		var name string
		err := r.Scan(&id, &name)
		names[id] = name
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("names of types: %w", err)
	}
	return names, nil
}
