package webhook

import (
	"context"
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// cleared takes content out of deliveries; what is left says that there was a call, and how it went.
const cleared = ` SET body = '', answer = '' WHERE (body <> '' OR answer <> '') AND `

// Forget clears what was sent about a conversation.
func Forget(ctx context.Context, tx *db.Tx, id desk.ConversationID) error {
	if _, err := tx.Exec(ctx, `UPDATE webhook_delivery`+cleared+`conversation = $1`, id); err != nil {
		return fmt.Errorf("forget what webhooks were told of conversation %s: %w", id, err)
	}
	return nil
}

// ForgetMessage clears what was sent with the text of a message until a time: after a restore its id may be given again.
func ForgetMessage(ctx context.Context, tx *db.Tx, id desk.MessageID, until desk.Time) error {
	if _, err := tx.Exec(ctx, `UPDATE webhook_delivery`+cleared+`message = $1 AND message <> 0 AND created_at <= $2`, id, until); err != nil {
		return fmt.Errorf("forget what webhooks were told of message %s: %w", id, err)
	}
	return nil
}

// ForgetCustomer clears what was sent about a customer: his conversations, what he wrote in those of others, and wherever one of his addresses stands.
func ForgetCustomer(ctx context.Context, tx *db.Tx, id desk.CustomerID, addresses []string) error {
	if _, err := tx.Exec(ctx, `UPDATE webhook_delivery`+cleared+`(customer = $1 OR message IN (SELECT m.id FROM message m WHERE m.customer = $1))`, id); err != nil {
		return fmt.Errorf("forget what webhooks were told of customer %s: %w", id, err)
	}
	for _, a := range addresses {
		if len(a) < 5 {
			continue
		}
		escaped := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(a))
		if _, err := tx.Exec(ctx, `UPDATE webhook_delivery`+cleared+`(lower(body) LIKE $1 ESCAPE '\' OR lower(answer) LIKE $1 ESCAPE '\')`, db.Text("%"+escaped+"%")); err != nil {
			return fmt.Errorf("forget what webhooks were told of customer %s: %w", id, err)
		}
	}
	return nil
}
