package conversation

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Said is one thing that was said with a customer, in whichever conversation and on whichever channel.
type Said struct {
	Message      desk.MessageID      `json:"message"`
	At           desk.Time           `json:"at"`
	Kind         desk.MessageKind    `json:"kind" enum:"incoming,outgoing,note"`
	Channel      desk.ChannelKind    `json:"channel"`
	AuthorKind   desk.AuthorKind     `json:"authorKind" enum:"customer,agent,system"`
	Agent        desk.AgentID        `json:"agent,omitempty"`
	Text         string              `json:"text" doc:"Its beginning"`
	Attachments  int                 `json:"attachments"`
	Record       *desk.Record        `json:"record,omitempty" doc:"Where it is a call, visit or letter that was written down"`
	Conversation desk.ConversationID `json:"conversation"`
	Number       int64               `json:"number"`
	Subject      string              `json:"subject"`
	Status       desk.Status         `json:"status" enum:"new,open,waiting,resolved,closed"`
}

// SaidBefore is where a page ended; its zero value is the newest end.
type SaidBefore struct {
	At desk.Time      `json:"a"`
	ID desk.MessageID `json:"i"`
}

// SaidFilter says what of it is wanted; its zero value wants all.
type SaidFilter struct {
	Channel desk.ChannelKind
	Kind    desk.MessageKind
	Before  SaidBefore
}

// SaidWith returns at most limit things said with a customer in conversations that the scope's agent may see, the newest first. Automatic mails are left out, and so is
// what lies in spam and trash.
func (s *Service) SaidWith(ctx context.Context, tx *db.Tx, scope desk.Scope, customer desk.CustomerID, f SaidFilter, limit int) ([]Said, error) {
	var q query
	where := `c.customer = ` + q.arg(int64(customer)) + ` AND c.shelf < 3 AND m.automatic = '' AND m.author_kind <> 'system' AND ` + q.visible(scope)
	if f.Channel != "" {
		where += ` AND m.channel = ` + q.arg(string(f.Channel))
	}
	if f.Kind != "" {
		where += ` AND m.kind = ` + q.arg(string(f.Kind))
	}
	if f.Before.At != 0 {
		where += ` AND (m.at, m.id) < (` + q.arg(int64(f.Before.At)) + `, ` + q.arg(int64(f.Before.ID)) + `)`
	}
	// The order is worked out of what is needed for it; texts are read for the page alone.
	q.WriteString(`
		SELECT m.id, m.at, m.kind, m.channel, m.author_kind, COALESCE(m.agent, 0), substr(m.text, 1, 600), m.attachments, m.facts, c.id, c.number, c.subject, c.status
		FROM message m
		JOIN conversation c ON c.id = m.conversation
		WHERE m.id IN (SELECT m.id FROM conversation c JOIN message m ON m.conversation = c.id WHERE ` + where + ` ORDER BY m.at DESC, m.id DESC LIMIT ` + q.arg(limit) + `)
		ORDER BY m.at DESC, m.id DESC`)
	rows, err := tx.Query(ctx, q.String(), q.args...)
	list, err := db.Rows(rows, err, func(r *sql.Rows, e *Said) error {
		var facts string
		if err := r.Scan(&e.Message, &e.At, &e.Kind, &e.Channel, &e.AuthorKind, &e.Agent, &e.Text, &e.Attachments, &facts, &e.Conversation, &e.Number, &e.Subject,
			&e.Status); err != nil {
			return err
		}
		var known struct {
			Record *desk.Record `json:"record"`
		}
		if err := json.Unmarshal([]byte(facts), &known); err != nil {
			return fmt.Errorf("facts of message %s: %w", e.Message, err)
		}
		e.Record, e.Text = known.Record, preview(e.Text)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("what was said with customer %s: %w", customer, err)
	}
	return some(list), nil
}

// OfOrganisation returns conversations of an organisation's people that the scope's agent may see, the newest first.
func (s *Service) OfOrganisation(ctx context.Context, tx *db.Tx, scope desk.Scope, organisation desk.OrganisationID, limit int) ([]desk.Conversation, error) {
	var q query
	me := q.arg(int64(scope.Agent))
	q.WriteString(`SELECT ` + rowColumns + `, c.last_incoming > COALESCE(r.message, 0)
		FROM customer p
		JOIN conversation c ON c.customer = p.id
		LEFT JOIN read_mark r ON r.agent = ` + me + ` AND r.conversation = c.id
		WHERE p.member_of = ` + q.arg(int64(organisation)) + ` AND c.shelf < 3 AND ` + q.visible(scope) + `
		ORDER BY c.last_at DESC, c.id DESC LIMIT ` + q.arg(limit))
	found, err := listRows(ctx, tx, &q)
	if err != nil {
		return nil, fmt.Errorf("conversations of organisation %s: %w", organisation, err)
	}
	return found, nil
}

// Figures are how many conversations somebody has that the asker may see.
type Figures struct {
	All        int64     `json:"all"`
	Unfinished int64     `json:"unfinished"`
	FirstAt    desk.Time `json:"firstAt,omitempty" doc:"When the first began"`
	LastAt     desk.Time `json:"lastAt,omitempty" doc:"When the last word fell"`
}

// FiguresOf counts a customer's conversations that the scope's agent may see, spam and trash aside.
func (s *Service) FiguresOf(ctx context.Context, tx *db.Tx, scope desk.Scope, customer desk.CustomerID) (f Figures, err error) {
	var q query
	q.WriteString(`
		SELECT count(*), count(*) FILTER (WHERE c.status NOT IN ('resolved', 'closed')), COALESCE(min(c.created_at), 0), COALESCE(max(c.last_at), 0)
		FROM conversation c
		WHERE c.customer = ` + q.arg(int64(customer)) + ` AND c.shelf < 3 AND ` + q.visible(scope))
	if err := tx.Row(ctx, q.String(), q.args...).Scan(&f.All, &f.Unfinished, &f.FirstAt, &f.LastAt); err != nil {
		return f, fmt.Errorf("count conversations of customer %s: %w", customer, err)
	}
	return f, nil
}
