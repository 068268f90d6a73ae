package api

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/engine/carry"
	"tellus/internal/feature/automation"
	"tellus/internal/platform/db"
)

type exportRulesInput struct {
	Rules []int64 `query:"rules" maxItems:"1000" doc:"Only these; all where absent"`
}

// ruleFileBody is a file of rules.
type ruleFileBody struct {
	File string `json:"file" doc:"JSON, with names in place of ids, to be imported here or at another desk"`
}

func (s *Server) exportRules(ctx context.Context, c *Caller, in *exportRulesInput) (*reply[ruleFileBody], error) {
	return asking(ctx, s, func(tx *db.Tx) (out ruleFileBody, err error) {
		names, err := s.ruleNames(ctx, tx, c)
		if err != nil {
			return out, err
		}
		var ids []desk.RuleID
		for _, id := range in.Rules {
			ids = append(ids, desk.RuleID(id))
		}
		data, err := s.Rules.Export(ctx, tx, names, ids)
		return ruleFileBody{string(data)}, err
	})
}

type importRulesBody struct {
	File  string       `json:"file" minLength:"1" maxLength:"4194304"`
	Swaps []carry.Swap `json:"swaps,omitempty" maxItems:"1000" doc:"What shall stand for names that nothing here has"`
	Leave []int        `json:"leave,omitempty" maxItems:"1000" doc:"Places of rules in the file, from 0, that are left out"`
	Dry   bool         `json:"dry,omitempty" doc:"Only say what it would do"`
}

// lackBody is a name that nothing here has, and what could stand for it.
type lackBody struct {
	carry.Lack
	Offers []carry.Offer `json:"offers"`
}

// importedRulesBody says what an import did, or would do.
type importedRulesBody struct {
	Items []automation.Line `json:"items" doc:"In the order of the file"`
	Made  int               `json:"made"`
	Lacks []lackBody        `json:"lacks" doc:"The names that rules lack, each once; the first 50"`
}

func (s *Server) importRules(ctx context.Context, c *Caller, in *body[importRulesBody]) (*reply[importedRulesBody], error) {
	file, err := automation.ReadFile([]byte(in.Body.File))
	if err != nil {
		return nil, err
	}
	work := func(tx *db.Tx) (out importedRulesBody, err error) {
		names, err := s.ruleNames(ctx, tx, c)
		if err != nil {
			return out, err
		}
		names.Swaps = in.Body.Swaps
		out.Lacks = []lackBody{}
		if out.Items, err = s.Rules.Import(ctx, tx, c.By(), file, names, in.Body.Leave, in.Body.Dry); err != nil {
			return out, err
		}
		seen := map[carry.Lack]bool{}
		for _, l := range out.Items {
			for _, lack := range l.Lacks {
				if !seen[lack] && len(out.Lacks) < 50 {
					out.Lacks = append(out.Lacks, lackBody{lack, names.Offers(lack)})
				}
				seen[lack] = true
			}
			if l.Will != automation.WillMake {
				continue
			}
			out.Made++
			if l.Made == nil {
				continue
			}
			if err := s.auditChange(ctx, tx, c, "rule.created", aboutRule(l.ID), desk.Differences(automation.Edit{}, l.Made.Edit)); err != nil {
				return out, err
			}
		}
		return out, nil
	}
	if in.Body.Dry {
		return asking(ctx, s, work)
	}
	return changing(ctx, s, work)
}

// ruleNames are what this desk calls what rules are about.
func (s *Server) ruleNames(ctx context.Context, tx *db.Tx, c *Caller) (carry.Names, error) {
	n, err := s.names(ctx, tx)
	if err != nil {
		return n, err
	}
	n.Inboxes, n.Segments = map[desk.InboxID]string{}, map[desk.SegmentID]string{}
	inboxes, err := s.Inboxes.All(ctx, tx)
	if err != nil {
		return n, err
	}
	for _, in := range inboxes {
		n.Inboxes[in.ID] = in.Name
	}
	segments, err := s.Segments.List(ctx, tx, c.asksForViews())
	for _, g := range segments {
		n.Segments[g.ID] = g.Name
	}
	return n, err
}
