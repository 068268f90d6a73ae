// Package export hands a conversation out: as a PDF that prints well, and as a ZIP with the originals. What was erased is in neither. It reads
// only, and what it may read is decided by the scope of whoever asks.
package export

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/inbox"
	"tellus/internal/feature/staff"
	"tellus/internal/feature/worklog"
	"tellus/internal/platform/db"
)

// Originals opens raw mails; desk.NotFound where none is kept.
type Originals interface {
	Raw(ctx context.Context, tx *db.Tx, message desk.MessageID) (io.ReadCloser, error)
}

// Export is the flow.
type Export struct {
	DB            *db.DB
	Staff         *staff.Service
	Inboxes       *inbox.Service
	Customers     *customer.Service
	Conversations *conversation.Service
	Worklog       *worklog.Service
	Originals     Originals
	// Files opens an attachment by the hash of its content.
	Files func(ctx context.Context, hash string) (io.ReadSeekCloser, error)
}

// Options are how a conversation is handed out.
type Options struct {
	Language string         // of the reader
	Zone     *time.Location // of the reader; UTC where nil
	Notes    bool           // with what colleagues wrote to each other, and who got blind copies
}

func (o Options) zone() *time.Location {
	if o.Zone == nil {
		return time.UTC
	}
	return o.Zone
}

// Case is a conversation with all that is said in it, and the names of whoever and whatever takes part.
type Case struct {
	Conversation desk.Conversation
	Customer     desk.Customer
	Participants []desk.Participant
	Messages     []desk.Message // oldest first
	Activities   []desk.Activity
	Work         []desk.TimeEntry // time that agents spent, oldest first; none without notes
	At           desk.Time        // when it was read

	inbox  string
	agents map[desk.AgentID]string
	teams  map[desk.TeamID]string
	tags   map[desk.TagID]string
}

// Load reads a conversation that the scope's agent may see, on one snapshot.
func (e *Export) Load(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID, o Options) (c Case, err error) {
	opened, err := e.Conversations.Open(ctx, tx, scope, id, func(string) bool { return false })
	if err != nil {
		return c, err
	}
	c = Case{Conversation: opened.Conversation, Participants: opened.Participants, At: tx.Now, agents: map[desk.AgentID]string{}, teams: map[desk.TeamID]string{},
		tags: map[desk.TagID]string{}}
	if c.Customer, err = e.Customers.Get(ctx, tx, opened.Conversation.Customer); err != nil {
		return c, err
	}
	for t := opened.Timeline; ; {
		c.Messages = slices.Concat(t.Messages, c.Messages)
		c.Activities = slices.Concat(t.Activities, c.Activities)
		if t.Before == 0 {
			break
		}
		if t, err = e.Conversations.Timeline(ctx, tx, scope, id, t.Before); err != nil {
			return c, err
		}
	}
	c.Messages = slices.DeleteFunc(c.Messages, func(m desk.Message) bool { return m.State == desk.Cancelled }) // nobody was told
	if !o.Notes {
		c.withoutNotes()
	} else if c.Work, err = e.Worklog.Of(ctx, tx, scope, id); err != nil {
		return c, err
	}
	return c, e.names(ctx, tx, &c)
}

// withoutNotes leaves out what is meant for colleagues only.
func (c *Case) withoutNotes() {
	c.Messages = slices.DeleteFunc(c.Messages, func(m desk.Message) bool { return m.Kind == desk.Note })
	for i := range c.Messages {
		c.Messages[i].Bcc = []desk.NamedAddress{}
		if c.Messages[i].Kind == desk.Outgoing {
			c.Messages[i].Deliveries = nil // they name blind copies too
		}
	}
	c.Customer.Note = ""
	c.Conversation.Spent, c.Work = 0, []desk.TimeEntry{}
}

func (e *Export) names(ctx context.Context, tx *db.Tx, c *Case) error {
	box, err := e.Inboxes.Get(ctx, tx, c.Conversation.Inbox)
	if err != nil {
		return err
	}
	c.inbox = box.Name
	agents, err := e.Staff.Agents(ctx, tx)
	if err != nil {
		return err
	}
	for _, a := range agents {
		c.agents[a.ID] = a.Name
	}
	teams, err := e.Staff.Teams(ctx, tx)
	if err != nil {
		return err
	}
	for _, t := range teams {
		c.teams[t.ID] = t.Name
	}
	tags, err := e.Conversations.Tags(ctx, tx)
	for _, t := range tags {
		c.tags[t.ID] = t.Name
	}
	return err
}

// tagNames are the names of the conversation's tags.
func (c Case) tagNames() []string {
	names := make([]string, 0, len(c.Conversation.Tags))
	for _, t := range c.Conversation.Tags {
		if name := c.tags[t]; name != "" {
			names = append(names, name)
		}
	}
	return names
}

// author names who wrote a message.
func (c Case) author(m desk.Message) string {
	name := m.From.Name
	switch {
	case m.AuthorKind == desk.AuthorAgent && c.agents[m.Agent] != "":
		name = c.agents[m.Agent]
	case name == "" && m.From.Address == "" && m.Kind == desk.Incoming:
		name = c.Customer.Name
	}
	if m.AuthorKind != desk.AuthorCustomer || m.From.Address == "" {
		return name
	}
	return address(desk.NamedAddress{Name: name, Address: m.From.Address})
}

func address(a desk.NamedAddress) string {
	if a.Name == "" || strings.EqualFold(a.Name, a.Address) {
		return a.Address
	}
	return a.Name + " <" + a.Address + ">"
}

func addresses(list []desk.NamedAddress) string {
	all := make([]string, len(list))
	for i, a := range list {
		all[i] = address(a)
	}
	return strings.Join(all, ", ")
}
