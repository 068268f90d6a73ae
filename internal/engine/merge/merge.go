// Package merge decides what merging conversations changes and what undoing it restores. It is given what the conversations are and were, and answers with
// data: whoever stores them does the rest.
//
// What was merged keeps its own row untouched, out of sight; only what it gave to the other one is recorded. So undoing has to take back gifts, and no more: what
// somebody changed by hand since then stays as he left it. Several merges into one conversation can be undone in any order.
package merge

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"tellus/internal/desk"
)

// Turn is whose turn it is, since when, and until when it may wait.
type Turn struct {
	Status       desk.Status `json:"status"`
	SnoozedUntil desk.Time   `json:"snoozedUntil,omitempty"`
	WakeOn       desk.WakeOn `json:"wakeOn,omitzero"`
	WaitingSince desk.Time   `json:"waitingSince,omitempty"`
	DueAt        desk.Time   `json:"dueAt"`
	ResolvedAt   desk.Time   `json:"resolvedAt,omitempty"`
}

// Access is who sees a conversation beside those whom its inbox, team or assignee let see it.
type Access struct {
	Restricted bool           `json:"restricted,omitempty"`
	Agents     []desk.AgentID `json:"agents,omitempty"` // in order; the only ones, where restricted
}

// Equal reports whether both let the same people see it.
func (a Access) Equal(b Access) bool {
	return a.Restricted == b.Restricted && slices.Equal(a.Agents, b.Agents)
}

// State is what of a conversation a merge touches, beside its messages.
type State struct {
	Turn      Turn
	Access    Access
	Tags      []desk.TagID   // in the order in which they were put on
	Followers []desk.AgentID // in order
	Fields    desk.FieldValues
	LastAt    desk.Time // when the last message came or went
}

// Source is a conversation that goes into another one.
type Source struct {
	State
	PutAway bool // spam or trash: nobody waits there for an answer
}

// Record is what a merge did, all that undoing needs: ids and codes, nothing that anybody wrote.
type Record struct {
	Before, After             Turn
	AccessBefore, AccessAfter Access
	LastBefore, LastAfter     desk.Time
	Tags                      []desk.TagID   // that the target did not carry
	Followers                 []desk.AgentID // who did not follow the target
	Fields                    []desk.FieldID // that the target had no value of, sorted
	Marks                     []Mark
}

// Mark is how far an agent had read the target: 0 where he had not.
type Mark struct {
	Agent  desk.AgentID   `json:"agent"`
	Before desk.MessageID `json:"before,omitempty"`
	After  desk.MessageID `json:"after"`
}

// Join says what the target becomes when the sources go into it. Tags and followers are joined. A custom field that has no value in the target gets that of the first source
// that has one. Only those see it who might see all of it. Where a customer
// waits in one of them, the target is open, awake, and due when the first of them is. Reads are joined by JoinMarks.
func Join(target State, sources []Source) (State, Record) {
	rec := Record{Before: target.Turn, AccessBefore: target.Access, LastBefore: target.LastAt}
	after := State{Turn: joinTurn(target.Turn, sources), Access: joinAccess(target.Access, sources), Tags: slices.Clone(target.Tags), Followers: slices.Clone(target.Followers),
		LastAt: joinLast(target.LastAt, sources)}
	after.Fields, rec.Fields = joinFields(target.Fields, sources)
	for _, s := range sources {
		for _, t := range s.Tags {
			if !slices.Contains(after.Tags, t) {
				after.Tags, rec.Tags = append(after.Tags, t), append(rec.Tags, t)
			}
		}
		for _, f := range s.Followers {
			if !slices.Contains(after.Followers, f) {
				after.Followers, rec.Followers = append(after.Followers, f), append(rec.Followers, f)
			}
		}
	}
	slices.Sort(after.Followers)
	rec.After, rec.AccessAfter, rec.LastAfter = after.Turn, after.Access, after.LastAt
	return after, rec
}

func joinTurn(t Turn, sources []Source) Turn {
	for _, s := range sources {
		if s.PutAway || s.Turn.WaitingSince == 0 {
			continue
		}
		if t.Status != desk.StatusNew {
			t.Status = desk.StatusOpen
		}
		t.SnoozedUntil, t.WakeOn, t.ResolvedAt = 0, desk.WakeOn{}, 0
		if t.WaitingSince == 0 {
			t.WaitingSince, t.DueAt = s.Turn.WaitingSince, s.Turn.DueAt
			continue
		}
		t.WaitingSince, t.DueAt = min(t.WaitingSince, s.Turn.WaitingSince), min(t.DueAt, s.Turn.DueAt)
	}
	return t
}

// joinFields fills what is empty. given are the fields that were.
func joinFields(values desk.FieldValues, sources []Source) (after desk.FieldValues, given []desk.FieldID) {
	after = maps.Clone(values)
	for _, s := range sources {
		for id, v := range s.Fields {
			if _, has := after[id]; has {
				continue
			}
			if after == nil {
				after = desk.FieldValues{}
			}
			after[id], given = v, append(given, id)
		}
	}
	slices.Sort(given)
	return after, given
}

func joinLast(t desk.Time, sources []Source) desk.Time {
	for _, s := range sources {
		t = max(t, s.LastAt)
	}
	return t
}

func joinAccess(a Access, sources []Source) Access {
	agents := slices.Clone(a.Agents)
	for _, s := range sources {
		switch {
		case !s.Access.Restricted:
		case !a.Restricted:
			a.Restricted, agents = true, slices.Clone(s.Access.Agents)
		default:
			agents = slices.DeleteFunc(agents, func(x desk.AgentID) bool { return !slices.Contains(s.Access.Agents, x) })
		}
	}
	a.Agents = agents
	if len(agents) == 0 {
		a.Agents = nil
	}
	return a
}

// Reading is how far agents have read a conversation.
type Reading struct {
	LastIncoming desk.MessageID
	Marks        map[desk.AgentID]desk.MessageID
}

// JoinMarks says which read marks of the target change: whoever had read all of them has read all of the target. For anybody else something is new.
func JoinMarks(target Reading, sources []Reading) []Mark {
	last, agents := target.LastIncoming, map[desk.AgentID]bool{}
	for _, r := range append([]Reading{target}, sources...) {
		last = max(last, r.LastIncoming)
		for a := range r.Marks {
			agents[a] = true
		}
	}
	var changed []Mark
	for a := range agents {
		read := target.Marks[a] >= target.LastIncoming
		for _, r := range sources {
			read = read && r.Marks[a] >= r.LastIncoming
		}
		if read && target.Marks[a] < last {
			changed = append(changed, Mark{a, target.Marks[a], last})
		}
	}
	slices.SortFunc(changed, func(a, b Mark) int { return cmp.Compare(a.Agent, b.Agent) })
	return changed
}

// keptTurn is a turn as it is kept. Times are written as null where they never come, like one that is not set.
type keptTurn struct {
	plainTurn
	Endless bool `json:"endless,omitempty"` // it is snoozed until something happens, with no time at all
}

type plainTurn Turn

// MarshalJSON writes a turn so that UnmarshalJSON gives the same.
func (t Turn) MarshalJSON() ([]byte, error) {
	data, err := json.Marshal(keptTurn{plainTurn(t), t.SnoozedUntil == desk.Never})
	if err != nil {
		return nil, fmt.Errorf("turn: %w", err)
	}
	return data, nil
}

// UnmarshalJSON reads a kept turn.
func (t *Turn) UnmarshalJSON(data []byte) error {
	var kept keptTurn
	if err := json.Unmarshal(data, &kept); err != nil {
		return fmt.Errorf("turn: %w", err)
	}
	*t = Turn(kept.plainTurn)
	if t.DueAt == 0 {
		t.DueAt = desk.Never
	}
	if kept.Endless {
		t.SnoozedUntil = desk.Never
	}
	return nil
}
