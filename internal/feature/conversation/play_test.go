package conversation_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/field"
	"tellus/internal/feature/inbox"
	"tellus/internal/platform/db"
)

// play is a desk on which random use cases happen.
type play struct {
	*desktest.Desk
	agents   []desk.AgentID
	boxes    []desk.Inbox
	teams    []desk.TeamID
	tags     []desk.TagID
	fields   []desk.FieldID
	versions map[desk.ConversationID]int64
	mails    int
	history  []string
}

// One desk lives through all draws, so that a failure is read from what happened to it, not by drawing less.
func init() {
	for name, value := range map[string]string{"rapid.shrinktime": "0s", "rapid.nofailfile": "true"} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
}

func newPlay(t *testing.T, e desktest.Engine) *play {
	p := &play{Desk: desktest.Idle(t, e), versions: map[desk.ConversationID]int64{}}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("what happened last:\n%s", strings.Join(p.history[max(0, len(p.history)-150):], "\n"))
		}
	})
	tom, uma, low := p.Agent("Tom", desk.AgentRole), p.Agent("Uma", desk.AgentRole), p.Agent("Low", desk.LightAgent)
	p.agents = []desk.AgentID{p.Eva, tom, uma, low}
	p.teams = []desk.TeamID{p.Team("North", tom), p.Team("South", uma, low)}
	p.Inbox(inbox.Edit{Name: "Sales", Address: "sales@shop.example", Language: "en", Teams: p.teams[:1], AnswerWithin: 0})
	p.Inbox(inbox.Edit{Name: "Press", Address: "press@shop.example", Language: "en", Teams: p.teams[1:], Team: p.teams[1], AnswerWithin: 60})
	p.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		if p.boxes, err = p.Inboxes.All(ctx, tx); err != nil {
			return err
		}
		for _, name := range []string{"red", "blue"} {
			tag, err := p.Conversations.SaveTag(ctx, tx, desk.System, desk.Tag{Name: name})
			if err != nil {
				return err
			}
			p.tags = append(p.tags, tag.ID)
		}
		for _, name := range []string{"Order", "Place"} {
			f, err := (&field.Service{}).Create(ctx, tx, desk.System, field.Edit{Name: name, Kind: desk.TextField})
			if err != nil {
				return err
			}
			p.fields = append(p.fields, f.ID)
		}
		return nil
	})
	return p
}

func (p *play) ids(query string) (all []int64) {
	p.T.Helper()
	p.Read(func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.Query(ctx, query)
		if err != nil {
			return err
		}
		defer rows.Close() // read to its end, or the test fails
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				return err
			}
			all = append(all, id)
		}
		return rows.Err()
	})
	return all
}

// pick draws one of a list; the zero value where it is empty.
func pick[T any](rt *rapid.T, name string, list []T) (one T) {
	if len(list) == 0 {
		return one
	}
	return list[rapid.IntRange(0, len(list)-1).Draw(rt, name)]
}

// some draws a subset.
func some[T comparable](rt *rapid.T, name string, list []T) (chosen []T) {
	for i, v := range list {
		if rapid.Bool().Draw(rt, fmt.Sprint(name, i)) {
			chosen = append(chosen, v)
		}
	}
	return chosen
}

// act does one random thing; what is refused is left.
func (p *play) act(rt *rapid.T) {
	what := pick(rt, "what", sortedActions)
	agent := pick(rt, "agent", p.agents)
	scope := p.Scope(agent)
	if rapid.Bool().Draw(rt, "see all") {
		scope.All = true
	}
	c := desk.ConversationID(pick(rt, "conversation", p.ids(`SELECT id FROM conversation ORDER BY id DESC LIMIT 12`)))
	m := desk.MessageID(pick(rt, "message", p.ids(`SELECT id FROM message ORDER BY id DESC LIMIT 30`)))
	err := p.Try(func(ctx context.Context, tx *db.Tx) error { return actions[what](ctx, p, rt, tx, scope, c, m) })
	p.history = append(p.history, fmt.Sprintf("%s by %s: conversation %s, message %s: %v", what, agent, c, m, err))
	var r *desk.Refusal
	if err != nil && !errors.As(err, &r) {
		rt.Fatalf("%s: %v", what, err)
	}
}

type action func(ctx context.Context, p *play, rt *rapid.T, tx *db.Tx, scope desk.Scope, c desk.ConversationID, m desk.MessageID) error

var actions = map[string]action{
	"receive": receive, "receive again": receive, "receive into": receive, "reply": reply, "note": note, "change": change, "change more": change, "access": access, "move": move,
	"schedule": sendLater, "reschedule": reschedule, "await": await,
	"cancel": func(ctx context.Context, p *play, _ *rapid.T, tx *db.Tx, scope desk.Scope, _ desk.ConversationID, m desk.MessageID) error {
		_, err := p.Conversations.Cancel(ctx, tx, desk.ByAgent(scope.Agent), scope, m)
		return err
	},
	"send": send, "send more": send, "record": record, "bounce": bounced,
	"field": setField, "checklist": addChecklist, "tick": tickOne, "time": spend, "owe": owe,
	"merge": mergeSome, "undo merge": undoMerge, "undo merge again": undoMerge, "split": splitSome, "link": linkTwo, "side": askAside, "forward": askAside,
	"erase": func(ctx context.Context, p *play, _ *rapid.T, tx *db.Tx, scope desk.Scope, _ desk.ConversationID, m desk.MessageID) error {
		_, err := p.Conversations.Erase(ctx, tx, desk.ByAgent(scope.Agent), scope, m)
		return err
	},
	"redact": func(ctx context.Context, p *play, _ *rapid.T, tx *db.Tx, scope desk.Scope, _ desk.ConversationID, m desk.MessageID) error {
		_, err := p.Conversations.Redact(ctx, tx, desk.ByAgent(scope.Agent), scope, m, []conversation.Span{{Start: 0, End: 5}})
		return err
	},
	"follow": func(ctx context.Context, p *play, rt *rapid.T, tx *db.Tx, scope desk.Scope, c desk.ConversationID, _ desk.MessageID) error {
		return p.Conversations.Follow(ctx, tx, desk.ByAgent(scope.Agent), scope, c, scope.Agent, rapid.Bool().Draw(rt, "on"))
	},
	"read": func(ctx context.Context, p *play, rt *rapid.T, tx *db.Tx, scope desk.Scope, c desk.ConversationID, m desk.MessageID) error {
		if rapid.Bool().Draw(rt, "unread") {
			m = 0
		}
		return p.Conversations.Read(ctx, tx, scope, c, m)
	},
	"draft": func(ctx context.Context, p *play, rt *rapid.T, tx *db.Tx, scope desk.Scope, c desk.ConversationID, _ desk.MessageID) error {
		if rapid.Bool().Draw(rt, "drop") {
			return p.Conversations.DropDraft(ctx, tx, scope, c)
		}
		_, err := p.Conversations.SaveDraft(ctx, tx, scope, c, desk.DraftBody{Mode: "reply", HTML: "<p>begun</p>"})
		return err
	},
	"retry": func(ctx context.Context, p *play, _ *rapid.T, tx *db.Tx, scope desk.Scope, _ desk.ConversationID, m desk.MessageID) error {
		from, err := p.Sender(ctx, tx, scope.Agent, p.Support)
		if err != nil {
			return err
		}
		from.Scope = scope
		_, err = p.Conversations.Retry(ctx, tx, from, m, nil, nil)
		return err
	},
	"wake": func(ctx context.Context, p *play, _ *rapid.T, tx *db.Tx, _ desk.Scope, _ desk.ConversationID, _ desk.MessageID) error {
		_, err := p.Conversations.Wake(ctx, tx, 10)
		return err
	},
}

var sortedActions = func() []string {
	names := make([]string, 0, len(actions))
	for name := range actions {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}()

// owe has another feature count to something, or to nothing any more.
func owe(ctx context.Context, p *play, rt *rapid.T, tx *db.Tx, _ desk.Scope, c desk.ConversationID, _ desk.MessageID) error {
	o := conversation.Owed{Conversation: c, What: rapid.SampledFrom([]string{desk.OwedCommitment, desk.OwedStatute}).Draw(rt, "what is owed"), Ref: rapid.Int64Range(1, 2).Draw(rt, "ref")}
	if rapid.IntRange(0, 2).Draw(rt, "owed still") > 0 {
		o.Due = tx.Now.Add(time.Duration(rapid.IntRange(-30, 90).Draw(rt, "owed in")) * time.Minute)
		o.Soon = o.Due.Add(-5 * time.Minute)
	}
	return p.Conversations.Owe(ctx, tx, o)
}

func receive(ctx context.Context, p *play, rt *rapid.T, tx *db.Tx, _ desk.Scope, c desk.ConversationID, _ desk.MessageID) error {
	who := fmt.Sprintf("c%d@customer.example", rapid.IntRange(1, 4).Draw(rt, "customer"))
	writer, err := p.Customers.Identify(ctx, tx, desk.System, customer.Sighting{Kind: desk.AddressEmail, Value: who, Name: "Customer"})
	if err != nil {
		return err
	}
	p.mails++
	in := conversation.Incoming{Inbox: pick(rt, "inbox", p.boxes), Channel: desk.Email, Customer: writer.ID, CustomerName: writer.Name,
		From: desk.NamedAddress{Address: who}, Subject: "About " + who, Text: rapid.SampledFrom([]string{"Hello there", "Where is it?", "Ķēniņš"}).Draw(rt, "text"),
		MailID: fmt.Sprintf("r%d@customer.example", p.mails), Identity: fmt.Appendf(nil, "identity %d", rapid.IntRange(1, 400).Draw(rt, "identity")), ReceivedAt: tx.Now,
		Spam: rapid.IntRange(0, 5).Draw(rt, "spam") == 0}
	if rapid.IntRange(0, 4).Draw(rt, "automatic") == 0 {
		in.Automatic = "reply"
	}
	if rapid.Bool().Draw(rt, "new") {
		c = 0
	}
	_, err = p.Conversations.Receive(ctx, tx, in, c, 0)
	return err
}

func reply(ctx context.Context, p *play, rt *rapid.T, tx *db.Tx, scope desk.Scope, c desk.ConversationID, m desk.MessageID) error {
	from, err := p.Sender(ctx, tx, scope.Agent, p.Support)
	if err != nil {
		return err
	}
	from.Scope = scope
	to := []desk.NamedAddress{{Address: "c1@customer.example"}, {Address: "c2@customer.example"}}
	_, err = p.Conversations.Reply(ctx, tx, from, c, conversation.Reply{HTML: "<p>An answer</p>", To: to[:rapid.IntRange(1, 2).Draw(rt, "to")], Seen: m,
		Anyway: rapid.Bool().Draw(rt, "anyway"), Then: rapid.SampledFrom([]conversation.Then{conversation.KeepOpen, conversation.Wait, conversation.Resolve}).Draw(rt, "then")})
	return err
}

// sendLater writes an answer that leaves later, after which the conversation is out of sight for a while or until something happens.
func sendLater(ctx context.Context, p *play, rt *rapid.T, tx *db.Tx, scope desk.Scope, c desk.ConversationID, m desk.MessageID) error {
	from, err := p.Sender(ctx, tx, scope.Agent, p.Support)
	if err != nil {
		return err
	}
	from.Scope = scope
	in := conversation.Reply{HTML: "<p>Later</p>", To: []desk.NamedAddress{{Address: "c1@customer.example"}}, Seen: m, Anyway: true,
		Then: rapid.SampledFrom([]conversation.Then{conversation.KeepOpen, conversation.Wait, conversation.Resolve}).Draw(rt, "then")}
	in.SendAt = tx.Now + desk.Time(rapid.IntRange(1, 200).Draw(rt, "at")*1_000_000)
	in.Await = rapid.Bool().Draw(rt, "await")
	_, err = p.Conversations.Reply(ctx, tx, from, c, in)
	return err
}

func reschedule(ctx context.Context, p *play, rt *rapid.T, tx *db.Tx, scope desk.Scope, _ desk.ConversationID, m desk.MessageID) error {
	from, err := p.Sender(ctx, tx, scope.Agent, p.Support)
	if err != nil {
		return err
	}
	from.Scope, from.SendAt = scope, tx.Now
	var w conversation.Timing
	if rapid.Bool().Draw(rt, "later") {
		w.SendAt = tx.Now + desk.Time(rapid.IntRange(1, 200).Draw(rt, "at")*1_000_000)
	}
	_, err = p.Conversations.Reschedule(ctx, tx, from, m, w)
	return err
}

// await snoozes a conversation until somebody writes, or something else happens.
func await(ctx context.Context, p *play, rt *rapid.T, tx *db.Tx, scope desk.Scope, c desk.ConversationID, _ desk.MessageID) error {
	row, err := p.Conversations.Get(ctx, tx, scope, c)
	if err != nil {
		return err
	}
	ch := conversation.Change{Version: row.Version, Await: rapid.Bool().Draw(rt, "until somebody writes")}
	if !ch.Await {
		ch.WakeOn = &desk.WakeOn{Event: pick(rt, "event", desk.WakeEvents)}
	}
	_, err = p.Conversations.Update(ctx, tx, desk.ByAgent(scope.Agent), scope, c, ch)
	return err
}

func note(ctx context.Context, p *play, rt *rapid.T, tx *db.Tx, scope desk.Scope, c desk.ConversationID, _ desk.MessageID) error {
	_, err := p.Conversations.AddNote(ctx, tx, desk.ByAgent(scope.Agent), scope, c,
		conversation.NewNote{HTML: "<p>A note</p>", Mentions: some(rt, "mention", p.agents)}, p.Staff.Scope)
	return err
}

func record(ctx context.Context, p *play, rt *rapid.T, tx *db.Tx, scope desk.Scope, c desk.ConversationID, _ desk.MessageID) error {
	_, err := p.Conversations.RecordIn(ctx, tx, desk.ByAgent(scope.Agent), scope, c, p.boxes[0], conversation.NewRecord{Channel: desk.Phone,
		Record: desk.Record{Direction: rapid.SampledFrom([]string{"in", "out"}).Draw(rt, "direction"), Outcome: rapid.SampledFrom([]string{"", "agreed", "call_back"}).Draw(rt, "outcome")}, HTML: "<p>A call</p>"})
	return err
}

func setField(ctx context.Context, p *play, rt *rapid.T, tx *db.Tx, scope desk.Scope, c desk.ConversationID, _ desk.MessageID) error {
	row, err := p.Conversations.Get(ctx, tx, scope, c)
	if err != nil {
		return err
	}
	value := desk.FieldValue{Form: desk.TextValue, Text: rapid.SampledFrom([]string{"one", "two"}).Draw(rt, "value")}
	if rapid.IntRange(0, 3).Draw(rt, "clear") == 0 {
		value = desk.FieldValue{}
	}
	_, err = p.Conversations.Update(ctx, tx, desk.ByAgent(scope.Agent), scope, c, conversation.Change{Version: row.Version, Fields: desk.FieldValues{pick(rt, "field", p.fields): value}})
	return err
}

func addChecklist(ctx context.Context, p *play, rt *rapid.T, tx *db.Tx, scope desk.Scope, c desk.ConversationID, _ desk.MessageID) error {
	_, err := p.Conversations.AddChecklist(ctx, tx, desk.ByAgent(scope.Agent), scope, c,
		conversation.NewChecklist{Name: "To do", Items: []desk.CheckWord{{Words: "Call", Required: rapid.Bool().Draw(rt, "required")}, {Words: "Write"}}})
	return err
}

func tickOne(ctx context.Context, p *play, rt *rapid.T, tx *db.Tx, scope desk.Scope, c desk.ConversationID, _ desk.MessageID) error {
	lists, err := p.Conversations.Checklists(ctx, tx, scope, c)
	if err != nil || len(lists) == 0 {
		return err
	}
	_, err = p.Conversations.Tick(ctx, tx, desk.ByAgent(scope.Agent), scope, c, pick(rt, "item", pick(rt, "list", lists).Items).ID, rapid.Bool().Draw(rt, "done"))
	return err
}

func spend(ctx context.Context, p *play, rt *rapid.T, tx *db.Tx, scope desk.Scope, c desk.ConversationID, _ desk.MessageID) error {
	_, err := p.Spend(ctx, tx, scope, c, int64(rapid.IntRange(1, 900).Draw(rt, "seconds")))
	return err
}

func maybe[T any](rt *rapid.T, name string, v T) *T {
	if rapid.IntRange(0, 2).Draw(rt, name) > 0 {
		return nil
	}
	return &v
}

func change(ctx context.Context, p *play, rt *rapid.T, tx *db.Tx, scope desk.Scope, c desk.ConversationID, _ desk.MessageID) error {
	row, err := p.Conversations.Get(ctx, tx, scope, c)
	if err != nil {
		return err
	}
	ch := conversation.Change{Version: row.Version, AddTags: some(rt, "add", p.tags), RemoveTags: some(rt, "remove", p.tags), Wake: rapid.Bool().Draw(rt, "wake"),
		Status:   maybe(rt, "status?", rapid.SampledFrom([]desk.Status{desk.StatusOpen, desk.StatusWaiting, desk.StatusResolved, desk.StatusClosed}).Draw(rt, "status")),
		Priority: maybe(rt, "priority?", desk.Priority(rapid.IntRange(0, 3).Draw(rt, "priority"))),
		Assignee: maybe(rt, "assignee?", pick(rt, "assignee", append([]desk.AgentID{0}, p.agents...))),
		Team:     maybe(rt, "team?", pick(rt, "team", append([]desk.TeamID{0}, p.teams...))),
		Spam:     maybe(rt, "spam?", rapid.IntRange(0, 3).Draw(rt, "spam") == 0), Trashed: maybe(rt, "trashed?", rapid.IntRange(0, 3).Draw(rt, "trashed") == 0),
		SnoozedUntil: maybe(rt, "snooze?", tx.Now+desk.Time(rapid.IntRange(-5, 200).Draw(rt, "until")*1_000_000))}
	if rapid.IntRange(0, 9).Draw(rt, "stale") == 0 {
		ch.Version--
	}
	_, err = p.Conversations.Update(ctx, tx, desk.ByAgent(scope.Agent), scope, c, ch)
	return err
}

func access(ctx context.Context, p *play, rt *rapid.T, tx *db.Tx, scope desk.Scope, c desk.ConversationID, _ desk.MessageID) error {
	return p.Conversations.SetAccess(ctx, tx, desk.ByAgent(scope.Agent), scope, c,
		conversation.Access{Restricted: rapid.IntRange(0, 2).Draw(rt, "restricted") == 0, Agents: some(rt, "named", p.agents)})
}

func move(ctx context.Context, p *play, rt *rapid.T, tx *db.Tx, scope desk.Scope, c desk.ConversationID, m desk.MessageID) error {
	if rapid.Bool().Draw(rt, "new") {
		c = 0
	}
	_, err := p.Conversations.Move(ctx, tx, desk.ByAgent(scope.Agent), scope, m, c, p.boxes[0])
	return err
}

// send takes a queued message and notes a random end for each recipient; sometimes the program dies between the two.
func send(ctx context.Context, p *play, rt *rapid.T, tx *db.Tx, _ desk.Scope, _ desk.ConversationID, m desk.MessageID) error {
	out, ok, err := p.Conversations.Begin(ctx, tx, m, rapid.Bool().Draw(rt, "again"))
	if errors.Is(err, conversation.ErrSending) {
		return nil
	}
	if err != nil || !ok || rapid.IntRange(0, 4).Draw(rt, "dies") == 0 {
		return err
	}
	var outcomes []conversation.Outcome
	for i, a := range out.Pending {
		outcomes = append(outcomes, conversation.Outcome{Recipient: a,
			State: rapid.SampledFrom([]desk.DeliveryState{desk.Sent, desk.Sent, desk.Failed, desk.Unsure, desk.Queued}).Draw(rt, fmt.Sprint("outcome", i))})
	}
	return p.Conversations.Record(ctx, tx, m, outcomes)
}

func bounced(ctx context.Context, p *play, _ *rapid.T, tx *db.Tx, _ desk.Scope, _ desk.ConversationID, m desk.MessageID) error {
	var id string
	if err := tx.Row(ctx, `SELECT COALESCE(max(mail_id), '') FROM message WHERE id = $1`, m).Scan(&id); err != nil {
		return err
	}
	_, _, _, err := p.Conversations.Bounce(ctx, tx, id, []conversation.Outcome{{Recipient: "c1@customer.example", Status: "5.1.1"}})
	return err
}
