package desk

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"testing"
)

// TestEveryReasonIsWorded holds the constants and the table together: a reason without words would be its own sentence.
func TestEveryReasonIsWorded(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "why.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
	named := map[Why]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || len(v.Values) != 1 {
			return true
		}
		lit, ok := v.Values[0].(*ast.BasicLit)
		if !ok {
			return true
		}
		w := Why(strings.Trim(lit.Value, `"`))
		if named[w] {
			t.Errorf("%s is named twice", w)
		}
		named[w] = true
		if !code.MatchString(string(w)) {
			t.Errorf("%q is no snake_case code", w)
		}
		if words, ok := whys[w]; !ok || words.code == "" || words.sentence == "" {
			t.Errorf("%s has no code or no sentence", w)
		}
		return true
	})
	if len(named) != len(Whys()) || len(named) == 0 {
		t.Errorf("%d reasons are named and %d worded", len(named), len(Whys()))
	}
}

func TestReasonsSayTheirValues(t *testing.T) {
	t.Parallel()
	r := WhyReaches.At("body.address", "a@b.example")
	if r.Message != "a@b.example already reaches an inbox" || r.Values["what"] != "a@b.example" || r.Code != Invalid || r.Why != WhyReaches {
		t.Errorf("refusal = %+v", r)
	}
	if r := WhyTooShort.Refuse(10); r.Message != "at least 10 characters" || r.Values["n"] != 10 {
		t.Errorf("refusal = %+v", r)
	}
	if r := WhyReaches.Refuse("{n}", 5); r.Message != "{n} already reaches an inbox" || len(r.Values) != 1 {
		t.Errorf("a value with braces: %+v", r)
	}
	with := WhyTeamUsed.Refuse().With(3)
	if with.Details != 3 || !IsRefusal(with, Conflict) {
		t.Errorf("With = %+v", with)
	}
}
