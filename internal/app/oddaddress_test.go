package app

import (
	"fmt"
	"strings"
	"testing"

	"tellus/internal/channel/email/mailtest"
	"tellus/internal/desk"
	"tellus/internal/feature/setting"
	"tellus/internal/platform/db/dbtest"
	"tellus/internal/platform/mailmsg"
)

// TestAddressesInQuotesAndBeyondASCIIAreAnswered walks from a mail to the answer to its answer, with local parts that RFC 5321 4.1.2 and RFC 6531 3.3 allow,
// on both sides.
func TestAddressesInQuotesAndBeyondASCIIAreAnswered(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, c, _ Config) {
		r := start(t, c)
		r.settle()
		at := mailtest.FreeAddress(t)
		sink := mailtest.StartSink(t, mailtest.SinkOptions{NoTLS: true})
		r.change(func(s *setting.Settings) { s.UndoSeconds, s.Receiver.Listen = 0, at })
		houses := []string{`"front desk"@shop.example`, "palīgs@shop.example", `"desk@riga"@shop.example`}
		people := []string{`"john smith"@customer.example`, "jānis@customer.example", `"say \"hi\", john@home"@customer.example`, "pēteris@piemērs.example"}
		for _, house := range houses {
			b := box(sink, desk.Receive{Method: "smtp"})
			b["name"], b["address"] = house, house
			r.do("POST", "/inboxes", b, nil)
		}
		sent, taken := 0, map[desk.ConversationID]bool{}
		for i, house := range houses {
			for j, person := range people {
				mail := fmt.Sprintf("From: %s\nTo: %s\nSubject: Odd %d %d\nMessage-ID: <odd%d.%d@customer.example>\n\nWhere is my order?\n", person, house, i, j, i, j)
				dbtest.Eventually(t, "the receiver takes mail", func() bool { return r.deliver(at, person, house, mail) == nil })
				sent++
				acknowledged := sunk(t, sink, sent)
				wantOdd(t, acknowledged, person, house)
				var id desk.ConversationID
				for _, row := range r.rows("all") {
					if !taken[row.ID] {
						id = row.ID
					}
				}
				taken[id] = true
				first := r.has(id, 2).Timeline.Messages[0]
				if first.From.Address != asciiDomain(person) && first.From.Address != person {
					t.Errorf("the mail of %s is from %s", person, first.From.Address)
				}
				r.do("POST", "/conversations/"+id.String()+"/replies", object{"html": "<p>It left today.</p>",
					"to": []desk.NamedAddress{{Address: first.From.Address}}, "cc": []object{}, "bcc": []object{}, "attachments": []desk.AttachmentID{},
					"seen": first.ID, "then": "waiting"}, nil)
				sent++
				answer := sunk(t, sink, sent)
				wantOdd(t, answer, person, house)
				// What comes back knows its conversation by the token alone.
				m := mailmsg.Parse([]byte(answer.Data), mailmsg.Limits{})
				back := fmt.Sprintf("From: %s\nTo: %s\nSubject: Thank you\nMessage-ID: <odd%d.%d.b@customer.example>\n\nIt came.\n", person, m.ReplyTo[0].Email, i, j)
				if err := r.deliver(at, person, m.ReplyTo[0].Email, back); err != nil {
					t.Fatalf("an answer of %s to %s: %v", person, m.ReplyTo[0].Email, err)
				}
				r.has(id, 4)
			}
		}
		if rows := r.rows("all"); len(rows) != len(houses)*len(people) {
			t.Errorf("%d conversations, want one for each mail", len(rows))
		}
	})
}

// wantOdd checks the envelope, whose quotes the sink takes off, and the header.
func wantOdd(t *testing.T, sunk mailtest.Mail, person, house string) {
	t.Helper()
	local, domain, _ := desk.SplitMail(person)
	if strings.HasPrefix(local, `"`) {
		local = strings.ReplaceAll(strings.Trim(local, `"`), `\"`, `"`)
		if person[1] == 's' { // say "hi", john@home
			local = `say "hi", john@home`
		}
	}
	if want := local + "@" + domain; len(sunk.To) != 1 || sunk.To[0] != want && sunk.To[0] != asciiDomain(want) {
		t.Errorf("a mail went to %q, want %q", sunk.To, want)
	}
	m := mailmsg.Parse([]byte(sunk.Data), mailmsg.Limits{})
	if len(m.To) != 1 || m.To[0].Email != person && m.To[0].Email != asciiDomain(person) {
		t.Errorf("a mail is to %+v, want %s", m.To, person)
	}
	if m.Author().Email != house {
		t.Errorf("a mail is from %s, want %s", m.Author().Email, house)
	}
}

func asciiDomain(address string) string {
	return strings.ReplaceAll(address, "piemērs", "xn--piemrs-s3a")
}
