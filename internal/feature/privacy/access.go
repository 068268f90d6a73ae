package privacy

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// How somebody came to see a customer's record.
type How string

const (
	ByPage         How = "page"         // his own page, his timeline, or his record by the API
	ByConversation How = "conversation" // a conversation with him, which shows his record beside it
	ByExport       How = "export"       // a file: of a conversation, or of all that is held on him
)

// Access is a line of the log of who saw a customer's record. Looking again within ten minutes is the same line.
type Access struct {
	ID           int64               `json:"id"`
	At           desk.Time           `json:"at"`
	Agent        desk.AgentID        `json:"agent"`
	Customer     desk.CustomerID     `json:"customer"`
	How          How                 `json:"how" enum:"page,conversation,export"`
	Conversation desk.ConversationID `json:"conversation,omitempty"`
}

// AddAccess appends lines to the log.
func (s *Service) AddAccess(ctx context.Context, tx *db.Tx, lines []Access) error {
	for _, a := range lines {
		if err := tx.Soon(ctx, `INSERT INTO access_entry (at, agent, customer, how, conversation) VALUES ($1, $2, $3, $4, $5)`,
			a.At, a.Agent, a.Customer, a.How, a.Conversation); err != nil {
			return fmt.Errorf("log who saw customer %s: %w", a.Customer, err)
		}
	}
	return nil
}

// AccessFilter says which lines are wanted; its zero value wants all.
type AccessFilter struct {
	Customer    desk.CustomerID
	Agent       desk.AgentID
	How         How
	From, Until desk.Time // Until is not part of it; 0 for no end
	Before      int64     // the id that a page begins below; 0 for the newest
}

// Accesses are lines of the log, the latest first.
func (s *Service) Accesses(ctx context.Context, tx *db.Tx, f AccessFilter, limit int) ([]Access, error) {
	var args []any
	arg := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	where := []string{"at >= " + arg(f.From)}
	if f.Customer != 0 {
		where = append(where, "customer = "+arg(int64(f.Customer)))
	}
	if f.Agent != 0 {
		where = append(where, "agent = "+arg(int64(f.Agent)))
	}
	if f.How != "" {
		where = append(where, "how = "+arg(string(f.How)))
	}
	if f.Until != 0 {
		where = append(where, "at < "+arg(f.Until))
	}
	if f.Before != 0 {
		where = append(where, "id < "+arg(f.Before))
	}
	rows, err := tx.Query(ctx, `SELECT id, at, agent, customer, how, conversation FROM access_entry WHERE `+strings.Join(where, " AND ")+
		` ORDER BY id DESC LIMIT `+arg(limit), args...)
	list, err := db.Rows(rows, err, func(r *sql.Rows, a *Access) error {
		return r.Scan(&a.ID, &a.At, &a.Agent, &a.Customer, &a.How, &a.Conversation)
	})
	if err != nil {
		return nil, fmt.Errorf("log of who saw customers: %w", err)
	}
	if list == nil {
		list = []Access{}
	}
	return list, nil
}
