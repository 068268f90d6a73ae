package api

import (
	"context"

	"tellus/internal/desk"
	"tellus/internal/engine/notify"
	engine "tellus/internal/engine/presence"
	"tellus/internal/feature/presence"
	"tellus/internal/platform/db"
)

// presenceRoutes are the operations of who is there.
var presenceRoutes = []route{
	{"list-presence", get, "/presence", needs(desk.ReadConversations), "How all agents stand, the reasons for being away, and the channels that this desk has", option{}},
	{"get-own-presence", get, "/presence/own", signedIn, "How one stands oneself", option{}},
	{"choose-presence", put, "/presence/own", signedIn, "Be online, away or offline by choice", option{}},
	{"get-presence-rules", get, "/presence/rules", needs(desk.ManageSettings), "When agents go away by themselves, and the reasons for being away", option{}},
	{"change-presence-rules", put, "/presence/rules", needs(desk.ManageSettings), "Replace these rules", option{}},
	{"set-presence", put, "/presence/{id}", needs(desk.ManagePresence), "Choose for somebody else", option{}},
	{"list-presence-changes", get, "/presence/{id}/changes", needs(desk.ManagePresence), "The log of how somebody stood, the newest first", option{}},
	{"get-working-hours", get, "/presence/{id}/hours", needs(desk.ManagePresence), "When somebody works, and when he goes away by himself", option{}},
	{"change-working-hours", put, "/presence/{id}/hours", needs(desk.ManagePresence), "Replace somebody's working hours", option{}},
}

func (s *Server) registerPresence() {
	handle(s, "list-presence", s.listPresence)
	handle(s, "get-own-presence", s.getOwnPresence)
	handle(s, "choose-presence", s.choosePresence)
	handle(s, "get-presence-rules", s.getPresenceRules)
	handle(s, "change-presence-rules", s.changePresenceRules)
	handle(s, "set-presence", s.setPresence)
	handle(s, "list-presence-changes", s.listPresenceChanges)
	handle(s, "get-working-hours", s.getWorkingHours)
	handle(s, "change-working-hours", s.changeWorkingHours)
}

type presencesBody struct {
	Items    []desk.Presence   `json:"items"`
	Channels []string          `json:"channels" doc:"Those that this desk has"`
	Reasons  []desk.AwayReason `json:"reasons"`
}

func (s *Server) listPresence(ctx context.Context, _ *Caller, _ *none) (*reply[presencesBody], error) {
	return asking(ctx, s, func(tx *db.Tx) (b presencesBody, err error) {
		for _, c := range engine.Existing {
			b.Channels = append(b.Channels, string(c))
		}
		if b.Items, err = s.Presence.List(ctx, tx); err != nil {
			return b, err
		}
		b.Reasons, err = s.Presence.Reasons(ctx, tx)
		return b, err
	})
}

func (s *Server) getOwnPresence(ctx context.Context, c *Caller, _ *none) (*reply[presence.Own], error) {
	return asking(ctx, s, func(tx *db.Tx) (presence.Own, error) { return s.Presence.Own(ctx, tx, c.Agent) })
}

type choiceBody struct {
	State   engine.State      `json:"state" enum:"online,away,offline"`
	Reason  desk.AwayReasonID `json:"reason,omitempty" minimum:"0" doc:"Of being away"`
	Until   desk.Time         `json:"until,omitempty" doc:"When one is back by itself; absent where it stands until something else is chosen"`
	Refuses *[]engine.Channel `json:"refuses,omitempty" maxItems:"10" enum:"mail,chat,message,phone" doc:"Channels by which no work shall come, whatever the state; absent for as before"`
}

func (b choiceBody) choice() presence.Choice {
	return presence.Choice{State: b.State, Reason: b.Reason, Until: b.Until, Refuses: b.Refuses}
}

func (s *Server) choosePresence(ctx context.Context, c *Caller, in *body[choiceBody]) (*reply[presence.Own], error) {
	return changing(ctx, s, func(tx *db.Tx) (presence.Own, error) {
		return s.Presence.Choose(ctx, tx, c.Identity, c.Visitor, c.Agent, in.Body.choice())
	})
}

type setPresenceInput struct {
	ID   desk.AgentID `path:"id" minimum:"1"`
	Body choiceBody
}

func (s *Server) setPresence(ctx context.Context, c *Caller, in *setPresenceInput) (*reply[presence.Own], error) {
	return changing(ctx, s, func(tx *db.Tx) (presence.Own, error) {
		return s.Presence.Choose(ctx, tx, c.Identity, c.Visitor, in.ID, in.Body.choice())
	})
}

func (s *Server) getPresenceRules(ctx context.Context, _ *Caller, _ *none) (*reply[presence.House], error) {
	return asking(ctx, s, func(tx *db.Tx) (presence.House, error) { return s.Presence.House(ctx, tx) })
}

func (s *Server) changePresenceRules(ctx context.Context, c *Caller, in *body[presence.House]) (*reply[presence.House], error) {
	return changing(ctx, s, func(tx *db.Tx) (presence.House, error) {
		return s.Presence.SaveHouse(ctx, tx, c.Identity, c.Visitor, in.Body)
	})
}

type changesInput struct {
	ID desk.AgentID `path:"id" minimum:"1"`
	Paging
}

func (s *Server) listPresenceChanges(ctx context.Context, _ *Caller, in *changesInput) (*reply[page[desk.PresenceChange]], error) {
	before, err := numberCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	return asking(ctx, s, func(tx *db.Tx) (p page[desk.PresenceChange], err error) {
		all, err := s.Presence.Changes(ctx, tx, in.ID, before, in.Limit+1)
		if len(all) > in.Limit {
			all, p.Next = all[:in.Limit], cursorOf(all[in.Limit-1].ID)
		}
		p.Items = append([]desk.PresenceChange{}, all...)
		return p, err
	})
}

type spanBody struct {
	From int `json:"from" minimum:"0" maximum:"1439" doc:"Minutes since midnight in the person's time zone"`
	To   int `json:"to" minimum:"0" maximum:"1439" doc:"At or before from it is of the next day"`
	Days int `json:"days" minimum:"1" maximum:"127" doc:"Days on which it begins: 1 for Sunday, 2 for Monday, 4 for Tuesday and so on, added up"`
}

type workingHoursBody struct {
	IdleMinutes int        `json:"idleMinutes" minimum:"-1" maximum:"480" doc:"Minutes without doing anything until he is away; -1 as everybody, 0 for never, else at least 3"`
	Hours       []spanBody `json:"hours" maxItems:"21" doc:"When he works; empty where no time is out of hours"`
	Version     int64      `json:"version"`
}

func bodyOfPersonal(p presence.Personal) workingHoursBody {
	b := workingHoursBody{IdleMinutes: p.IdleMinutes, Hours: []spanBody{}, Version: p.Version}
	for _, h := range p.Week {
		b.Hours = append(b.Hours, spanBody{h.From, h.To, int(h.Days)})
	}
	return b
}

func (s *Server) getWorkingHours(ctx context.Context, _ *Caller, in *agentInput) (*reply[workingHoursBody], error) {
	return asking(ctx, s, func(tx *db.Tx) (workingHoursBody, error) {
		p, err := s.Presence.PersonalOf(ctx, tx, in.ID)
		return bodyOfPersonal(p), err
	})
}

type workingHoursInput struct {
	ID   desk.AgentID `path:"id" minimum:"1"`
	Body workingHoursBody
}

func (s *Server) changeWorkingHours(ctx context.Context, c *Caller, in *workingHoursInput) (*reply[workingHoursBody], error) {
	p := presence.Personal{IdleMinutes: in.Body.IdleMinutes, Version: in.Body.Version, Week: engine.Week{}}
	for _, h := range in.Body.Hours {
		p.Week = append(p.Week, notify.Hours{On: true, From: h.From, To: h.To, Days: notify.Days(h.Days)})
	}
	return changing(ctx, s, func(tx *db.Tx) (workingHoursBody, error) {
		saved, err := s.Presence.SavePersonal(ctx, tx, c.Identity, c.Visitor, in.ID, p)
		return bodyOfPersonal(saved), err
	})
}
