package dbtest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"tellus/internal/migrations"
	"tellus/internal/platform/db"
)

// SQLiteURL makes a SQLite file of the test's own, a copy of one that was migrated once, and returns its address.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	template, err := sqliteTemplate()
	if err != nil {
		t.Fatalf("prepare template database: %v", err)
	}
	content, err := os.ReadFile(template)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "tellus.db")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + file
}

// sqliteTemplate returns a file that holds the migrated, empty schema. It lies in the system's folder for temporary files and its name carries a digest
// of the migrations, so that test binaries share it: migrating costs a third of a second, copying a millisecond.
var sqliteTemplate = sync.OnceValues(func() (string, error) {
	digest, err := schemaDigest()
	if err != nil {
		return "", err
	}
	name := filepath.Join(os.TempDir(), "tellus-template-"+digest+".db")
	if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		return name, err
	}
	half, err := os.MkdirTemp("", "tellus-template-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(half) // what is left of it, which is nothing where all went well
	file := filepath.Join(half, "tellus.db")
	d, err := db.Open(context.Background(), "sqlite:"+file, db.Options{})
	if err != nil {
		return "", err
	}
	_, err = d.Migrate(context.Background(), migrations.Files)
	if err := errors.Join(err, d.Close()); err != nil { // closing brings everything into the one file
		return "", err
	}
	return name, os.Rename(file, name) // whole or not at all; one of several binaries at once wins, all the same
})
