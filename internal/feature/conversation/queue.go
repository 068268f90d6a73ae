package conversation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/engine/assign"
	"tellus/internal/platform/db"
)

// InQueue is a conversation that waits in its team for somebody.
type InQueue struct {
	ID       desk.ConversationID
	Due      desk.Time
	Customer desk.CustomerID
	Wait     desk.Time      // since when the customer waits, 0 where he does not
	Since    desk.Time      // Wait, or where nobody waits when it was opened
	Language string         // that it was recognised to be in, ISO 639-1; "" where none was
	Type     desk.TypeID    // 0 for none
	Allowed  []desk.AgentID // the only people who see it, nil where it is not restricted
}

// Queue is what waits in a team for somebody and for an answer, what is due first at its head; of that what comes behind a place in it, nil for its head.
func (s *Service) Queue(ctx context.Context, tx *db.Tx, team desk.TeamID, behind *InQueue, limit int) ([]InQueue, error) {
	from := InQueue{}
	if behind != nil {
		from = *behind
	}
	rows, err := tx.Query(ctx, `
		SELECT c.id, c.due_at, c.customer, c.waiting_since, `+waitsSince+`, c.language, COALESCE(c.type_id, 0), c.restricted FROM conversation c
		WHERE c.team = $1 AND c.assignee IS NULL AND c.team IS NOT NULL AND c.shelf = 0 AND c.status <> 'waiting' AND (c.due_at, c.id) > ($3, $4)
		ORDER BY c.due_at, c.id
		LIMIT $2`, team, limit, from.Due, from.ID)
	list, err := db.Rows(rows, err, func(r *sql.Rows, q *InQueue) error {
		var restricted bool
		if err := r.Scan(&q.ID, &q.Due, &q.Customer, &q.Wait, &q.Since, &q.Language, &q.Type, &restricted); err != nil {
			return err
		}
		if restricted {
			q.Allowed = []desk.AgentID{}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("queue of team %s: %w", team, err)
	}
	for i := range list {
		if list[i].Allowed == nil {
			continue
		}
		named, err := accessOf(ctx, tx, list[i].ID)
		if err != nil {
			return nil, err
		}
		list[i].Allowed = append(list[i].Allowed, named...)
	}
	return list, nil
}

// longestQueue is how far QueueLength counts.
const longestQueue = 1000

// QueueLength is how much waits in a team for somebody and for an answer, counted up to 1,000.
func (s *Service) QueueLength(ctx context.Context, tx *db.Tx, team desk.TeamID) (n int, err error) {
	err = tx.Row(ctx, `
		SELECT COUNT(*) FROM (SELECT 1 FROM conversation c
			WHERE c.team = $1 AND c.assignee IS NULL AND c.team IS NOT NULL AND c.shelf = 0 AND c.status <> 'waiting' LIMIT $2) waiting`, team, longestQueue).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("how much waits in team %s: %w", team, err)
	}
	return n, nil
}

const waitsSince = `CASE WHEN c.waiting_since > 0 THEN c.waiting_since ELSE c.created_at END`

// WaitsNext is since when that of a team's queue waits (InQueue.Since) which was the next to do so after a time, desk.Never where none did. Of what waits only what was recognised to be in some language
// counts, where languages do, and what is of one of the types.
func (s *Service) WaitsNext(ctx context.Context, tx *db.Tx, team desk.TeamID, after desk.Time, languages bool, types []desk.TypeID) (since desk.Time, err error) {
	counts := `FALSE`
	if languages {
		counts = `c.language <> ''`
	}
	if len(types) > 0 {
		counts += ` OR c.type_id IN ` + db.In(len(types), 4)
	}
	err = tx.Row(ctx, `
		SELECT COALESCE(MIN(`+waitsSince+`), $3) FROM conversation c
		WHERE c.team = $1 AND c.assignee IS NULL AND c.team IS NOT NULL AND c.shelf = 0 AND c.status <> 'waiting' AND (`+counts+`) AND `+waitsSince+` > $2`,
		db.Args(types, team, after, desk.Never)...).Scan(&since)
	if err != nil {
		return 0, fmt.Errorf("since when team %s has the next wait: %w", team, err)
	}
	return since, nil
}

// Loads are how many conversations wait for an answer of each of the agents; who has none is not in it.
func (s *Service) Loads(ctx context.Context, tx *db.Tx, agents []desk.AgentID) (map[desk.AgentID]int, error) {
	loads := map[desk.AgentID]int{}
	for part := range slices.Chunk(agents, 500) {
		rows, err := tx.Query(ctx, `
			SELECT assignee, count(*) FROM conversation
			WHERE assignee IS NOT NULL AND shelf = 0 AND status <> 'waiting' AND assignee IN `+db.In(len(part), 1)+`
			GROUP BY assignee`, db.Args(part)...)
		if _, err := db.Rows(rows, err, func(r *sql.Rows, _ *struct{}) error {
			var agent desk.AgentID
			var n int
			if err := r.Scan(&agent, &n); err != nil {
				return err
			}
			loads[agent] = n
			return nil
		}); err != nil {
			return nil, fmt.Errorf("what waits for whom: %w", err)
		}
	}
	return loads, nil
}

// Before is who had the customer's last other conversation that somebody had and in which something was said since then, 0 for nobody.
func (s *Service) Before(ctx context.Context, tx *db.Tx, of InQueue, since desk.Time) (desk.AgentID, error) {
	var agent desk.AgentID
	err := tx.Row(ctx, `
		SELECT assignee FROM conversation
		WHERE customer = $1 AND last_at >= $2 AND id <> $3 AND assignee IS NOT NULL
		ORDER BY last_at DESC, id DESC
		LIMIT 1`, of.Customer, since, of.ID).Scan(&agent)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("who had customer %s: %w", of.Customer, err)
	}
	return agent, nil
}

// Give assigns a conversation that still waits in the team to an agent. It reports whether it did: somebody may have taken it, or moved it.
func (s *Service) Give(ctx context.Context, tx *db.Tx, id desk.ConversationID, team desk.TeamID, to desk.AgentID) (bool, error) {
	c, err := hold(ctx, tx, id)
	if desk.IsRefusal(err, desk.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if c.ID != id || c.Assignee != 0 || c.Team != team || !c.waitsForUs() {
		return false, nil
	}
	if err := c.setAssignee(ctx, tx, desk.System, to); err != nil {
		return false, err
	}
	return true, c.save(ctx, tx)
}

// waitsForUs reports whether a conversation is active and waits for an answer of ours.
func (c *row) waitsForUs() bool {
	return !c.Status.Finished() && c.Status != desk.StatusWaiting && c.SnoozedUntil == 0 && !c.Spam && c.TrashedAt == 0
}

// Worth says what customers are worth: what they bought in the last twelve months, in hundredths; who is not in it bought nothing.
type Worth func(ctx context.Context, tx *db.Tx, customers []desk.CustomerID) (map[desk.CustomerID]int64, error)

// nextOf is among how many the next is chosen: those that are due first of all that waits. It bounds what asking costs, whatever waits.
const nextOf = 200

// TakeNext gives the scope's agent the most important of what nobody has and he sees (assign.Next), or refuses with NotFound where nothing waits.
func (s *Service) TakeNext(ctx context.Context, tx *db.Tx, scope desk.Scope, worth Worth) (desk.Conversation, error) {
	waiting, err := next(ctx, tx, scope, worth)
	if err != nil {
		return desk.Conversation{}, err
	}
	for _, w := range waiting {
		c, err := hold(ctx, tx, w.ID) // one at a time until one is free: a colleague may have taken the first
		if desk.IsRefusal(err, desk.NotFound) {
			continue
		}
		if err != nil {
			return desk.Conversation{}, err
		}
		if c.ID != w.ID || c.Assignee != 0 || !c.waitsForUs() {
			continue
		}
		if err := c.setAssignee(ctx, tx, desk.ByAgent(scope.Agent), scope.Agent); err != nil {
			return desk.Conversation{}, err
		}
		if err := c.save(ctx, tx); err != nil {
			return desk.Conversation{}, err
		}
		return s.Get(ctx, tx, scope, c.ID)
	}
	return desk.Conversation{}, desk.Refuse(desk.NotFound, "nothing waits for somebody")
}

// next is what the agent may be given, the most important first.
func next(ctx context.Context, tx *db.Tx, scope desk.Scope, worth Worth) ([]assign.Waiting, error) {
	type waiting struct {
		assign.Waiting
		customer desk.CustomerID
	}
	var q query
	q.WriteString(`SELECT c.id, c.due_at, c.due_soon_at, c.waiting_since, c.created_at, c.priority, c.customer,
			EXISTS (SELECT 1 FROM distribution_offer o WHERE o.conversation = c.id AND o.wait = c.waiting_since)
		FROM conversation c
		WHERE c.shelf = 0 AND c.assignee IS NULL AND c.status <> 'waiting' AND ` + q.visible(scope) + `
		ORDER BY c.due_at, c.id LIMIT ` + q.arg(nextOf))
	rows, err := tx.Query(ctx, q.String(), q.args...)
	all, err := db.Rows(rows, err, func(r *sql.Rows, w *waiting) error {
		return r.Scan(&w.ID, &w.Due, &w.Soon, &w.Since, &w.Created, &w.Priority, &w.customer, &w.Left)
	})
	if err != nil {
		return nil, fmt.Errorf("what waits: %w", err)
	}
	customers := make([]desk.CustomerID, len(all))
	for i, w := range all {
		customers[i] = w.customer
	}
	worths, err := worth(ctx, tx, customers)
	if err != nil {
		return nil, err
	}
	list := make([]assign.Waiting, len(all))
	for i, w := range all {
		list[i] = w.Waiting
		list[i].Value = worths[w.customer]
	}
	return assign.Next(list, tx.Now), nil
}
