package sla

import (
	"context"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/engine/deadline"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
)

// mostSteps is how many steps a policy has at most.
const mostSteps = 20

// StepDeeds are what a step can do: what gets somebody to look, and what puts the conversation where it is looked at.
var StepDeeds = []desk.Deed{desk.TellPeople, desk.SetPriority, desk.Assign, desk.SetTeam, desk.AddTags, desk.RemoveTags, desk.SetType, desk.SetField,
	desk.AskPeople, desk.StartList, desk.Follow}

// checkSteps refuses steps that could not be taken, and brings the others into the form in which they are kept.
func checkSteps(e *Edit) error {
	if e.Steps == nil {
		e.Steps = []conversation.PolicyStep{}
	}
	if len(e.Steps) > mostSteps {
		return desk.WhyEnough.At("body.steps", mostSteps)
	}
	seen := map[int]bool{}
	for i := range e.Steps {
		s := &e.Steps[i]
		at := fmt.Sprintf("body.steps[%d]", i)
		if s.ID < 0 || s.ID != 0 && seen[s.ID] {
			return desk.RefuseField(desk.Invalid, at+".id", "each step has an id of its own, a new one none")
		}
		seen[s.ID] = true
		if err := checkStep(at, s); err != nil {
			return err
		}
	}
	return nil
}

func checkStep(at string, s *conversation.PolicyStep) error {
	for _, k := range s.Kinds {
		if !k.Valid() && k != deadline.Commitment {
			return desk.RefuseField(desk.Invalid, at+".kinds", "no such kind of promise")
		}
	}
	if s.Kinds == nil {
		s.Kinds = []deadline.Kind{}
	}
	slices.Sort(s.Kinds)
	s.Kinds = slices.Compact(s.Kinds)
	if s.Minutes < -longest || s.Minutes > longest {
		return desk.RefuseField(desk.Invalid, at+".minutes", "a step is at most %d minutes before or after the due time", longest)
	}
	switch {
	case s.Every < 0 || s.Every > longest:
		return desk.RefuseField(desk.Invalid, at+".every", "a step is done again after 1 to %d minutes", longest)
	case s.Every == 0:
		s.Times = 0
	case s.Times < 1 || s.Times > deadline.MostRepeats:
		return desk.RefuseField(desk.Invalid, at+".times", "a step is done 1 to %d times", deadline.MostRepeats)
	}
	if len(s.Actions) == 0 {
		return desk.WhyNeeded.At(at + ".actions")
	}
	for j, a := range s.Actions {
		if !slices.Contains(StepDeeds, a.Do) {
			return desk.RefuseField(desk.Invalid, fmt.Sprintf("%s.actions[%d].do", at, j), "a step cannot do that")
		}
	}
	return desk.CheckRuleActions(at+".actions", s.Actions)
}

// numbered gives steps that are new, or that are due at another time than before, ids that no step of the policy had, from next on; it returns the next free one. A clock notes by
// id which steps it had: one that is moved is to be taken at its new time.
func numbered(steps, before []conversation.PolicyStep, next int) int {
	for i := range steps {
		s := &steps[i]
		same := slices.ContainsFunc(before, func(o conversation.PolicyStep) bool {
			return o.ID == s.ID && o.Minutes == s.Minutes && o.Every == s.Every && slices.Equal(o.Kinds, s.Kinds)
		})
		if !same {
			s.ID = next
			next++
		}
	}
	return next
}

// Deeds are what steps are to do, by policy and step.
func (s *Service) Deeds(ctx context.Context, tx *db.Tx) (map[desk.PolicyID]map[int][]desk.Action, error) {
	all, err := s.load(ctx, tx, ` AND steps <> '[]'`)
	if err != nil {
		return nil, err
	}
	deeds := make(map[desk.PolicyID]map[int][]desk.Action, len(all))
	for _, p := range all {
		deeds[p.ID] = map[int][]desk.Action{}
		for _, step := range p.Steps {
			deeds[p.ID][step.ID] = step.Actions
		}
	}
	return deeds, nil
}
