package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tellus/internal/app"
)

// searches is the mix of queries that is measured: as many of each kind. A word's rank is its place among the seeded words, the most frequent first: those
// below 60 stand in several of a hundred messages up to a third of them, those about 1,000 in one of two hundred, those beyond 20,000 in one of ten thousand.
var searches = []struct {
	name  string
	query func(v *vocabulary, rnd *rand.Rand) string
}{
	{"one rare word", func(v *vocabulary, r *rand.Rand) string { return v.rank(r, 20_000, 40_000) }},
	{"one common word", func(v *vocabulary, r *rand.Rand) string { return v.rank(r, 0, 60) }},
	{"two common words", func(v *vocabulary, r *rand.Rand) string { return v.rank(r, 0, 60) + " " + v.rank(r, 0, 60) }},
	{"a common and a rare word", func(v *vocabulary, r *rand.Rand) string { return v.rank(r, 0, 60) + " " + v.rank(r, 10_000, 40_000) }},
	{"three words", func(v *vocabulary, r *rand.Rand) string {
		return v.rank(r, 0, 60) + " " + v.rank(r, 60, 500) + " " + v.rank(r, 0, 200)
	}},
	{"four words", func(v *vocabulary, r *rand.Rand) string {
		return v.rank(r, 0, 60) + " " + v.rank(r, 0, 60) + " " + v.rank(r, 0, 500) + " " + v.rank(r, 0, 500)
	}},
	{"a phrase of two", func(v *vocabulary, r *rand.Rand) string {
		return `"` + v.rank(r, 0, 60) + " " + v.rank(r, 0, 200) + `"`
	}},
	{"a word and the beginning of one", func(v *vocabulary, r *rand.Rand) string {
		return v.rank(r, 60, 500) + " " + beginning(v.rank(r, 0, 5000))
	}},
	{"the beginning of a word", func(v *vocabulary, r *rand.Rand) string { return beginning(v.rank(r, 0, 20_000)) }},
	{"a word with filters", func(v *vocabulary, r *rand.Rand) string { return v.rank(r, 0, 500) + " is:unfinished from:customer" }},
	{"a word, not another, in a span", func(v *vocabulary, r *rand.Rand) string {
		return v.rank(r, 0, 500) + " -" + v.rank(r, 0, 60) + " after:2024-01-01"
	}},
	{"newest of a common word", func(v *vocabulary, r *rand.Rand) string { return v.rank(r, 0, 60) + " sort:newest" }},
}

// rank is a word from a range of ranks.
func (v *vocabulary) rank(rnd *rand.Rand, from, to int) string {
	return v.words[from+rnd.IntN(to-from)]
}

// beginning is the first three to five letters of a word.
func beginning(word string) string {
	runes := []rune(word)
	return string(runes[:min(len(runes), 4)]) + "*"
}

const timesSearched = 40 // of each kind

// search measures the mix for who sees everything and for who sees one conversation of a thousand.
func (s *server) search(ctx context.Context) (out []Read, err error) {
	vocabulary := newVocabulary()
	for _, reader := range []struct{ mail, name string }{{address, "search, seeing all"}, {narrow, "search, seeing 0.1 %"}} {
		if err := s.signInAs(ctx, reader.mail); err != nil {
			return nil, err
		}
		before, err := s.cpu()
		if err != nil {
			return nil, err
		}
		var all []time.Duration
		for _, kind := range searches {
			rnd := rand.New(rand.NewPCG(5, 7))
			k := counted{name: reader.name + ": " + kind.name}
			for range timesSearched {
				took, err := s.get(ctx, "", searchPath(kind.query(vocabulary, rnd)))
				if err != nil {
					return nil, err
				}
				k.took = append(k.took, took)
			}
			all = append(all, k.took...)
			out = append(out, k.read())
		}
		after, err := s.cpu()
		if err != nil {
			return nil, err
		}
		whole := counted{reader.name + ": the whole mix", all}.read()
		whole.CPU = milliseconds(after-before) / float64(len(all))
		out = append(out, whole)
	}
	return out, s.signIn(ctx)
}

func searchPath(query string) string {
	values := url.Values{}
	text, newest := strings.CutSuffix(query, " sort:newest")
	if newest {
		values.Set("sort", "newest")
	}
	text, typing := strings.CutSuffix(text, "*")
	if typing {
		values.Set("typing", "true")
	}
	values.Set("q", text)
	values.Set("limit", "20") // as the desk asks
	return "/search/messages?" + values.Encode()
}

// indexed is the file that marks a desk whose search index holds what was seeded.
const indexed = "bench-indexed"

// emptyIndex has the server make the search index anew if it does not hold what was seeded, of which it was not told.
func (o Options) emptyIndex(ctx context.Context, c app.Config) error {
	if _, err := os.Stat(filepath.Join(c.Data, indexed)); err == nil || !o.Search {
		return nil
	}
	a, err := app.Open(ctx, c)
	if err != nil {
		return err
	}
	return errors.Join(a.Index.Store.Reset(ctx), a.Close())
}

// waitIndexed waits until the search index holds everything that was seeded, and returns how long that took.
func (s *server) waitIndexed(ctx context.Context, c app.Config) (time.Duration, error) {
	begun := time.Now()
	if err := s.filled(ctx); err != nil {
		return 0, err
	}
	return time.Since(begun), os.WriteFile(filepath.Join(c.Data, indexed), nil, 0o600)
}

// filled waits until the search index is not being filled.
func (s *server) filled(ctx context.Context) error {
	for {
		filling, err := s.filling(ctx)
		if err != nil || !filling {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

func (s *server) filling(ctx context.Context) (bool, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+"/api/v1/search/messages?q=zzzz", nil)
	if err != nil {
		return false, err
	}
	answer, err := s.http.Do(req)
	if err != nil {
		return false, err
	}
	defer answer.Body.Close() // read to its end below
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("ask how far the search index is: %s", answer.Status)
	}
	var body struct {
		Filling bool `json:"filling"`
	}
	if err == nil {
		err = json.Unmarshal(text, &body)
	}
	return body.Filling, err
}
