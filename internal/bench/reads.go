package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"time"

	"tellus/internal/app"
)

// request is one question to the desk, and who asks it.
type request struct {
	token, path string
	body        any // posted, where there is one
}

// kind is questions of one kind: first to warm up, then those that are measured.
type kind struct {
	name    string
	warm, n int
	next    func(i int) request
	before  func(ctx context.Context) error // nil for nothing
}

const timesRead = 300

// reads measures the first page of every built-in view, the counts of all of them together, opening a conversation, and the page of a customer.
func (o Options) reads(ctx context.Context, s *server, c app.Config, conversations int) ([]Read, error) {
	rnd := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano()))) // others than in a former run
	open := func(int) request { return request{path: "/conversations/" + strconv.Itoa(1+rnd.IntN(conversations))} }
	people := max(conversations*3/10, 1) // as they were seeded
	page := func(int) request { return request{path: "/customers/" + strconv.Itoa(1+rnd.IntN(people)) + "/page"} }
	kinds := []kind{
		{name: "counts of all views", warm: 10, n: crowdSize - 10, next: func(i int) request { return request{token: crowdToken(i), path: "/views"} }},
		{name: "open a conversation, as it comes", warm: 10, n: timesRead, next: open},
		{name: "open a conversation", warm: 10, n: timesRead, next: open, before: func(ctx context.Context) error { return o.intoMemory(ctx, c) }},
	}
	kinds = append(kinds, kind{name: "a customer's page", warm: 10, n: timesRead, next: page})
	for _, v := range []string{"mine", "unassigned", "all", "waiting", "mentions", "following", "drafts", "snoozed", "finished", "spam", "trash", "inbox:1"} {
		kinds = append(kinds, kind{name: "first page of " + v, warm: 10, n: timesRead, next: func(int) request { return request{path: "/conversations?view=" + v} }})
	}
	var out []Read
	for _, k := range kinds {
		r, err := s.measure(ctx, k)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// measure asks questions one after the other.
func (s *server) measure(ctx context.Context, k kind) (Read, error) {
	if k.before != nil {
		if err := k.before(ctx); err != nil {
			return Read{}, err
		}
	}
	took := make([]time.Duration, 0, k.n)
	for i := range k.warm + k.n {
		q := k.next(i)
		d, err := s.put(ctx, q)
		if err != nil {
			return Read{}, err
		}
		if i >= k.warm {
			took = append(took, d)
		}
	}
	return counted{k.name, took}.read(), nil
}

// counted is how long each answer took.
type counted struct {
	name string
	took []time.Duration
}

func (c counted) read() Read {
	sorted := slices.Sorted(slices.Values(c.took))
	return Read{Name: c.name, N: len(sorted), P50: milliseconds(sorted[len(sorted)/2]), P99: milliseconds(sorted[len(sorted)*99/100])}
}

// intoMemory reads what a desk that is at work has in the machine's memory, if that is large enough: the file of SQLite, the tables that are opened
// of PostgreSQL.
func (o Options) intoMemory(ctx context.Context, c app.Config) error {
	if c.Database == "" {
		f, err := os.Open(c.Data + "/tellus.db")
		if err != nil {
			return fmt.Errorf("read the database: %w", err)
		}
		_, err = io.Copy(io.Discard, f)
		return errors.Join(err, f.Close())
	}
	return readTables(ctx, c.Database)
}
