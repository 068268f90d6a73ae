package api

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"

	"tellus/internal/desk"
	"tellus/internal/engine/query"
	"tellus/internal/flow/index"
	"tellus/internal/platform/db"
)

func (s *Server) registerSearch() {
	handle(s, "search-messages", s.searchMessages)
	handle(s, "get-search-progress", s.searchProgress)
}

func (s *Server) searchProgress(ctx context.Context, _ *Caller, _ *struct{}) (*reply[index.Progress], error) {
	return asking(ctx, s, func(tx *db.Tx) (index.Progress, error) { return s.Index.Progress(ctx, tx) })
}

type fullTextInput struct {
	Q      string      `query:"q" maxLength:"500" doc:"Words, \"phrases\", -not, from: to: tag: is: has: inbox: team: assignee: before: after: number: field:key=value"`
	Sort   index.Order `query:"sort" enum:"best,newest" default:"best"`
	Typing bool        `query:"typing" doc:"The last word is still being typed: it stands for all that begin so"`
	Paging
}

// fullTextBody is a page of what was found.
type fullTextBody struct {
	Items   []index.Hit `json:"items"`
	Next    string      `json:"next,omitempty" doc:"Opaque; give it back as cursor to get what follows"`
	Filling bool        `json:"filling,omitempty" doc:"The index is being made anew: older messages are still missing"`
	Filled  int         `json:"filled,omitempty" doc:"While filling: how much of what was there the index holds, in percent"`

	Messages      int             `json:"messages" doc:"How many messages were found, of which a conversation may have several"`
	More          bool            `json:"more,omitempty" doc:"There are more messages than that, or older ones were not looked at yet: next goes on"`
	Customers     []desk.Customer `json:"customers" doc:"Who answers the query, on the first page of one without filters"`
	Purchases     []desk.Purchase `json:"purchases" doc:"What was bought and answers it, likewise"`
	MoreCustomers bool            `json:"moreCustomers,omitempty" doc:"More of them than are given"`
	MorePurchases bool            `json:"morePurchases,omitempty"`

	NewestOnly bool `json:"newestOnly,omitempty" doc:"Items are the best of the newest messages that were found: sort by newest to reach older ones"`
}

func (s *Server) searchMessages(ctx context.Context, c *Caller, in *fullTextInput) (*reply[fullTextBody], error) {
	q, err := query.Parse(db.Text(in.Q), in.Typing)
	if err != nil {
		return nil, searchRefusal(err)
	}
	if len(q.Parts) == 0 {
		return answer(fullTextBody{Items: []index.Hit{}, Customers: []desk.Customer{}, Purchases: []desk.Purchase{}}), nil
	}
	after, err := searchCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	ask := index.Ask{Query: q, Scope: c.Scope, Order: in.Sort, Cursor: after, Limit: in.Limit}
	var who index.People
	page, err := read(ctx, s, func(tx *db.Tx) (p index.Page, err error) {
		if after == nil {
			const few = 5
			people := ask
			people.Limit = few
			if who, err = s.Index.FindPeople(ctx, tx, people); err != nil {
				return p, err
			}
		}
		return s.Index.Find(ctx, tx, ask)
	})
	if err != nil {
		return nil, err
	}
	out := fullTextBody{Items: page.Hits, Filling: page.Filling, Messages: page.Messages, More: page.More, NewestOnly: page.Newest}
	if page.Filling {
		out.Filled = page.Filled
	}
	if out.Items == nil {
		out.Items = []index.Hit{}
	}
	out.Customers, out.MoreCustomers = append([]desk.Customer{}, who.Customers...), who.MoreCustomers
	out.Purchases, out.MorePurchases = append([]desk.Purchase{}, who.Purchases...), who.MorePurchases
	if page.Next != nil {
		data, err := json.Marshal(page.Next)
		if err != nil {
			return nil, err
		}
		out.Next = base64.RawURLEncoding.EncodeToString(data)
	}
	return answer(out), nil
}

func searchCursor(text string) (*index.Cursor, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // the first page has no cursor
	}
	var c index.Cursor
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(data, &c)
	}
	if err != nil {
		return nil, desk.RefuseField(desk.Invalid, "query.cursor", "not a cursor that this search gave")
	}
	return &c, nil
}

// searchRefusal puts what is wrong with a query into the reader's words.
func searchRefusal(err error) error {
	const field = "query.q"
	var p *query.Problem
	if !errors.As(err, &p) {
		return err
	}
	switch p.Code {
	case "too_many":
		return desk.WhySearchMany.At(field, query.MaxParts)
	case "is":
		return desk.WhySearchState.At(field, p.Value)
	case "has":
		return desk.WhySearchThing.At(field, p.Value)
	case "date":
		return desk.WhySearchDate.At(field, p.Value)
	case "number":
		return desk.WhySearchNumber.At(field)
	}
	return err
}
