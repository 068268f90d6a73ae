package sla

import (
	"context"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/deadline"
	"tellus/internal/platform/db"
)

// usualAim is the share of promises, in percent, that a company means to keep where it says nothing else.
const usualAim = 90

// Honesty says how a policy would have been kept, by what happened.
type Honesty struct {
	Shares []Share   `json:"shares"`
	Aim    int       `json:"aim" doc:"Percent that are meant to be kept"`
	Looked int       `json:"looked" doc:"Conversations that were looked at, the newest that the caller sees"`
	Since  desk.Time `json:"since,omitempty" doc:"When the oldest of them began"`
}

// Share says how one kind of promise would have been kept.
type Share struct {
	Kind   deadline.Kind `json:"kind" enum:"acknowledge,first_answer,next_answer,update,resolve"`
	Looked int           `json:"looked" doc:"How many there were of which it is known whether they would have been kept"`
	Kept   int           `json:"kept"`
	Half   int64         `json:"half" doc:"Seconds, counted as the policy counts, within which half of them came"`
	Aimed  int64         `json:"aimed" doc:"Seconds within which as many came as are meant to be kept: the shortest target that would have been honest"`
	Bold   bool          `json:"bold,omitempty" doc:"Fewer would have been kept than is meant"`
}

// Honest measures a policy that need not be saved by what happened in the conversations that it would have had: id is the policy that is changed, 0 for a new one, behind all others.
func (s *Service) Honest(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.PolicyID, e Edit) (h Honesty, err error) {
	if err := s.check(ctx, tx, &e); err != nil {
		return h, err
	}
	when, err := s.compile(ctx, tx, &e)
	if err != nil {
		return h, err
	}
	behind, err := s.before(ctx, tx, id)
	if err != nil {
		return h, err
	}
	h.Aim, h.Shares = e.Aim, []Share{}
	past, looked, since, err := s.Conversations.Past(ctx, tx, scope, when, behind, e.Counts == "opening")
	if err != nil {
		return h, err
	}
	h.Looked, h.Since = looked, since
	for _, one := range deadline.Honest(past, e.times(), e.Aim) {
		h.Shares = append(h.Shares, Share{Kind: one.Kind, Looked: one.Looked, Kept: one.Kept, Half: int64(one.Half / time.Second), Aimed: int64(one.Aimed / time.Second),
			Bold: one.Kept*100 < e.Aim*one.Looked})
	}
	return h, nil
}
