package index_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/query"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/inbox"
	"tellus/internal/flow/index"
	"tellus/internal/flow/index/indextest"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

// found is a desk with its search.
type found struct {
	*desktest.Desk
	index *index.Index
	file  string
}

func searching(d *desktest.Desk) *found {
	f := &found{Desk: d, file: filepath.Join(d.T.TempDir(), "search.db")}
	f.start()
	return f
}

// start opens the index and lets it follow until the test ends.
func (f *found) start() { f.index = indextest.Start(f.T, f.Desk, f.file) }

// upToDate waits until the index has seen all that happened.
func (f *found) upToDate() {
	f.T.Helper()
	indextest.UpToDate(f.T, f.Desk, f.index)
}

func (f *found) page(agent desk.AgentID, text string, a index.Ask) index.Page {
	f.T.Helper()
	q, err := query.Parse(text, false)
	if err != nil {
		f.T.Fatalf("Parse(%q): %v", text, err)
	}
	a.Query, a.Scope = q, f.Scope(agent)
	var p index.Page
	f.Read(func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = f.index.Find(ctx, tx, a)
		return err
	})
	return p
}

// finds returns which conversations an agent finds, in the order of their ids. Both orders find the same.
func (f *found) finds(agent desk.AgentID, text string) []desk.ConversationID {
	f.T.Helper()
	f.upToDate()
	ids := func(order index.Order) (ids []desk.ConversationID) {
		for _, h := range f.page(agent, text, index.Ask{Order: order}).Hits {
			ids = append(ids, h.Conversation.ID)
		}
		slices.Sort(ids)
		return ids
	}
	best, newest := ids(index.BestFirst), ids(index.NewestFirst)
	if diff := cmp.Diff(best, newest); diff != "" {
		f.T.Errorf("%q finds by what fits best (-) and by what is newest (+):\n%s", text, diff)
	}
	return best
}

func (f *found) want(agent desk.AgentID, text string, want ...desk.ConversationID) {
	f.T.Helper()
	slices.Sort(want)
	if diff := cmp.Diff(want, f.finds(agent, text)); diff != "" {
		f.T.Errorf("%q finds (-want +got):\n%s", text, diff)
	}
}

func TestAMailIsFound(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		f := searching(d)
		lv := d.ReceiveAbout(desktest.Ann, "Par manu pasūtījumu", "Labdien! Vai mūsu pasūtījumiem Nr. 77123 drīz būs piegāde uz Rīgu? Klientams tas ir svarīgi. Paldies, gaidīšu jūsu atbildi.")
		en := d.ReceiveAbout(desktest.Bob, "Broken lamp", "The lamps that you delivered yesterday were broken. I would like to have my money back, please.")
		d.Reply(en, "We are sorry about that; the refund leaves today.")
		for text, want := range map[string][]desk.ConversationID{
			"pasūtījums":             {lv},
			"pasutijumu":             {lv}, // another inflection, without marks
			"RĪGA":                   {lv},
			"lamp":                   {en},
			"delivery":               nil,
			"money back":             {en},
			`"money back"`:           {en},
			`"back money"`:           nil,
			"refund lamp":            {en}, // of its subject and an answer
			"refund yesterday":       nil,  // of two messages
			"refund":                 {en},
			"lamp -broken":           nil,
			"lamp -chair":            {en},
			"-lamp":                  {lv},
			"refun*":                 {en},
			"77123":                  {lv},
			"from:bob@other.example": {en},
			"from:customer.example":  {lv},
			"from:ann pasūtījums":    {lv},
			"-from:ann":              {en},
			"to:bob@other.example":   {en},
			"is:open":                nil,
			"is:new":                 {lv},
			"is:unfinished":          {lv, en},
			"has:attachment":         nil,
			"-has:attachment":        {lv, en},
			"before:2026-03-02":      nil,
			"after:2026-03-02":       {lv, en},
			"after:2026-03":          {lv, en},
			"before:2026-03-03":      {lv, en},
			"before:2027 after:2025": {lv, en},
			"inbox:support":          {lv, en},
			"assignee:none":          {lv},
			"is:spam":                nil,
			"is:unread":              {lv},
			"ann@customer.example":   {lv},
			`" OR "`:                 nil,
			`NEAR( lamp "" ) AND *`:  nil,
			"lamp'; DROP":            nil,
		} {
			f.want(d.Eva, text, want...)
		}
		number := d.Row(lv).Number
		f.want(d.Eva, "#"+desk.ConversationID(number).String(), lv)
		f.want(d.Eva, "number:"+desk.ConversationID(number).String()+" pasūtījums", lv)

		p := f.page(d.Eva, "pasutijums", index.Ask{})
		if len(p.Hits) != 1 || p.Hits[0].Where != index.InMessage || len(p.Hits[0].Marks) == 0 || len(p.Hits[0].Subject) != 1 {
			t.Errorf("the hit is %+v, want marks in message and subject", p.Hits)
		}
	})
}

func TestSearchFollowsWhatChanges(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		f := searching(d)
		c := d.ReceiveAbout(desktest.Ann, "Wardrobe", "The wardrobe has scratches.")
		f.want(d.Eva, "wardrobe is:new assignee:none", c)
		d.Change(c, conversation.Change{Assignee: &d.Eva})
		f.want(d.Eva, "wardrobe assignee:me is:open", c)
		f.want(d.Eva, "wardrobe assignee:none")
		subject := "Cupboard"
		d.Change(c, conversation.Change{Subject: &subject})
		f.want(d.Eva, "cupboard", c)
		yes, no := true, false
		d.Change(c, conversation.Change{Spam: &yes})
		f.want(d.Eva, "scratches")
		f.want(d.Eva, "scratches is:spam", c)
		d.Change(c, conversation.Change{Spam: &no})
		d.Change(c, conversation.Change{Trashed: &yes})
		f.want(d.Eva, "scratches")
		f.want(d.Eva, "scratches is:trash", c)
		d.Change(c, conversation.Change{Trashed: &no})
		f.want(d.Eva, "scratches", c)
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			who, err := d.Customers.Get(ctx, tx, d.Row(c).Customer)
			if err != nil {
				return err
			}
			name := "Ann Rosenkreutz"
			_, err = d.Customers.Update(ctx, tx, desk.ByAgent(d.Eva), who.ID, customer.Change{Version: who.Version, Name: &name})
			return err
		})
		f.want(d.Eva, "rosenkreutz", c)
	})
}

func TestNobodyFindsWhatHeMayNotSee(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		f := searching(d)
		sales := d.Team("Sales")
		seller, other := d.Agent("Sid", desk.AgentRole, sales), d.Agent("Olga", desk.AgentRole)
		box := d.Inbox(inbox.Edit{Name: "Sales", Address: "sales@shop.example", Language: "en", AnswerWithin: 60, Reopen: "always", Teams: []desk.TeamID{sales}})
		c := d.ReceiveAbout(desktest.Ann, "Offer", "An offer for nine hundred umbrellas, please.")
		f.want(other, "umbrellas", c)
		d.Write(func(ctx context.Context, tx *db.Tx) error { // as a rule that moves it to another inbox will
			if _, err := tx.Exec(ctx, `/* test */ UPDATE conversation SET inbox = $1 WHERE id = $2`, box, c); err != nil {
				return err
			}
			return eventlog.Append(ctx, tx, &desk.Event{By: desk.ByAgent(d.Eva), Kind: desk.InboxChanged, SubjectKind: desk.AboutConversation, Subject: int64(c), Conversation: c})
		})
		f.want(other, "umbrellas")
		f.want(seller, "umbrellas", c)
		f.want(d.Eva, "umbrellas", c)
		d.Change(c, conversation.Change{Assignee: &seller})
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			return d.Conversations.SetAccess(ctx, tx, desk.ByAgent(d.Eva), d.Scope(d.Eva), c, conversation.Access{Restricted: true, Agents: []desk.AgentID{d.Eva}})
		})
		f.want(seller, "umbrellas")
		f.want(other, "umbrellas is:restricted")
		f.want(d.Eva, "umbrellas is:restricted", c)
	})
}

func TestWhatIsTakenOutIsNotFound(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		f := searching(d)
		c := d.ReceiveAbout(desktest.Ann, "Payment", "My secret word is xylophone and I like tangerines.")
		later := d.ReceiveAbout(desktest.Bob, "Payment", "Mine is marimba.")
		f.want(d.Eva, "xylophone", c)
		f.want(d.Eva, "marimba", later)
		message := func(c desk.ConversationID) (id desk.MessageID) {
			d.Read(func(ctx context.Context, tx *db.Tx) error {
				return tx.Row(ctx, `SELECT min(id) FROM message WHERE conversation = $1 AND kind = 'incoming'`, c).Scan(&id)
			})
			return id
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Conversations.Redact(ctx, tx, desk.ByAgent(d.Eva), d.Scope(d.Eva), message(c), []conversation.Span{{Start: 18, End: 27}})
			return err
		})
		if p := f.page(d.Eva, "xylophone", index.Ask{}); len(p.Hits) > 0 { // before the index may have followed
			t.Errorf("found right after the redaction: %+v", p.Hits)
		}
		f.want(d.Eva, "xylophone")
		f.want(d.Eva, "tangerines", c)
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Conversations.Erase(ctx, tx, desk.ByAgent(d.Eva), d.Scope(d.Eva), message(later))
			return err
		})
		f.want(d.Eva, "marimba")
		if d.DB.Postgres() {
			return
		}
		for _, tail := range []string{"", "-wal"} {
			data, err := os.ReadFile(f.file + tail)
			if err != nil {
				t.Fatal(err)
			}
			if tail == "" && bytes.Contains(data, []byte("xylophon")) {
				t.Errorf("search.db%s still holds the word", tail)
			}
		}
	})
}

func TestTheIndexIsMadeAnew(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		var all []desk.ConversationID
		for _, text := range []string{"A kettle, please.", "Two kettles.", "Kettle again"} {
			all = append(all, d.ReceiveAbout(desktest.Ann, "Kettle "+text, text))
		}
		if !d.DB.Postgres() {
			// A damaged file is made anew as a missing one is.
			f := &found{Desk: d, file: filepath.Join(t.TempDir(), "search.db")}
			if err := os.WriteFile(f.file, bytes.Repeat([]byte("no database"), 1000), 0o600); err != nil {
				t.Fatal(err)
			}
			f.start()
			f.want(d.Eva, "kettle", all...)
			return
		}
		searching(d).want(d.Eva, "kettle", all...)
	})
}

func TestPagesFollowEachOther(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		f := searching(d)
		want := map[desk.ConversationID]bool{}
		for i := range 7 {
			c := d.ReceiveAbout(desktest.Ann, "Order "+string(rune('A'+i)), "Where is my parcel?")
			d.Reply(c, "The parcel left.")
			want[c] = true
		}
		f.upToDate()
		for _, order := range []index.Order{index.BestFirst, index.NewestFirst} {
			got := map[desk.ConversationID]bool{}
			ask := index.Ask{Order: order, Limit: 3}
			for range 10 {
				p := f.page(d.Eva, "parcel", ask)
				for _, h := range p.Hits {
					if got[h.Conversation.ID] {
						t.Errorf("%s: conversation %s is on two pages", order, h.Conversation.ID)
					}
					got[h.Conversation.ID] = true
				}
				if ask.Cursor = p.Next; p.Next == nil {
					break
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: all pages (-want +got):\n%s", order, diff)
			}
		}
	})
}
