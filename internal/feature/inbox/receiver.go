package inbox

import (
	"context"
	"encoding/json"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
)

// ReceiverNotice is the name under which each node says how its mail receiver fares (cluster.Node.Say): a Receiver as JSON. Nodes whose receiver is switched
// off say nothing.
const ReceiverNotice = "mail receiver"

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
	notices, err := cluster.Notices(ctx, tx, ReceiverNotice)
	if err != nil {
		return desk.Problem{}, err
	}
	problem := desk.Problem{Code: ReceiverOff}
	for _, notice := range notices {
		var r Receiver
		if err := json.Unmarshal([]byte(notice), &r); err != nil {
			return problem, fmt.Errorf("how a mail receiver fares: %w", err)
		}
		if r.Problem.Code == "" {
			return desk.Problem{}, nil
		}
		problem = r.Problem
	}
	return problem, nil
}
