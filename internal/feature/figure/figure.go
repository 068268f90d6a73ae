// Package figure reads what a lead measures the desk by: what came, what was answered and resolved, what is open and how old it is, and how promises were kept. Every figure counts only
// what its reader sees. Spans that reach to now are read from what had any message since, so that a week of a desk of a million conversations is read by a week's worth of rows.
package figure

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/commitment"
	"tellus/internal/engine/deadline"
	"tellus/internal/engine/figure"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

// People is the kind of the promises that people made to customers; the others are those of policies.
const People = deadline.Kind(desk.OwedCommitment)

// Promise says how promises of a kind were kept.
type Promise struct {
	Kind   deadline.Kind `json:"kind" enum:"acknowledge,first_answer,next_answer,update,resolve,commitment"`
	Kept   int64         `json:"kept" doc:"Kept in the span, in time"`
	Broken int64         `json:"broken" doc:"Found late in the span, be they kept later"`
}

// Line are the figures of a group, or of all.
type Line struct {
	Key          string    `json:"key" doc:"Id of a team or inbox, or a channel; empty for no team, and for all together"`
	Received     int64     `json:"received" doc:"Conversations that began in the span and in which the customer wrote"`
	Answered     int64     `json:"answered" doc:"That a person answered for the first time in the span"`
	Resolved     int64     `json:"resolved" doc:"That became finished in the span, resolved or closed, and still are"`
	FirstContact int64     `json:"firstContact" doc:"Of the resolved, those with one answer and no more"`
	Open         int64     `json:"open" doc:"That are unfinished now"`
	Ages         []int64   `json:"ages" doc:"Of the open: younger than 4 hours, a day, 3 days, 7 days, and older"`
	Promises     []Promise `json:"promises"`
	Causes       []Cause   `json:"causes" doc:"Why the promises that people made were broken, the commonest first"`
}

// Cause says how many promises of people were broken for a reason.
type Cause struct {
	Cause commitment.Cause `json:"cause" enum:",forgotten,waited,too_much,too_early,unreachable,not_needed,other" doc:"Empty where nobody said"`
	Count int64            `json:"count"`
}

// Day is what happened on one day.
type Day struct {
	Date     desk.Date `json:"date" format:"date"`
	Received int64     `json:"received"`
	Resolved int64     `json:"resolved"`
}

// Figures are those of a span.
type Figures struct {
	From  desk.Date `json:"from" format:"date"`
	To    desk.Date `json:"to" format:"date"`
	Zone  string    `json:"zone" doc:"Whose days they are"`
	Total Line      `json:"total"`
	Lines []Line    `json:"lines" doc:"The groups, those with the most received first"`
	Days  []Day     `json:"days"`
}

// Span is what is asked for: days by the clock of a place.
type Span struct {
	From, To desk.Date
	Zone     string
	Bounds   []desk.Time // of its days, see figure.Days
	By       figure.By

	people bool // of promises: those that people made, not those of policies
}

// ofPeople is the span for the promises that people made.
func (s Span) ofPeople() *Span {
	s.people = true
	return &s
}

// key is what groups are told apart by. A promise of people is counted by the team whose it was as it ended.
func (s *Span) key() string {
	if s.people && s.By == figure.ByTeam {
		return "CAST(k.team AS TEXT)"
	}
	return keys[s.By]
}

func (s *Span) begin() desk.Time { return s.Bounds[0] }
func (s *Span) end() desk.Time   { return s.Bounds[len(s.Bounds)-1] }

// Service is the feature.
type Service struct {
	Conversations *conversation.Service
}

// keys are how conversations fall into groups, as text.
var keys = map[figure.By]string{figure.ByTeam: "CAST(COALESCE(c.team, 0) AS TEXT)", figure.ByInbox: "CAST(c.inbox AS TEXT)", figure.ByChannel: "c.channel"}

// where collects the arguments of a query.
type where struct{ args []any }

func (w *where) arg(v any) string {
	w.args = append(w.args, v)
	return fmt.Sprintf("$%d", len(w.args))
}

// condition is what a figure counts, of a conversation c and, for promises, its clock k. The plus keeps databases from reading all that is on a shelf: what was finished, and which
// promises ended, in a span is known by narrower indexes.
func (w *where) condition(n figure.Name, s *Span) string {
	within := func(column string) string {
		return column + " >= " + w.arg(s.begin()) + " AND " + column + " < " + w.arg(s.end())
	}
	switch n {
	case figure.Received:
		return "c.shelf IN (0, 1, 2) AND c.last_at >= " + w.arg(s.begin()) + " AND c.last_incoming > 0 AND " + within("c.created_at")
	case figure.Answered:
		return "c.shelf IN (0, 1, 2) AND c.last_at >= " + w.arg(s.begin()) + " AND " + within("c.first_answer_at")
	case figure.Resolved:
		return "+c.shelf = 2 AND c.resolved_at > 0 AND " + within("c.resolved_at")
	case figure.FirstContact:
		return w.condition(figure.Resolved, s) + " AND " + onceAnswered
	case figure.Kept:
		if s.people {
			return "+c.shelf IN (0, 1, 2) AND k.kept_at > 0 AND k.broken_at = 0 AND " + within("k.kept_at")
		}
		return "+c.shelf IN (0, 1, 2) AND k.met_at > 0 AND k.breached_at = 0 AND " + within("k.met_at")
	case figure.Broken:
		if s.people {
			return "+c.shelf IN (0, 1, 2) AND k.broken_at > 0 AND " + within("k.broken_at")
		}
		return "+c.shelf IN (0, 1, 2) AND k.breached_at > 0 AND " + within("k.breached_at")
	}
	return "c.shelf IN (0, 1)"
}

// onceAnswered holds for what was answered exactly once.
const onceAnswered = "(SELECT COUNT(*) FROM message m WHERE m.conversation = c.id AND m.kind = 'outgoing' AND m.author_kind = 'agent') = 1"

func (s *Span) from(n figure.Name) string {
	if s.people && (n == figure.Kept || n == figure.Broken) {
		return " FROM commitment k JOIN conversation c ON c.id = k.conversation WHERE "
	}
	if n == figure.Kept || n == figure.Broken {
		return " FROM clock k JOIN conversation c ON c.id = k.conversation WHERE "
	}
	return " FROM conversation c WHERE "
}

// Of are the figures of a span, as somebody sees them.
func (s *Service) Of(ctx context.Context, tx *db.Tx, scope desk.Scope, span Span) (Figures, error) {
	f := Figures{From: span.From, To: span.To, Zone: span.Zone, Days: []Day{}}
	lines := map[string]*Line{}
	line := func(key string) *Line {
		if key == "0" {
			key = ""
		}
		if lines[key] == nil {
			lines[key] = &Line{Key: key, Ages: make([]int64, len(figure.Ages)+1), Promises: []Promise{}, Causes: []Cause{}}
		}
		return lines[key]
	}
	for _, n := range []figure.Name{figure.Received, figure.Answered} {
		err := s.groups(ctx, tx, scope, n, &span, "", func(key string, count, _ int64) {
			if l := line(key); n == figure.Received {
				l.Received = count
			} else {
				l.Answered = count
			}
		})
		if err != nil {
			return f, err
		}
	}
	if err := s.groups(ctx, tx, scope, figure.Resolved, &span, "SUM(CASE WHEN "+onceAnswered+" THEN 1 ELSE 0 END)", func(key string, count, first int64) {
		l := line(key)
		l.Resolved, l.FirstContact = count, first
	}); err != nil {
		return f, err
	}
	if err := s.open(ctx, tx, scope, &span, line); err != nil {
		return f, err
	}
	if err := s.promises(ctx, tx, scope, &span, line); err != nil {
		return f, err
	}
	if err := s.causes(ctx, tx, scope, span.ofPeople(), line); err != nil {
		return f, err
	}
	f.Total = Line{Ages: make([]int64, len(figure.Ages)+1), Promises: []Promise{}, Causes: []Cause{}}
	f.Lines = []Line{}
	for _, l := range lines {
		f.Lines = append(f.Lines, *l)
		f.Total.add(l)
	}
	slices.SortFunc(f.Lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(b.Received, a.Received), cmp.Compare(b.Open, a.Open), cmp.Compare(a.Key, b.Key))
	})
	var err error
	f.Days, err = s.days(ctx, tx, scope, &span)
	return f, err
}

// add sums a group into all.
func (l *Line) add(o *Line) {
	l.Received += o.Received
	l.Answered += o.Answered
	l.Resolved += o.Resolved
	l.FirstContact += o.FirstContact
	l.Open += o.Open
	for i := range o.Ages {
		l.Ages[i] += o.Ages[i]
	}
	for _, p := range o.Promises {
		q := l.promise(p.Kind)
		q.Kept += p.Kept
		q.Broken += p.Broken
	}
	for _, c := range o.Causes {
		l.because(c.Cause, c.Count)
	}
}

// promise is the line's of a kind, in the order of kinds.
func (l *Line) promise(k deadline.Kind) *Promise {
	for i := range l.Promises {
		if l.Promises[i].Kind == k {
			return &l.Promises[i]
		}
	}
	l.Promises = append(l.Promises, Promise{Kind: k})
	slices.SortFunc(l.Promises, func(a, b Promise) int {
		return place(a.Kind) - place(b.Kind)
	})
	return l.promise(k)
}

// place puts the promises of people behind those of policies.
func place(k deadline.Kind) int {
	if k == People {
		return len(deadline.Kinds)
	}
	return slices.Index(deadline.Kinds, k)
}

// because counts broken promises of people by their cause.
func (l *Line) because(cause commitment.Cause, n int64) {
	i := slices.IndexFunc(l.Causes, func(c Cause) bool { return c.Cause == cause })
	if i < 0 {
		i, l.Causes = len(l.Causes), append(l.Causes, Cause{Cause: cause})
	}
	l.Causes[i].Count += n
	slices.SortFunc(l.Causes, func(a, b Cause) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Cause, b.Cause)) })
}

// groups counts a figure by group. more is a second number of each, none where empty.
func (s *Service) groups(ctx context.Context, tx *db.Tx, scope desk.Scope, n figure.Name, span *Span, more string, each func(key string, count, more int64)) error {
	var w where
	if more == "" {
		more = "0"
	}
	query := "SELECT " + span.key() + " AS grp, COUNT(*), " + more + span.from(n) + w.condition(n, span) + " AND " + staff.Seen(scope, "c", w.arg) + " GROUP BY grp"
	rows, err := tx.Query(ctx, query, w.args...)
	_, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
		var key string
		var count, second int64
		err := r.Scan(&key, &count, &second)
		each(key, count, second)
		return err
	})
	if err != nil {
		return fmt.Errorf("count what was %s: %w", n, err)
	}
	return nil
}

func (s *Service) open(ctx context.Context, tx *db.Tx, scope desk.Scope, span *Span, line func(string) *Line) error {
	var w where
	var ages strings.Builder
	ages.WriteString("CASE")
	for i, age := range figure.Ages {
		fmt.Fprintf(&ages, " WHEN c.created_at > %s THEN %d", w.arg(tx.Now.Add(-age)), i)
	}
	fmt.Fprintf(&ages, " ELSE %d END", len(figure.Ages))
	query := "SELECT " + span.key() + " AS grp, " + ages.String() + " AS age, COUNT(*)" + span.from(figure.Open) + w.condition(figure.Open, span) + " AND " + staff.Seen(scope, "c", w.arg) + " GROUP BY grp, age"
	rows, err := tx.Query(ctx, query, w.args...)
	_, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
		var key string
		var age int
		var n int64
		if err := r.Scan(&key, &age, &n); err != nil {
			return err
		}
		l := line(key)
		l.Ages[age] += n
		l.Open += n
		return nil
	})
	if err != nil {
		return fmt.Errorf("count what is open: %w", err)
	}
	return nil
}

func (s *Service) promises(ctx context.Context, tx *db.Tx, scope desk.Scope, span *Span, line func(string) *Line) error {
	for _, n := range []figure.Name{figure.Kept, figure.Broken} {
		for _, of := range []struct {
			span *Span
			kind string
		}{{span, "k.kind"}, {span.ofPeople(), "CAST('" + desk.OwedCommitment + "' AS TEXT)"}} {
			var w where
			query := "SELECT " + of.span.key() + " AS grp, " + of.kind + " AS of_kind, COUNT(*)" + of.span.from(n) + w.condition(n, of.span) + " AND " + staff.Seen(scope, "c", w.arg) + " GROUP BY grp, of_kind"
			rows, err := tx.Query(ctx, query, w.args...)
			_, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
				var key string
				var kind deadline.Kind
				var count int64
				if err := r.Scan(&key, &kind, &count); err != nil {
					return err
				}
				if p := line(key).promise(kind); n == figure.Kept {
					p.Kept = count
				} else {
					p.Broken = count
				}
				return nil
			})
			if err != nil {
				return fmt.Errorf("count promises that were %s: %w", n, err)
			}
		}
	}
	return nil
}

// causes counts why promises of people were broken.
func (s *Service) causes(ctx context.Context, tx *db.Tx, scope desk.Scope, span *Span, line func(string) *Line) error {
	var w where
	query := "SELECT " + span.key() + " AS grp, k.cause, COUNT(*)" + span.from(figure.Broken) + w.condition(figure.Broken, span) + " AND " + staff.Seen(scope, "c", w.arg) + " GROUP BY grp, k.cause"
	rows, err := tx.Query(ctx, query, w.args...)
	_, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
		var key string
		var cause commitment.Cause
		var count int64
		if err := r.Scan(&key, &cause, &count); err != nil {
			return err
		}
		line(key).because(cause, count)
		return nil
	})
	if err != nil {
		return fmt.Errorf("count why promises were broken: %w", err)
	}
	return nil
}

// days counts what was received and resolved on each day.
func (s *Service) days(ctx context.Context, tx *db.Tx, scope desk.Scope, span *Span) ([]Day, error) {
	days := make([]Day, len(span.Bounds)-1)
	for i := range days {
		days[i].Date = span.From + desk.Date(i)
	}
	for n, column := range map[figure.Name]string{figure.Received: "c.created_at", figure.Resolved: "c.resolved_at"} {
		// Rows come as instants: their days are found here, since a condition for each day would be longer than the databases allow, and midnights are no multiple of anything.
		var w where
		query := "SELECT " + column + span.from(n) + w.condition(n, span) + " AND " + staff.Seen(scope, "c", w.arg)
		rows, err := tx.Query(ctx, query, w.args...)
		_, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
			var at desk.Time
			if err := r.Scan(&at); err != nil {
				return err
			}
			i, found := slices.BinarySearch(span.Bounds, at)
			if !found {
				i--
			}
			if n == figure.Received {
				days[i].Received++
			} else {
				days[i].Resolved++
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("count what was %s day by day: %w", n, err)
		}
	}
	return days, nil
}

// Which says what one figure is made of.
type Which struct {
	Figure figure.Name
	Key    *string       // of a group, nil for all
	Kind   deadline.Kind // of promises, "" for all
	Age    int           // of what is open, from 1; 0 for all
}

// Behind returns the conversations behind a figure, those with the highest number first, at most limit of them and below a number.
func (s *Service) Behind(ctx context.Context, tx *db.Tx, scope desk.Scope, span Span, which Which, below int64, limit int) ([]desk.Conversation, error) {
	var w where
	promises := which.Figure == figure.Kept || which.Figure == figure.Broken
	query := ""
	if !promises || which.Kind != People {
		query = behind(&w, scope, &span, which, below, tx.Now)
	}
	if promises && (which.Kind == People || which.Kind == "") {
		if query != "" {
			query += " UNION "
		}
		query += behind(&w, scope, span.ofPeople(), which, below, tx.Now)
	}
	rows, err := tx.Query(ctx, query+" ORDER BY number DESC LIMIT "+w.arg(limit), w.args...)
	var ids []desk.ConversationID
	_, err = db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
		var id desk.ConversationID
		var number int64
		err := r.Scan(&id, &number)
		ids = append(ids, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("what is behind %s: %w", which.Figure, err)
	}
	all, err := s.Conversations.Rows(ctx, tx, scope, ids)
	slices.SortFunc(all, func(a, b desk.Conversation) int { return cmp.Compare(b.Number, a.Number) })
	return all, err
}

// behind asks for the conversations behind a figure.
func behind(w *where, scope desk.Scope, span *Span, which Which, below int64, now desk.Time) string {
	query := "SELECT DISTINCT c.id AS id, c.number AS number" + span.from(which.Figure) + w.condition(which.Figure, span) + " AND " + staff.Seen(scope, "c", w.arg)
	if which.Key != nil {
		key := *which.Key
		if key == "" && span.By == figure.ByTeam {
			key = "0"
		}
		query += " AND " + span.key() + " = " + w.arg(key)
	}
	if which.Kind != "" && !span.people && (which.Figure == figure.Kept || which.Figure == figure.Broken) {
		query += " AND k.kind = " + w.arg(string(which.Kind))
	}
	if which.Age > 0 && which.Figure == figure.Open {
		if which.Age <= len(figure.Ages) {
			query += " AND c.created_at > " + w.arg(now.Add(-figure.Ages[which.Age-1]))
		}
		if which.Age > 1 {
			query += " AND c.created_at <= " + w.arg(now.Add(-figure.Ages[which.Age-2]))
		}
	}
	if below > 0 {
		query += " AND c.number < " + w.arg(below)
	}
	return query
}
