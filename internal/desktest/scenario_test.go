package desktest_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"tellus/internal/desktest"
)

var update = flag.Bool("update", false, "write what the scenarios tell into their files; read the difference before you commit it")

// TestScenarios plays every file of testdata/scenario on both databases. Its last section, want, is what the script tells. Then it looks at how SQLite
// found what was asked for.
func TestScenarios(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../testdata/scenario/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios found: %v", err)
	}
	seen := &traced{all: map[string][]any{}}
	t.Run("play", func(t *testing.T) {
		for _, path := range files {
			t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
				t.Parallel()
				desktest.Each(t, func(d *desktest.Desk) {
					if !d.DB.Postgres() {
						d.Trace(seen.told)
					}
					play(d, path)
				})
			})
		}
	})
	t.Run("no statement scans a large table", func(t *testing.T) { noStatementScansALargeTable(t, seen) })
}

func play(d *desktest.Desk, path string) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		d.T.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range archive.Files {
		files[f.Name] = string(f.Data)
	}
	got := d.Play(string(archive.Comment), files)
	if *update && !d.DB.Postgres() {
		kept := archive.Files[:0]
		for _, f := range archive.Files {
			if f.Name != "want" {
				kept = append(kept, f)
			}
		}
		archive.Files = append(kept, txtar.File{Name: "want", Data: []byte(got)})
		if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
			d.T.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(strings.Split(files["want"], "\n"), strings.Split(got, "\n")); diff != "" {
		d.T.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
