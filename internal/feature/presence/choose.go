package presence

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/presence"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

// Own is how somebody stands, with what he chose for himself.
type Own struct {
	desk.Presence
	Refuses []string `json:"refuses" doc:"Channels by which he takes no work, whatever his state"`
}

// Choice is what is chosen by hand.
type Choice struct {
	State   presence.State
	Reason  desk.AwayReasonID
	Until   desk.Time // 0 until something else is chosen
	Refuses *[]presence.Channel
}

// furthest is how far ahead somebody can say that he is back.
const furthest = 366 * 24 * time.Hour

// Own returns how somebody stands, with what he chose for himself.
func (s *Service) Own(ctx context.Context, tx *db.Tx, agent desk.AgentID) (Own, error) {
	p, err := s.one(ctx, tx, agent)
	if err != nil {
		return Own{}, err
	}
	return p.own(), nil
}

func (p *person) own() Own { return Own{p.shown(), names(p.facts.Refuses)} }

// Choose keeps what somebody chose for himself, or what by chose for another, which stands until something else is chosen or its time has come.
func (s *Service) Choose(ctx context.Context, tx *db.Tx, by staff.Identity, from staff.Visitor, agent desk.AgentID, c Choice) (Own, error) {
	if err := tx.Lock(ctx, "agent", int64(agent)); err != nil {
		return Own{}, err
	}
	all, seats, house, err := s.everything(ctx, tx, "a.id = $1", agent)
	if err != nil {
		return Own{}, err
	}
	if len(all) == 0 {
		return Own{}, desk.Refuse(desk.NotFound, "no agent %s", agent)
	}
	p := all[0]
	choice, err := s.checked(ctx, tx, c)
	if err != nil {
		return Own{}, err
	}
	choice.By = by.By()
	if c.Refuses != nil {
		p.facts.Refuses = *c.Refuses
	}
	refuses, err := text(slices.Concat([]presence.Channel{}, p.facts.Refuses))
	if err != nil {
		return Own{}, err
	}
	if _, open := seats[agent]; open && agent == by.Agent {
		seats[agent] = tx.Now // who chooses does something
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO presence (agent, refuses, chosen, chosen_reason, chosen_at, chosen_until, chosen_kind, chosen_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (agent) DO UPDATE SET refuses = excluded.refuses, chosen = excluded.chosen, chosen_reason = excluded.chosen_reason, chosen_at = excluded.chosen_at,
			chosen_until = excluded.chosen_until, chosen_kind = excluded.chosen_kind, chosen_by = excluded.chosen_by`,
		agent, refuses, choice.State, orNull(choice.Reason), choice.At, choice.Until, choice.By.Kind, choice.By.ID); err != nil {
		return Own{}, fmt.Errorf("keep what agent %s chose: %w", agent, err)
	}
	p.facts.Choice = choice
	if err := s.decide(ctx, tx, p, house, seats); err != nil {
		return Own{}, err
	}
	if agent != by.Agent {
		if err := s.Staff.Audit(ctx, tx, staff.Entry{By: by.By(), Action: "presence.set", Subject: "agent:" + agent.String(), From: from, Detail: string(c.State)}); err != nil {
			return Own{}, err
		}
	}
	return p.own(), nil
}

// checked is a choice that can be kept.
func (s *Service) checked(ctx context.Context, tx *db.Tx, c Choice) (presence.Choice, error) {
	out := presence.Choice{State: c.State, At: tx.Now, Until: c.Until}
	if c.Until != 0 && c.Until <= tx.Now {
		return out, desk.WhyDatePast.At("body.until")
	}
	if c.Until != 0 && c.Until.Sub(tx.Now) > furthest {
		return out, desk.WhyTooFarAhead.At("body.until")
	}
	if c.State == presence.Online {
		out.Until = 0
	}
	if c.State != presence.Away || c.Reason == 0 {
		return out, nil
	}
	all, err := s.Reasons(ctx, tx)
	if err != nil {
		return out, err
	}
	i := slices.IndexFunc(all, func(r desk.AwayReason) bool { return r.ID == c.Reason && !r.Ended })
	if i < 0 {
		return out, desk.RefuseField(desk.Invalid, "body.reason", "no such reason")
	}
	out.Reason = int64(c.Reason)
	for _, t := range all[i].Takes {
		out.Takes = append(out.Takes, presence.Channel(t))
	}
	return out, nil
}
