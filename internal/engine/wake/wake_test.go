package wake_test

import (
	"testing"

	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/engine/wake"
)

func TestEnds(t *testing.T) {
	t.Parallel()
	ids := func(list ...desk.ConversationID) []desk.ConversationID { return list }
	eva, ann := desk.ByAgent(1), desk.ByAgent(2)
	waits := func(on desk.WakeOn) wake.Waiting {
		on.Since, on.By = 100, 1
		return wake.Waiting{ID: 7, Customer: 3, For: on}
	}
	for name, c := range map[string]struct {
		waits wake.Waiting
		fact  wake.Fact
		ends  bool
	}{
		"the linked one is resolved":       {waits(desk.WakeOn{Event: desk.WhenResolved, Conversation: 8}), wake.Fact{Kind: desk.StatusChanged, At: 101, Conversations: ids(8), Finished: true}, true},
		"another one is resolved":          {waits(desk.WakeOn{Event: desk.WhenResolved, Conversation: 8}), wake.Fact{Kind: desk.StatusChanged, At: 101, Conversations: ids(9), Partners: ids(7), Finished: true}, false},
		"any linked one is resolved":       {waits(desk.WakeOn{Event: desk.WhenResolved}), wake.Fact{Kind: desk.StatusChanged, At: 101, Conversations: ids(9), Partners: ids(7), Finished: true}, true},
		"one that is not linked":           {waits(desk.WakeOn{Event: desk.WhenResolved}), wake.Fact{Kind: desk.StatusChanged, At: 101, Conversations: ids(9), Finished: true}, false},
		"it was opened again meanwhile":    {waits(desk.WakeOn{Event: desk.WhenResolved, Conversation: 8}), wake.Fact{Kind: desk.StatusChanged, At: 101, Conversations: ids(8)}, false},
		"it was resolved before":           {waits(desk.WakeOn{Event: desk.WhenResolved, Conversation: 8}), wake.Fact{Kind: desk.StatusChanged, At: 100, Conversations: ids(8), Finished: true}, false},
		"what it lives in is resolved":     {waits(desk.WakeOn{Event: desk.WhenResolved, Conversation: 8}), wake.Fact{Kind: desk.StatusChanged, At: 101, Conversations: ids(5, 8), Finished: true}, true},
		"it went into a resolved one":      {waits(desk.WakeOn{Event: desk.WhenResolved, Conversation: 8}), wake.Fact{Kind: desk.ConversationsMerged, At: 101, Conversations: ids(5, 8), Finished: true}, true},
		"it went into the waiting one":     {waits(desk.WakeOn{Event: desk.WhenResolved, Conversation: 8}), wake.Fact{Kind: desk.ConversationsMerged, At: 101, Conversations: ids(7, 8)}, true},
		"another went into the waiting":    {waits(desk.WakeOn{Event: desk.WhenResolved, Conversation: 8}), wake.Fact{Kind: desk.ConversationsMerged, At: 101, Conversations: ids(7, 9)}, false},
		"the side is answered":             {waits(desk.WakeOn{Event: desk.WhenAnswered, Conversation: 8}), wake.Fact{Kind: desk.SideAnswered, At: 101, Conversations: ids(8), Partners: ids(7)}, true},
		"another side is answered":         {waits(desk.WakeOn{Event: desk.WhenAnswered, Conversation: 8}), wake.Fact{Kind: desk.SideAnswered, At: 101, Conversations: ids(9), Partners: ids(7)}, false},
		"any side is answered":             {waits(desk.WakeOn{Event: desk.WhenAnswered}), wake.Fact{Kind: desk.SideAnswered, At: 101, Conversations: ids(9), Partners: ids(7)}, true},
		"a colleague writes a note":        {waits(desk.WakeOn{Event: desk.WhenColleague}), wake.Fact{Kind: desk.NoteAdded, At: 101, By: ann, Conversations: ids(7)}, true},
		"who waits writes a note":          {waits(desk.WakeOn{Event: desk.WhenColleague}), wake.Fact{Kind: desk.NoteAdded, At: 101, By: eva, Conversations: ids(7)}, false},
		"the house acknowledges":           {waits(desk.WakeOn{Event: desk.WhenColleague}), wake.Fact{Kind: desk.MessageQueued, At: 101, By: desk.System, Conversations: ids(7)}, false},
		"a note elsewhere":                 {waits(desk.WakeOn{Event: desk.WhenColleague}), wake.Fact{Kind: desk.NoteAdded, At: 101, By: ann, Conversations: ids(8)}, false},
		"the purchase moves on":            {waits(desk.WakeOn{Event: desk.WhenPurchase, Purchase: 4}), wake.Fact{Kind: desk.PurchaseUpdated, At: 101, Purchase: 4}, true},
		"another of his purchases":         {waits(desk.WakeOn{Event: desk.WhenPurchase, Purchase: 4}), wake.Fact{Kind: desk.PurchaseUpdated, At: 101, Purchase: 5, Customer: 3}, false},
		"any of his purchases":             {waits(desk.WakeOn{Event: desk.WhenPurchase}), wake.Fact{Kind: desk.PurchaseUpdated, At: 101, Purchase: 5, Customer: 3}, true},
		"a linked purchase of another":     {waits(desk.WakeOn{Event: desk.WhenPurchase}), wake.Fact{Kind: desk.PurchaseUpdated, At: 101, Purchase: 5, Customer: 6, Partners: ids(7)}, true},
		"a purchase of nobody":             {wake.Waiting{ID: 7, For: desk.WakeOn{Event: desk.WhenPurchase}}, wake.Fact{Kind: desk.PurchaseUpdated, At: 101, Purchase: 5}, false},
		"an event of another kind of wait": {waits(desk.WakeOn{Event: desk.WhenPurchase}), wake.Fact{Kind: desk.NoteAdded, At: 101, By: ann, Conversations: ids(7), Customer: 3}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := wake.Ends(c.waits, c.fact); got != c.ends {
				t.Errorf("Ends(%+v, %+v) = %v, want %v", c.waits, c.fact, got, c.ends)
			}
		})
	}
}

// TestOnlyWhatTellsEnds: a fact of a kind that Tells passes over never ends a wait, and none ends one that began after it.
func TestOnlyWhatTellsEnds(t *testing.T) {
	t.Parallel()
	kinds := []desk.EventKind{desk.StatusChanged, desk.Trashed, desk.MarkedSpam, desk.ConversationsMerged, desk.SideAnswered, desk.NoteAdded, desk.RecordAdded, desk.MessageQueued,
		desk.PurchaseUpdated, desk.MessageReceived, desk.TagAdded}
	rapid.Check(t, func(rt *rapid.T) {
		some := func(name string) []desk.ConversationID {
			return rapid.SliceOfN(rapid.Map(rapid.Int64Range(1, 3), func(n int64) desk.ConversationID { return desk.ConversationID(n) }), 0, 3).Draw(rt, name)
		}
		w := wake.Waiting{ID: desk.ConversationID(rapid.Int64Range(1, 3).Draw(rt, "id")), Customer: 1, For: desk.WakeOn{Event: rapid.SampledFrom(desk.WakeEvents).Draw(rt, "event"),
			Conversation: desk.ConversationID(rapid.Int64Range(0, 3).Draw(rt, "target")), By: 1, Since: 5}}
		f := wake.Fact{Kind: rapid.SampledFrom(kinds).Draw(rt, "kind"), At: desk.Time(rapid.Int64Range(1, 9).Draw(rt, "at")), By: desk.ByAgent(desk.AgentID(rapid.Int64Range(0, 2).Draw(rt, "by"))),
			Conversations: some("in"), Partners: some("partners"), Finished: rapid.Bool().Draw(rt, "finished"), Customer: desk.CustomerID(rapid.Int64Range(0, 1).Draw(rt, "customer"))}
		if wake.Ends(w, f) && (f.At <= w.For.Since || f.Kind == desk.MessageReceived || f.Kind == desk.TagAdded || !wake.Tells(f.Kind)) {
			rt.Fatalf("Ends(%+v, %+v)", w, f)
		}
	})
}
