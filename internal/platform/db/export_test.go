package db

import "context"

// Prepare has the database prepare a query without running it.
func Prepare(ctx context.Context, d *DB, query string) error {
	if !d.Postgres() {
		query = rewrite(query)
	}
	s, err := d.read.PrepareContext(ctx, query)
	if err != nil {
		return err
	}
	defer s.Close()
	return nil
}
