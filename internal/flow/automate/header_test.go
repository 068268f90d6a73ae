package automate_test

import (
	"context"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/condition"
	"tellus/internal/feature/automation"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
)

// TestRulesAskForFieldsOfTheHeader has mails with and without a field come in, and what was taken out of a message not be asked for any more.
func TestRulesAskForFieldsOfTheHeader(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		for name, n := range map[string]condition.Node{
			"present": {Attr: "message.header.x-campaign", Op: condition.Filled}, "equals": {Attr: "message.header.x-priority", Op: condition.Is, Values: []string{"1 (Highest)"}},
			"shaped": {Attr: "message.header.x-campaign", Op: condition.Matches, Values: []string{`^spring-\d{4}$`}}, "any": {Attr: "message.header", Op: condition.Begins, Values: []string{"x-campaign: autumn"}},
			"known": {Attr: "message.header.from", Op: condition.Contains, Values: []string{"ann@"}}, "large": {Attr: "message.files_size", Op: condition.More, Values: []string{"2"}},
		} {
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				_, err := d.Rules.Create(ctx, tx, desk.ByAgent(d.Eva), automation.Edit{Name: name, Active: true, Events: []desk.EventKind{desk.MessageReceived}, Condition: n,
					Actions: []desk.Action{{Do: desk.WriteNote, Note: "<p>" + name + "</p>"}}})
				return err
			})
		}
		acted := func(c desk.ConversationID) map[string]bool {
			d.Follow()
			found := map[string]bool{}
			d.Read(func(ctx context.Context, tx *db.Tx) error {
				rules, err := d.Rules.List(ctx, tx)
				if err != nil {
					return err
				}
				for _, r := range rules {
					did, err := d.Rules.Firings(ctx, tx, desk.Scope{All: true}, r.ID, 100)
					if err != nil {
						return err
					}
					for _, f := range did {
						if f.Conversation == c {
							found[r.Name] = true
						}
					}
				}
				return nil
			})
			return found
		}
		large := "--x\nContent-Type: text/plain\n\nSee the file.\n--x\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf\n\n" + longText(3000) + "\n--x--"
		for _, one := range []struct {
			mail desk.ConversationID
			want []string
		}{
			{d.Receive(desktest.Ann, "Shoes", "X-Campaign: spring-2026", "X-Priority: 1 (Highest)"), []string{"present", "equals", "shaped", "known"}},
			{d.Receive(desktest.Bob, "Boots", "x-campaign: Autumn,", "\tthe second"), []string{"present", "any"}},
			{d.ReceiveAbout(desktest.Bob, "Sandals", large, "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=x"), []string{"large"}},
			{d.Receive(desktest.Bob, "Socks"), nil},
		} {
			got := acted(one.mail)
			if len(got) != len(one.want) {
				d.T.Errorf("acted on %s: %v, want %v", one.mail, got, one.want)
			}
			for _, name := range one.want {
				if !got[name] {
					d.T.Errorf("%q did not act on %s", name, one.mail)
				}
			}
		}
	})
}

// TestWhatIsTakenOutOfAMessageIsNotAskedOfItsHeader has a field say what was redacted in the text.
func TestWhatIsTakenOutOfAMessageIsNotAskedOfItsHeader(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		c := d.Receive(desktest.Ann, "My number is 4111111111111111, please take it", "X-Note: 4111111111111111")
		kept := func() (said bool) {
			d.Read(func(ctx context.Context, tx *db.Tx) error {
				m, err := d.Conversations.ForRules(ctx, tx, c, 0)
				if err != nil {
					return err
				}
				for _, h := range m.Headers {
					said = said || h.Name == "x-note"
				}
				return nil
			})
			return said
		}
		if !kept() {
			d.T.Fatal("the field was not kept")
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			var id desk.MessageID
			if err := tx.Row(ctx, `SELECT id FROM message WHERE conversation = $1`, c).Scan(&id); err != nil {
				return err
			}
			_, err := d.Conversations.Redact(ctx, tx, desk.ByAgent(d.Eva), d.Scope(d.Eva), id, []conversation.Span{{Start: 13, End: 29}})
			return err
		})
		if kept() {
			d.T.Error("the field still says it")
		}
	})
}

func longText(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'x'
		if i%70 == 69 {
			b[i] = '\n'
		}
	}
	return string(b)
}
