package person_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"tellus/internal/channel"
	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/hook"
	limit "tellus/internal/engine/statute"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/field"
	"tellus/internal/feature/privacy"
	"tellus/internal/feature/statute"
	"tellus/internal/feature/webhook"
	"tellus/internal/flow/bulk"
	"tellus/internal/flow/person"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
)

var ann = desktest.Person{Name: "Ann Zebrowska", Address: "ann.zebra@customer.example"}

// traces are words that only Ann's data hold; each place where she is named has one.
var traces = []string{"zebra", "zebrowska", "giraffe", "okapi", "quagga", "29000111"}

// known is a desk that holds a lot on Ann: conversations of her own, a part in Bob's, files, drafts, notes, consents, a merged conversation.
func known(d *desktest.Desk) (who desk.CustomerID, first, bobs desk.ConversationID) {
	d.T.Helper()
	raw := strings.ReplaceAll(`From: Ann Zebrowska <ann.zebra@customer.example>
To: support@shop.example
Cc: Zed Giraffe <zed.giraffe@customer.example>
Subject: My giraffe
Message-ID: <one@zebra.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

The okapi is late.
--b
Content-Type: text/plain; name="quagga.txt"
Content-Disposition: attachment; filename="quagga.txt"

quagga inside
--b--
`, "\n", "\r\n")
	envelope := channel.Envelope{From: ann.Address, To: []string{"support@shop.example"}}
	d.Accept(d.Support, "source-1", raw, envelope)
	d.Settle()
	d.Accept(d.Support, "source-2", raw, envelope) // the same mail once more
	d.Settle()
	d.Read(func(ctx context.Context, tx *db.Tx) error {
		return tx.Row(ctx, `/* test */ SELECT id, customer FROM conversation ORDER BY id LIMIT 1`).Scan(&first, &who)
	})
	d.Reply(first, "Dear Ann Zebrowska, the okapi comes tomorrow.")
	second := d.ReceiveAbout(ann, "Another giraffe", "quagga again")
	third := d.ReceiveAbout(ann, "Third giraffe", "okapi again")
	bobs = d.ReceiveAbout(desktest.Bob, "Bob's own", "my matter", "Cc: "+ann.String())
	d.Arrive(d.Support, "From: "+ann.String()+"\nTo: support@shop.example\nSubject: Re: Bob's own\nMessage-ID: <x@zebra.example>\nIn-Reply-To: "+
		mailOf(d, bobs)+"\n\nBob and I share an okapi\n", envelope)
	if _, err := d.ReplyAs(d.Eva, bobs, conversation.Reply{HTML: "<p>to both</p>", To: []desk.NamedAddress{{Name: "Bob", Address: desktest.Bob.Address}},
		Cc: []desk.NamedAddress{{Name: ann.Name, Address: ann.Address}}, Anyway: true, Then: conversation.Wait}); err != nil {
		d.T.Fatal(err)
	}
	d.Commit(first, "I will call you about the okapi", time.Hour)
	scope, eva := d.Scope(d.Eva), desk.ByAgent(d.Eva)
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		if _, err := d.Conversations.Merge(ctx, tx, eva, scope, second, []desk.ConversationID{third}); err != nil {
			return err
		}
		if _, err := d.Conversations.AddNote(ctx, tx, eva, scope, first, conversation.NewNote{HTML: "<p>giraffe is dear to her</p>"}, d.Staff.Scope); err != nil {
			return err
		}
		if _, err := d.Conversations.SaveDraft(ctx, tx, scope, first, desk.DraftBody{Mode: "reply", HTML: "<p>okapi draft</p>"}); err != nil {
			return err
		}
		if _, err := d.Conversations.SaveNew(ctx, tx, scope, 0, desk.DraftBody{Mode: "new", HTML: "<p>news</p>", To: []desk.NamedAddress{{Name: ann.Name, Address: ann.Address}}}); err != nil {
			return err
		}
		if _, err := d.Conversations.SaveNew(ctx, tx, scope, 0, desk.DraftBody{Mode: "side", Beside: first, HTML: "<p>have you seen an okapi?</p>", To: []desk.NamedAddress{{Address: "zoo@works.example"}}}); err != nil {
			return err
		}
		if _, err := d.Customers.AddAddress(ctx, tx, eva, who, customer.NewAddress{Kind: desk.AddressPhone, Value: "+37129000111"}); err != nil {
			return err
		}
		if _, err := d.Customers.AddAddress(ctx, tx, eva, who, customer.NewAddress{Kind: desk.AddressPost, Value: "Zebra street 1"}); err != nil {
			return err
		}
		if _, err := d.Customers.Consent(ctx, tx, eva, who, customer.NewConsent{Purpose: "news", Given: true, Source: "quagga form"}); err != nil {
			return err
		}
		c, err := d.Customers.Get(ctx, tx, who)
		if err != nil {
			return err
		}
		note, org := "likes giraffe", "Works"
		_, err = d.Customers.Update(ctx, tx, eva, who, customer.Change{Version: c.Version, Note: &note, Organisation: &org, Warnings: []string{"okapi!"}})
		return err
	})
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		law, err := d.Statutes.Create(ctx, tx, eva, statute.Edit{Name: "Complaints", Term: limit.ReadyMade()[0].Term, CheckedBy: "Counsel", CheckedOn: desk.DateOf(d.Now())})
		if err != nil {
			return err
		}
		l, err := d.Statutes.Start(ctx, tx, scope, first, law.ID, desk.DateOf(d.Now()))
		if err != nil {
			return err
		}
		_, err = d.Statutes.Withdraw(ctx, tx, scope, l.ID, "the okapi came back")
		return err
	})
	d.Settle()
	worked(d, first, bobs)
	return who, first, bobs
}

// worked has bulk work done with her conversation, which remembers what that had, and an answer to it as an incident of Bob's.
func worked(d *desktest.Desk, hers, problem desk.ConversationID) {
	d.T.Helper()
	scope, eva := d.Scope(d.Eva), desk.ByAgent(d.Eva)
	var pet desk.Field
	d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		pet, err = (&field.Service{}).Create(ctx, tx, eva, field.Edit{Name: "Pet", Kind: desk.TextField, Personal: true})
		return err
	})
	d.Change(hers, conversation.Change{Fields: desk.FieldValues{pet.ID: desk.TextOf("an okapi")}})
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		actions := []desk.Action{{Do: desk.SetPriority, Priority: desk.Urgent}}
		_, err := d.Bulk.Begin(ctx, tx, scope, bulk.Request{Conversations: []desk.ConversationID{hers}, Actions: actions})
		return err
	})
	d.Settle()
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		w, _, err := d.Webhooks.Create(ctx, tx, eva, webhook.Edit{Name: "Stock", URL: "http://127.0.0.1:1/", Active: true})
		if err != nil {
			return err
		}
		told := hook.Conversation{Customer: hook.Customer{Name: ann.Name, Address: ann.Address}, LastMessage: &hook.Message{Text: "the okapi"}}
		for _, row := range []desk.Conversation{d.Row(hers), {ID: problem, Number: 2}} { // Bob's names her address alone
			if _, err := d.Webhooks.Call(ctx, tx, webhook.New{Webhook: w.ID, Row: row, Body: hook.Body{Type: hook.ByRule, Data: hook.Data{Conversation: &told}}}); err != nil {
				return err
			}
		}
		return nil
	})
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		_, err := d.Bulk.BeginAnswer(ctx, tx, scope, []desk.ConversationID{hers}, bulk.Answer{Problem: problem, HTML: "<p>The giraffe is back</p>", Then: conversation.Wait})
		return err
	})
	d.Settle()
}

func mailOf(d *desktest.Desk, c desk.ConversationID) (id string) {
	d.Read(func(ctx context.Context, tx *db.Tx) error {
		return tx.Row(ctx, `/* test */ SELECT mail_id FROM message WHERE conversation = $1 ORDER BY id LIMIT 1`, c).Scan(&id)
	})
	return "<" + strings.Trim(id, "<>") + ">"
}

// found names the columns of the database that still hold one of the words.
func found(d *desktest.Desk, words []string) (places []string) {
	d.T.Helper()
	columns := `SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'`
	text := "CAST(%s AS TEXT)"
	if d.DB.Postgres() {
		columns = `SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN information_schema.tables t ON t.table_name = c.table_name AND t.table_schema = c.table_schema
			WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND c.data_type <> 'bytea'`
		text = "CAST(%s AS TEXT)"
	}
	d.Read(func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.Query(ctx, columns)
		if err != nil {
			return err
		}
		var all [][2]string
		for rows.Next() {
			var c [2]string
			if err := rows.Scan(&c[0], &c[1]); err != nil {
				return err
			}
			all = append(all, c)
		}
		if err := rows.Close(); err != nil {
			return err
		}
		for _, c := range all {
			column := fmt.Sprintf(text, `"`+c[1]+`"`)
			for _, w := range words {
				var n int
				if err := tx.Row(ctx, `/* test */ SELECT count(*) FROM "`+c[0]+`" WHERE lower(`+column+`) LIKE $1`, "%"+w+"%").Scan(&n); err != nil {
					return fmt.Errorf("%s.%s: %w", c[0], c[1], err)
				}
				if n > 0 {
					places = append(places, c[0]+"."+c[1]+" "+w)
				}
			}
		}
		return nil
	})
	slices.Sort(places)
	return places
}

func (s standing) check(t *testing.T, d *desktest.Desk) {
	t.Helper()
	if now := stand(d); now != s {
		t.Errorf("figures changed:\n was %+v\n now %+v", s, now)
	}
}

// standing are figures that an erasure must not touch.
type standing struct{ conversations, messages, outgoing, answered, lastAt int64 }

func stand(d *desktest.Desk) (s standing) {
	d.Read(func(ctx context.Context, tx *db.Tx) error {
		return tx.Row(ctx, `/* test */ SELECT count(*), (SELECT count(*) FROM message), (SELECT count(*) FROM message WHERE kind = 'outgoing' AND state = 'sent'),
			count(NULLIF(first_answer_at, 0)), sum(last_at) FROM conversation`).Scan(&s.conversations, &s.messages, &s.outgoing, &s.answered, &s.lastAt)
	})
	return s
}

func erase(d *desktest.Desk, who desk.CustomerID, typed string) (t privacy.Task, err error) {
	scope := d.Scope(d.Eva)
	err = d.Try(func(ctx context.Context, tx *db.Tx) (err error) {
		t, err = d.Persons.BeginErasure(ctx, tx, scope, who, typed)
		return err
	})
	d.Settle()
	return t, err
}

// TestAnErasedPersonLeavesNoTrace looks through every column of the database for words that only her data held.
func TestAnErasedPersonLeavesNoTrace(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		who, first, bobs := known(d)
		places := found(d, traces)
		if len(places) < 20 || !slices.Contains(places, "bulk_item.before okapi") || !slices.Contains(places, "statute_entry.ground okapi") || !slices.Contains(places, "commitment.words okapi") || !slices.Contains(places, "webhook_delivery.body okapi") {
			t.Fatalf("the desk should hold a lot on her, found %q", places)
		}
		if slices.Contains(places, "bulk.request giraffe") {
			t.Error("an answer to incidents is kept beside its messages after it was done")
		}
		before := stand(d)
		if _, err := erase(d, who, "somebody else"); !desk.IsRefusal(err, desk.Invalid) {
			t.Fatalf("erasing with another name typed = %v, want a refusal", err)
		}
		task, err := erase(d, who, ann.Name)
		if err != nil {
			t.Fatal(err)
		}
		if places := found(d, traces); len(places) > 0 {
			t.Errorf("still held on her: %q", places)
		}
		var raw int
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			if task, err = d.Privacy.Task(ctx, tx, task.ID); err != nil {
				return err
			}
			return tx.Row(ctx, `/* test */ SELECT count(*) FROM raw_mail`).Scan(&raw)
		})
		if raw != 0 { // Bob's named her in its head
			t.Errorf("%d raw mails are kept", raw)
		}
		if task.State != privacy.Done || task.Work != "" || task.Figures.Conversations != 2 || task.Figures.Elsewhere != 1 {
			t.Errorf("the log says %+v", task)
		}
		before.check(t, d)
		if o, err := d.Opened(d.Eva, bobs); err != nil || o.Timeline.Messages[0].Text != "my matter" {
			t.Errorf("Bob's own words are %+v (%v)", o.Timeline.Messages, err)
		}
		if row := d.Row(first); row.CustomerName != "" || row.Subject != "" || row.Preview != "" {
			t.Errorf("the conversation still says %+v", row)
		}
		if again := d.ReceiveAbout(ann, "hello", "hello"); d.Row(again).Customer == who {
			t.Error("whoever writes later is still the erased customer")
		}
	})
}

// TestAHoldKeepsWhatAClaimNeeds: neither the person nor a message is erased while it stands.
func TestAHoldKeepsWhatAClaimNeeds(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		who, first, bobs := known(d)
		scope := d.Scope(d.Eva)
		for name, in := range map[string]privacy.NewHold{
			"on her": {Customer: who}, "on a conversation": {Conversation: first}, "on one that she takes part in": {Conversation: bobs},
		} {
			in.Reason = "claim 7"
			var h desk.Hold
			d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
				h, err = d.Persons.Hold(ctx, tx, scope, in)
				return err
			})
			if _, err := erase(d, who, ann.Name); !desk.IsRefusal(err, desk.Conflict) {
				t.Errorf("%s: erase = %v, want a conflict", name, err)
			}
			held := first
			if in.Conversation != 0 {
				held = in.Conversation
			}
			o, err := d.Opened(d.Eva, held)
			if err != nil {
				t.Fatal(err)
			}
			err = d.Try(func(ctx context.Context, tx *db.Tx) error {
				_, err := d.Conversations.Erase(ctx, tx, desk.ByAgent(d.Eva), scope, o.Timeline.Messages[0].ID)
				return err
			})
			if !desk.IsRefusal(err, desk.Conflict) {
				t.Errorf("%s: erasing a message = %v, want a conflict", name, err)
			}
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				_, err := d.Privacy.EndHold(ctx, tx, d.Eva, h.ID)
				return err
			})
		}
		if _, err := erase(d, who, ann.Name); err != nil {
			t.Errorf("erase without a hold: %v", err)
		}
	})
}

// TestWhatWasErasedIsErasedAgain plays a restore of an older backup: the same desk before the erasure, and the journal of after.
func TestWhatWasErasedIsErasedAgain(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		who, _, _ := known(d)
		d.After(1)
		if err := d.Persons.Reapply(t.Context(), conversation.Erasure{Customer: who, Kind: "person", At: desk.Time(1)}); err != nil {
			t.Fatal(err)
		}
		if places := found(d, traces); len(places) < 20 {
			t.Error("somebody else, who has her number since the restore, was erased")
		}
		if err := d.Persons.Reapply(t.Context(), conversation.Erasure{Customer: who, Kind: "person", At: d.DB.Now()}); err != nil {
			t.Fatal(err)
		}
		d.Settle()
		if places := found(d, traces); len(places) > 0 {
			t.Errorf("still held on her: %q", places)
		}
	})
}

// TestAllThatIsHeldIsHandedOut reads the file of an export.
func TestAllThatIsHeldIsHandedOut(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		who, first, _ := known(d)
		scope := d.Scope(d.Eva)
		var task privacy.Task
		d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			task, err = d.Persons.BeginExport(ctx, tx, scope, who)
			return err
		})
		d.Settle()
		fetch := func() (err error) {
			return d.DB.Read(t.Context(), func(tx *db.Tx) error {
				task, err = d.Persons.File(t.Context(), tx, task.ID)
				return err
			})
		}
		if err := fetch(); err != nil {
			t.Fatal(err)
		}
		data, err := d.Blobs.ReadAll(t.Context(), task.Blob, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			files[f.Name] = string(text)
		}
		folder := fmt.Sprintf("conversations/%d/", d.Row(first).Number)
		for name, wants := range map[string][]string{
			"index.html":                 {"Zebra street 1", "+37129000111", "quagga form", "likes giraffe", "okapi!", "share an okapi", "My giraffe", folder + "index.html"},
			"person.json":                {"Zebra street 1", "share an okapi"},
			folder + "index.html":        {"The okapi is late.", "giraffe is dear to her", "quagga.txt"},
			folder + "conversation.json": {"The okapi is late."},
		} {
			for _, want := range wants {
				if !strings.Contains(strings.ReplaceAll(files[name], "&#43;", "+"), want) {
					t.Errorf("%s lacks %q:\n%s", name, want, files[name])
				}
			}
		}
		var mails, attached int
		for name, text := range files {
			if strings.HasSuffix(name, ".eml") {
				mails++
			}
			if strings.Contains(name, "/attachments/") && strings.Contains(text, "quagga inside") {
				attached++
			}
		}
		if mails < 4 || attached != 1 {
			t.Errorf("%d mails and %d files are in it, want 4 and more, and 1", mails, attached)
		}
		d.After(privacy.FileKept)
		if err := fetch(); !desk.IsRefusal(err, desk.Gone) {
			t.Errorf("fetch after seven days = %v, want gone", err)
		}
	})
}

// TestRulesEraseWhatIsNotKept: what was finished long enough ago loses its words, the person with it where the rule says so; what a hold keeps does not.
func TestRulesEraseWhatIsNotKept(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		resolved := desk.StatusResolved
		old, held, open := d.ReceiveAbout(ann, "old giraffe", "okapi"), d.ReceiveAbout(desktest.Bob, "held words", "held words"),
			d.ReceiveAbout(desktest.Person{Name: "Cid", Address: "cid@other.example"}, "open words", "open words")
		d.Change(old, conversation.Change{Status: &resolved})
		d.Change(held, conversation.Change{Status: &resolved})
		who := d.Row(old).Customer
		scope := d.Scope(d.Eva)
		rule := privacy.RuleBody{Inbox: d.Support, Months: 6, Persons: true}
		expect := func() (e person.Expected) {
			d.Read(func(ctx context.Context, tx *db.Tx) (err error) {
				e, err = d.Persons.Expect(ctx, tx, rule)
				return err
			})
			return e
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Persons.Hold(ctx, tx, scope, privacy.NewHold{Conversation: held, Reason: "claim"})
			return err
		})
		if e := expect(); e.Conversations != 0 {
			t.Errorf("at once the rule would erase %+v", e)
		}
		run := func() {
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				_, err := jobs.Enqueue(ctx, tx, tx.Now, person.Retain{})
				return err
			})
			d.Settle()
		}
		d.After(200 * 24 * time.Hour)
		run() // the workers begin a day's job by themselves, at a moment that nobody knows: what it would do is asked before there is a rule for it to do
		if e := expect(); e.Conversations != 1 {
			t.Errorf("after 200 days the rule would erase %+v, want one", e)
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Privacy.AddRule(ctx, tx, d.Eva, rule)
			return err
		})
		run()
		run() // a second time finds nothing more
		if places := found(d, traces); len(places) > 0 {
			t.Errorf("still held: %q", places)
		}
		for c, words := range map[desk.ConversationID]string{held: "held words", open: "open words"} {
			if row := d.Row(c); row.Subject != words {
				t.Errorf("conversation %q is now %+v", words, row)
			}
		}
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			rules, err := d.Privacy.Rules(ctx, tx)
			if err == nil && (len(rules) != 1 || rules[0].Emptied != 1 || rules[0].Erased != 1) {
				t.Errorf("the rule says it did %+v", rules)
			}
			at, erased := d.Customers.ErasedAt(ctx, tx, who)
			if at == 0 {
				t.Error("the customer of whom nothing is kept is still there")
			}
			return errors.Join(err, erased)
		})
		journal := map[string]int{}
		for _, e := range d.Erasures {
			journal[e.Kind]++
		}
		if journal["content"] == 0 || journal["person"] != 1 {
			t.Errorf("the journal has %v", journal)
		}
	})
}

// TestWhoSawWhomIsLogged: looking again is one line for ten minutes, an export always one of its own.
func TestWhoSawWhomIsLogged(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		c := d.Receive(ann, "hello")
		who := d.Row(c).Customer
		for range 3 {
			d.Watch.Note(d.Eva, who, privacy.ByPage, 0)
			d.Watch.Note(d.Eva, who, privacy.ByExport, c)
		}
		d.After(11 * time.Minute)
		d.Watch.Note(d.Eva, who, privacy.ByPage, 0)
		d.Watch.Note(d.Eva, who+1, privacy.ByConversation, c)
		if err := d.Watch.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			for name, f := range map[string]struct {
				filter privacy.AccessFilter
				want   int
			}{
				"all": {privacy.AccessFilter{}, 6}, "hers": {privacy.AccessFilter{Customer: who}, 5}, "pages": {privacy.AccessFilter{How: privacy.ByPage}, 2},
				"nobody's": {privacy.AccessFilter{Agent: d.Eva + 100}, 0}, "later": {privacy.AccessFilter{From: d.DB.Now().Add(-time.Minute)}, 2},
				"earlier": {privacy.AccessFilter{Until: d.DB.Now().Add(-time.Minute)}, 4},
			} {
				lines, err := d.Privacy.Accesses(ctx, tx, f.filter, 100)
				if err != nil {
					return err
				}
				if len(lines) != f.want {
					t.Errorf("%s: %d lines, want %d: %+v", name, len(lines), f.want, lines)
				}
			}
			return nil
		})
	})
}
