// Package carry says in names what a desk numbers, and finds by their names what another desk called so: what files carry from one desk to another.
package carry

import (
	"slices"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
)

// Action is an action in a file. What a desk numbers is named: teams, tags and types by their names, agents by their addresses, fields by their keys, and the
// options and people of a field's value in Names.
type Action struct {
	Do       desk.Deed        `json:"do"`
	Status   desk.Status      `json:"status,omitempty"`
	Priority desk.Priority    `json:"priority,omitempty"`
	Me       bool             `json:"me,omitempty"`
	Agent    string           `json:"agent,omitempty"`
	Team     string           `json:"team,omitempty"`
	Tags     []string         `json:"tags,omitempty"`
	Minutes  int              `json:"minutes,omitempty"`
	Day      string           `json:"day,omitempty"`
	Clock    string           `json:"clock,omitempty"`
	Note     string           `json:"note,omitempty"`
	Type     string           `json:"type,omitempty"`
	Field    string           `json:"field,omitempty"`
	Value    *desk.FieldValue `json:"value,omitempty"`
	Names    []string         `json:"names,omitempty"`
	Agents   []string         `json:"agents,omitempty"`
	Teams    []string         `json:"teams,omitempty"`
	Holder   bool             `json:"holder,omitempty"`
	Leads    bool             `json:"leads,omitempty"`
}

// Names are what a desk calls what it numbers.
type Names struct {
	Agents map[desk.AgentID]string // by address
	Teams  map[desk.TeamID]string
	Tags   map[desk.TagID]string
	Types  map[desk.TypeID]string
	Fields []desk.Field
}

// ID finds what is called by a name, whatever its case; ok is false where nothing is, or the name is empty.
func ID[T comparable](names map[T]string, name string) (found T, ok bool) {
	key := language.Fold(strings.TrimSpace(name))
	for id, n := range names {
		if key != "" && language.Fold(n) == key {
			return id, true
		}
	}
	return found, false
}

// Named is an action with names for ids; false where what it is about is gone.
func (n Names) Named(a desk.Action) (Action, bool) {
	out := Action{Do: a.Do, Status: a.Status, Priority: a.Priority, Me: a.Me, Minutes: a.Minutes, Day: a.Day, Clock: a.Clock, Note: a.Note,
		Agent: n.Agents[a.Agent], Team: n.Teams[a.Team], Type: n.Types[a.Type]}
	for _, t := range a.Tags {
		if name := n.Tags[t]; name != "" {
			out.Tags = append(out.Tags, name)
		}
	}
	if a.Do == desk.TellPeople {
		out.Holder, out.Leads = a.Holder, a.Leads
		for _, who := range a.Agents {
			if name := n.Agents[who]; name != "" {
				out.Agents = append(out.Agents, name)
			}
		}
		for _, t := range a.Teams {
			if name := n.Teams[t]; name != "" {
				out.Teams = append(out.Teams, name)
			}
		}
		return out, out.Holder || out.Leads || len(out.Agents) > 0 || len(out.Teams) > 0
	}
	gone := a.Agent != 0 && out.Agent == "" || a.Team != 0 && out.Team == "" || a.Type != 0 && out.Type == "" || len(a.Tags) > 0 && len(out.Tags) == 0
	if a.Do != desk.SetField {
		return out, !gone
	}
	i := slices.IndexFunc(n.Fields, func(f desk.Field) bool { return f.ID == a.Field })
	if i < 0 {
		return out, false
	}
	f := n.Fields[i]
	out.Field = f.Key
	if a.Value == nil || a.Value.Form != desk.IDsValue {
		out.Value = a.Value
		return out, true
	}
	for _, v := range a.Value.IDs {
		if f.Kind == desk.PeopleField {
			out.Names = append(out.Names, n.Agents[desk.AgentID(v)])
		} else {
			out.Names = append(out.Names, path(f, f.Meant(desk.OptionID(v))))
		}
	}
	return out, true
}

// path names an option by the whole way to it, since only there names are one of a kind.
func path(f desk.Field, id desk.OptionID) string {
	var names []string
	for range 10 {
		o, ok := f.Option(id)
		if !ok {
			break
		}
		names = append([]string{o.Name}, names...)
		id = o.Parent
	}
	return strings.Join(names, " / ")
}

// Short is a foreign name as it may be shown: one line of at most 80 characters.
func Short(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
	if r := []rune(s); len(r) > 80 {
		return string(r[:79]) + "…"
	}
	return s
}

// Here is an action of a file as this desk does it; without a deed where it cannot be done here.
func (n Names) Here(a Action) (out desk.Action, missing []string) {
	out = desk.Action{Do: a.Do, Status: a.Status, Priority: a.Priority, Me: a.Me, Minutes: a.Minutes, Day: a.Day, Clock: a.Clock, Note: a.Note}
	var ok [3]bool
	out.Agent, ok[0] = ID(n.Agents, a.Agent)
	out.Team, ok[1] = ID(n.Teams, a.Team)
	out.Type, ok[2] = ID(n.Types, a.Type)
	for i, name := range []string{a.Agent, a.Team, a.Type} {
		if name != "" && !ok[i] {
			return desk.Action{}, []string{name}
		}
	}
	if a.Do == desk.TellPeople {
		return n.tells(a)
	}
	for _, name := range a.Tags[:min(len(a.Tags), 20)] {
		if t, ok := ID(n.Tags, name); ok {
			out.Tags = append(out.Tags, t)
		} else {
			missing = append(missing, name)
		}
	}
	if len(a.Tags) > 0 && len(out.Tags) == 0 {
		return desk.Action{}, missing
	}
	if a.Do != desk.SetField {
		return out, missing
	}
	i := slices.IndexFunc(n.Fields, func(f desk.Field) bool {
		return f.Target == desk.OnConversation && f.Key == a.Field && f.ArchivedAt == 0
	})
	if i < 0 {
		return desk.Action{}, append(missing, a.Field)
	}
	f := n.Fields[i]
	out.Field, out.Value = f.ID, a.Value
	if len(a.Names) == 0 {
		if a.Value != nil && a.Value.Form == desk.IDsValue {
			return desk.Action{}, append(missing, a.Field) // ids of another desk
		}
		return out, missing
	}
	ids := []int64{}
	for _, name := range a.Names[:min(len(a.Names), 50)] {
		v, ok := n.valueOf(f, name)
		if !ok {
			return desk.Action{}, append(missing, a.Field+": "+name)
		}
		ids = append(ids, v)
	}
	value := desk.IDsOf(ids...)
	out.Value = &value
	return out, missing
}

// tells is an action that tells people; without a deed where there is nobody of them here.
func (n Names) tells(a Action) (out desk.Action, missing []string) {
	out = desk.Action{Do: a.Do, Holder: a.Holder, Leads: a.Leads}
	for _, name := range a.Agents[:min(len(a.Agents), 50)] {
		if who, ok := ID(n.Agents, name); ok {
			out.Agents = append(out.Agents, who)
		} else {
			missing = append(missing, name)
		}
	}
	for _, name := range a.Teams[:min(len(a.Teams), 20)] {
		if t, ok := ID(n.Teams, name); ok {
			out.Teams = append(out.Teams, t)
		} else {
			missing = append(missing, name)
		}
	}
	if len(out.Agents) == 0 && len(out.Teams) == 0 && !out.Holder && !out.Leads {
		return desk.Action{}, missing
	}
	return out, missing
}

func (n Names) valueOf(f desk.Field, name string) (int64, bool) {
	if f.Kind == desk.PeopleField {
		agent, ok := ID(n.Agents, name)
		return int64(agent), ok
	}
	options := map[desk.OptionID]string{}
	for _, o := range f.Options {
		if !o.Archived && o.Into == 0 {
			options[o.ID] = path(f, o.ID)
		}
	}
	option, ok := ID(options, name)
	return int64(option), ok
}
