package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"tellus/internal/migrations"
	"tellus/internal/platform/db"
)

// Migrate brings the database to this binary's schema and returns the names of the steps that it took. It makes the database where there
// is none, and refuses one that a newer Tellus, with which this one cannot live, has migrated.
func Migrate(ctx context.Context, c Config) (applied []string, err error) {
	d, err := c.openDatabase(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return migrate(ctx, d)
}

func migrate(ctx context.Context, d *db.DB) (applied []string, err error) {
	fresh, err := isFresh(ctx, d)
	if err != nil {
		return nil, err
	}
	if !fresh {
		if err := d.CheckBinary(ctx, migrations.Level); err != nil {
			return nil, err
		}
	}
	return d.Migrate(ctx, migrations.Files)
}

// isFresh reports whether no migration was applied yet.
func isFresh(ctx context.Context, d *db.DB) (bool, error) {
	all, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		return false, err
	}
	pending, err := d.Pending(ctx, migrations.Files)
	if err != nil {
		return false, fmt.Errorf("look at the schema: %w", err)
	}
	return len(pending) == len(all), nil
}
