package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// object is a body of JSON.
type object = map[string]any

func compare(attr, op string, values ...string) object {
	return object{"attr": attr, "op": op, "values": values}
}

// savedViews are the views that are measured, each of two conditions and an order. What stands behind a name is about how many of 25,000 unfinished conversations belong to it.
var savedViews = []struct {
	name    string
	all     []object
	sort    string
	desc    bool
	shelves []string
	shared  bool
}{
	{"a tag and a number, by due (1,000)", []object{compare("tags", "any_of", "3"), compare("field:1", "more", "20")}, "due", false, nil, true},
	{"a choice and money, by money (1,100)", []object{compare("field:2", "any_of", "4"), compare("field:3", "more", "400.50")}, "field:3", true, nil, true},
	{"a choice of the customer's and a priority, by last (4,900)", []object{compare("field:6", "any_of", "2", "1"), compare("priority", "is_not", "normal", "low", "urgent"),
		{"attr": "created", "op": "older", "amount": 2, "unit": "hours"}}, "last", true, nil, true},
	{"words and a day, by subject (6,000)", []object{compare("field:4", "begins", "LV-"), compare("field:5", "after", "2026-03-01")}, "subject", false, nil, false},
	{"nearly all, by a text field (24,000)", []object{compare("field:1", "more", "5"), compare("status", "is", "new", "open", "waiting")}, "field:4", false, nil, true},
	{"mine of an inbox, shared, by waiting", []object{compare("assignee", "is", "me"), compare("inbox", "is", "1")}, "waiting", false, nil, true},
	{"one's own, snoozed too, by a number (2,700)", []object{compare("type", "is", "2"), compare("field:2", "any_of", "1", "2", "3")}, "field:1", true, []string{"active", "snoozed"}, false},
}

// finishedViews look through finished conversations.
var finishedViews = []struct {
	name string
	all  []object
}{
	{"a tag and a number (1 of 26)", []object{compare("tags", "any_of", "3"), compare("field:1", "more", "20")}},
	{"a choice and much money (1 of 1,200)", []object{compare("field:2", "any_of", "4"), compare("field:3", "more", "890")}},
	{"words that nothing has", []object{compare("field:4", "contains", "XX"), compare("priority", "is", "urgent")}},
}

// resorted is another order than any view's own.
const resorted = "created"

// timesViewed is how often each list and count is asked for, timesLooked what has to look through conversations.
const timesViewed, timesLooked = 100, 30

// views makes the saved views, waits until their members are found, and measures their first pages and counts.
func (s *server) views(ctx context.Context, log io.Writer) (out []Read, err error) {
	var kinds []kind
	add := func(n int, name string, next func(i int) request) {
		kinds = append(kinds, kind{name: name, warm: 5, n: n, next: next})
	}
	asks := func(path string) func(int) request { return func(int) request { return request{path: path} } }
	for _, v := range savedViews {
		id, err := s.saveView(ctx, "bench: "+v.name, v.all, v.sort, v.desc, v.shelves, v.shared)
		if err != nil {
			return nil, err
		}
		path := "/conversations?view=saved:" + id
		add(timesViewed, "view of "+v.name, asks(path))
		add(timesViewed, "its count", asks("/saved-views/"+id+"/count"))
		add(timesViewed, "sorted otherwise", asks(path+"&by="+resorted+"&desc=true"))
		if v.shared {
			add(timesViewed, "as somebody else", func(i int) request { return request{token: crowdToken(i), path: path} })
		}
		add(timesLooked, "asked before it is saved", func(int) request {
			return request{path: "/conversations/preview", body: object{"condition": object{"all": v.all}}}
		})
	}
	for _, v := range finishedViews {
		id, err := s.saveView(ctx, "bench: "+v.name, v.all, "last", true, []string{"finished"}, false)
		if err != nil {
			return nil, err
		}
		add(timesLooked, "finished: "+v.name, asks("/conversations?view=saved:"+id))
		add(timesLooked, "its count, judged where it takes long", asks("/saved-views/"+id+"/count"))
	}
	if err := s.waitFilled(ctx); err != nil {
		return nil, err
	}
	for _, k := range kinds {
		r, err := s.measure(ctx, k)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(log, "  %s: p50 %.1f ms, p99 %.1f ms\n", r.Name, r.P50, r.P99)
		out = append(out, r)
	}
	return out, nil
}

// saveView makes a view, if a former run did not leave it.
func (s *server) saveView(ctx context.Context, name string, all []object, by string, desc bool, shelves []string, shared bool) (id string, err error) {
	if len(name) > 80 {
		name = strings.ToValidUTF8(name[:80], "")
	}
	known, err := s.savedViews(ctx)
	if err != nil {
		return "", err
	}
	for _, v := range known {
		if v.Name == name {
			return strconv.FormatInt(v.ID, 10), nil
		}
	}
	audience := "personal"
	if shared {
		audience = "everyone"
	}
	if shelves == nil {
		shelves = []string{"active"}
	}
	if err := s.post(ctx, "/saved-views", object{"name": name, "audience": audience, "teams": []int{}, "icon": "list", "colour": "grey", "shelves": shelves,
		"condition": object{"all": all}, "sort": object{"by": by, "desc": desc}, "layout": "list", "columns": []object{}, "pinned": true, "zone": "Europe/Riga", "version": 0}); err != nil {
		return "", err
	}
	if known, err = s.savedViews(ctx); err != nil {
		return "", err
	}
	for _, v := range known {
		if v.Name == name {
			return strconv.FormatInt(v.ID, 10), nil
		}
	}
	return "", errors.New("a view that was made is not listed")
}

type keptView struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Broken  bool   `json:"broken"`
	Filling struct {
		Done bool `json:"done"`
	} `json:"filling"`
}

func (s *server) savedViews(ctx context.Context) ([]keptView, error) {
	var out struct {
		Items []keptView `json:"items"`
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+"/api/v1/saved-views", nil)
	if err != nil {
		return nil, err
	}
	answer, err := s.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close() // read to its end below
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("list saved views: %s", answer.Status)
	}
	err = json.NewDecoder(answer.Body).Decode(&out)
	return out.Items, err
}

// waitFilled waits until the members of all views are found.
func (s *server) waitFilled(ctx context.Context) error {
	for {
		all, err := s.savedViews(ctx)
		if err != nil {
			return err
		}
		waiting := 0
		for _, v := range all {
			if v.Broken {
				return fmt.Errorf("view %q is broken", v.Name)
			}
			if !v.Filling.Done {
				waiting++
			}
		}
		if waiting == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}
