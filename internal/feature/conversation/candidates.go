package conversation

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Lookup is what a new message knows of the conversations that it may belong to.
type Lookup struct {
	MailIDs  []string            // In-Reply-To and References, without brackets
	Named    desk.ConversationID // that a verified reply token names
	Numbers  []int64             // found in the subject
	Customer desk.CustomerID     // 0 where the writer was not known before
	Address  string              // the writer's
}

// Candidate is a conversation that a message may belong to, with why it was looked at.
type Candidate struct {
	Conversation desk.Conversation
	ResolvedAt   desk.Time
	SubjectKey   int64
	MailIDs      []string // those of the lookup that are messages of this conversation
	Participants []string // addresses in lower case
	Customers    []desk.CustomerID
	Former       []Former // what was merged into it and was looked for by number or token
}

// recent is how many of the customer's last conversations are looked at.
const recent = 10

// Candidates gathers the conversations that a message may belong to; which it is decides engine/thread.
func (s *Service) Candidates(ctx context.Context, tx *db.Tx, l Lookup) ([]Candidate, error) {
	byMail, err := conversationsOfMails(ctx, tx, l.MailIDs)
	if err != nil {
		return nil, err
	}
	ids := make([]desk.ConversationID, 0, len(byMail)+1)
	for id := range byMail {
		ids = append(ids, id)
	}
	if l.Named != 0 && !slices.Contains(ids, l.Named) {
		ids = append(ids, l.Named)
	}
	slices.Sort(ids)
	found, err := candidateRows(ctx, tx, ids, l)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	for i := range found {
		found[i].MailIDs = byMail[found[i].Conversation.ID]
	}
	return found, takers(ctx, tx, found)
}

// conversationsOfMails finds which conversations hold messages of those Message-IDs.
func conversationsOfMails(ctx context.Context, tx *db.Tx, mailIDs []string) (map[desk.ConversationID][]string, error) {
	by := map[desk.ConversationID][]string{}
	if len(mailIDs) == 0 {
		return by, nil
	}
	keys := make([]int64, len(mailIDs))
	for i, id := range mailIDs {
		keys[i] = MailKey(db.Text(id))
	}
	type hit struct {
		in     desk.ConversationID
		mailID string
	}
	rows, err := tx.Query(ctx, `SELECT conversation, mail_id FROM message WHERE mail_key <> 0 AND mail_key IN `+db.In(len(keys), 1)+` LIMIT 200`, db.Args(keys)...)
	hits, err := db.Rows(rows, err, func(r *sql.Rows, h *hit) error { return r.Scan(&h.in, &h.mailID) })
	if err != nil {
		return nil, fmt.Errorf("find conversations by Message-ID: %w", err)
	}
	for _, h := range hits {
		if slices.Contains(mailIDs, h.mailID) && !slices.Contains(by[h.in], h.mailID) {
			by[h.in] = append(by[h.in], h.mailID)
		}
	}
	return by, nil
}

func candidateRows(ctx context.Context, tx *db.Tx, ids []desk.ConversationID, l Lookup) ([]Candidate, error) {
	var q query
	parts := make([]string, 0, 3)
	if len(ids) > 0 {
		parts = append(parts, "SELECT id FROM conversation WHERE id IN "+list(&q, ids))
	}
	if len(l.Numbers) > 0 {
		parts = append(parts, "SELECT id FROM conversation WHERE number IN "+list(&q, l.Numbers))
	}
	if l.Customer != 0 {
		parts = append(parts, "SELECT id FROM (SELECT id FROM conversation WHERE shelf <> 5 AND customer = "+q.arg(int64(l.Customer))+
			" ORDER BY last_at DESC, id DESC LIMIT "+q.arg(recent)+") latest")
	}
	if len(parts) == 0 {
		return nil, nil
	}
	text := `SELECT ` + rowColumns + `, c.merged_into FROM conversation c WHERE c.id IN (` + join(parts, " UNION ") + `) ORDER BY c.id`
	rows, err := tx.Query(ctx, text, q.args...)
	var merged []Former
	found, err := db.Rows(rows, err, scanCandidate(&merged))
	if err != nil {
		return nil, fmt.Errorf("load candidates: %w", err)
	}
	if len(merged) == 0 {
		return found, nil
	}
	return withFormers(ctx, tx, found, merged)
}

// scanCandidate reads a candidate; what was merged goes to a list of its own.
func scanCandidate(merged *[]Former) func(r *sql.Rows, c *Candidate) error {
	return func(r *sql.Rows, c *Candidate) error {
		var full row
		var into desk.ConversationID
		if err := full.scan(r, &into); err != nil {
			return err
		}
		if into != 0 {
			*merged = append(*merged, Former{full.ID, full.Number, into})
		}
		c.Conversation, c.ResolvedAt, c.SubjectKey = full.Conversation, full.resolvedAt, full.subjectKey
		return nil
	}
}

// withFormers puts what merged candidates live in into their places.
func withFormers(ctx context.Context, tx *db.Tx, found []Candidate, merged []Former) ([]Candidate, error) {
	var roots []desk.ConversationID
	for i := range merged {
		root, err := livesIn(ctx, tx, merged[i].ID)
		if err != nil {
			return nil, err
		}
		merged[i].In = root
		roots = append(roots, root)
	}
	found = slices.DeleteFunc(found, func(c Candidate) bool {
		return slices.ContainsFunc(merged, func(f Former) bool { return f.ID == c.Conversation.ID })
	})
	roots = slices.DeleteFunc(sorted(roots...), func(id desk.ConversationID) bool {
		return slices.ContainsFunc(found, func(c Candidate) bool { return c.Conversation.ID == id })
	})
	var none []Former
	rows, err := tx.Query(ctx, `SELECT `+rowColumns+`, c.merged_into FROM conversation c WHERE c.id IN `+db.In(len(roots), 1), db.Args(roots)...)
	more, err := db.Rows(rows, err, scanCandidate(&none))
	if err != nil {
		return nil, fmt.Errorf("load what candidates were merged into: %w", err)
	}
	found = append(found, more...)
	slices.SortFunc(found, func(a, b Candidate) int { return cmp.Compare(a.Conversation.ID, b.Conversation.ID) })
	for i := range found {
		for _, f := range merged {
			if f.In == found[i].Conversation.ID {
				found[i].Former = append(found[i].Former, f)
			}
		}
	}
	return found, nil
}

func join(parts []string, with string) string {
	out := parts[0]
	for _, p := range parts[1:] {
		out += with + p
	}
	return out
}

// takers fills in who takes part in each candidate.
func takers(ctx context.Context, tx *db.Tx, found []Candidate) error {
	byID := map[desk.ConversationID]*Candidate{}
	ids := make([]desk.ConversationID, len(found))
	for i := range found {
		ids[i] = found[i].Conversation.ID
		byID[ids[i]] = &found[i]
		found[i].Customers = append(found[i].Customers, found[i].Conversation.Customer)
	}
	type part struct {
		in       desk.ConversationID
		address  string
		customer desk.CustomerID
	}
	rows, err := tx.Query(ctx, `
		SELECT conversation, address_key, COALESCE(customer, 0)
		FROM participant
		WHERE conversation IN `+db.In(len(ids), 1), db.Args(ids)...)
	parts, err := db.Rows(rows, err, func(r *sql.Rows, p *part) error { return r.Scan(&p.in, &p.address, &p.customer) })
	if err != nil {
		return fmt.Errorf("load participants of candidates: %w", err)
	}
	for _, p := range parts {
		c := byID[p.in]
		c.Participants = append(c.Participants, p.address)
		if p.customer != 0 && !slices.Contains(c.Customers, p.customer) {
			c.Customers = append(c.Customers, p.customer)
		}
	}
	return nil
}
