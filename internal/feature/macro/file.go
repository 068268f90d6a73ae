package macro

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
)

// Bounds of a file of macros.
const (
	MostFile  = 4 << 20 // bytes
	mostLines = 1000    // macros
	fileKind  = "tellus.macros"
)

// File is how macros are carried from one desk to another: with names where a desk has ids.
type File struct {
	Format  string  `json:"format"`
	Version int     `json:"version"`
	Macros  []Entry `json:"macros"`
}

// Entry is a macro in a file.
type Entry struct {
	Folder   string            `json:"folder,omitempty"`
	Name     string            `json:"name"`
	Audience desk.Audience     `json:"audience"`
	Teams    []string          `json:"teams,omitempty"`
	Texts    map[string]string `json:"texts,omitempty"`
	Actions  []EntryAction     `json:"actions,omitempty"`
	Off      bool              `json:"off,omitempty"`
}

// EntryAction is an action in a file. What a desk numbers is named: teams, tags and types by their names, agents by their addresses, fields by their keys, and the
// options and people of a field's value in Names.
type EntryAction struct {
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

// ReadFile reads a file of macros. It refuses one that is too large, no file of macros, or made by a later version; it takes time in proportion to the file.
func ReadFile(data []byte) (File, error) {
	var f File
	if len(data) > MostFile {
		return f, desk.WhyFileLarge.At("body.file", MostFile>>20)
	}
	in := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	if err := in.Decode(&f); err != nil || f.Format != fileKind || f.Version != 1 {
		return File{}, desk.WhyNoMacroFile.At("body.file")
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return File{}, desk.WhyNoMacroFile.At("body.file")
	}
	if len(f.Macros) > mostLines {
		return File{}, desk.WhyEnough.At("body.file", mostLines)
	}
	return f, nil
}

// Names are what a desk calls what it numbers.
type Names struct {
	Agents map[desk.AgentID]string // by address
	Teams  map[desk.TeamID]string
	Tags   map[desk.TagID]string
	Types  map[desk.TypeID]string
	Fields []desk.Field
}

// id finds what is called by a name, whatever its case; ok is false where nothing is, or the name is empty.
func id[T comparable](names map[T]string, name string) (found T, ok bool) {
	key := language.Fold(strings.TrimSpace(name))
	for id, n := range names {
		if key != "" && language.Fold(n) == key {
			return id, true
		}
	}
	return found, false
}

// entry is a macro as a file carries it.
func (n Names) entry(m Macro) Entry {
	e := Entry{Folder: m.Folder, Name: m.Name, Audience: m.Audience, Texts: m.Texts, Off: !m.Active}
	for _, t := range m.Teams {
		e.Teams = append(e.Teams, n.Teams[t])
	}
	for _, a := range m.Actions {
		if out, ok := n.named(a); ok {
			e.Actions = append(e.Actions, out)
		}
	}
	return e
}

// named is an action with names for ids; false where what it is about is gone.
func (n Names) named(a desk.Action) (EntryAction, bool) {
	out := EntryAction{Do: a.Do, Status: a.Status, Priority: a.Priority, Me: a.Me, Minutes: a.Minutes, Day: a.Day, Clock: a.Clock, Note: a.Note,
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

// edit is what an entry comes to here. missing are the names that nothing has here; an action that needs one of them is left out.
func (n Names) edit(e Entry) (out Edit, missing []string) {
	out = Edit{Folder: e.Folder, Name: e.Name, Audience: e.Audience, Texts: maps.Clone(e.Texts), Active: !e.Off, Teams: []desk.TeamID{}, Actions: []desk.Action{}}
	if out.Texts == nil {
		out.Texts = map[string]string{}
	}
	lack := func(name string) {
		if name = short(name); name != "" && !slices.Contains(missing, name) && len(missing) < 50 {
			missing = append(missing, name)
		}
	}
	for _, name := range e.Teams {
		if t, ok := id(n.Teams, name); ok {
			out.Teams = append(out.Teams, t)
		} else {
			lack(name)
		}
	}
	if out.Audience == desk.ForTeams && len(out.Teams) == 0 {
		out.Audience = desk.Personal
	}
	for _, a := range e.Actions {
		action, lacks := n.action(a)
		for _, name := range lacks {
			lack(name)
		}
		if action.Do != "" {
			out.Actions = append(out.Actions, action)
		}
	}
	return out, missing
}

func short(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
	if r := []rune(s); len(r) > 80 {
		return string(r[:79]) + "…"
	}
	return s
}

// action is an action of a file as this desk does it; without a deed where it cannot be done here.
func (n Names) action(a EntryAction) (out desk.Action, missing []string) {
	out = desk.Action{Do: a.Do, Status: a.Status, Priority: a.Priority, Me: a.Me, Minutes: a.Minutes, Day: a.Day, Clock: a.Clock, Note: a.Note}
	var ok [3]bool
	out.Agent, ok[0] = id(n.Agents, a.Agent)
	out.Team, ok[1] = id(n.Teams, a.Team)
	out.Type, ok[2] = id(n.Types, a.Type)
	for i, name := range []string{a.Agent, a.Team, a.Type} {
		if name != "" && !ok[i] {
			return desk.Action{}, []string{name}
		}
	}
	if a.Do == desk.TellPeople {
		return n.tells(a)
	}
	for _, name := range a.Tags[:min(len(a.Tags), 20)] {
		if t, ok := id(n.Tags, name); ok {
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
func (n Names) tells(a EntryAction) (out desk.Action, missing []string) {
	out = desk.Action{Do: a.Do, Holder: a.Holder, Leads: a.Leads}
	for _, name := range a.Agents[:min(len(a.Agents), 50)] {
		if who, ok := id(n.Agents, name); ok {
			out.Agents = append(out.Agents, who)
		} else {
			missing = append(missing, name)
		}
	}
	for _, name := range a.Teams[:min(len(a.Teams), 20)] {
		if t, ok := id(n.Teams, name); ok {
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
		agent, ok := id(n.Agents, name)
		return int64(agent), ok
	}
	options := map[desk.OptionID]string{}
	for _, o := range f.Options {
		if !o.Archived && o.Into == 0 {
			options[o.ID] = path(f, o.ID)
		}
	}
	option, ok := id(options, name)
	return int64(option), ok
}

// WriteFile writes macros as a file.
func (n Names) WriteFile(all []Macro) ([]byte, error) {
	f := File{Format: fileKind, Version: 1, Macros: []Entry{}}
	for _, m := range all {
		f.Macros = append(f.Macros, n.entry(m))
	}
	var out bytes.Buffer
	in := json.NewEncoder(&out)
	in.SetIndent("", "  ")
	in.SetEscapeHTML(false)
	if err := in.Encode(f); err != nil {
		return nil, fmt.Errorf("write a file of macros: %w", err)
	}
	return out.Bytes(), nil
}
