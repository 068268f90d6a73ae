package intake

import (
	"context"
	"slices"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/thread"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/platform/db"
	"tellus/internal/platform/mailmsg"
)

// choice is where a message goes, and why.
type choice struct {
	into    desk.ConversationID // 0 for a new conversation
	follows desk.ConversationID
	reasons []desk.Reason
}

// choose gathers the conversations that the message may belong to and lets engine/thread decide. A bounce belongs beside the message that
// came back.
func (in *Intake) choose(ctx context.Context, tx *db.Tx, k kept, u understood, box desk.Inbox, writer customer.Identified, bounced desk.ConversationID) (choice, error) {
	if bounced != 0 {
		return choice{into: bounced, reasons: []desk.Reason{{Code: "bounce"}}}, nil
	}
	token := in.token(k, u)
	look := conversation.Lookup{MailIDs: u.mailIDs, Named: token, Numbers: u.numbers, Address: u.from.Address}
	if !writer.Created {
		look.Customer = writer.ID
	}
	found, err := in.Conversations.Candidates(ctx, tx, look)
	if err != nil {
		return choice{}, err
	}
	msg := thread.Message{Token: token, Numbers: u.numbers, Subject: thread.Normalise(u.subject), Sender: u.from.Address, Customer: look.Customer,
		Inbox: box.ID, At: k.receivedAt, Automatic: u.automatic != ""}
	if m := u.mail; m != nil {
		msg.InReplyTo, msg.References = m.InReplyTo, m.References
	}
	if u.report != nil && u.report.MessageID != "" {
		msg.InReplyTo = append(slices.Clone(msg.InReplyTo), u.report.MessageID)
	}
	candidates := make([]thread.Candidate, len(found))
	for i, c := range found {
		candidates[i] = thread.Candidate{
			Conversation: c.Conversation.ID, Number: c.Conversation.Number, MailIDs: c.MailIDs, Participants: c.Participants, Customers: c.Customers,
			Subject: thread.Normalise(c.Conversation.Subject), Inbox: c.Conversation.Inbox, Status: c.Conversation.Status, LastAt: c.Conversation.LastAt,
			FinishedAt: c.ResolvedAt, Spam: c.Conversation.Spam, Trashed: c.Conversation.TrashedAt != 0,
		}
		for _, f := range c.Former {
			candidates[i].Former = append(candidates[i].Former, thread.Former{Conversation: f.ID, Number: f.Number})
		}
	}
	d := thread.Decide(msg, candidates, thread.Policy{Reopen: thread.Reopen(box.Reopen), Days: box.ReopenDays})
	return choice{into: d.Conversation, follows: d.Follows, reasons: d.Reasons}, nil
}

// token is the conversation that a signed plus-tag of one of the recipients names, 0 where none does. The envelope counts as much as the header:
// forwarded mail keeps only one of them.
func (in *Intake) token(k kept, u understood) desk.ConversationID {
	if in.Token == nil {
		return 0
	}
	addresses := append([]string{}, k.envelope.To...)
	for _, a := range append(append([]desk.NamedAddress{}, u.to...), u.cc...) {
		addresses = append(addresses, a.Address)
	}
	for _, a := range addresses {
		local, _, _ := desk.SplitMail(a)
		_, tag, tagged := desk.SplitTag(local)
		if !tagged {
			continue
		}
		if id, ok := in.Token(strings.ToLower(tag)); ok {
			return id
		}
	}
	return 0
}

func invitationOf(m *mailmsg.Mail) *desk.Invitation {
	inv, ok := m.Invitation()
	if !ok {
		return nil
	}
	out := &desk.Invitation{Summary: inv.Summary, Location: inv.Location, Organizer: inv.Organizer.String(), Method: inv.Method}
	if !inv.Start.IsZero() {
		out.Start = desk.At(inv.Start)
	}
	if !inv.End.IsZero() {
		out.End = desk.At(inv.End)
	}
	return out
}
