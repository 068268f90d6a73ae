package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tellus/internal/platform/db"
)

// sealedColumn is a column that holds what secret.Keyring.Seal returned. Context names the place that a value is bound to, %s being the
// row's key; it must be what the owner of the table seals with.
type sealedColumn struct {
	table, key, column string
	context            string
}

// sealed lists every sealed column there is. TestRotateKnowsEverySealedColumn compares it with the schema.
var sealed = []sealedColumn{
	{"agent", "id", "totp_secret", "agent/%s/totp"},
	{"inbox", "id", "receive_secret", "inbox/%s/receive"},
	{"inbox", "id", "submit_secret", "inbox/%s/submit"},
	{"setting", "name", "sealed", "setting/%s"},
	{"shop", "id", "secret", "shop/%s/secret"},
	{"calendar_feed", "id", "sealed", "calendar-feed/%s/address"},
	{"webhook", "id", "sealed", "webhook/%s/settings"},
	{"push_key", "id", "sealed", "push/%s"},
}

// RotateKey makes a new key, seals every secret of the database anew with it, and returns how many there were. The server may run: it notices
// the new key file, and a secret that was written meanwhile is not overwritten. Where it fails nothing is lost, and it can be run again. Where
// forget is set the older keys are removed at the end.
func RotateKey(ctx context.Context, c Config, forget bool) (n int, err error) {
	d, err := c.existingDatabase(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	keys, err := openKeys(c)
	if err != nil {
		return 0, err
	}
	err = keys.Rotate(func(again func([]byte, string) ([]byte, error)) error {
		for _, col := range sealed {
			did, err := col.reseal(ctx, d, again)
			n += did
			if err != nil {
				return fmt.Errorf("seal %s.%s anew: %w", col.table, col.column, err)
			}
		}
		return nil
	})
	if err != nil {
		return n, err
	}
	if !forget {
		return n, nil
	}
	// What lives for minutes is not worth sealing anew: an enrolment under way begins again, a repeated call is made again.
	err = d.Write(ctx, func(tx *db.Tx) error {
		for _, query := range []string{"DELETE FROM ceremony", "DELETE FROM idempotency"} {
			if _, err := tx.Exec(ctx, query); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return n, fmt.Errorf("drop what was sealed for minutes: %w", err)
	}
	return n, keys.Forget()
}

// sealedValue is one value with its row's key, as text.
type sealedValue struct {
	key   string
	value []byte
}

// reseal goes through a column value by value, each in a transaction of its own: there are few, and a long one would stall others.
func (col sealedColumn) reseal(ctx context.Context, d *db.DB, again func([]byte, string) ([]byte, error)) (n int, err error) {
	var values []sealedValue
	err = d.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, "SELECT CAST("+col.key+" AS TEXT), "+col.column+" FROM "+col.table+
			" WHERE "+col.column+" IS NOT NULL ORDER BY "+col.key)
		values, err = db.Rows(rows, err, func(r *sql.Rows, v *sealedValue) error { return r.Scan(&v.key, &v.value) })
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, v := range values {
		if len(v.value) == 0 {
			continue
		}
		fresh, err := again(v.value, fmt.Sprintf(col.context, v.key))
		if err != nil {
			return n, err
		}
		err = d.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE "+col.table+" SET "+col.column+" = $1 WHERE CAST("+col.key+" AS TEXT) = $2 AND "+col.column+" = $3",
				fresh, v.key, v.value)
			return err
		})
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
