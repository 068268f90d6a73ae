package api

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/feature/presence"
	"tellus/internal/platform/db"
)

// seats are who has the desk open, as the test says.
type seats map[desk.AgentID]desk.Time

func (h *house) attended() (*presence.Service, seats) {
	open := seats{}
	s := &presence.Service{Staff: h.staff, Seats: func(context.Context, *db.Tx) (map[desk.AgentID]desk.Time, error) {
		now := map[desk.AgentID]desk.Time{}
		for agent, at := range open {
			now[agent] = at
		}
		return now, nil
	}}
	h.server.Presence = s
	return s, open
}

// reviewed has it decided anew and returns how each stands, and after what time it is to be looked at again.
func (h *house) reviewed(s *presence.Service) (map[desk.AgentID]string, time.Duration) {
	h.t.Helper()
	again, err := s.Review(h.t.Context(), h.db)
	if err != nil {
		h.t.Fatal(err)
	}
	out := map[desk.AgentID]string{}
	err = h.db.Read(h.t.Context(), func(tx *db.Tx) error {
		all, err := s.List(h.t.Context(), tx)
		for _, p := range all {
			out[p.Agent] = p.State + " " + p.Why
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	if again == 0 {
		return out, 0
	}
	return out, again.Sub(desk.At(h.clock()))
}

func (h *house) stands(s *presence.Service, agent desk.AgentID, want string) {
	h.t.Helper()
	if got, _ := h.reviewed(s); got[agent] != want {
		h.t.Errorf("agent %s stands %q, want %q", agent, got[agent], want)
	}
}

func TestPresenceOfADay(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		inga := h.settled()
		ann, annID := h.hired(inga, "ann@example.test", desk.AgentRole)
		s, open := h.attended()
		now := func() desk.Time { return desk.At(h.clock()) }
		h.stands(s, annID.ID, "offline gone")
		open[annID.ID] = now()
		h.stands(s, annID.ID, "online here")
		h.wait(10 * time.Minute)
		h.stands(s, annID.ID, "away idle")
		open[annID.ID] = now()
		h.stands(s, annID.ID, "online here")

		// What was chosen stays, whatever is done, until its time has come.
		var list presencesBody
		ann.do(get, "/presence", nil, &list)
		if len(list.Items) < 2 || len(list.Reasons) != 5 || !slices.Equal(list.Channels, []string{"mail"}) {
			t.Fatalf("list: %+v", list)
		}
		lunch := list.Reasons[1]
		var own presence.Own
		ann.do(put, "/presence/own", object{"state": "away", "reason": lunch.ID, "until": now().Add(30 * time.Minute)}, &own)
		if own.State != "away" || own.Reason != lunch.ID || len(own.Takes) != 0 {
			t.Errorf("chose lunch, stands %+v", own)
		}
		h.wait(5 * time.Minute)
		open[annID.ID] = now()
		h.stands(s, annID.ID, "away chosen")
		h.wait(25 * time.Minute)
		open[annID.ID] = now()
		h.stands(s, annID.ID, "online here")

		// A line that is cut for less than the grace time is nobody's concern, a longer one is.
		delete(open, annID.ID)
		if _, again := h.reviewed(s); again != time.Minute {
			t.Errorf("a window that went is looked at again after %v, want a minute", again)
		}
		h.stands(s, annID.ID, "online here")
		h.wait(59 * time.Second)
		h.stands(s, annID.ID, "online here")
		h.wait(time.Second)
		h.stands(s, annID.ID, "offline gone")

		// A choice without a time outlasts the end of the server, which forgets all windows.
		open[annID.ID] = now()
		ann.do(put, "/presence/own", object{"state": "away"}, nil)
		delete(open, annID.ID)
		h.reviewed(s)
		h.wait(time.Hour)
		h.stands(s, annID.ID, "offline gone")
		s, open = h.attended()
		open[annID.ID] = now()
		h.stands(s, annID.ID, "away chosen")

		// Who may sets another's, which is audited; who may not does not.
		inga.do(put, "/presence/"+annID.ID.String(), object{"state": "online"}, &own)
		if own.State != "online" || own.Why != "chosen" || own.By.Agent() == annID.ID {
			t.Errorf("set online by another: %+v", own)
		}
		ann.refused(desk.Forbidden, put, "/presence/1", object{"state": "offline"})
		ann.refused(desk.Forbidden, get, "/presence/1/changes", nil)
		var audit page[desk.AuditEntry]
		inga.do(get, "/audit", nil, &audit)
		if !slices.ContainsFunc(audit.Items, func(e desk.AuditEntry) bool { return e.Action == "presence.set" && e.Detail == "online" }) {
			t.Errorf("no line of the audit says that another's presence was set: %+v", audit.Items)
		}

		// The log has every change once, by whom.
		var log page[desk.PresenceChange]
		inga.do(get, "/presence/"+annID.ID.String()+"/changes?limit=200", nil, &log)
		var states []string
		for _, c := range slices.Backward(log.Items) {
			states = append(states, c.State+" "+c.Why)
		}
		want := []string{"online here", "away idle", "online here", "away chosen", "online here", "offline gone", "away chosen", "offline gone", "away chosen", "online chosen"}
		if !slices.Equal(states, want) {
			t.Errorf("log:\n%q, want\n%q", states, want)
		}

		// Old lines go, the oldest first and no more than asked; how somebody stands does not hang on them.
		swept := func(before desk.Time, limit int) (n int) {
			if err := h.db.Write(h.t.Context(), func(tx *db.Tx) (err error) {
				n, err = s.Sweep(h.t.Context(), tx, before, limit)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return n
		}
		from := log.Items[4].At // the five newest stay
		if n := swept(from, 2); n != 2 {
			t.Errorf("swept %d lines, want the 2 that were asked for", n)
		}
		for swept(from, 2) > 0 {
		}
		var left page[desk.PresenceChange]
		inga.do(get, "/presence/"+annID.ID.String()+"/changes?limit=200", nil, &left)
		if d := cmp.Diff(log.Items[:5], left.Items); d != "" {
			t.Errorf("after the sweep the log differs from its newest lines:\n%s", d)
		}
		h.stands(s, annID.ID, "online chosen")
	})
}

func TestWorkingHoursAndChannels(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) { // it is Monday, 10:00 in UTC
		inga := h.settled()
		ann, annID := h.hired(inga, "ann@example.test", desk.AgentRole)
		s, open := h.attended()
		now := func() desk.Time { return desk.At(h.clock()) }
		at := "/presence/" + annID.ID.String() + "/hours"
		var zone desk.Profile
		ann.do(get, "/profile", nil, &zone)
		ann.do(patch, "/profile", object{"timeZone": "Europe/Riga", "version": zone.Version}, nil)
		var hours workingHoursBody
		inga.do(put, at, object{"idleMinutes": 0, "version": 0, "hours": []object{{"from": 540, "to": 780, "days": 62}}}, &hours)
		inga.refused(desk.Conflict, put, at, object{"idleMinutes": 0, "version": 0, "hours": []object{}})
		inga.refused(desk.Invalid, put, at, object{"idleMinutes": 1, "version": 1, "hours": []object{}})
		open[annID.ID] = now()
		h.stands(s, annID.ID, "online here")
		if _, again := h.reviewed(s); again != time.Minute {
			t.Errorf("looked at again after %v, want a minute: her window may be at a node that dies", again)
		}
		h.wait(time.Hour) // 13:00 in Riga
		open[annID.ID] = now()
		h.stands(s, annID.ID, "away hours")
		var own presence.Own
		ann.do(put, "/presence/own", object{"state": "online"}, &own)
		if own.State != "online" || !slices.Equal(own.Takes, []string{"mail"}) {
			t.Errorf("who works on stands %+v", own)
		}
		h.wait(20 * time.Hour) // 09:00 in Riga: idle minutes are 0, for never
		h.stands(s, annID.ID, "online chosen")
		h.wait(4 * time.Hour)
		h.stands(s, annID.ID, "away hours")

		ann.do(put, "/presence/own", object{"state": "online", "refuses": []string{"mail", "chat"}}, &own)
		if own.State != "online" || len(own.Takes) != 0 || !slices.Equal(own.Refuses, []string{"mail"}) {
			t.Errorf("who refuses mail stands %+v", own)
		}
	})
}

func TestReasonsForBeingAway(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		inga := h.settled()
		ann, annID := h.hired(inga, "ann@example.test", desk.AgentRole)
		s, open := h.attended()
		open[annID.ID] = desk.At(h.clock())
		h.stands(s, annID.ID, "online here")
		var house presence.House
		inga.do(get, "/presence/rules", nil, &house)
		ann.refused(desk.Forbidden, put, "/presence/rules", object{"idleMinutes": 5, "graceSeconds": 60, "reasons": []object{}, "version": house.Version})
		lunch := house.Reasons[1]
		want := object{"idleMinutes": 5, "graceSeconds": 30, "version": house.Version, "reasons": []object{
			{"id": 0, "name": "Stock-taking", "takes": []string{"mail"}}, {"id": lunch.ID, "name": "", "takes": []string{}}}}
		house = presence.House{}
		inga.do(put, "/presence/rules", want, &house)
		inga.refused(desk.Conflict, put, "/presence/rules", want)
		if house.IdleMinutes != 5 || house.Reasons[0].Name != "Stock-taking" || house.Reasons[1].ID != lunch.ID || house.Reasons[1].Ended || !house.Reasons[4].Ended {
			t.Fatalf("rules: %+v", house)
		}
		inga.refused(desk.Invalid, put, "/presence/rules", object{"idleMinutes": 5, "graceSeconds": 30, "version": house.Version, "reasons": []object{{"id": 0, "name": " ", "takes": []string{}}}})
		var own presence.Own
		ann.do(put, "/presence/own", object{"state": "away", "reason": house.Reasons[0].ID}, &own)
		if !slices.Equal(own.Takes, []string{"mail"}) {
			t.Errorf("stock-taking still takes mail, but stands %+v", own)
		}
		ann.refused(desk.Invalid, put, "/presence/own", object{"state": "away", "reason": house.Reasons[4].ID})
		ann.refused(desk.Invalid, put, "/presence/own", object{"state": "away", "until": desk.At(h.clock()).Add(-time.Minute)})
		if status, _, _ := ann.send(put, "/presence/own", object{"state": "dozing"}); status != http.StatusUnprocessableEntity {
			t.Errorf("a state that there is not: %d", status)
		}
	})
}
