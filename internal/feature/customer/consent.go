package customer

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// NewConsent is what a customer agreed to or took back.
type NewConsent struct {
	Purpose desk.Purpose `json:"purpose" enum:"news,survey,recording,sharing"`
	Given   bool         `json:"given"`
	Source  string       `json:"source" minLength:"1" maxLength:"200" doc:"How it is known, such as: by phone, order form of the shop"`
}

// Consent adds a line to the log of what a customer agreed to. Lines are never edited.
func (s *Service) Consent(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.CustomerID, in NewConsent) ([]desk.Consent, error) {
	if !slices.Contains(desk.Purposes, in.Purpose) {
		return nil, desk.RefuseField(desk.Invalid, "body.purpose", "no such purpose")
	}
	source := strings.TrimSpace(db.Text(in.Source))
	if source == "" {
		return nil, desk.WhyNeeded.At("body.source")
	}
	if err := tx.Lock(ctx, "customer", int64(id)); err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO customer_consent (customer, purpose, given, source, at, actor_kind, actor_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, id, in.Purpose, in.Given, source, tx.Now, by.Kind, by.ID); err != nil {
		return nil, fmt.Errorf("record consent of customer %s: %w", id, err)
	}
	if err := told(ctx, tx, by, id); err != nil {
		return nil, err
	}
	return s.Consents(ctx, tx, id)
}

// Consents returns the log of what a customer agreed to, the newest line first: of each purpose the first one holds.
func (s *Service) Consents(ctx context.Context, tx *db.Tx, id desk.CustomerID) ([]desk.Consent, error) {
	rows, err := tx.Query(ctx, `
		SELECT purpose, given, source, at, actor_kind, actor_id
		FROM customer_consent
		WHERE customer = $1
		ORDER BY id DESC
		LIMIT 200`, id)
	list, err := db.Rows(rows, err, func(r *sql.Rows, c *desk.Consent) error {
		return r.Scan(&c.Purpose, &c.Given, &c.Source, &c.At, &c.By.Kind, &c.By.ID)
	})
	if err != nil {
		return nil, fmt.Errorf("consents of customer %s: %w", id, err)
	}
	if list == nil {
		list = []desk.Consent{}
	}
	return list, nil
}
