package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"tellus/internal/platform/db"
)

// bulk writes rows directly into an empty desk: the tables' indexes are dropped first and built at the end, and PostgreSQL takes the rows by COPY.
type bulk struct {
	d       *db.DB
	pg      *pgx.Conn // on PostgreSQL
	indexes []string  // how to build them again
}

// filled are the tables that are written in bulk.
var filled = []string{"customer", "address", "conversation", "conversation_tag", "participant", "message", "mention", "follower", "draft"}

func openBulk(ctx context.Context, d *db.DB, url string) (b *bulk, err error) {
	b = &bulk{d: d}
	if d.Postgres() {
		if b.pg, err = pgx.Connect(ctx, url); err != nil {
			return nil, fmt.Errorf("reach PostgreSQL: %w", err)
		}
		// Foreign keys are not looked up one by one. Only a superuser may say so; for others it takes longer.
		_, _ = b.pg.Exec(ctx, `SET session_replication_role = replica`)
	}
	if err := b.dropIndexes(ctx); err != nil {
		return nil, errors.Join(err, b.close(ctx))
	}
	return b, nil
}

func (b *bulk) close(ctx context.Context) error {
	if b.pg == nil {
		return nil
	}
	return b.pg.Close(ctx)
}

func (b *bulk) dropIndexes(ctx context.Context) error {
	ask := `SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ` + db.In(len(filled), 1)
	if b.pg != nil {
		// Those that keep a constraint stay.
		ask = `SELECT indexname, indexdef FROM pg_indexes i WHERE schemaname = current_schema() AND tablename IN ` + db.In(len(filled), 1) + `
			AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = (quote_ident(i.schemaname) || '.' || quote_ident(i.indexname))::regclass)`
	}
	type index struct{ name, text string }
	err := b.d.Write(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, ask, db.Args(filled)...)
		list, err := db.Rows(rows, err, func(r *sql.Rows, x *index) error { return r.Scan(&x.name, &x.text) })
		if err != nil {
			return err
		}
		b.indexes = nil
		for _, x := range list {
			b.indexes = append(b.indexes, x.text)
			if _, err := tx.Exec(ctx, `DROP INDEX `+x.name); err != nil {
				return fmt.Errorf("%s: %w", x.name, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("drop indexes: %w", err)
	}
	return nil
}

// buildIndexes brings back what was dropped.
func (b *bulk) buildIndexes(ctx context.Context, progress func(text string)) error {
	for _, text := range b.indexes {
		progress(text)
		if err := b.d.Write(ctx, func(tx *db.Tx) error {
			if b.pg != nil {
				if _, err := tx.Exec(ctx, `SET LOCAL maintenance_work_mem = '512MB'`); err != nil {
					return err
				}
			}
			_, err := tx.Exec(ctx, text)
			return err
		}); err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
	}
	return nil
}

// table is rows of one table.
type table struct {
	name    string
	columns []string
	rows    [][]any
}

// write stores the rows of some tables, in their order.
func (b *bulk) write(ctx context.Context, tables ...table) error {
	if b.pg != nil {
		for _, t := range tables {
			if _, err := b.pg.CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, pgx.CopyFromRows(t.rows)); err != nil {
				return fmt.Errorf("copy into %s: %w", t.name, err)
			}
		}
		return nil
	}
	return b.d.Write(ctx, func(tx *db.Tx) error {
		for _, t := range tables {
			text := "INSERT INTO " + t.name + " (" + strings.Join(t.columns, ", ") + ") VALUES " + db.In(len(t.columns), 1)
			for _, row := range t.rows {
				// A statement that stays the same is prepared once, which is quicker than long ones that differ.
				if _, err := tx.Exec(ctx, text, row...); err != nil {
					return fmt.Errorf("insert into %s: %w", t.name, err)
				}
			}
		}
		return nil
	})
}

// readTables has PostgreSQL read its largest tables and their indexes once.
func readTables(ctx context.Context, url string) (err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("reach PostgreSQL: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	for _, text := range []string{
		`SELECT count(*) FROM message WHERE state = 'none'`,
		`SELECT count(*) FROM conversation WHERE status = 'none'`,
		`SELECT count(*) FROM participant WHERE role = 'none'`,
		`SELECT count(*) FROM customer WHERE note = 'none'`,
		`SELECT count(*) FROM address WHERE kind = 'none'`,
	} {
		if _, err := conn.Exec(ctx, text); err != nil {
			return fmt.Errorf("read tables: %w", err)
		}
	}
	return nil
}
