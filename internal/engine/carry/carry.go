// Package carry says in names what a desk numbers, and finds by their names what another desk called so: what files carry from one desk to another.
package carry

import (
	"slices"
	"strings"
	"unicode/utf8"

	"tellus/internal/desk"
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
	On       desk.WakeEvent   `json:"on,omitempty"`
	Note     string           `json:"note,omitempty"`
	Type     string           `json:"type,omitempty"`
	Field    string           `json:"field,omitempty"`
	Value    *desk.FieldValue `json:"value,omitempty"`
	Names    []string         `json:"names,omitempty"`
	Agents   []string         `json:"agents,omitempty"`
	Teams    []string         `json:"teams,omitempty"`
	Holder   bool             `json:"holder,omitempty"`
	Leads    bool             `json:"leads,omitempty"`
	Duty     []string         `json:"duty,omitempty"` // rosters
	Loud     bool             `json:"loud,omitempty"`
	OnDuty   string           `json:"onDuty,omitempty"` // a roster
	Macro    string           `json:"macro,omitempty"`  // with its folders
	List     string           `json:"list,omitempty"`   // a checklist
	Same     bool             `json:"sameInbox,omitempty"`
	Webhook  string           `json:"webhook,omitempty"`
}

// Bounds of an action.
const (
	mostTags  = 20
	mostTeams = 20
	mostNames = 50 // agents, and values of a field
)

// Within reports whether an action is no larger than one that a desk takes.
func (a Action) Within() bool {
	return len(a.Tags) <= mostTags && len(a.Teams) <= mostTeams && len(a.Duty) <= mostTeams && len(a.Agents) <= mostNames && len(a.Names) <= mostNames && utf8.RuneCountInString(a.Note) <= 20_000 &&
		a.Minutes >= 0 && a.Minutes <= 525_600 && (a.On == "" || slices.Contains(desk.WakeEvents, a.On))
}

// Named is an action with names for ids; false where what it is about is gone.
func (n Names) Named(a desk.Action) (Action, bool) {
	out := Action{Do: a.Do, Status: a.Status, Priority: a.Priority, Me: a.Me, Minutes: a.Minutes, Day: a.Day, Clock: a.Clock, On: a.On, Note: a.Note, Same: a.Same, List: called(n, n.Lists, a.List), Webhook: called(n, n.Webhooks, a.Webhook),
		Agent: called(n, n.Agents, a.Agent), Team: called(n, n.Teams, a.Team), Type: called(n, n.Types, a.Type), OnDuty: called(n, n.Rosters, a.OnDuty), Macro: called(n, n.Macros, a.Macro)}
	for _, t := range a.Tags {
		if name := called(n, n.Tags, t); name != "" {
			out.Tags = append(out.Tags, name)
		}
	}
	if a.Do == desk.TellPeople {
		out.Holder, out.Leads, out.Loud = a.Holder, a.Leads, a.Loud
		for _, r := range a.Duty {
			if name := called(n, n.Rosters, r); name != "" {
				out.Duty = append(out.Duty, name)
			}
		}
		for _, who := range a.Agents {
			if name := called(n, n.Agents, who); name != "" {
				out.Agents = append(out.Agents, name)
			}
		}
		for _, t := range a.Teams {
			if name := called(n, n.Teams, t); name != "" {
				out.Teams = append(out.Teams, name)
			}
		}
		return out, out.Holder || out.Leads || len(out.Agents) > 0 || len(out.Teams) > 0 || len(out.Duty) > 0
	}
	if a.Do == desk.AskPeople || a.Do == desk.Follow || a.Do == desk.Unfollow {
		for _, who := range a.Agents {
			if name := called(n, n.Agents, who); name != "" {
				out.Agents = append(out.Agents, name)
			}
		}
		return out, len(out.Agents) > 0 || out.OnDuty != "" || out.Me
	}
	gone := a.Webhook != 0 && out.Webhook == "" || a.List != 0 && out.List == "" || a.Macro != 0 && out.Macro == "" || a.OnDuty != 0 && out.OnDuty == "" || a.Agent != 0 && out.Agent == "" || a.Team != 0 && out.Team == "" || a.Type != 0 && out.Type == "" || len(a.Tags) > 0 && len(out.Tags) == 0
	if a.Do != desk.SetField {
		return out, !gone
	}
	i := slices.IndexFunc(n.Fields, func(f desk.Field) bool { return f.ID == a.Field })
	if i < 0 {
		out.Field, out.Value = "#"+a.Field.String(), a.Value
		return out, n.Whole
	}
	f := n.Fields[i]
	out.Field = f.Key
	if a.Value == nil || a.Value.Form != desk.IDsValue {
		out.Value = a.Value
		return out, true
	}
	for _, v := range a.Value.IDs {
		out.Names = append(out.Names, n.value(f, v))
	}
	return out, true
}

// value is what a field's value of an id is called.
func (n Names) value(f desk.Field, id int64) string {
	if f.Kind == desk.PeopleField {
		return called(n, n.Agents, desk.AgentID(id))
	}
	option := f.Meant(desk.OptionID(id))
	return called(n, map[desk.OptionID]string{option: path(f, option)}, option)
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

// Here is an action of a file as this desk does it, and the names that nothing has here; without a deed where it cannot be done for want of them.
func (n Names) Here(a Action) (out desk.Action, lacks []Lack) {
	out = desk.Action{Do: a.Do, Status: a.Status, Priority: a.Priority, Me: a.Me, Minutes: a.Minutes, Day: a.Day, Clock: a.Clock, On: a.On, Note: a.Note, Same: a.Same}
	var ok bool
	if out.Agent, ok = find(n, Lack{Kind: OfAgent, Name: a.Agent}, n.Agents); !ok && a.Agent != "" {
		lacks = append(lacks, Lack{Kind: OfAgent, Name: a.Agent})
	}
	if out.Team, ok = find(n, Lack{Kind: OfTeam, Name: a.Team}, n.Teams); !ok && a.Team != "" {
		lacks = append(lacks, Lack{Kind: OfTeam, Name: a.Team})
	}
	if out.Type, ok = find(n, Lack{Kind: OfType, Name: a.Type}, n.Types); !ok && a.Type != "" {
		lacks = append(lacks, Lack{Kind: OfType, Name: a.Type})
	}
	if out.OnDuty, ok = find(n, Lack{Kind: OfRoster, Name: a.OnDuty}, n.Rosters); !ok && a.OnDuty != "" {
		lacks = append(lacks, Lack{Kind: OfRoster, Name: a.OnDuty})
	}
	if out.Macro, ok = find(n, Lack{Kind: OfMacro, Name: a.Macro}, n.Macros); !ok && a.Macro != "" {
		lacks = append(lacks, Lack{Kind: OfMacro, Name: a.Macro})
	}
	if out.List, ok = find(n, Lack{Kind: OfList, Name: a.List}, n.Lists); !ok && a.List != "" {
		lacks = append(lacks, Lack{Kind: OfList, Name: a.List})
	}
	if out.Webhook, ok = find(n, Lack{Kind: OfWebhook, Name: a.Webhook}, n.Webhooks); !ok && a.Webhook != "" {
		lacks = append(lacks, Lack{Kind: OfWebhook, Name: a.Webhook})
	}
	if len(lacks) > 0 {
		return desk.Action{}, lacks
	}
	switch a.Do {
	case desk.AskPeople, desk.Follow, desk.Unfollow:
		if out.Agents, lacks = all(n, OfAgent, n.Agents, a.Agents, mostNames); len(out.Agents) == 0 && out.OnDuty == 0 && !out.Me {
			return desk.Action{}, lacks
		}
		return out, lacks
	case desk.TellPeople:
		return n.tells(a)
	case desk.SetField:
		return n.setsField(out, a)
	}
	out.Tags, lacks = all(n, OfTag, n.Tags, a.Tags, mostTags)
	if len(a.Tags) > 0 && len(out.Tags) == 0 {
		return desk.Action{}, lacks
	}
	return out, lacks
}

// all finds each of some names, of so many at the most.
func all[T ~int64](n Names, kind Kind, here map[T]string, names []string, most int) (ids []T, lacks []Lack) {
	for _, name := range names[:min(len(names), most)] {
		l := Lack{Kind: kind, Name: name}
		if id, ok := find(n, l, here); ok {
			ids = append(ids, id)
		} else {
			lacks = append(lacks, l)
		}
	}
	return ids, lacks
}

func (n Names) setsField(out desk.Action, a Action) (desk.Action, []Lack) {
	f, lack := n.field(desk.OnConversation, a.Field)
	if lack != nil {
		return desk.Action{}, []Lack{*lack}
	}
	out.Field, out.Value = f.ID, a.Value
	if len(a.Names) == 0 {
		if a.Value != nil && a.Value.Form == desk.IDsValue {
			return desk.Action{}, []Lack{{Kind: OfOption, Of: of(f, a.Field), Name: ""}} // ids of another desk
		}
		return out, nil
	}
	ids, lacks := n.values(f, a.Field, a.Names)
	if len(lacks) > 0 {
		return desk.Action{}, lacks
	}
	value := desk.IDsOf(ids...)
	out.Value = &value
	return out, nil
}

// field finds a field by what it is of and its key.
func (n Names) field(target desk.FieldTarget, key string) (desk.Field, *Lack) {
	keys := map[desk.FieldID]string{}
	for _, f := range n.Fields {
		if f.Target == target && f.ArchivedAt == 0 {
			keys[f.ID] = f.Key
		}
	}
	l := Lack{Kind: OfField, Of: string(target), Name: key}
	id, ok := find(n, l, keys)
	if !ok {
		return desk.Field{}, &l
	}
	i := slices.IndexFunc(n.Fields, func(f desk.Field) bool { return f.ID == id })
	return n.Fields[i], nil
}

// of is what lacks call the field of an option: as the file does, which may be another than the one that stands for it.
func of(f desk.Field, key string) string { return string(f.Target) + "." + key }

// values finds the options or people of a field.
func (n Names) values(f desk.Field, key string, names []string) (ids []int64, lacks []Lack) {
	if f.Kind == desk.PeopleField {
		agents, lacks := all(n, OfAgent, n.Agents, names, mostNames)
		for _, a := range agents {
			ids = append(ids, int64(a))
		}
		return ids, lacks
	}
	options := offered(f)
	for _, name := range names[:min(len(names), mostNames)] {
		l := Lack{Kind: OfOption, Of: of(f, key), Name: name}
		if id, ok := find(n, l, options); ok {
			ids = append(ids, int64(id))
		} else {
			lacks = append(lacks, l)
		}
	}
	return ids, lacks
}

// offered are the options of a field that can be chosen, by the whole way to them.
func offered(f desk.Field) map[desk.OptionID]string {
	options := map[desk.OptionID]string{}
	for _, o := range f.Options {
		if !o.Archived && o.Into == 0 {
			options[o.ID] = path(f, o.ID)
		}
	}
	return options
}

// tells is an action that tells people; without a deed where there is nobody of them here.
func (n Names) tells(a Action) (out desk.Action, lacks []Lack) {
	out = desk.Action{Do: a.Do, Holder: a.Holder, Leads: a.Leads, Loud: a.Loud}
	var more, still []Lack
	out.Agents, lacks = all(n, OfAgent, n.Agents, a.Agents, mostNames)
	out.Teams, more = all(n, OfTeam, n.Teams, a.Teams, mostTeams)
	out.Duty, still = all(n, OfRoster, n.Rosters, a.Duty, mostTeams)
	lacks = append(append(lacks, more...), still...)
	if len(out.Agents) == 0 && len(out.Teams) == 0 && len(out.Duty) == 0 && !out.Holder && !out.Leads {
		return desk.Action{}, lacks
	}
	return out, lacks
}

// TeamsOf finds teams by their names.
func (n Names) TeamsOf(names []string) ([]desk.TeamID, []Lack) {
	return all(n, OfTeam, n.Teams, names, len(names))
}
