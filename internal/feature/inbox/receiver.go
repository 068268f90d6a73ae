package inbox

import (
	"context"
	"encoding/json"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
)

// ReceiverNote is the name under which each node says how its mail receiver fares (cluster.Node.Note): a Receiver as JSON. Nodes whose receiver is switched
// off say nothing.
const ReceiverNote = "mail receiver"

// Receiver is how the mail receiver of a node fares.
type Receiver struct {
	Listen  string       `json:"listen"`  // host:port where it takes mail, or is to
	Problem desk.Problem `json:"problem"` // empty while it takes mail
}

// Codes of what keeps the mail receiver from taking mail, beside those of connections.
const (
	ReceiverOff    = "receiver_off"    // nobody switched it on
	ReceiverFailed = "receiver_failed" // the port is taken or not allowed, or the certificate cannot be read
)

// Receiving says what keeps the house from taking mail by its own receiver; empty where a node takes it.
func (s *Service) Receiving(ctx context.Context, tx *db.Tx) (desk.Problem, error) {
	notes, err := cluster.Notes(ctx, tx, ReceiverNote)
	if err != nil {
		return desk.Problem{}, err
	}
	problem := desk.Problem{Code: ReceiverOff}
	for _, note := range notes {
		var r Receiver
		if err := json.Unmarshal([]byte(note), &r); err != nil {
			return problem, fmt.Errorf("how a mail receiver fares: %w", err)
		}
		if r.Problem.Code == "" {
			return desk.Problem{}, nil
		}
		problem = r.Problem
	}
	return problem, nil
}
