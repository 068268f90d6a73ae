package automation

import (
	"context"
	"errors"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/engine/carry"
	"tellus/internal/platform/db"
)

// What becomes of a rule in a file.
const (
	WillMake   = "make"
	WillStay   = "same"   // it is there already
	WillLack   = "lacks"  // it names what nothing here is called: nothing is made of it until something stands for that
	WillRefuse = "refuse" // it is no rule here
	WillLeave  = "leave"  // the reader leaves it out
	mostLacks  = 50
)

// Line says what becomes of a rule in a file.
type Line struct {
	Name   string         `json:"name"`
	Will   string         `json:"will" enum:"make,same,lacks,refuse,leave"`
	Why    desk.Why       `json:"why,omitempty" doc:"Why it is refused"`
	Values map[string]any `json:"values,omitempty" doc:"What the words of the reason have places for"`
	At     string         `json:"at,omitempty" doc:"Which part of it is refused, such as body.actions[0].note"`
	Lacks  []carry.Lack   `json:"lacks" doc:"Names that nothing here has, or several things have; the first 50"`
	ID     desk.RuleID    `json:"id,omitempty" doc:"The rule that was made, or that there is"`

	Made *EventRule `json:"-"`
}

// Import makes rules as a file says, switched off and behind the others, or only says what it would do where dry is set. What says the same as a rule that is there makes
// nothing, so that a file which is imported twice changes nothing the second time. Nothing is made of a rule that lacks a name, or that leave holds the place of (from 0).
func (s *Service) Import(ctx context.Context, tx *db.Tx, by desk.Actor, f File, n carry.Names, leave []int, dry bool) ([]Line, error) {
	if !dry {
		if err := hold(ctx, tx); err != nil {
			return nil, err
		}
	}
	attributes, err := s.registry(ctx, tx)
	if err != nil {
		return nil, err
	}
	all, err := s.List(ctx, tx)
	if err != nil {
		return nil, err
	}
	have := map[string]desk.RuleID{}
	for _, r := range all {
		said, err := entry(n, attributes, r.Edit).same()
		if err != nil {
			return nil, err
		}
		if _, twice := have[said]; !twice {
			have[said] = r.ID
		}
	}
	lines := make([]Line, 0, len(f.Rules))
	count := len(all)
	for i, from := range f.Rules {
		l := Line{Name: carry.Short(from.Name), Lacks: []carry.Lack{}}
		e, said, err := s.look(ctx, tx, from, n, have, &l)
		if err != nil {
			return nil, err
		}
		if l.Will == WillMake && slices.Contains(leave, i) {
			l.Will = WillLeave
		}
		if l.Will == WillMake && count >= most {
			l.Will = WillRefuse
			l.Why, l.Values = desk.WhyEnough, desk.WhyEnough.Refuse(most).Values
		}
		if l.Will == WillMake {
			count++
			if !dry {
				made, err := s.Create(ctx, tx, by, e)
				if err != nil {
					return nil, err
				}
				l.ID, l.Made = made.ID, &made
			}
			have[said] = l.ID
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// look says what becomes of an entry, what it comes to here and what that would be in a file.
func (s *Service) look(ctx context.Context, tx *db.Tx, from Entry, n carry.Names, have map[string]desk.RuleID, l *Line) (e Edit, said string, err error) {
	refused := func(err error) error {
		var r *desk.Refusal
		if !errors.As(err, &r) {
			return err
		}
		l.Will, l.Why, l.Values, l.At = WillRefuse, r.Why, r.Values, r.Field
		return nil
	}
	attributes, err := s.registry(ctx, tx)
	if err != nil {
		return e, "", err
	}
	if said, err = from.same(); err != nil {
		return e, "", err
	}
	if id, there := have[said]; there {
		l.Will, l.ID = WillStay, id
		return e, said, nil
	}
	if err := from.within(); err != nil {
		return e, "", refused(err)
	}
	e, lacks := from.edit(n, attributes)
	if len(lacks) > 0 {
		l.Will, l.Lacks = WillLack, lacks[:min(len(lacks), mostLacks)]
		return e, "", nil
	}
	if err := s.check(ctx, tx, &e); err != nil {
		return e, "", refused(err)
	}
	if said, err = entry(n, attributes, e).same(); err != nil {
		return e, "", err
	}
	l.Will = WillMake
	if id, there := have[said]; there {
		l.Will, l.ID = WillStay, id
	}
	l.Name = e.Name
	return e, said, nil
}
