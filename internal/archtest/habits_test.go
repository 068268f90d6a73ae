package archtest

import (
	"go/ast"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// nameless are names of packages where a concept is missing its own.
var nameless = []string{"utils", "util", "common", "helpers", "helper", "models", "model", "types", "services", "service", "misc", "lib", "shared", "base"}

func TestNoPackageIsNamedAfterNothing(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		for _, part := range append(strings.Split(f.pkg, "/"), f.name) {
			if slices.Contains(nameless, part) {
				t.Errorf("%s: a package named %q says nothing: if code has no home, a concept is missing its name", f.path, part)
			}
		}
	}
}

const longest = 600 // lines of a file that fits in a reader's head

func TestFilesHoldOneIdea(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		if !f.test && !f.generated && f.lines > longest {
			t.Errorf("%s has %d lines, more than %d: which two ideas does it hold?", f.path, f.lines, longest)
		}
	}
	for _, f := range scripts(t) {
		if f.lines > longest {
			t.Errorf("%s has %d lines, more than %d: which two ideas does it hold?", f.path, f.lines, longest)
		}
	}
}

type script struct {
	path  string
	lines int
}

// scripts lists the TypeScript sources that people write.
func scripts(t *testing.T) []script {
	t.Helper()
	dir := root(t)
	var all []script
	for _, top := range []string{"ui/src", "widget/src"} {
		err := filepath.WalkDir(filepath.Join(dir, top), func(p string, d fs.DirEntry, err error) error {
			if os.IsNotExist(err) {
				return nil
			}
			ext := filepath.Ext(p)
			if err != nil || d.IsDir() || ext != ".ts" && ext != ".tsx" || strings.Contains(p, ".test.") {
				return err
			}
			data, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(dir, p)
			if err != nil {
				return err
			}
			if rel = filepath.ToSlash(rel); rel != "ui/src/api/schema.ts" { // generated from api/openapi.yaml
				all = append(all, script{rel, countLines(data)})
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// forbidden calls, by folder below internal, as "package path.Function".
var forbidden = []struct {
	in, pkg, fn, instead string
}{
	{"engine", "time", "Now", "an engine is told the time"},
	{"engine", "time", "Since", "an engine is told the time"},
	{"feature", "time", "Now", "tx.Now is the only clock a feature sees"},
	{"feature", "time", "Since", "tx.Now is the only clock a feature sees"},
	{"feature", "time", "Sleep", "a feature waits for nothing; enqueue a job for later"},
	{"feature", "context", "Background", "pass the caller's context on"},
	{"feature", "context", "TODO", "pass the caller's context on"},
}

func TestClockAndContextComeFromTheCaller(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		if f.support() {
			continue
		}
		names := importNames(f)
		ast.Inspect(f.ast, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := sel.X.(*ast.Ident)
			if !ok {
				return true
			}
			for _, c := range forbidden {
				if within(f.pkg, "internal/"+c.in) && names[x.Name] == c.pkg && sel.Sel.Name == c.fn {
					t.Errorf("%s: %s.%s: %s", f.at(sel), x.Name, c.fn, c.instead)
				}
			}
			return true
		})
	}
}

// importNames maps the names that imports have within a file to their paths.
func importNames(f *file) map[string]string {
	names := map[string]string{}
	for _, spec := range f.ast.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := p[strings.LastIndexByte(p, '/')+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = p
	}
	return names
}

var (
	oldest       = regexp.MustCompile(`^-- oldest-binary: ([1-9][0-9]*)$`)
	migration    = regexp.MustCompile(`^[0-9]{4}_[a-z0-9_]+\.sql$`)
	createsTable = regexp.MustCompile(`(?i)CREATE TABLE (?:IF NOT EXISTS )?([a-z_]+)`)
	deletes      = regexp.MustCompile(`(?i)\bDELETE FROM\b`)
	writesTable  = regexp.MustCompile(`(?i)\b(?:INSERT(?: OR [A-Z]+)? INTO|UPDATE|DELETE FROM)\s+([a-z_]+)`)
)

// migrations returns the embedded migrations: name and content.
func migrations(t *testing.T) map[string]string {
	t.Helper()
	dir := filepath.Join(root(t), "internal/migrations")
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".sql") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = string(data)
	}
	if len(all) == 0 {
		t.Fatal("no migrations found")
	}
	return all
}

func TestMigrationsNameTheOldestBinary(t *testing.T) {
	t.Parallel()
	numbers := map[string]string{}
	for name, text := range migrations(t) {
		if !migration.MatchString(name) {
			t.Errorf("internal/migrations/%s: want NNNN_name.sql", name)
			continue
		}
		if other := numbers[name[:4]]; other != "" {
			t.Errorf("internal/migrations/%s and %s have the same number", name, other)
		}
		numbers[name[:4]] = name
		first, _, _ := strings.Cut(text, "\n")
		if !oldest.MatchString(first) {
			t.Errorf("internal/migrations/%s: its first line must name the oldest binary that can live with it (\"-- oldest-binary: N\"), got %q", name, first)
		}
	}
}

// second names the tables that two packages write, and why it is right.
var second = map[string]string{
	"arrival":  "kept by flow/intake before there is a message; emptied by feature/conversation when the message is erased",
	"raw_mail": "as arrival",
}

// TestATableHasOneWriter holds every table to one package that writes it. internal/app (which copies whole databases) and test support
// are excused, and flow/upkeep may delete what is over.
func TestATableHasOneWriter(t *testing.T) {
	t.Parallel()
	tables := map[string]bool{}
	for _, text := range migrations(t) {
		for _, m := range createsTable.FindAllStringSubmatch(text, -1) {
			tables[strings.ToLower(m[1])] = true
		}
	}
	writers := map[string]map[string]string{} // table → package → place
	for _, f := range sources(t) {
		if f.support() || within(f.pkg, "internal/app") || f.pkg == "internal/bench" { // bench fills desks by the million
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			sql := lit.Value
			if f.pkg == "internal/flow/upkeep" {
				sql = deletes.ReplaceAllString(sql, "")
			}
			for _, table := range written(sql, tables) {
				if writers[table] == nil {
					writers[table] = map[string]string{}
				}
				if writers[table][f.pkg] == "" {
					writers[table][f.pkg] = f.at(lit)
				}
			}
			return true
		})
	}
	for table, by := range writers {
		if len(by) < 2 || len(by) == 2 && second[table] != "" {
			continue
		}
		var places []string
		for _, place := range by {
			places = append(places, place)
		}
		slices.Sort(places)
		t.Errorf("table %s has %d writers, it may have one owner: %s", table, len(by), strings.Join(places, ", "))
	}
}

// written lists the tables that an SQL text changes.
func written(sql string, tables map[string]bool) []string {
	var all []string
	for _, m := range writesTable.FindAllStringSubmatch(sql, -1) {
		if name := strings.ToLower(m[1]); tables[name] && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

func TestWrittenFindsTheTables(t *testing.T) {
	t.Parallel()
	tables := map[string]bool{"tag": true, "team": true}
	for sql, want := range map[string][]string{
		"INSERT INTO tag (name) VALUES ($1) ON CONFLICT (name_key) DO UPDATE SET name = $1": {"tag"},
		"UPDATE team SET name = $1":                                 {"team"},
		"DELETE FROM\n  team WHERE id = $1":                         {"team"},
		"SELECT id FROM team FOR NO KEY UPDATE":                     nil,
		"WITH x AS (DELETE FROM tag RETURNING id) INSERT INTO team": {"tag", "team"},
		"please update tags":                                        nil,
	} {
		if got := written(sql, tables); !slices.Equal(got, want) {
			t.Errorf("written(%q) = %v, want %v", sql, got, want)
		}
	}
}
