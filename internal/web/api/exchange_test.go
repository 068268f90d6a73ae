package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/google/go-cmp/cmp"
)

// Aside is embedded, as Paging is.
type Aside struct {
	Limit int `query:"limit" minimum:"1" maximum:"20" default:"8"`
}

type trialInput struct {
	ID   int64   `path:"id" minimum:"1"`
	Name string  `query:"name" maxLength:"5"`
	Bold bool    `query:"bold"`
	Of   []int64 `query:"of" maxItems:"3"`
	Aside
	Body struct {
		Text string `json:"text" minLength:"1"`
		N    int8   `json:"n,omitempty"`
	}
}

type trialOutput struct {
	Cookies []string `header:"Set-Cookie"`
	Body    trialInput
}

// trial is a server with one operation, which answers with what it was asked.
func trial(most int64) http.Handler {
	mux := http.NewServeMux()
	a := humago.New(mux, config("trial"))
	op := huma.Operation{OperationID: "trial", Method: post, Path: "/trial/{id}", MaxBodyBytes: most}
	b := bind(a, &op, reflect.TypeFor[trialInput](), reflect.TypeFor[trialOutput]())
	a.Adapter().Handle(&op, func(ctx huma.Context) {
		b.exchange(ctx, func(_ context.Context, in any) (any, huma.StatusError) {
			return &trialOutput{Cookies: []string{"a=1", "b=2"}, Body: *in.(*trialInput)}, nil
		})
	})
	return mux
}

func ask(h http.Handler, target, mediaType, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(post, target, strings.NewReader(body))
	r.Header.Set("Content-Type", mediaType)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestExchangeReadsAndAnswers(t *testing.T) {
	t.Parallel()
	w := ask(trial(0), "/trial/7?name=abc&bold=true&of=3,1,2", "application/json; charset=utf-8", `{"text":"hi","n":4}`)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("%d %s %s", w.Code, w.Header(), w.Body)
	}
	var got trialInput
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := trialInput{ID: 7, Name: "abc", Bold: true, Of: []int64{3, 1, 2}, Aside: Aside{Limit: 8}}
	want.Body.Text, want.Body.N = "hi", 4
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"a=1", "b=2"}, w.Header()["Set-Cookie"]); d != "" {
		t.Error(d)
	}
}

func TestExchangeNamesFaults(t *testing.T) {
	t.Parallel()
	const jsonType, good = "application/json", `{"text":"hi"}`
	for _, c := range []struct {
		name, target, mediaType, body string
		status                        int
		at                            []string
	}{
		{"number", "/trial/x", jsonType, good, 422, []string{"path.id"}},
		{"range", "/trial/0?limit=21", jsonType, good, 422, []string{"path.id", "query.limit"}},
		{"all at once", "/trial/1?limit=a&bold=perhaps&name=abcdef", jsonType, `{}`, 422,
			[]string{"query.name", "query.bold", "query.limit", "body.text"}},
		{"list", "/trial/1?of=1,,2", jsonType, good, 422, []string{"query.of"}},
		{"long list", "/trial/1?of=1,2,3,4", jsonType, good, 422, []string{"query.of"}},
		{"beyond the type", "/trial/1", jsonType, `{"text":"hi","n":1000}`, 422, []string{"body"}},
		{"unknown property", "/trial/1", jsonType, `{"text":"hi","more":1}`, 422, []string{"body.more"}},
		{"no body", "/trial/1", jsonType, "", 400, nil},
		{"no JSON", "/trial/1", jsonType, "{", 400, []string{"body"}},
		{"other media type", "/trial/1", "text/csv", "a,b", 415, []string{"body"}},
		{"too large", "/trial/1", jsonType, `{"text":"` + strings.Repeat("x", 100) + `"}`, 413, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := ask(trial(100), c.target, c.mediaType, c.body)
			var p ProblemDetails
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
				t.Fatalf("%v: %s", err, w.Body)
			}
			var at []string
			for _, f := range p.Errors {
				at = append(at, f.Location)
			}
			if w.Code != c.status || w.Header().Get("Content-Type") != problemType || !cmp.Equal(c.at, at) {
				t.Errorf("%d at %q, want %d at %q: %s", w.Code, at, c.status, c.at, w.Body)
			}
		})
	}
}

func FuzzExchange(f *testing.F) {
	h := trial(1000)
	f.Add("7", "name=abc&of=1,2", "application/json", `{"text":"hi"}`)
	f.Add("-1", "limit=1e9&limit=%00", "a+json;", `{"text":{"text":[]}}`)
	f.Fuzz(func(t *testing.T, id, query, mediaType, body string) {
		r := httptest.NewRequest(post, "/trial/1", strings.NewReader(body))
		r.URL.Path, r.URL.RawQuery = "/trial/"+id, query
		r.Header.Set("Content-Type", mediaType)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Errorf("%d: %s", w.Code, w.Body)
		}
		if w.Code == http.StatusOK && !json.Valid(w.Body.Bytes()) {
			t.Errorf("not JSON: %s", w.Body)
		}
	})
}
