package carry

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
)

var fields = []desk.Field{
	{ID: 4, Target: desk.OnConversation, Key: "reason", Kind: desk.TreeField, Options: []desk.FieldOption{{ID: 1, Name: "Delivery"}, {ID: 2, Name: "Late", Parent: 1}, {ID: 3, Name: "Late"}}},
	{ID: 5, Target: desk.OnCustomer, Key: "reason", Kind: desk.TextField}, {ID: 6, Target: desk.OnConversation, Key: "helpers", Kind: desk.PeopleField},
}

var here = Names{Agents: map[desk.AgentID]string{7: "eva@shop.example", 8: "otto@shop.example"}, Teams: map[desk.TeamID]string{3: "Repairs", 9: "repairs"},
	Tags: map[desk.TagID]string{5: "late", 6: "vip"}, Types: map[desk.TypeID]string{2: "Complaint"}, Inboxes: map[desk.InboxID]string{1: "Support"},
	Segments: map[desk.SegmentID]string{11: "Best"}, Fields: fields}

// elsewhere has the same names for other numbers.
func elsewhere() Names {
	n := Names{Agents: shifted(here.Agents), Teams: shifted(here.Teams), Tags: shifted(here.Tags), Types: shifted(here.Types), Inboxes: shifted(here.Inboxes), Segments: shifted(here.Segments)}
	for _, f := range fields {
		f.ID += 100
		f.Options = each(f.Options, func(o desk.FieldOption) desk.FieldOption {
			o.ID += 100
			if o.Parent != 0 {
				o.Parent += 100
			}
			return o
		})
		n.Fields = append(n.Fields, f)
	}
	return n
}

func shifted[T ~int64](names map[T]string) map[T]string {
	out := map[T]string{}
	for id, name := range names {
		out[id+100] = name
	}
	return out
}

func ids[T ~int64](names map[T]string) (all []string) {
	for _, id := range slices.Sorted(maps.Keys(names)) {
		all = append(all, fmt.Sprint(id))
	}
	return all
}

func comparison(t *rapid.T) condition.Node {
	choose := map[string][]string{"assignee": append(ids(here.Agents), "4711"), "team": append(ids(here.Teams), "4711"), "tags": ids(here.Tags), "type": ids(here.Types), "inbox": ids(here.Inboxes),
		"customer.segments": ids(here.Segments), "field:4": {"1", "2", "3", "9"}, "field:6": ids(here.Agents), "field:5": {"4", "Late"}, "subject": {"7", "eva@shop.example"}, "field:99": {"1"}}
	attr := rapid.SampledFrom(slices.Sorted(maps.Keys(choose))).Draw(t, "attr")
	return condition.Node{Attr: attr, Op: condition.Is, Values: rapid.SliceOfN(rapid.SampledFrom(choose[attr]), 0, 3).Draw(t, "values")}
}

func tree(t *rapid.T, depth int) condition.Node {
	if depth == 0 || rapid.Bool().Draw(t, "leaf") {
		return comparison(t)
	}
	var nodes []condition.Node
	for range rapid.IntRange(1, 3).Draw(t, "nodes") {
		nodes = append(nodes, tree(t, depth-1))
	}
	if rapid.Bool().Draw(t, "all") {
		return condition.Node{All: nodes}
	}
	return condition.Node{Any: nodes}
}

func TestAConditionComesBackWholeOrSaysWhatItLacks(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at, there := condition.Conversations(here.Fields), elsewhere()
		was := tree(t, 3)
		file := here.NamedCondition(at, was)
		back, lacks := here.ConditionHere(at, file)
		if diff := cmp.Diff(was, back, cmpopts.EquateEmpty()); len(lacks) == 0 && diff != "" {
			t.Fatalf("it came back otherwise, and nothing is lacking (-was +back):\n%s", diff)
		}
		if gone := strings.Contains(fmt.Sprint(file), "#") || strings.Contains(fmt.Sprint(file), "field:99"); gone != (len(lacks) > 0) {
			t.Fatalf("%v lacks %v", file, lacks)
		}
		far := condition.Conversations(there.Fields)
		moved, lacks2 := there.ConditionHere(far, file)
		if !cmp.Equal(lacks, lacks2) {
			t.Fatalf("the same names: it lacks %v here and %v there", lacks, lacks2)
		}
		if diff := cmp.Diff(file, there.NamedCondition(far, moved), cmpopts.EquateEmpty()); len(lacks) == 0 && diff != "" {
			t.Fatalf("at the other desk it says something else:\n%s", diff)
		}
	})
}

func TestWhatIsLackingIsReplacedByChoiceOnly(t *testing.T) {
	t.Parallel()
	at := condition.Conversations(here.Fields)
	file := condition.Node{All: []condition.Node{{Attr: "team", Op: condition.Is, Values: []string{"REPAIRS"}}, {Attr: "field:conversation.cause", Op: condition.AnyOf, Values: []string{"Slow"}}}}
	n := here
	team, cause := Lack{Kind: OfTeam, Name: "REPAIRS"}, Lack{Kind: OfField, Of: "conversation", Name: "cause"} // two teams are called so, none exactly
	if _, lacks := n.ConditionHere(at, file); !slices.Equal(lacks, []Lack{team, cause}) {
		t.Fatalf("lacking: %+v", lacks)
	}
	n.Swaps = []Swap{{team, 9}, {cause, 4}}
	option := Lack{Kind: OfOption, Of: "conversation.cause", Name: "Slow"}
	if _, lacks := n.ConditionHere(at, file); !slices.Equal(lacks, []Lack{option}) {
		t.Fatalf("then lacking: %+v", lacks)
	}
	if got := n.Offers(option); len(got) != 3 || got[1] != (Offer{2, "Delivery / Late"}) {
		t.Errorf("offered %+v", got)
	}
	n.Swaps = append(n.Swaps, Swap{option, 4711})
	if _, lacks := n.ConditionHere(at, file); len(lacks) != 1 {
		t.Errorf("an option that is not there stands for one: %+v", lacks)
	}
	n.Swaps = append(n.Swaps, Swap{option, 2})
	want := condition.Node{All: []condition.Node{{Attr: "team", Op: condition.Is, Values: []string{"9"}}, {Attr: "field:4", Op: condition.AnyOf, Values: []string{"2"}}}}
	if got, lacks := n.ConditionHere(at, file); len(lacks) > 0 || !cmp.Equal(got, want) {
		t.Errorf("got %+v lacking %+v, want %+v", got, lacks, want)
	}
}

type sample struct {
	Name  string           `json:"name"`
	Rules []condition.Node `json:"rules"`
	Value *desk.FieldValue `json:"value"`
}

func TestAFileIsReadStrictly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]desk.Refusal{
		"{\n  \"name\": }":                                *desk.WhyFileUnread.At("body.file", 2, 11),
		"{\n  \"name\": 5}":                               *desk.WhyFileUnread.At("body.file", 2, 11),
		"{\"name\":\"a\"}\n{}":                            *desk.WhyFileUnread.At("body.file", 2, 1),
		"{\n\"rules\":[{\"all\":[],\n\"none\":[]}]}":      *desk.WhyFileUnknown.At("body.file", 3, "none"),
		"{\n\"rules\":[{\"all\":[],\n\"ALL\":[]}]}":       *desk.WhyFileUnknown.At("body.file", 3, "ALL"),
		"{\n\"rules\":[{\"all\":[],\n\n\"all\":[{}]}]}":   *desk.WhyFileTwice.At("body.file", 4, "all"),
		"{\"value\":{\"amount\":1,\"currency\":\"EUR\"}}": {},
	} {
		var r *desk.Refusal
		err := Read([]byte(text), &sample{})
		if errors.As(err, &r) != (want.Code != "") || r != nil && !cmp.Equal(*r, want) {
			t.Errorf("Read(%q): %v, want %+v", text, err, want)
		}
	}
}

// TestActionsComeBackFromAnotherDesk carries each action that names a roster, a macro or people to a desk with other numbers and back: it is what it was. Where nothing has the name there, that is said,
// and the action is not done with less.
func TestActionsComeBackFromAnotherDesk(t *testing.T) {
	t.Parallel()
	one := Names{Agents: here.Agents, Teams: map[desk.TeamID]string{3: "Repairs"}, Rosters: map[desk.RosterID]string{1: "Managers", 2: "Nights"}, Macros: map[desk.MacroID]string{7: "Closed/At night", 8: "Thanks"}, Lists: map[desk.TemplateID]string{4: "Return"},
		Webhooks: map[desk.WebhookID]string{5: "Stock", 6: "Billing"}}
	other := Names{Agents: shifted(one.Agents), Teams: shifted(one.Teams), Rosters: shifted(one.Rosters), Macros: shifted(one.Macros), Lists: shifted(one.Lists), Webhooks: shifted(one.Webhooks)}
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SampledFrom([]desk.Action{{Do: desk.Assign, OnDuty: 1}, {Do: desk.Assign, Agent: 7}, {Do: desk.SendAnswer, Macro: 7}, {Do: desk.SendAnswer, Macro: 8}, {Do: desk.StartList, List: 4}, {Do: desk.MergeOpen, Minutes: 60, Same: true},
			{Do: desk.AskPeople, Agents: []desk.AgentID{7}, Note: "<p>?</p>"}, {Do: desk.AskPeople, OnDuty: 2, Note: "<p>?</p>"}, {Do: desk.Follow, Agents: []desk.AgentID{7, 8}}, {Do: desk.CallWebhook, Webhook: 6}, {Do: desk.Follow, OnDuty: 1}, {Do: desk.Unfollow, Agents: []desk.AgentID{8}}, {Do: desk.SetTeam, Team: 3},
			{Do: desk.TellPeople, Duty: []desk.RosterID{2, 1}, Loud: true, Leads: true}, {Do: desk.TellPeople, Agents: []desk.AgentID{8}, Holder: true}}).Draw(t, "action")
		named, ok := one.Named(a)
		if !ok {
			t.Fatalf("%+v has no name", a)
		}
		there, lacks := other.Here(named)
		if len(lacks) > 0 {
			t.Fatalf("%+v lacks %v", named, lacks)
		}
		named, ok = other.Named(there)
		if !ok {
			t.Fatalf("%+v has no name there", there)
		}
		if back, lacks := one.Here(named); len(lacks) > 0 || !cmp.Equal(a, back, cmpopts.EquateEmpty()) {
			t.Fatalf("%+v came back as %+v, lacking %v", a, back, lacks)
		}
		lost, lacks := Names{}.Here(named)
		if named.Macro+named.OnDuty+named.Agent+named.Team+named.List+named.Webhook != "" && (lost.Do != "" || len(lacks) != 1) {
			t.Fatalf("where nothing has its names %+v is %+v, lacking %v", named, lost, lacks)
		}
	})
}
