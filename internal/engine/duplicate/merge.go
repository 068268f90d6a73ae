package duplicate

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"tellus/internal/desk"
)

// Pick says whose value is kept where two records differ: "" keeps that of the record that stays, or the other's where the first has none.
type Pick string

// Picks.
const (
	PickHis   Pick = "into" // of the record that stays, even where it is empty
	PickOther Pick = "from" // of the record that goes into it
)

// Attributes are what can be picked, besides custom fields ("field:ID"). Notes and warnings are joined, addresses and all else that hangs on a customer move.
var Attributes = []string{"name", "language", "timeZone", "organisation", "birthday", "prefers", "hours"}

// FieldKey is what a custom field is picked by.
func FieldKey(id desk.FieldID) string { return "field:" + id.String() }

// Change is a value that a merge gave to the record that stays: what it was, and what it became. Both are JSON.
type Change struct {
	Key    string          `json:"key"`
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
}

// Given is what a merge did to the record that stays, all that undoing needs of it.
type Given struct {
	Changes  []Change `json:"changes,omitempty"`
	Note     *Note    `json:"note,omitempty"`
	Warnings []string `json:"warnings,omitempty"` // that it did not have
}

// Note is what a merge did to the note of the record that stays.
type Note struct {
	Before string `json:"before"`
	Piece  string `json:"piece"` // the other one's note
	After  string `json:"after"`
}

// Bounds of what is joined, in characters: those of a customer's record.
const (
	longestNote  = 10_000
	mostWarnings = 5
)

// Join returns the record that stays as it is once another one went into it. A note that would be too long is cut, warnings beyond the fifth are left out: both stay in the
// other record for as long as the merge can be undone.
func Join(into, from desk.Customer, picks map[string]Pick) (desk.Customer, Given) {
	after, given := into, Given{}
	after.Fields, after.Warnings = desk.FieldValues{}, slices.Clone(into.Warnings)
	for id, v := range into.Fields {
		after.Fields[id] = v
	}
	for _, key := range Attributes {
		if takes(picks[key], empty(into, key), empty(from, key)) && (key != "name" || !empty(from, key)) {
			copyTo(&after, from, key)
		}
		if before, now := value(into, key), value(after, key); string(before) != string(now) {
			given.Changes = append(given.Changes, Change{key, before, now})
		}
	}
	for _, id := range fieldsOf(into, from) {
		old, had := into.Fields[id]
		v, has := from.Fields[id]
		if !takes(picks[FieldKey(id)], !had, !has) || had && has && old.Equal(v) {
			continue
		}
		if has {
			after.Fields[id] = v
		} else {
			delete(after.Fields, id)
		}
		given.Changes = append(given.Changes, Change{FieldKey(id), fieldValue(into, id), fieldValue(after, id)})
	}
	for _, w := range from.Warnings {
		if !slices.Contains(after.Warnings, w) && len(after.Warnings) < mostWarnings {
			after.Warnings, given.Warnings = append(after.Warnings, w), append(given.Warnings, w)
		}
	}
	if piece := strings.TrimSpace(from.Note); piece != "" {
		after.Note = joined(into.Note, piece)
		given.Note = &Note{into.Note, piece, after.Note}
	}
	return after, given
}

// between stands between the pieces of a note.
const between = "\n\n"

// joined is a note with another one behind it, unless it says so already.
func joined(note, piece string) string {
	if strings.Contains(note, piece) {
		return note
	}
	if note != "" {
		piece = between + piece
	}
	if room := longestNote - utf8.RuneCountInString(note); utf8.RuneCountInString(piece) > room {
		piece = string([]rune(piece)[:max(room, 0)])
	}
	return note + piece
}

func takes(p Pick, none, otherNone bool) bool {
	switch p {
	case PickHis:
		return false
	case PickOther:
		return true
	}
	return none && !otherNone
}

// Part returns the record that stayed as it is once a merge is undone: what the merge gave is taken back where it is still as the merge left it; what somebody changed since
// stays. later are what other merges that stand gave to the same record after this one: where one of them covered what is taken back, it is what gives the earlier value
// back when it is undone in its turn.
func Part(now desk.Customer, given Given, later []Given) (desk.Customer, []Given, error) {
	after := now
	after.Fields, after.Warnings = desk.FieldValues{}, slices.Clone(now.Warnings)
	for id, v := range now.Fields {
		after.Fields[id] = v
	}
	rest := make([]Given, len(later))
	for i, g := range later {
		rest[i] = Given{slices.Clone(g.Changes), g.Note, g.Warnings}
	}
	for _, c := range given.Changes {
		if heir := covering(rest, c); heir != nil {
			heir.Before = c.Before
			continue
		}
		if same(valueOf(now, c.Key), c.After) {
			if err := give(&after, c.Key, c.Before); err != nil {
				return now, later, err
			}
		}
	}
	after.Warnings = slices.DeleteFunc(after.Warnings, func(w string) bool { return slices.Contains(given.Warnings, w) })
	if after.Warnings == nil {
		after.Warnings = []string{}
	}
	if given.Note != nil {
		after.Note = unjoin(now.Note, *given.Note, rest)
	}
	return after, rest, nil
}

// unjoin takes a piece out of a note. Where nobody has edited the note since, those of later merges are joined again without it; otherwise it is cut out where it stands.
func unjoin(now string, n Note, later []Given) string {
	was, is := n.After, n.Before
	for i, g := range later {
		if g.Note == nil || g.Note.Before != was {
			continue
		}
		next := Note{is, g.Note.Piece, joined(is, g.Note.Piece)}
		was, is = g.Note.After, next.After
		later[i].Note = &next
	}
	if now == was {
		return is
	}
	if before, behind, ok := strings.Cut(now, between+n.Piece); ok {
		return before + behind
	}
	return now
}

// covering is the change of a later merge that began from what this one left.
func covering(later []Given, c Change) *Change {
	for i := range later {
		for k := range later[i].Changes {
			if l := &later[i].Changes[k]; l.Key == c.Key && same(l.Before, c.After) {
				return l
			}
		}
	}
	return nil
}

func same(a, b json.RawMessage) bool { return string(a) == string(b) }

func fieldsOf(a, b desk.Customer) []desk.FieldID {
	var all []desk.FieldID
	for _, values := range []desk.FieldValues{a.Fields, b.Fields} {
		for id := range values {
			if !slices.Contains(all, id) {
				all = append(all, id)
			}
		}
	}
	slices.Sort(all)
	return all
}

// member is an organisation with its name, which go together.
type member struct {
	ID   desk.OrganisationID `json:"id"`
	Name string              `json:"name"`
}

// part is where a customer keeps an attribute, the organisation aside.
func part(c *desk.Customer, key string) any {
	switch key {
	case "name":
		return &c.Name
	case "language":
		return &c.Language
	case "timeZone":
		return &c.TimeZone
	case "birthday":
		return &c.Birthday
	case "prefers":
		return &c.Prefers
	case "hours":
		return &c.Hours
	}
	return nil
}

func value(c desk.Customer, key string) json.RawMessage {
	if key == "organisation" {
		return encode(member{c.OrganisationID, c.Organisation})
	}
	return encode(part(&c, key))
}

func fieldValue(c desk.Customer, id desk.FieldID) json.RawMessage {
	v, ok := c.Fields[id]
	if !ok {
		return json.RawMessage("null")
	}
	return encode(v)
}

func valueOf(c desk.Customer, key string) json.RawMessage {
	if id, ok := fieldOf(key); ok {
		return fieldValue(c, id)
	}
	return value(c, key)
}

func fieldOf(key string) (desk.FieldID, bool) {
	text, ok := strings.CutPrefix(key, "field:")
	if !ok {
		return 0, false
	}
	var id desk.FieldID
	_, err := fmt.Sscan(text, &id)
	return id, err == nil
}

// encode writes a value of a customer, which JSON always can.
func encode(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage("null")
	}
	return data
}

func empty(c desk.Customer, key string) bool {
	if key == "organisation" {
		return c.OrganisationID == 0 && c.Organisation == ""
	}
	return reflect.ValueOf(part(&c, key)).Elem().IsZero()
}

func copyTo(to *desk.Customer, from desk.Customer, key string) {
	if key == "organisation" {
		to.OrganisationID, to.Organisation = from.OrganisationID, from.Organisation
		return
	}
	reflect.ValueOf(part(to, key)).Elem().Set(reflect.ValueOf(part(&from, key)).Elem())
}

// give sets what a merge changed back to what it was.
func give(to *desk.Customer, key string, before json.RawMessage) error {
	if id, ok := fieldOf(key); ok {
		if string(before) == "null" {
			delete(to.Fields, id)
			return nil
		}
		var v desk.FieldValue
		if err := json.Unmarshal(before, &v); err != nil {
			return fmt.Errorf("value of field %s before a merge: %w", id, err)
		}
		to.Fields[id] = v
		return nil
	}
	if key == "organisation" {
		var m member
		if err := json.Unmarshal(before, &m); err != nil {
			return fmt.Errorf("organisation before a merge: %w", err)
		}
		to.OrganisationID, to.Organisation = m.ID, m.Name
		return nil
	}
	at := part(to, key)
	if at == nil {
		return fmt.Errorf("a merge changed %q, which customers do not have", key)
	}
	reflect.ValueOf(at).Elem().SetZero()
	if err := json.Unmarshal(before, at); err != nil {
		return fmt.Errorf("%s before a merge: %w", key, err)
	}
	return nil
}
