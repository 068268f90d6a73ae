package archtest

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const module = "tellus"

// file is a Go source of the module, parsed.
type file struct {
	path      string // from the module's root, with slashes
	pkg       string // import path of its folder without the module: "internal/desk"
	name      string // of its package clause
	test      bool   // a _test.go file
	generated bool
	lines     int
	ast       *ast.File
	fset      *token.FileSet
}

// imports returns the import paths of the file.
func (f *file) imports() []string {
	var all []string
	for _, spec := range f.ast.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err == nil { // the parser has checked it already
			all = append(all, p)
		}
	}
	return all
}

func (f *file) at(n ast.Node) string {
	return f.path + ":" + strconv.Itoa(f.fset.Position(n.Pos()).Line)
}

// support reports whether the file only helps tests: a _test.go file, or one of a package whose name ends in "test" (dbtest, desktest).
func (f *file) support() bool { return f.test || testPackage(f.pkg) }

func testPackage(pkg string) bool { return strings.HasSuffix(path.Base(pkg), "test") }

// root returns the folder that holds go.mod.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		t.Fatalf("the module's root is not where this test looks for it: %v", err)
	}
	return dir
}

var parsed struct {
	sync.Once
	files []*file
	err   error
}

// sources returns every Go file below cmd and internal.
func sources(t *testing.T) []*file {
	t.Helper()
	dir := root(t)
	parsed.Do(func() { parsed.files, parsed.err = parse(dir) })
	if parsed.err != nil {
		t.Fatal(parsed.err)
	}
	if len(parsed.files) == 0 {
		t.Fatal("no Go files found")
	}
	return parsed.files
}

func parse(dir string) ([]*file, error) {
	var files []*file
	fset := token.NewFileSet()
	for _, top := range []string{"cmd", "internal"} {
		err := filepath.WalkDir(filepath.Join(dir, top), func(p string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() {
				if n := d.Name(); n == "testdata" || n == "node_modules" || strings.HasPrefix(n, ".") || n == "dist" {
					return filepath.SkipDir
				}
				return nil
			}
			if !strings.HasSuffix(p, ".go") {
				return nil
			}
			data, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			tree, err := parser.ParseFile(fset, p, data, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(dir, p)
			if err != nil {
				return err
			}
			rel = filepath.ToSlash(rel)
			files = append(files, &file{
				path: rel, pkg: path.Dir(rel), name: tree.Name.Name, test: strings.HasSuffix(rel, "_test.go"),
				generated: ast.IsGenerated(tree), lines: countLines(data), ast: tree, fset: fset,
			})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

func countLines(data []byte) int { return bytes.Count(data, []byte("\n")) }
