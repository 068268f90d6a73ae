package desktest

import (
	"context"
	"fmt"
	"html"
	"strings"

	"tellus/internal/channel"
	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
)

// Person is somebody outside who writes mails.
type Person struct{ Name, Address string }

// Ann writes in English, in most tests.
var Ann = Person{"Ann Berg", "ann@customer.example"}

// Bob is somebody else.
var Bob = Person{"Bob Kalns", "bob@other.example"}

func (p Person) String() string { return p.Name + " <" + p.Address + ">" }

// Mail is a mail from somebody to the support inbox. headers are lines such as "In-Reply-To: <x@y>".
func (d *Desk) Mail(from Person, subject, text string, headers ...string) string {
	n := d.ids.Add(1)
	more := ""
	for _, h := range headers {
		more += h + "\n"
	}
	return fmt.Sprintf("From: %s\nTo: Shop <support@shop.example>\nSubject: %s\nDate: %s\nMessage-ID: <p%d@mail.example>\n%s\n%s\n",
		from, subject, d.Now().Format("Mon, 2 Jan 2006 15:04:05 -0700"), n, more, text)
}

// Receive has somebody write to the support inbox and returns the conversation that the mail became part of. The subject is the text.
func (d *Desk) Receive(from Person, text string, headers ...string) desk.ConversationID {
	d.T.Helper()
	return d.ReceiveAbout(from, text, text, headers...)
}

// ReceiveAbout is Receive with a subject.
func (d *Desk) ReceiveAbout(from Person, subject, text string, headers ...string) (c desk.ConversationID) {
	d.T.Helper()
	d.Arrive(d.Support, d.Mail(from, subject, text, headers...), channel.Envelope{From: from.Address, To: []string{"support@shop.example"}})
	d.Read(func(ctx context.Context, tx *db.Tx) error {
		return tx.Row(ctx, `/* desktest */
			SELECT m.conversation
			FROM arrival a
			JOIN message m ON m.id = a.message
			ORDER BY a.id DESC
			LIMIT 1`).Scan(&c)
	})
	return c
}

// Reply has Eva answer the customer, with all of the conversation before her.
func (d *Desk) Reply(c desk.ConversationID, text string) desk.Message {
	d.T.Helper()
	m, err := d.ReplyAs(d.Eva, c, conversation.Reply{HTML: Paragraph(text), Anyway: true, Then: conversation.Wait})
	if err != nil {
		d.T.Fatalf("reply %q: %v", text, err)
	}
	return m
}

// ReplyAs has an agent answer. To is the customer where it is empty. It settles what is due.
func (d *Desk) ReplyAs(agent desk.AgentID, c desk.ConversationID, in conversation.Reply) (m desk.Message, err error) {
	d.T.Helper()
	err = d.Try(func(ctx context.Context, tx *db.Tx) error {
		row, err := d.Conversations.Get(ctx, tx, desk.Scope{All: true, Agent: agent}, c)
		if err != nil {
			return err
		}
		from, err := d.Sender(ctx, tx, agent, row.Inbox)
		if err != nil {
			return err
		}
		if len(in.To) == 0 {
			in.To = []desk.NamedAddress{{Name: row.CustomerName, Address: row.Address}}
		}
		m, err = d.Conversations.Reply(ctx, tx, from, c, in)
		return err
	})
	if err == nil {
		d.Settle()
	}
	return m, err
}

// Paragraph is a text as an agent's composer writes it.
func Paragraph(text string) string { return "<p>" + html.EscapeString(text) + "</p>" }

// Change changes a conversation as Eva, at the version that it has.
func (d *Desk) Change(c desk.ConversationID, ch conversation.Change) desk.Conversation {
	d.T.Helper()
	row, err := d.ChangeAs(d.Eva, c, ch)
	if err != nil {
		d.T.Fatalf("change conversation %s: %v", c, err)
	}
	return row
}

// ChangeAs changes a conversation as an agent, at the version that it has.
func (d *Desk) ChangeAs(agent desk.AgentID, c desk.ConversationID, ch conversation.Change) (row desk.Conversation, err error) {
	d.T.Helper()
	err = d.Try(func(ctx context.Context, tx *db.Tx) error {
		scope, err := d.Staff.Scope(ctx, tx, agent)
		if err != nil {
			return err
		}
		now, err := d.Conversations.Get(ctx, tx, scope, c)
		if err != nil {
			return err
		}
		ch.Version = now.Version
		row, err = d.Conversations.Update(ctx, tx, desk.ByAgent(agent), scope, c, ch)
		return err
	})
	if err == nil {
		d.Settle()
	}
	return row, err
}

// Opened is the conversation as an agent's screen shows it.
func (d *Desk) Opened(agent desk.AgentID, c desk.ConversationID) (o conversation.Opened, err error) {
	d.T.Helper()
	scope := d.Scope(agent)
	err = d.DB.Read(d.T.Context(), func(tx *db.Tx) error {
		house, err := d.Inboxes.House(d.T.Context(), tx)
		if err != nil {
			return err
		}
		o, err = d.Conversations.Open(d.T.Context(), tx, scope, c, house.Own)
		return err
	})
	return o, err
}

// Row is the conversation's row as Eva sees it, restricted or not.
func (d *Desk) Row(c desk.ConversationID) (row desk.Conversation) {
	d.T.Helper()
	d.Read(func(ctx context.Context, tx *db.Tx) error {
		seen, err := d.Conversations.SeenBy(ctx, tx, []desk.ConversationID{c}, []desk.AgentID{d.Eva})
		if err == nil && len(seen) != 1 {
			err = fmt.Errorf("no conversation %s", c)
		}
		if err == nil {
			row = seen[0].Row
		}
		return err
	})
	return row
}

// Timeline tells what a conversation holds, one line for each message: who, what, and what became of it.
func (d *Desk) Timeline(c desk.ConversationID) (lines []string) {
	d.T.Helper()
	d.Read(func(ctx context.Context, tx *db.Tx) error {
		t, err := d.Conversations.Timeline(ctx, tx, d.seesAll(ctx, tx, c), c, 0)
		for _, m := range t.Messages {
			lines = append(lines, Line(m))
		}
		return err
	})
	return lines
}

// seesAll is the scope of somebody who may see a conversation: of one whom it names, where it is restricted.
func (d *Desk) seesAll(ctx context.Context, tx *db.Tx, c desk.ConversationID) desk.Scope {
	scope := desk.Scope{All: true, Agent: d.Eva}
	var named desk.AgentID
	if err := tx.Row(ctx, `SELECT COALESCE(min(agent), 0) FROM conversation_access WHERE conversation = $1`, c).Scan(&named); err == nil && named != 0 {
		scope.Agent = named
	}
	return scope
}

// Line is a message in words.
func Line(m desk.Message) string {
	var b strings.Builder
	switch {
	case m.Kind == desk.Note:
		b.WriteString("note")
	case m.Record != nil:
		fmt.Fprintf(&b, "%s %s", m.Channel, m.Record.Direction)
	case m.AuthorKind == desk.AuthorSystem:
		b.WriteString("automatic to " + all(m.To))
	case m.Kind == desk.Outgoing:
		b.WriteString("to " + all(m.To))
		if len(m.Cc) > 0 {
			b.WriteString(" cc " + all(m.Cc))
		}
	default:
		b.WriteString("from " + m.From.Address)
	}
	fmt.Fprintf(&b, ": %s", strings.Join(strings.Fields(m.Text), " "))
	if m.Folded != "" {
		fmt.Fprintf(&b, " {folded: %s}", strings.Join(strings.Fields(m.Folded), " "))
	}
	for _, a := range m.Attachments {
		fmt.Fprintf(&b, " {%s%s %s, %d bytes}", held(a), a.Name, a.Type, a.Size)
	}
	var marks []string
	if m.Automatic != "" {
		marks = append(marks, "automatic "+m.Automatic)
	}
	if m.Unreadable {
		marks = append(marks, "unreadable")
	}
	if m.RedactedAt != 0 {
		marks = append(marks, "redacted")
	}
	if m.ErasedAt != 0 {
		marks = append(marks, "erased")
	}
	if m.State != desk.NotSent {
		marks = append(marks, stateOf(m))
	}
	if len(marks) > 0 {
		b.WriteString(" [" + strings.Join(marks, "; ") + "]")
	}
	return b.String()
}

func held(a desk.Attachment) string {
	if a.Held == "" {
		return ""
	}
	return "held as " + a.Held + ": "
}

func all(list []desk.NamedAddress) string {
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = a.Address
	}
	return strings.Join(out, ", ")
}

// stateOf names the recipients where they fared differently, or not well.
func stateOf(m desk.Message) string {
	text := string(m.State)
	for _, del := range m.Deliveries {
		if del.State == m.State && del.Error == "" && del.Status == "" {
			continue
		}
		text += fmt.Sprintf(", %s %s", del.Recipient, del.State)
		if note := strings.TrimSpace(del.Status + " " + del.Error); note != "" {
			text += " (" + note + ")"
		}
	}
	return text
}

// Sent tells of the mails that went out: to whom, about what.
func (d *Desk) Sent() (lines []string) {
	for _, m := range d.Outlet.Mails() {
		line := fmt.Sprintf("%s: %s", strings.Join(m.To, ", "), m.Read.Subject)
		if auto := m.Read.Header.Get("Auto-Submitted"); auto != "" {
			line += " [" + auto + "]"
		}
		lines = append(lines, line)
	}
	return lines
}
