package notify

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tellus/internal/desk"
)

func agents(t *rapid.T, name string) []desk.AgentID {
	return rapid.SliceOfN(rapid.Map(rapid.Int64Range(1, 5), func(n int64) desk.AgentID { return desk.AgentID(n) }), 0, 4).Draw(t, name)
}

var kinds = []desk.EventKind{desk.AgentMentioned, desk.AssigneeChanged, desk.TeamChanged, desk.MessageReceived, desk.MessageQueued, desk.NoteAdded, desk.Woken,
	desk.StatusChanged, desk.TagAdded, desk.ReadMarked, desk.DraftSaved}

func happening(t *rapid.T) Happening {
	by := rapid.SampledFrom([]desk.Actor{desk.System, desk.ByAgent(1), desk.ByAgent(2), desk.ByCustomer(1), {Kind: desk.ActorRule, ID: 1}}).Draw(t, "by")
	agent := rapid.Map(rapid.Int64Range(0, 5), func(n int64) desk.AgentID { return desk.AgentID(n) })
	return Happening{Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), By: by, At: desk.Time(rapid.Int64Range(1, 3).Draw(t, "at")),
		Conversation: desk.ConversationID(rapid.Int64Range(1, 2).Draw(t, "conversation")), Named: agent.Draw(t, "named"), Assignee: agent.Draw(t, "assignee"),
		Followers: agents(t, "followers"), Members: agents(t, "members"), Automatic: rapid.Bool().Draw(t, "automatic")}
}

func TestNobodyIsToldOfHisOwnDoingNorTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Custom(happening), 0, 8).Draw(t, "all")
		type once struct {
			agent        desk.AgentID
			conversation desk.ConversationID
			by           desk.Actor
			at           desk.Time
		}
		told := map[once]Kind{}
		for _, c := range Concerns(all) {
			key := once{c.Agent, c.Conversation, c.By, c.At}
			if _, twice := told[key]; twice {
				t.Fatalf("told twice: %+v", c)
			}
			if told[key] = c.Kind; c.By == desk.ByAgent(c.Agent) || c.Agent == 0 {
				t.Fatalf("told of his own doing: %+v", c)
			}
		}
		for i := range all {
			for agent, kind := range all[i].concerned() {
				got, is := told[once{agent, all[i].Conversation, all[i].By, all[i].At}]
				if !is || rank(got) > rank(kind) {
					t.Fatalf("agent %s was told %q, though %+v concerns him as %q", agent, got, all[i], kind)
				}
			}
		}
	})
}

func TestWhomEventsConcern(t *testing.T) {
	t.Parallel()
	ann, bert, carl := desk.AgentID(1), desk.AgentID(2), desk.AgentID(3)
	for name, c := range map[string]struct {
		in   []Happening
		want map[desk.AgentID]Kind
	}{
		"a customer writes": {[]Happening{{Kind: desk.MessageReceived, By: desk.ByCustomer(9), Assignee: ann, Followers: []desk.AgentID{ann, bert}}},
			map[desk.AgentID]Kind{ann: Reply, bert: Followed}},
		"a machine writes": {[]Happening{{Kind: desk.MessageReceived, By: desk.ByCustomer(9), Assignee: ann, Followers: []desk.AgentID{bert}, Automatic: true}},
			map[desk.AgentID]Kind{}},
		"a note that mentions a follower": {[]Happening{
			{Kind: desk.NoteAdded, By: desk.ByAgent(carl), Assignee: ann, Followers: []desk.AgentID{bert, carl}},
			{Kind: desk.AgentMentioned, By: desk.ByAgent(carl), Named: bert, Followers: []desk.AgentID{bert, carl}}}, map[desk.AgentID]Kind{bert: Mention}},
		"taken by himself":    {[]Happening{{Kind: desk.AssigneeChanged, By: desk.ByAgent(ann), Named: ann, Assignee: ann}}, map[desk.AgentID]Kind{}},
		"given to somebody":   {[]Happening{{Kind: desk.AssigneeChanged, By: desk.ByAgent(ann), Named: bert, Assignee: bert}}, map[desk.AgentID]Kind{bert: Assigned}},
		"given to a team":     {[]Happening{{Kind: desk.TeamChanged, By: desk.ByAgent(ann), Members: []desk.AgentID{ann, bert}}}, map[desk.AgentID]Kind{bert: Team}},
		"a snooze ends":       {[]Happening{{Kind: desk.Woken, By: desk.System, Assignee: ann}}, map[desk.AgentID]Kind{ann: Woken}},
		"somebody else reads": {[]Happening{{Kind: desk.ReadMarked, By: desk.ByAgent(bert), Assignee: ann, Followers: []desk.AgentID{ann}}}, map[desk.AgentID]Kind{}},
	} {
		got := map[desk.AgentID]Kind{}
		for _, c := range Concerns(c.in) {
			got[c.Agent] = c.Kind
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

var zones = []string{"UTC", "Europe/Riga", "Europe/Warsaw", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"}

func hours(t *rapid.T) Hours {
	return Hours{On: rapid.Bool().Draw(t, "on"), From: rapid.IntRange(0, 1439).Draw(t, "from"), To: rapid.IntRange(0, 1439).Draw(t, "to"),
		Days: Days(rapid.IntRange(0, 127).Draw(t, "days"))}
}

func TestQuietHoursEndOutsideOfQuietHours(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := hours(t)
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		at := desk.Time(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(t, "at") * 1_000_000)
		until, within := h.During(at, zone)
		if !within {
			return
		}
		if until <= at || until.Sub(at) > 9*24*time.Hour || !h.On {
			t.Fatalf("%+v at %s in %s: until %s", h, at, zone, until)
		}
		allDay := h.From == h.To && h.Days != 0
		if _, still := h.During(until, zone); still && !allDay && until.Sub(at) < 8*24*time.Hour {
			t.Fatalf("%+v at %s in %s ends at %s, which is within", h, at, zone, until)
		}
	})
}

func TestQuietHoursByTheClock(t *testing.T) {
	t.Parallel()
	night := Hours{On: true, From: 22 * 60, To: 7 * 60, Days: Everyday}
	weekend := Hours{On: true, From: 0, To: 0, Days: 1<<time.Saturday | 1<<time.Sunday}
	for name, c := range map[string]struct {
		h        Hours
		at, want string
	}{
		"evening":            {night, "2026-03-02T21:59:00Z", ""},
		"night":              {night, "2026-03-02T22:00:00Z", "2026-03-03T07:00:00Z"},
		"after midnight":     {night, "2026-03-03T06:59:59Z", "2026-03-03T07:00:00Z"},
		"morning":            {night, "2026-03-03T07:00:00Z", ""},
		"the weekend is one": {weekend, "2026-03-07T10:00:00Z", "2026-03-09T00:00:00Z"},
		"monday":             {weekend, "2026-03-09T00:00:00Z", ""},
		"off":                {Hours{From: 0, To: 0, Days: Everyday}, "2026-03-09T00:00:00Z", ""},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if until, within := c.h.During(desk.At(at), time.UTC); within {
			got = until.Time().Format(time.RFC3339)
		}
		if got != c.want {
			t.Errorf("%s: until %q, want %q", name, got, c.want)
		}
	}
}

func TestDecisionsKeepWhatThePersonChose(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := Default()
		for _, k := range Kinds {
			w.By[k] = map[Channel]bool{InApp: rapid.Bool().Draw(t, "in app"), Push: rapid.Bool().Draw(t, "push"), Mail: rapid.Bool().Draw(t, "mail")}
		}
		w.Quiet = hours(t)
		if w.Quiet.From == w.Quiet.To {
			w.Quiet.Days &^= 2 // some day is not quiet
		}
		me := desk.AgentID(1)
		c := Concern{Agent: me, Kind: rapid.SampledFrom(Kinds).Draw(t, "kind"), By: rapid.SampledFrom([]desk.Actor{desk.System, desk.ByAgent(1), desk.ByAgent(2)}).Draw(t, "by")}
		p := Person{Agent: me, Sees: rapid.Bool().Draw(t, "sees"), Wishes: w}
		now := desk.Time(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(t, "now") * 1_000_000)
		ways := Decide(c, p, now)
		if (!p.Sees || c.By == desk.ByAgent(me)) && ways.Any() {
			t.Fatalf("told what he may not see or did himself: %+v", ways)
		}
		if ways.Shown && !w.Wants(c.Kind, InApp) || ways.Push != 0 && !w.Wants(c.Kind, Push) || ways.Mail != 0 && !w.Wants(c.Kind, Mail) {
			t.Fatalf("%+v against %+v", ways, w.By[c.Kind])
		}
		for _, at := range []desk.Time{ways.Push, ways.Mail} {
			if _, quiet := w.Quiet.During(at, nil); at != 0 && (quiet || at < now) {
				t.Fatalf("would leave at %s, in quiet hours %+v", at, w.Quiet)
			}
		}
	})
}
