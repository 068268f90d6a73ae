package api

import (
	"strings"
	"testing"
)

func TestSpecNeedsNoDatabaseAndHasNoNullableLists(t *testing.T) {
	t.Parallel()
	y, err := Spec()
	if err != nil {
		t.Fatalf("Spec(): %v", err)
	}
	text := string(y)
	for _, want := range []string{"openapi: 3.1.0", "operationId: get-status", "format: date-time", "ProblemDetails"} {
		if !strings.Contains(text, want) {
			t.Errorf("Spec() lacks %q", want)
		}
	}
	// Null says something in one place: it takes a custom field's value away.
	if strings.Count(text, `"null"`) != 1 || strings.Contains(text, "- null") {
		t.Errorf("Spec() has nullable types:\n%s", text)
	}
}

// Every line of the table is an operation of the description and the other way round; New has checked that each has its handler.
func TestEveryOperationNamesItsNeed(t *testing.T) {
	t.Parallel()
	s := New(Deps{})
	described := map[string]bool{}
	for path, item := range s.api.OpenAPI().Paths {
		for method, op := range operationsOf(item) {
			r, ok := s.routes[op.OperationID]
			if !ok {
				t.Errorf("%s %s (%s) is not in the table of routes", method, path, op.OperationID)
				continue
			}
			if r.path != path || r.method != method {
				t.Errorf("%s is at %s %s, the table says %s %s", r.id, method, path, r.method, r.path)
			}
			if r.need == "" {
				t.Errorf("%s names no need", r.id)
			}
			if !known(r.need) {
				t.Errorf("%s needs %q, which no role has", r.id, r.need)
			}
			if r.about == "" {
				t.Errorf("%s does not say what it is", r.id)
			}
			described[r.id] = true
		}
	}
	for id := range s.routes {
		if !described[id] {
			t.Errorf("%s is not in the description", id)
		}
	}
}
