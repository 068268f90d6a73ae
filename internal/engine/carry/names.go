package carry

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
)

// Names are what a desk calls what it numbers.
type Names struct {
	Agents   map[desk.AgentID]string // by address
	Teams    map[desk.TeamID]string
	Tags     map[desk.TagID]string
	Types    map[desk.TypeID]string
	Inboxes  map[desk.InboxID]string
	Segments map[desk.SegmentID]string
	Rosters  map[desk.RosterID]string
	Macros   map[desk.MacroID]string    // that are shared and have a text, with their folders
	Lists    map[desk.TemplateID]string // checklists
	Webhooks map[desk.WebhookID]string
	Fields   []desk.Field

	// Whole is set where nothing may be left out because it has no name here: what is gone is then called by its number, such as "#12".
	Whole bool
	// Swaps are what somebody chose to stand for names that nothing has here.
	Swaps []Swap
}

// Kind is what a name is of.
type Kind string

const (
	OfAgent   Kind = "agent"
	OfTeam    Kind = "team"
	OfTag     Kind = "tag"
	OfType    Kind = "type"
	OfInbox   Kind = "inbox"
	OfSegment Kind = "segment"
	OfField   Kind = "field"
	OfOption  Kind = "option"
	OfRoster  Kind = "roster"
	OfMacro   Kind = "macro"
	OfList    Kind = "list"
	OfWebhook Kind = "webhook"
)

// Lack is a name that nothing has here, or that several things have.
type Lack struct {
	Kind Kind   `json:"kind" enum:"agent,team,tag,type,inbox,segment,field,option,roster,macro,list,webhook"`
	Of   string `json:"of,omitempty" maxLength:"200" doc:"option: the field, such as conversation.reason; field: what it is a field of"`
	Name string `json:"name" maxLength:"500"`
}

// String is the lack in a line of text.
func (l Lack) String() string {
	if l.Kind == OfOption {
		_, key, _ := strings.Cut(l.Of, ".")
		return key + ": " + l.Name
	}
	return l.Name
}

// Swap is what shall stand for a name that nothing has here.
type Swap struct {
	Lack
	With int64 `json:"with" minimum:"1" doc:"The id of what is here"`
}

// Offer is something here that can stand for a name.
type Offer struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// find returns what is called by a name, whatever its case, or what was chosen to stand for it; ok is false where nothing is, several things are, or the name is empty.
// Of several that differ in case, the one that is written so is meant.
func find[T ~int64](n Names, l Lack, names map[T]string) (found T, ok bool) {
	for _, s := range n.Swaps {
		if _, here := names[T(s.With)]; here && s.Lack == l {
			return T(s.With), true
		}
	}
	key, name := language.Fold(strings.TrimSpace(l.Name)), strings.TrimSpace(l.Name)
	if key == "" {
		return 0, false
	}
	exact, alike := 0, 0
	var same T
	for id, n := range names {
		if n == name {
			exact++
			same = id
		} else if language.Fold(n) == key {
			alike++
			found = id
		}
	}
	if exact > 0 {
		return same, exact == 1
	}
	return found, alike == 1
}

// called is what something is called here.
func called[T ~int64](n Names, names map[T]string, id T) string {
	name := names[id]
	if name == "" && id != 0 && n.Whole {
		return "#" + strconv.FormatInt(int64(id), 10)
	}
	return name
}

// Offers are what is here to stand for a name, by name.
func (n Names) Offers(l Lack) []Offer {
	switch l.Kind {
	case OfAgent:
		return offers(n.Agents)
	case OfTeam:
		return offers(n.Teams)
	case OfTag:
		return offers(n.Tags)
	case OfType:
		return offers(n.Types)
	case OfInbox:
		return offers(n.Inboxes)
	case OfSegment:
		return offers(n.Segments)
	case OfRoster:
		return offers(n.Rosters)
	case OfMacro:
		return offers(n.Macros)
	case OfList:
		return offers(n.Lists)
	case OfWebhook:
		return offers(n.Webhooks)
	case OfField:
		keys := map[desk.FieldID]string{}
		for _, f := range n.Fields {
			if string(f.Target) == l.Of && f.ArchivedAt == 0 {
				keys[f.ID] = f.Name
			}
		}
		return offers(keys)
	case OfOption:
		target, key, _ := strings.Cut(l.Of, ".")
		if f, lack := n.field(desk.FieldTarget(target), key); lack == nil {
			return offers(offered(f))
		}
	}
	return []Offer{}
}

func offers[T ~int64](names map[T]string) []Offer {
	out := make([]Offer, 0, len(names))
	for id, name := range names {
		out = append(out, Offer{int64(id), name})
	}
	slices.SortFunc(out, func(a, b Offer) int {
		return cmp.Or(cmp.Compare(language.Fold(a.Name), language.Fold(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	return out
}
