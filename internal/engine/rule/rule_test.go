package rule

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
)

var registry = Attributes(condition.Conversations(nil))

func leaf(attr string, op condition.Op, values ...string) condition.Node {
	return condition.Node{Attr: attr, Op: op, Values: values}
}

var conditions = []condition.Node{{}, leaf("status", condition.Is, "open"), leaf("priority", condition.Is, "high", "urgent"), leaf("message.text", condition.Contains, "broken"),
	leaf("tags", condition.AnyOf, "1"), {Any: []condition.Node{leaf("event.by", condition.Is, "customer"), leaf("message.automatic", condition.Yes)}}}

var kinds = []desk.EventKind{desk.MessageReceived, desk.StatusChanged, desk.TagAdded, desk.PriorityChanged}

func drawRules(t *rapid.T) []Rule {
	n := rapid.IntRange(0, 12).Draw(t, "rules")
	rules := make([]Rule, n)
	for i := range rules {
		rules[i] = Rule{ID: desk.RuleID(i + 1), Kinds: rapid.SliceOfN(rapid.SampledFrom(kinds), 1, 4).Draw(t, "kinds"), When: rapid.SampledFrom(conditions).Draw(t, "when"),
			Stop: rapid.Bool().Draw(t, "stop"), Actions: []desk.Action{rapid.SampledFrom([]desk.Action{{Do: desk.SetStatus, Status: desk.StatusOpen},
				{Do: desk.SetStatus, Status: desk.StatusWaiting}, {Do: desk.SetPriority, Priority: desk.High}, {Do: desk.SetPriority, Priority: desk.Low},
				{Do: desk.AddTags, Tags: []desk.TagID{1}}}).Draw(t, "does")}}
	}
	return rules
}

func drawCase(t *rapid.T) *Case {
	c := desk.Conversation{Status: rapid.SampledFrom([]desk.Status{desk.StatusOpen, desk.StatusWaiting}).Draw(t, "status"),
		Priority: rapid.SampledFrom([]desk.Priority{desk.Low, desk.High}).Draw(t, "priority"), Tags: rapid.SliceOfN(rapid.Just(desk.TagID(1)), 0, 1).Draw(t, "tags")}
	row := &Case{Case: &condition.Case{Conversation: c}, By: rapid.SampledFrom([]desk.ActorKind{desk.ActorCustomer, desk.ActorAgent}).Draw(t, "by")}
	if rapid.Bool().Draw(t, "about a message") {
		row.Message = &Message{Kind: desk.Incoming, Text: rapid.SampledFrom([]string{"It is BROKEN", "thank you"}).Draw(t, "text")}
	}
	return row
}

// do changes a conversation as its actions say.
func do(row *Case, actions []desk.Action) (*Case, []desk.EventKind) {
	c := row.Conversation
	c.Tags = slices.Clone(c.Tags)
	var told []desk.EventKind
	for _, a := range Would(c, actions) {
		switch a.Do {
		case desk.SetStatus:
			c.Status = a.Status
			told = append(told, desk.StatusChanged)
		case desk.SetPriority:
			c.Priority = a.Priority
			told = append(told, desk.PriorityChanged)
		case desk.AddTags:
			c.Tags = append(c.Tags, a.Tags...)
			told = append(told, desk.TagAdded)
		}
	}
	return row.After(&condition.Case{Conversation: c}), told
}

// TestWhatActsIsWhatAskingEachInTurnSays compares the index with looking at every rule in its order, each with a condition that is compiled for it alone.
func TestWhatActsIsWhatAskingEachInTurnSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rules, row, kind := drawRules(t), drawCase(t), rapid.SampledFrom(kinds).Draw(t, "kind")
		chain := Chain{Depth: rapid.IntRange(0, Deepest+1).Draw(t, "depth"), Acted: []desk.RuleID{desk.RuleID(rapid.IntRange(0, 12).Draw(t, "acted"))},
			Lately: map[desk.RuleID]int64{desk.RuleID(rapid.IntRange(0, 12).Draw(t, "often")): MostAnHour}}
		var want, got []string
		naive := row
		for _, r := range rules {
			if !slices.Contains(r.Kinds, kind) {
				continue
			}
			cond, err := condition.Compile(registry, "", r.When, condition.Env{})
			if err != nil {
				t.Fatal(err)
			}
			if holds, _ := cond.Match(naive, 1); !holds {
				continue
			}
			why := chain.keeps(r.ID)
			want = append(want, fmt.Sprint(r.ID, why))
			if why != Acts {
				continue
			}
			naive, _ = do(naive, r.Actions)
			if r.Stop {
				break
			}
		}
		set, broken := Compile(registry, rules)
		if len(broken) > 0 {
			t.Fatalf("broken: %v", broken)
		}
		run := set.Begin(kind, chain)
		for now := row; ; {
			d, ok := run.Next(now, 1)
			if !ok {
				break
			}
			got = append(got, fmt.Sprint(d.ID, d.Why))
			if d.Why == Acts {
				now, _ = do(now, d.Actions)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("rules that hold: %v, want %v", got, want)
		}
		if set.Asks(kind) != slices.ContainsFunc(rules, func(r Rule) bool { return slices.Contains(r.Kinds, kind) }) {
			t.Fatalf("Asks(%s) = %v", kind, set.Asks(kind))
		}
	})
}

// TestNoRulesGoRound lets rules answer each other's acts for as long as they do: every chain ends, and no rule acts twice in it.
func TestNoRulesGoRound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rules, row := drawRules(t), drawCase(t)
		set, _ := Compile(registry, rules)
		type fact struct {
			kind  desk.EventKind
			depth int
		}
		var acted []desk.RuleID
		queue := []fact{{desk.MessageReceived, 0}}
		for asked := 0; len(queue) > 0; asked++ {
			if asked > 4*len(rules)+1 {
				t.Fatalf("%d events, and still going", asked)
			}
			next := queue[0]
			queue = queue[1:]
			run := set.Begin(next.kind, Chain{Depth: next.depth, Acted: slices.Clone(acted)})
			for {
				d, ok := run.Next(row, 1)
				if !ok {
					break
				}
				if d.Why != Acts {
					continue
				}
				if slices.Contains(acted, d.ID) {
					t.Fatalf("rule %s acts twice", d.ID)
				}
				if next.depth >= Deepest {
					t.Fatalf("rule %s acts at depth %d", d.ID, next.depth)
				}
				acted = append(acted, d.ID)
				var told []desk.EventKind
				row, told = do(row, d.Actions)
				for _, kind := range told {
					queue = append(queue, fact{kind, next.depth + 1})
				}
			}
		}
	})
}

// TestWhatWouldNotChangeIsNotDone holds Would together with doing: what is left out changes nothing, and what is done once is not done again.
func TestWhatWouldNotChangeIsNotDone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		row := drawCase(t)
		for _, r := range drawRules(t) {
			after, told := do(row, r.Actions)
			if len(told) == 0 && !reflect.DeepEqual(after.Conversation, row.Conversation) {
				t.Fatalf("%v changed something untold", r.Actions)
			}
			if again := Would(after.Conversation, r.Actions); len(again) > 0 {
				t.Fatalf("after %v there is still to do: %v", r.Actions, again)
			}
		}
	})
}

func TestARuleThatAsksForWhatIsGoneIsNamed(t *testing.T) {
	t.Parallel()
	set, broken := Compile(registry, []Rule{{ID: 1, Kinds: kinds, When: leaf("field:9", condition.Filled)}, {ID: 2, Kinds: kinds},
		{ID: 3, Kinds: kinds, When: leaf("assignee", condition.Is, condition.Me)}})
	if !slices.Equal(broken, []desk.RuleID{1, 3}) {
		t.Errorf("broken rules: %v, want 1 and 3", broken)
	}
	if d, ok := set.Begin(desk.TagAdded, Chain{}).Next(&Case{Case: &condition.Case{}}, 1); !ok || d.ID != 2 {
		t.Errorf("the whole one: %v, %v", d, ok)
	}
}

func TestWhatAMessageSaysIsAskedFor(t *testing.T) {
	t.Parallel()
	row := &Case{Case: &condition.Case{}, By: desk.ActorCustomer, Open: func(desk.Time) (bool, bool, desk.Time) { return false, true, 0 }, Message: &Message{Kind: desk.Incoming, From: "Ann <ann@mail.example>",
		To: "info@shop.example", Subject: "Sūdzība", Text: "Mana kaste ir saplīsusi", Language: "lv", FileNames: []string{"kaste.jpg"}, FileTypes: []string{"image/jpeg"}}}
	for want, nodes := range map[bool][]condition.Node{
		true: {leaf("message.subject", condition.Contains, "sudziba"), leaf("message.from", condition.Contains, "@mail.example"), leaf("message.language", condition.Is, "lv"),
			leaf("message.size", condition.More, "22"), leaf("message.files", condition.Equal, "1"), leaf("message.file_types", condition.Begins, "image/"),
			leaf("message.file_names", condition.Matches, `\.jpe?g$`), leaf("hours.open", condition.No), leaf("message.automatic", condition.No), leaf("event.by", condition.Is, "customer")},
		false: {leaf("message.text", condition.Contains, "paldies"), leaf("message.kind", condition.Is, "note"), leaf("hours.open", condition.Yes), leaf("message.to", condition.Matches, "^ann")},
	} {
		for _, n := range nodes {
			cond, err := Check(registry, "", n, nil)
			if err != nil {
				t.Errorf("%+v: %v", n, err)
				continue
			}
			if got, _ := cond.Match(row, 1); got != want {
				t.Errorf("%+v holds = %v, want %v", n, got, want)
			}
		}
	}
}

// BenchmarkFiveHundredRules asks five hundred rules that are all about mails, none of which holds, on a mail of two kilobytes.
func BenchmarkFiveHundredRules(b *testing.B) {
	rules := make([]Rule, 500)
	for i := range rules {
		rules[i] = Rule{ID: desk.RuleID(i + 1), Kinds: []desk.EventKind{desk.MessageReceived}, When: condition.Node{All: []condition.Node{
			{Any: []condition.Node{leaf("message.text", condition.Contains, fmt.Sprintf("unheard%d", i), "refund please"), leaf("message.subject", condition.Contains, fmt.Sprintf("never%d", i))}},
			leaf("status", condition.Is, "open")}}}
	}
	set, _ := Compile(registry, rules)
	message := &Message{Kind: desk.Incoming, Subject: "Where is my order?", Text: strings.Repeat("The parcel has not come, and nobody tells why. ", 44)}
	for b.Loop() {
		row := &Case{Case: &condition.Case{Conversation: desk.Conversation{Status: desk.StatusOpen}}, By: desk.ActorCustomer, Message: message}
		run := set.Begin(desk.MessageReceived, Chain{})
		if _, ok := run.Next(row, 1); ok {
			b.Fatal("one holds")
		}
	}
}
