package index

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
	"tellus/internal/engine/query"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
	"tellus/internal/platform/search"
)

// format is the version of what documents are made of; an index of another is made anew.
const format = 2

// Bins part what is looked through: a search is in the ordinary one unless it asks for spam or trash. Marks of who may see begin with the bin, so that
// choosing one costs nothing.
const (
	ordinary = "a"
	spam     = "p"
	trash    = "x"
)

func binOf(c desk.Conversation) string {
	switch c.Shelf() {
	case desk.ShelfSpam:
		return spam
	case desk.ShelfTrash:
		return trash
	}
	return ordinary
}

// seenBy are the marks of who may see a conversation; may gives those of a reader. Together they say what conversation.Visible says.
func seenBy(c desk.Conversation, named []desk.AgentID) (marks []string) {
	bin := "s" + binOf(c)
	if c.Restricted {
		for _, a := range named {
			marks = append(marks, bin+"r"+a.String())
		}
		return marks
	}
	marks = append(marks, bin+"all", bin+"i"+c.Inbox.String())
	if c.Team != 0 {
		marks = append(marks, bin+"t"+c.Team.String())
	}
	if c.Assignee != 0 {
		marks = append(marks, bin+"u"+c.Assignee.String())
	}
	return marks
}

// may is the clause of what a reader may see in a bin.
func may(s desk.Scope, bin string) query.Clause {
	bin = "s" + bin
	marks := []string{bin + "r" + s.Agent.String()}
	if s.All {
		return query.Marks(append(marks, bin+"all")...)
	}
	if s.Agent != 0 {
		marks = append(marks, bin+"u"+s.Agent.String())
	}
	for _, id := range s.Inboxes {
		marks = append(marks, bin+"i"+id.String())
	}
	for _, id := range s.Teams {
		marks = append(marks, bin+"t"+id.String())
	}
	return query.Marks(marks...)
}

// documents makes what the index keeps of messages, for one caller at a time. Those that are not found any more are in drop.
func (x *Index) documents(ctx context.Context, tx *db.Tx, ids []desk.MessageID) (put []search.Document, drop []int64, err error) {
	list, err := x.Conversations.Indexed(ctx, tx, ids)
	if err != nil {
		return nil, nil, err
	}
	customers := map[desk.CustomerID]bool{}
	there := map[desk.MessageID]bool{}
	var who []desk.CustomerID
	for _, m := range list {
		there[m.Message] = true
		if id := m.Conversation.Customer; !customers[id] {
			customers[id] = true
			who = append(who, id)
		}
	}
	for _, id := range ids {
		if !there[id] {
			drop = append(drop, int64(id))
		}
	}
	known, err := x.Customers.Many(ctx, tx, who)
	if err != nil {
		return nil, nil, fmt.Errorf("customers of messages: %w", err)
	}
	for i := range list {
		m := &list[i]
		if slices.ContainsFunc(m.Files, func(f conversation.IndexedFile) bool { return f.Unread }) {
			x.readSoon()
		}
		write(&x.writer, m, known[m.Conversation.Customer])
		d := x.writer.Document()
		put = append(put, search.Document{ID: int64(m.Message), Happened: int64(m.At), Stamp: int64(m.TakenOut), Words: d.Words, Terms: d.Terms})
	}
	return put, drop, nil
}

// write says what a message is found by.
func write(w *query.Writer, m *conversation.Indexed, customer desk.Customer) {
	c := m.Conversation
	facts := append(seenBy(c, m.Named), "c"+c.ID.String(), "n"+strconv.FormatInt(c.Number, 10), "i"+c.Inbox.String(), "t"+c.Team.String(),
		"u"+c.Assignee.String(), "z"+string(c.Status))
	facts = append(facts, query.DayMarks(m.At.Time())...)
	for _, t := range c.Tags {
		facts = append(facts, "g"+strconv.FormatInt(int64(t), 10))
	}
	for fact, is := range map[string]bool{"zunfinished": !c.Status.Finished(), "zsnoozed": c.SnoozedUntil != 0, "zrestricted": c.Restricted,
		"znote": m.Kind == desk.Note, "hattachment": len(m.Files) > 0} {
		if is {
			facts = append(facts, fact)
		}
	}
	for _, f := range facts {
		w.Mark(f)
	}
	w.From(m.From.Name, m.From.Address)
	for _, r := range m.Recipients {
		w.To(r.Name, r.Address)
	}
	w.Head(c.Subject, m.Language)
	if m.Subject != c.Subject {
		w.Text(m.Subject, m.Language)
	}
	w.Head(c.CustomerName, "")
	if customer.Name != c.CustomerName {
		w.Head(customer.Name, "")
	}
	w.Head(customer.Organisation, "")
	w.Head(c.Address, "")
	for _, a := range customer.Addresses {
		if a.Value != c.Address {
			w.Head(a.Value, "")
		}
	}
	for _, f := range m.Files {
		w.Text(f.Name, "")
	}
	writeFields(w, c.Fields, m.Language)
	writeFields(w, customer.Fields, "")
	w.Text(m.Text, m.Language)
	for _, f := range m.Files {
		w.Text(f.Text, languageOf(f.Text, m.Language))
	}
}

// languageOf is the language of a file's text, which need not be that of the message.
func languageOf(text, otherwise string) string {
	if code, confidence := language.Detect(text); code != "" && confidence >= 0.5 {
		return code
	}
	return otherwise
}
