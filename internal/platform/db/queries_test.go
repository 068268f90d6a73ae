package db_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

// oneEngine names the packages that may say things in one database's own words; elsewhere a query must be good for both, unless its function asks
// which database it is.
var oneEngine = regexp.MustCompile(`/internal/(platform/(db|eventlog|jobs|cluster|search)|app)/`)

var isQuery = regexp.MustCompile(`^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\s`)

// isTemplate recognises what fmt or a builder completes.
var isTemplate = regexp.MustCompile(`%[dsvq]|\(\s*$`)

type query struct {
	at, text string
	either   bool // good for one database is enough
}

// TestEveryQueryPrepares has both databases prepare every query that stands whole in the source: what a rarely used branch would say wrong, or in words
// of one database only, is found here.
func TestEveryQueryPrepares(t *testing.T) {
	t.Parallel()
	queries := queriesIn(t, "../../..")
	if len(queries) < 50 {
		t.Fatalf("only %d queries found", len(queries))
	}
	lite, pg := dbtest.SQLite(t), dbtest.Postgres(t)
	// The tables of statistics are there once statistics were gathered.
	if err := lite.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "ANALYZE")
		return err
	}); err != nil {
		t.Fatalf("ANALYZE: %v", err)
	}
	for _, q := range queries {
		if strings.HasPrefix(q.at, "internal/platform/search/file.go:") {
			continue // of a file of its own with tables of its own; each runs in that package's tests
		}
		onLite, onPG := db.Prepare(t.Context(), lite, q.text), db.Prepare(t.Context(), pg, q.text)
		if q.either && (onLite == nil || onPG == nil) {
			continue
		}
		if onLite != nil {
			t.Errorf("%s: SQLite: %v\n%s", q.at, onLite, q.text)
		}
		if onPG != nil {
			t.Errorf("%s: PostgreSQL: %v\n%s", q.at, onPG, q.text)
		}
	}
	t.Logf("%d queries prepared", len(queries))
}

func queriesIn(t *testing.T, root string) (all []query) {
	t.Helper()
	root, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(filepath.Join(root, "internal"), func(folder string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() || e.Name() == "testdata" {
			return err
		}
		all = append(all, queriesOf(t, root, folder)...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// queriesOf finds the queries of one package: string constants, and sums of them, that begin like a query and are not part of a larger sum that cannot
// be resolved.
func queriesOf(t *testing.T, root, folder string) (found []query) {
	t.Helper()
	set := token.NewFileSet()
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	consts := map[string]ast.Expr{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		if err != nil {
			continue // somebody is at work on it; the compiler tells
		}
		files = append(files, f)
		collectConsts(f, consts)
	}
	for _, f := range files {
		asks := functionsThatAsk(f)
		ast.Inspect(f, func(n ast.Node) bool {
			e, ok := n.(ast.Expr)
			if !ok {
				return true
			}
			text, whole := fold(e, consts, 0)
			_, sum := e.(*ast.BinaryExpr)
			if !whole {
				return !sum // a part of a sum is not a query
			}
			if _, name := e.(*ast.Ident); !name && isQuery.MatchString(text) && !isTemplate.MatchString(text) {
				p := set.Position(e.Pos())
				found = append(found, query{at: strings.TrimPrefix(p.String(), root+"/"), text: text,
					either: oneEngine.MatchString(p.Filename) || slices.ContainsFunc(asks, func(fn ast.Node) bool { return fn.Pos() <= e.Pos() && e.End() <= fn.End() })})
			}
			return false
		})
	}
	return found
}

func collectConsts(f *ast.File, consts map[string]ast.Expr) {
	ast.Inspect(f, func(n ast.Node) bool {
		d, ok := n.(*ast.GenDecl)
		if !ok || d.Tok != token.CONST {
			return true
		}
		for _, s := range d.Specs {
			v := s.(*ast.ValueSpec)
			for i, name := range v.Names {
				if i < len(v.Values) {
					consts[name.Name] = v.Values[i]
				}
			}
		}
		return true
	})
}

// fold returns the text of a constant string expression.
func fold(e ast.Expr, consts map[string]ast.Expr, depth int) (string, bool) {
	if depth > 20 {
		return "", false
	}
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(e.Value)
		return s, err == nil
	case *ast.ParenExpr:
		return fold(e.X, consts, depth+1)
	case *ast.Ident:
		if v := consts[e.Name]; v != nil {
			return fold(v, consts, depth+1)
		}
	case *ast.BinaryExpr:
		x, okX := fold(e.X, consts, depth+1)
		y, okY := fold(e.Y, consts, depth+1)
		return x + y, okX && okY && e.Op == token.ADD
	}
	return "", false
}

// functionsThatAsk returns the functions that call Postgres() to know which database they speak to.
func functionsThatAsk(f *ast.File) (asks []ast.Node) {
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		ast.Inspect(fn, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "Postgres" {
				asks = append(asks, fn)
			}
			return true
		})
	}
	return asks
}
