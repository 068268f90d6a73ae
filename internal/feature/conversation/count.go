package conversation

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// CountCap is where counting stops: more is shown as "10,000+".
const CountCap = 10_000

// Count is how many conversations a view holds for somebody, up to CountCap.
type Count struct {
	ID     View `json:"id"`
	Count  int  `json:"count"`
	Capped bool `json:"capped,omitempty" doc:"There are more"`
}

// Counts returns the counts of the given views for the scope's agent. It is worked out at most once a second per agent.
func (s *Service) Counts(ctx context.Context, tx *db.Tx, scope desk.Scope, views []View) ([]Count, error) {
	if known, ok := s.counts.get(scopeKey(scope), views, tx.Now); ok {
		return known, nil
	}
	return s.countAll(ctx, tx, scope, views, func(v View, newest desk.Seq) (int, desk.Seq, error) {
		n, err := s.countView(ctx, tx, scope, v)
		return n, newest, err
	})
}

// counter counts a view up to CountCap + beyond, and says how far the log was then; below 0 is a view that is counted when it is looked at.
type counter func(v View, newest desk.Seq) (n int, asOf desk.Seq, err error)

// countAll counts views, those aside that are known to be far too large, and keeps the counts.
func (s *Service) countAll(ctx context.Context, tx *db.Tx, scope desk.Scope, views []View, of counter) ([]Count, error) {
	newest, err := eventlog.Newest(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("count: %w", err)
	}
	counts := make([]Count, 0, len(views))
	for _, v := range views {
		if s.counts.large(holder(scope, v), v, newest) {
			counts = append(counts, Count{v, CountCap, true})
			continue
		}
		n, asOf, err := of(v, newest)
		if err != nil {
			return nil, err
		}
		if n < 0 {
			continue
		}
		if n > CountCap {
			if err := s.noteLarge(ctx, tx, scope, v, n, asOf); err != nil {
				return nil, err
			}
		}
		counts = append(counts, Count{v, min(n, CountCap), n > CountCap})
	}
	s.counts.put(scopeKey(scope), views, tx.Now, counts)
	return counts, nil
}

// beyond is how far behind the cap a view is counted. What holds so many more cannot come back below the cap before as many events have been
// appended, for each takes at most one conversation out of a view: until then it needs no counting.
const beyond = 2000

// unseen is how many events may have a number when a view is counted on PostgreSQL and be committed only later.
const unseen = 1000

func (s *Service) countView(ctx context.Context, tx *db.Tx, scope desk.Scope, v View) (int, error) {
	if id := v.SavedID(); id != 0 {
		n, err := s.countSaved(ctx, tx, scope, id, CountCap+beyond)
		if desk.IsRefusal(err, desk.NotFound) {
			return -1, nil // it was deleted a moment ago
		}
		return n, err
	}
	return count(ctx, tx, scope, v)
}

// count counts the conversations of a view up to CountCap + beyond.
func count(ctx context.Context, tx *db.Tx, scope desk.Scope, v View) (int, error) {
	var q query
	belongs, err := v.condition(&q, scope.Agent)
	if err != nil {
		return 0, err
	}
	return q.count(ctx, tx, v, belongs+" AND "+q.visible(scope))
}

// count counts the conversations c for which a condition holds.
func (q *query) count(ctx context.Context, tx *db.Tx, v View, holds string) (n int, err error) {
	text := "SELECT count(*) FROM (SELECT 1 FROM conversation c WHERE " + holds + " LIMIT " + q.arg(CountCap+beyond) + ") few"
	if err := tx.Row(ctx, text, q.args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count %s: %w", v, err)
	}
	return n, nil
}

// countCache keeps counts for a second, and longer which views are far too large to be counted. What an agent may see is part of the key.
type countCache struct {
	mu      sync.Mutex
	by      map[string]keptCounts
	tooMany map[string]desk.Seq // holds more than CountCap at least until the log has reached this event
}

type keptCounts struct {
	at     desk.Time
	counts []Count
}

const mostKept = 2000 // entries of each kind; then all are forgotten

// scopeKey is the same for scopes that see the same.
func scopeKey(s desk.Scope) string { return fmt.Sprint(s.Agent, s.All, s.Inboxes, s.Teams) }

func countKey(scope string, views []View) string {
	var b strings.Builder
	b.WriteString(scope)
	for _, v := range views {
		b.WriteByte(' ')
		b.WriteString(string(v))
	}
	return b.String()
}

func (c *countCache) get(scope string, views []View, now desk.Time) ([]Count, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.by[countKey(scope, views)]
	if !ok || now.Sub(k.at) >= time.Second || now < k.at {
		return nil, false
	}
	return k.counts, true
}

func (c *countCache) put(scope string, views []View, now desk.Time, counts []Count) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by == nil || len(c.by) >= mostKept {
		c.by = map[string]keptCounts{}
	}
	c.by[countKey(scope, views)] = keptCounts{now, counts}
}

// large reports whether a view is known to hold more than CountCap.
func (c *countCache) large(scope string, v View, newest desk.Seq) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return newest < c.tooMany[countKey(scope, []View{v})]
}

// holder is for whom it is kept that a view is large: for all together where the view is the same for each of them.
func holder(scope desk.Scope, v View) string {
	if alike(scope, v) {
		return "all"
	}
	return scopeKey(scope)
}

// noteLarge keeps that a view holds more than CountCap. Restricted conversations that name the agent do not count, since others may not see them.
func (s *Service) noteLarge(ctx context.Context, tx *db.Tx, scope desk.Scope, v View, n int, newest desk.Seq) error {
	var named int
	if err := tx.Row(ctx, `SELECT count(*) FROM conversation_access WHERE agent = $1`, scope.Agent).Scan(&named); err != nil {
		return fmt.Errorf("count what names agent %s: %w", scope.Agent, err)
	}
	spare := n - named - CountCap - 1
	if tx.Postgres() {
		spare -= unseen
	}
	s.counts.keepLarge(countKey(holder(scope, v), []View{v}), newest, spare)
	return nil
}

func (c *countCache) keepLarge(key string, newest desk.Seq, spare int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if spare <= 0 {
		delete(c.tooMany, key)
		return
	}
	if c.tooMany == nil || len(c.tooMany) >= mostKept {
		c.tooMany = map[string]desk.Seq{}
	}
	c.tooMany[key] = newest + desk.Seq(spare)
}

// ForgetCounts makes the next Counts look anew.
func (s *Service) ForgetCounts() {
	s.counts.mu.Lock()
	defer s.counts.mu.Unlock()
	s.counts.by = nil
}
