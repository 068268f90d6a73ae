package customer

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// ErasedAt is when a customer was erased, 0 where he was not; desk.NotFound where there is none.
func (s *Service) ErasedAt(ctx context.Context, tx *db.Tx, id desk.CustomerID) (at desk.Time, err error) {
	err = tx.Row(ctx, `SELECT erased_at FROM customer WHERE id = $1`, id).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, desk.Refuse(desk.NotFound, "no customer %s", id)
	}
	if err != nil {
		return 0, fmt.Errorf("is customer %s erased: %w", id, err)
	}
	return at, nil
}

// Forget takes all that is known of a customer out of his own record for good, and returns by what he could be addressed, as it is compared. The record stays, without a person:
// figures refer to it. Whoever writes from one of his addresses later is somebody new.
func (s *Service) Forget(ctx context.Context, tx *db.Tx, by desk.Actor, id desk.CustomerID) (addresses []string, err error) {
	if err := tx.Lock(ctx, "customer", int64(id)); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT value_key FROM address WHERE customer = $1 AND kind <> 'post' ORDER BY id`, id)
	addresses, err = db.Rows(rows, err, func(r *sql.Rows, key *string) error { return r.Scan(key) })
	if err != nil {
		return nil, fmt.Errorf("addresses of customer %s: %w", id, err)
	}
	for _, text := range []string{
		`DELETE FROM address WHERE customer = $1`,
		`DELETE FROM customer_consent WHERE customer = $1`,
		`DELETE FROM customer_word WHERE customer = $1`,
		`DELETE FROM customer_trait WHERE customer = $1`,
		`DELETE FROM customer_duplicate WHERE lower = $1 OR upper = $1`,
		`DELETE FROM customer_merge_item WHERE merge IN (SELECT id FROM customer_merge WHERE into_customer = $1 OR from_customer = $1)`,
		`UPDATE customer_merge SET record = '{}' WHERE into_customer = $1 OR from_customer = $1`,
	} {
		if _, err := tx.Exec(ctx, text, id); err != nil {
			return nil, fmt.Errorf("forget customer %s: %w", id, err)
		}
	}
	if _, err := tx.Exec(ctx, `
		UPDATE customer
		SET name = '', name_key = '', language = '', time_zone = '', organisation = '', member_of = NULL, note = '', warnings = '[]', birthday = '', prefers = '', hours = '',
			fields = '{}', version = version + 1, changed_at = $2, changed_by = $3, erased_at = $2
		WHERE id = $1`, id, tx.Now, changer(by)); err != nil {
		return nil, fmt.Errorf("forget customer %s: %w", id, err)
	}
	if err := told(ctx, tx, by, id); err != nil {
		return nil, err
	}
	return addresses, eventlog.Append(ctx, tx, &desk.Event{By: by, Kind: desk.CustomerErased, SubjectKind: desk.AboutCustomer, Subject: int64(id)})
}

// MadeAt is when a customer's record was made; desk.NotFound where there is none.
func (s *Service) MadeAt(ctx context.Context, tx *db.Tx, id desk.CustomerID) (at desk.Time, err error) {
	err = tx.Row(ctx, `SELECT created_at FROM customer WHERE id = $1`, id).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, desk.Refuse(desk.NotFound, "no customer %s", id)
	}
	if err != nil {
		return 0, fmt.Errorf("when customer %s was made: %w", id, err)
	}
	return at, nil
}
