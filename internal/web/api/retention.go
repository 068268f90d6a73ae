package api

import (
	"context"
	"encoding/csv"
	"net/http"
	"strconv"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/privacy"
	"tellus/internal/flow/person"
	"tellus/internal/platform/db"
)

func (s *Server) listRules(ctx context.Context, _ *Caller, _ *none) (*reply[list[privacy.Rule]], error) {
	return asking(ctx, s, func(tx *db.Tx) (list[privacy.Rule], error) {
		all, err := s.Persons.Privacy.Rules(ctx, tx)
		return list[privacy.Rule]{all}, err
	})
}

func (s *Server) previewRule(ctx context.Context, _ *Caller, in *body[privacy.RuleBody]) (*reply[person.Expected], error) {
	return asking(ctx, s, func(tx *db.Tx) (person.Expected, error) { return s.Persons.Expect(ctx, tx, in.Body) })
}

func (s *Server) createRule(ctx context.Context, c *Caller, in *body[privacy.RuleBody]) (*reply[privacy.Rule], error) {
	return changing(ctx, s, func(tx *db.Tx) (privacy.Rule, error) {
		r, err := s.Persons.Privacy.AddRule(ctx, tx, c.Agent, in.Body)
		if err != nil {
			return r, err
		}
		return r, s.audit(ctx, tx, c, "retention.created", "retention:"+r.ID.String(), "")
	})
}

type ruleInput struct {
	ID privacy.RuleID `path:"id" minimum:"1"`
}

func (s *Server) endRule(ctx context.Context, c *Caller, in *ruleInput) (*none, error) {
	return change(ctx, s, func(tx *db.Tx) error {
		if err := s.Persons.Privacy.EndRule(ctx, tx, in.ID); err != nil {
			return err
		}
		return s.audit(ctx, tx, c, "retention.ended", "retention:"+in.ID.String(), "")
	})
}

// AccessInput says which lines of the access log are wanted.
type AccessInput struct {
	Customer desk.CustomerID `query:"customer"`
	Agent    desk.AgentID    `query:"agent"`
	How      privacy.How     `query:"how" enum:",page,conversation,export"`
	From     string          `query:"from" maxLength:"10" doc:"The first day, YYYY-MM-DD, by the caller's clock"`
	Until    string          `query:"until" maxLength:"10" doc:"The last day"`
}

// filter reads the days by the caller's clock.
func (in AccessInput) filter(c *Caller) (f privacy.AccessFilter, err error) {
	zone, err := time.LoadLocation(c.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	f = privacy.AccessFilter{Customer: in.Customer, Agent: in.Agent, How: in.How}
	for _, d := range []struct {
		name, text string
		later      int
		into       *desk.Time
	}{{"query.from", in.From, 0, &f.From}, {"query.until", in.Until, 1, &f.Until}} {
		if d.text == "" {
			continue
		}
		day, err := time.ParseInLocation(time.DateOnly, d.text, zone)
		if err != nil {
			return f, desk.WhyNoDate.At(d.name)
		}
		*d.into = desk.At(day.AddDate(0, 0, d.later))
	}
	return f, nil
}

type accessPageInput struct {
	AccessInput
	Paging
}

func (s *Server) listAccesses(ctx context.Context, c *Caller, in *accessPageInput) (*reply[page[privacy.Access]], error) {
	f, err := in.filter(c)
	if err != nil {
		return nil, err
	}
	if f.Before, err = numberCursor(in.Cursor); err != nil {
		return nil, err
	}
	return asking(ctx, s, func(tx *db.Tx) (out page[privacy.Access], err error) {
		out.Items, err = s.Persons.Privacy.Accesses(ctx, tx, f, in.Limit)
		if len(out.Items) == in.Limit {
			out.Next = cursorOf(out.Items[in.Limit-1].ID)
		}
		return out, err
	})
}

// accessesFile writes the log as CSV (RFC 4180), a thousand lines at a time.
func (s *Server) accessesFile(w http.ResponseWriter, r *http.Request, c *Caller) error {
	ctx, query := r.Context(), r.URL.Query()
	number := func(name string) int64 {
		n, err := strconv.ParseInt(query.Get(name), 10, 64)
		if err != nil {
			return 0 // none was asked for
		}
		return n
	}
	in := AccessInput{Customer: desk.CustomerID(number("customer")), Agent: desk.AgentID(number("agent")), How: privacy.How(query.Get("how")), From: query.Get("from"),
		Until: query.Get("until")}
	f, err := in.filter(c)
	if err != nil {
		return err
	}
	if _, err := write(ctx, s, func(tx *db.Tx) (none, error) { return none{}, s.audit(ctx, tx, c, "export.access", "", "csv") }); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="tellus-access.csv"`)
	h.Set("Cache-Control", "private, no-store")
	out := csv.NewWriter(w)
	out.UseCRLF = true
	line := []string{"at", "agent", "customer", "how", "conversation"}
	const most = 1000
	for {
		if err := out.Write(line); err != nil {
			panic(http.ErrAbortHandler) // whoever reads is gone
		}
		all, err := read(ctx, s, func(tx *db.Tx) ([]privacy.Access, error) { return s.Persons.Privacy.Accesses(ctx, tx, f, most) })
		if err != nil {
			s.Log.WarnContext(ctx, "access log not sent whole", "error", err)
			panic(http.ErrAbortHandler)
		}
		for i, a := range all {
			line = []string{a.At.Time().UTC().Format(time.RFC3339), a.Agent.String(), a.Customer.String(), string(a.How), a.Conversation.String()}
			f.Before = a.ID
			if i == len(all)-1 && len(all) == most {
				break // written at the head of the next round
			}
			if err := out.Write(line); err != nil {
				panic(http.ErrAbortHandler)
			}
		}
		out.Flush()
		if len(all) < most {
			return nil
		}
	}
}
