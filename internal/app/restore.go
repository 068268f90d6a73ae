package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"tellus/internal/migrations"
	"tellus/internal/platform/blob"
	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// Restored says what a restore did.
type Restored struct {
	Manifest Manifest
	Notes    []string // sentences for the operator
}

// Restore fills the database and the data folder that c names from a backup. It verifies the whole backup first, refuses a database that
// is not empty unless force is set (a SQLite file is then moved aside, on PostgreSQL tables are dropped), and any database that a living
// node works on. Afterwards the schema is that of this program, redactions of the journal in the data folder are applied again, and messages that
// waited to be sent are marked unsure, since they may have gone out after the backup was made.
func Restore(ctx context.Context, c Config, file string, force bool) (r Restored, err error) {
	if r.Manifest, err = verifyArchive(file); err != nil {
		return Restored{}, err
	}
	if err := knownMigrations(r.Manifest); err != nil {
		return Restored{}, err
	}
	if want := c.kind(); r.Manifest.Database != want {
		return Restored{}, fmt.Errorf("the backup is of a database on %s, and this is %s: restore it there (--database)", r.Manifest.Database, want)
	}
	if err := c.makeFolder(); err != nil {
		return Restored{}, err
	}
	if err := c.refuseUsed(ctx, force); err != nil {
		return Restored{}, err
	}
	blobs, err := c.openBlobs(ctx, nil)
	if err != nil {
		return Restored{}, err
	}
	defer blobs.Close() // every file was synced by Put
	// Before anything is replaced.
	if err := blobs.Check(ctx); err != nil {
		return Restored{}, err
	}
	in := restoring{c: c, blobs: blobs, manifest: r.Manifest}
	if c.postgres() {
		err = in.postgres(ctx, file)
	} else {
		err = in.sqlite(ctx, file)
	}
	if err != nil {
		return Restored{}, fmt.Errorf("restore: %w", err)
	}
	notes, err := in.settle(ctx)
	if err != nil {
		return Restored{}, fmt.Errorf("the data is restored, but: %w", err)
	}
	r.Notes = slices.Concat(in.notes, notes)
	return r, nil
}

func (c Config) kind() string {
	if c.postgres() {
		return "postgres"
	}
	return "sqlite"
}

// knownMigrations refuses a backup whose schema this program has never heard of.
func knownMigrations(m Manifest) error {
	for _, name := range m.Migrations {
		if _, err := fs.Stat(migrations.Files, name+".sql"); err != nil {
			return fmt.Errorf("the backup was written by a newer Tellus (%s): this one does not know %s", m.Version, name)
		}
	}
	return nil
}

// refuseUsed returns an error where the database holds something and force is not set, or where a node works on it.
func (c Config) refuseUsed(ctx context.Context, force bool) error {
	if path, ok := strings.CutPrefix(c.databaseURL(), "sqlite:"); ok {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
	}
	d, err := c.openDatabase(ctx)
	if err != nil {
		return err
	}
	used, alive, err := usage(ctx, d)
	if err = errors.Join(err, d.Close()); err != nil {
		return err
	}
	if alive != "" {
		return fmt.Errorf("the server on %s works on this database: stop it first", alive)
	}
	if used && !force {
		return errors.New("there is a desk in this database already: restore into an empty data folder (--data) or database, or say --force to replace it")
	}
	return nil
}

// usage reports whether anybody has worked with a database, and names a node whose heart beat within the last minute.
func usage(ctx context.Context, d *db.DB) (used bool, alive string, err error) {
	fresh, err := isFresh(ctx, d)
	if err != nil || fresh {
		return false, "", err
	}
	err = d.Read(ctx, func(tx *db.Tx) error {
		var rows int64
		err := tx.Row(ctx, `SELECT (SELECT COUNT(*) FROM agent) + (SELECT COUNT(*) FROM inbox) + (SELECT COUNT(*) FROM conversation)`).Scan(&rows)
		if err != nil {
			return err
		}
		var now int64
		if err := tx.Row(ctx, "SELECT "+tx.Clock()).Scan(&now); err != nil {
			return err
		}
		used = rows > 0
		nodes, err := cluster.Nodes(ctx, tx)
		for _, n := range nodes {
			if silent := time.Duration(now-int64(n.HeartbeatAt)) * time.Microsecond; silent < time.Minute {
				alive = n.Name
			}
		}
		return err
	})
	if err != nil {
		return false, "", fmt.Errorf("look at the database: %w", err)
	}
	return used, alive, nil
}

// restoring is a restore under way.
type restoring struct {
	c        Config
	blobs    *blob.Store
	manifest Manifest
	journal  []byte // of redactions, as the backup has it
	notes    []string
}

// other restores what is not the database.
func (in *restoring) other(ctx context.Context, name string, size int64, r io.Reader) error {
	switch {
	case strings.HasPrefix(name, blobPrefix):
		ref, err := in.blobs.Put(ctx, r)
		if err != nil {
			return err
		}
		if hash := path.Base(name); ref.Hash != hash {
			return fmt.Errorf("the content of %s has another hash", name)
		}
	case name == redactionsEntry:
		data, err := readSmall(name, size, r)
		in.journal = data
		return err
	}
	return nil
}

// sqlite puts the database file in its place once everything else is there.
func (in *restoring) sqlite(ctx context.Context, file string) (err error) {
	place := strings.TrimPrefix(strings.TrimPrefix(in.c.databaseURL(), "sqlite:"), "//")
	temp, err := os.CreateTemp(filepath.Dir(place), "."+filepath.Base(place)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		temp.Close() // closed already where all went well
		if e := os.Remove(temp.Name()); e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}()
	err = readArchive(file, func(name string, size int64, r io.Reader) error {
		if name == sqliteEntry {
			_, err := io.Copy(temp, r)
			return err
		}
		return in.other(ctx, name, size, r)
	})
	if err != nil {
		return err
	}
	if err := errors.Join(temp.Sync(), temp.Close()); err != nil {
		return err
	}
	if err := soundSQLite(ctx, temp.Name()); err != nil {
		return err
	}
	if err := in.moveAside(place); err != nil {
		return err
	}
	if err := os.Rename(temp.Name(), place); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(place))
}

// soundSQLite has SQLite look for damage.
func soundSQLite(ctx context.Context, path string) (err error) {
	d, err := sql.Open("sqlite", sqliteFile(path))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	var verdict string
	if err := d.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return fmt.Errorf("check the restored database: %w", err)
	}
	if verdict != "ok" {
		return fmt.Errorf("the database in the backup is damaged: %s", verdict)
	}
	return nil
}

// moveAside keeps what --force replaces. Its log was folded into it when usage closed it.
func (in *restoring) moveAside(place string) error {
	if _, err := os.Stat(place); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	aside := place + ".before-restore-" + time.Now().UTC().Format("20060102-150405")
	for _, end := range []string{"", "-wal", "-shm"} {
		err := os.Rename(place+end, aside+end)
		if err != nil && !(end != "" && errors.Is(err, fs.ErrNotExist)) {
			return fmt.Errorf("move the former database aside: %w", err)
		}
	}
	in.notes = append(in.notes, "The former database is kept as "+aside+"; remove it when you are sure.")
	return nil
}

// postgres drops what is there, makes the schema as it was, and fills it in one transaction.
func (in *restoring) postgres(ctx context.Context, file string) (err error) {
	conn, err := pgx.Connect(ctx, in.c.Database)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx)) // committed or given up by then
	if err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return dropAll(ctx, tx) }); err != nil {
		return err
	}
	d, err := in.c.openDatabase(ctx)
	if err != nil {
		return err
	}
	_, err = d.Migrate(ctx, asOf{migrations.Files, in.manifest.Migrations})
	if err = errors.Join(err, d.Close()); err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		tables := tableReader{tx: tx}
		return readArchive(file, func(name string, size int64, r io.Reader) error {
			switch {
			case name == tablesEntry:
				data, err := readSmall(name, size, r)
				if err != nil {
					return err
				}
				return tables.describe(ctx, data)
			case strings.HasPrefix(name, tablePrefix):
				return tables.fill(ctx, name, r)
			}
			return in.other(ctx, name, size, r)
		})
	})
}

// asOf shows those migrations that a backup had seen.
type asOf struct {
	fs.FS
	names []string
}

// Glob implements fs.GlobFS, by which migrations are found.
func (a asOf) Glob(pattern string) ([]string, error) {
	all, err := fs.Glob(a.FS, pattern)
	return slices.DeleteFunc(all, func(file string) bool { return !slices.Contains(a.names, strings.TrimSuffix(file, ".sql")) }), err
}

// settle brings a restored database into the present.
func (in *restoring) settle(ctx context.Context) (notes []string, err error) {
	d, err := in.c.openDatabase(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if _, err := migrate(ctx, d); err != nil {
		return nil, err
	}
	unsure, err := forgetFormerRun(ctx, d)
	if err != nil {
		return nil, err
	}
	if unsure > 0 {
		notes = append(notes, fmt.Sprintf("%d messages waited to be sent when the backup was made. They are marked unsure, since they may have gone out "+
			"since: look at them in the desk and send those again that did not.", unsure))
	}
	entries, err := mergeErasures(in.c.in(redactionsFile), in.journal)
	if err != nil {
		return nil, err
	}
	if len(entries) > 0 {
		if err := reapply(ctx, d, entries); err != nil {
			return nil, err
		}
		notes = append(notes, fmt.Sprintf("%d redactions of the journal were applied again.", len(entries)))
	}
	if _, err := os.Stat(in.c.in(keyFile)); errors.Is(err, fs.ErrNotExist) {
		notes = append(notes, "Put your copy of the key file at "+in.c.in(keyFile)+" before you start Tellus. Without it passwords of mailboxes "+
			"must be typed in again, and second factors set up anew.")
	}
	return notes, nil
}

// forgetFormerRun removes what belonged to the processes of the time of the backup, and returns how many messages are unsure now.
func forgetFormerRun(ctx context.Context, d *db.DB) (unsure int64, err error) {
	err = d.Write(ctx, func(tx *db.Tx) error {
		if err := eventlog.Forget(ctx, tx); err != nil {
			return err
		}
		for _, query := range []string{
			"DELETE FROM lease",
			"DELETE FROM node",
			"UPDATE consumer_cursor SET owner = 0",
			"UPDATE blob SET removing_at = 0",
			"UPDATE job SET leased_until = 0 WHERE state = 'running'", // whoever ran them is gone: they are rescued at once
			`UPDATE conversation SET troubled = TRUE WHERE id IN (SELECT conversation FROM message WHERE state IN ('queued', 'sending'))`,
			`UPDATE delivery SET state = 'unsure' WHERE state IN ('queued', 'sending')`,
		} {
			if _, err := tx.Exec(ctx, query); err != nil {
				return fmt.Errorf("%s: %w", query, err)
			}
		}
		var err error
		unsure, err = tx.Exec(ctx, `UPDATE message SET state = 'unsure' WHERE state IN ('queued', 'sending')`)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("forget the former run: %w", err)
	}
	return unsure, nil
}

// writeDurably replaces a file at once and durably, readable by its owner only.
func writeDurably(place string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(place), "."+filepath.Base(place)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), place)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncFolder(filepath.Dir(place))
}
