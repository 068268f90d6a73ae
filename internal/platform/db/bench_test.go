package db_test

import (
	"sync/atomic"
	"testing"

	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

// BenchmarkWrite inserts one row of 200 bytes with 16 goroutines, durably on SQLite (synchronous=FULL).
func BenchmarkWrite(b *testing.B) {
	each(b, func(b *testing.B, d *db.DB) {
		createMail(b, d)
		var n atomic.Int64
		parallel(b, func() error {
			return d.Write(b.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(b.Context(), "INSERT INTO mail (id, sender, body) VALUES ($1, $2, $3)", n.Add(1), "ann@example.com", body)
				return err
			})
		})
	})
}

// BenchmarkWriteTwenty runs twenty statements in each transaction, about what a mail costs.
func BenchmarkWriteTwenty(b *testing.B) {
	each(b, func(b *testing.B, d *db.DB) {
		createMail(b, d)
		var n atomic.Int64
		parallel(b, func() error {
			return d.Write(b.Context(), func(tx *db.Tx) error {
				for range 5 {
					id := n.Add(1)
					if _, err := tx.Exec(b.Context(), "INSERT INTO mail (id, sender, body) VALUES ($1, $2, $3)", id, "ann@example.com", body); err != nil {
						return err
					}
					var got int64
					for range 2 {
						if err := tx.Row(b.Context(), "SELECT id FROM mail WHERE id = $1", id).Scan(&got); err != nil {
							return err
						}
					}
					if _, err := tx.Exec(b.Context(), "UPDATE mail SET sender = $2 WHERE id = $1", id, "bob@example.com"); err != nil {
						return err
					}
				}
				return nil
			})
		})
	})
}

// BenchmarkRead reads one row by its key in a snapshot.
func BenchmarkRead(b *testing.B) {
	each(b, func(b *testing.B, d *db.DB) {
		createMail(b, d)
		dbtest.Exec(b, d, "INSERT INTO mail (id, sender, body) VALUES (1, 'ann@example.com', 'x')")
		parallel(b, func() error {
			return d.Read(b.Context(), func(tx *db.Tx) error {
				var s string
				return tx.Row(b.Context(), "SELECT sender FROM mail WHERE id = $1", 1).Scan(&s)
			})
		})
	})
}

const body = "Dear desk, where is my order 4711? I have waited for two weeks, and nobody answers the telephone. Kind regards, Ann Example, Brīvības iela 1, Rīga"

func createMail(b *testing.B, d *db.DB) {
	dbtest.Exec(b, d, "CREATE TABLE mail (id BIGINT PRIMARY KEY, sender TEXT NOT NULL, body TEXT NOT NULL)", "CREATE INDEX mail_sender ON mail (sender, id)")
}

func each(b *testing.B, f func(b *testing.B, d *db.DB)) {
	b.Run("sqlite", func(b *testing.B) { f(b, dbtest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { f(b, dbtest.Postgres(b)) })
}

func parallel(b *testing.B, f func() error) {
	b.SetParallelism(8) // × GOMAXPROCS
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := f(); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
}
