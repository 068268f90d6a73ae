// Package act carries out actions on a conversation: those of macros, bulk work and rules. It also says what placeholders
// stand for in a conversation. Each action is done as if its actor had done it by hand, with the same refusals and events.
package act

import (
	"context"
	"fmt"
	stdhtml "html"
	"slices"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/courtesy"
	"tellus/internal/engine/placeholder"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/duty"
	"tellus/internal/feature/inbox"
	"tellus/internal/feature/macro"
	"tellus/internal/feature/purchase"
	"tellus/internal/feature/staff"
	"tellus/internal/feature/webhook"
	"tellus/internal/platform/db"
)

// Hands do things.
type Hands struct {
	Staff         *staff.Service
	Customers     *customer.Service
	Inboxes       *inbox.Service
	Conversations *conversation.Service
	Purchases     *purchase.Service
	Duty          *duty.Service
	Macros        *macro.Service
	Webhooks      *webhook.Service
	URL           func() string // the desk's public address
	NewMailID     func(from string) string
	Outbox        conversation.Outbox // queues what is answered by itself
}

// Do carries out the actions of an agent. version is that of the conversation that he saw; 0 is for actions that go together with something that was
// checked already. It refuses as [conversation.Service.Update] does.
func (h *Hands) Do(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID, version int64, actions []desk.Action) (desk.Conversation, error) {
	if err := desk.CheckActions("body.actions", actions); err != nil {
		return desk.Conversation{}, err
	}
	me, err := h.Staff.Agent(ctx, tx, scope.Agent)
	if err != nil {
		return desk.Conversation{}, err
	}
	place, err := time.LoadLocation(me.TimeZone)
	if err != nil {
		place = time.UTC // of a database of zones that has lost his: an hour is better than no snooze
	}
	return h.do(ctx, tx, desk.ByAgent(scope.Agent), scope, place, id, version, actions)
}

// House is what rules and policies see: every conversation but those that only named people see.
var House = desk.Scope{All: true}

// DoByRule carries out the actions of a rule, whose days begin where its place is. It refuses as Do does. An answer that is not fit is not sent, which is said and hinders nothing else.
func (h *Hands) DoByRule(ctx context.Context, tx *db.Tx, rule desk.RuleID, place *time.Location, id desk.ConversationID, actions []desk.Action) (row desk.Conversation, unsent courtesy.Why, err error) {
	if err := desk.CheckRuleActions("body.actions", actions); err != nil {
		return desk.Conversation{}, "", err
	}
	if err := h.mergeOpen(ctx, tx, desk.ByRule(rule), id, actions); err != nil {
		return row, "", err
	}
	if row, err = h.do(ctx, tx, desk.ByRule(rule), House, place, id, 0, actions); err != nil { // of what it was merged into, where it was
		return row, "", err
	}
	if row, unsent, err = h.answer(ctx, tx, desk.ByRule(rule), row, actions); err != nil {
		return row, "", err
	}
	return row, unsent, h.call(ctx, tx, rule, row, actions)
}

// DoByPolicy carries out the actions of a step of a service level policy. It refuses as Do does.
func (h *Hands) DoByPolicy(ctx context.Context, tx *db.Tx, id desk.ConversationID, actions []desk.Action) (desk.Conversation, error) {
	if err := desk.CheckRuleActions("body.actions", actions); err != nil {
		return desk.Conversation{}, err
	}
	return h.do(ctx, tx, desk.System, House, time.UTC, id, 0, actions)
}

func (h *Hands) do(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, place *time.Location, id desk.ConversationID, version int64,
	actions []desk.Action) (desk.Conversation, error) {
	row, err := h.Conversations.Get(ctx, tx, scope, id)
	if err != nil {
		return row, err
	}
	if version == 0 {
		version = row.Version
	}
	if actions, err = h.named(ctx, tx, row, actions); err != nil {
		return row, err
	}
	change := plan(actions, scope.Agent, tx.Now.Time(), place)
	change.Version = version
	if row, err = h.Conversations.Update(ctx, tx, by, scope, id, change); err != nil {
		return row, err
	}
	wrote := false
	for _, a := range actions {
		switch a.Do {
		case desk.TellPeople:
			err = h.Conversations.Tell(ctx, tx, by, scope, id, conversation.Told{Agents: a.Agents, Teams: a.Teams, Holder: a.Holder, Leads: a.Leads, Duty: a.Duty, Loud: a.Loud})
		case desk.StartList:
			wrote, err = true, h.startList(ctx, tx, by, scope, id, a.List)
		case desk.Follow, desk.Unfollow:
			wrote, err = true, h.follow(ctx, tx, by, scope, id, a)
		case desk.WriteNote:
			wrote, err = true, h.note(ctx, tx, by, scope, id, a.Note, nil)
		case desk.AskPeople:
			wrote, err = true, h.note(ctx, tx, by, scope, id, a.Note, a.Agents)
		}
		if err != nil {
			return row, err
		}
	}
	if !wrote {
		return row, nil
	}
	return h.Conversations.Get(ctx, tx, scope, id)
}

// note writes a note with its values, and asks those who are mentioned.
func (h *Hands) note(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id desk.ConversationID, note string, asked []desk.AgentID) error {
	values, err := h.Values(ctx, tx, scope, Where{Conversation: id})
	if err != nil {
		return err
	}
	html, _ := placeholder.Render(note, values.Values)
	if len(asked) > 0 {
		names := make([]string, 0, len(asked))
		for _, id := range asked {
			who, err := h.Staff.Agent(ctx, tx, id)
			if err != nil {
				return err
			}
			names = append(names, "@"+stdhtml.EscapeString(who.Name))
		}
		html = "<p>" + strings.Join(names, ", ") + "</p>" + html
	}
	_, err = h.Conversations.AddNote(ctx, tx, by, scope, id, conversation.NewNote{HTML: html, Mentions: asked}, h.Staff.Scope)
	return err
}

// plan is what the actions come to when an agent does them at a time and place.
func plan(actions []desk.Action, agent desk.AgentID, now time.Time, place *time.Location) (ch conversation.Change) {
	for _, a := range actions {
		switch a.Do {
		case desk.SetStatus:
			ch.Status = &a.Status
		case desk.SetPriority:
			ch.Priority = &a.Priority
		case desk.Assign:
			to := a.Agent
			if a.Me {
				to = agent
			}
			ch.Assignee = &to
		case desk.SetTeam:
			ch.Team = &a.Team
		case desk.AddTags:
			ch.AddTags = a.Tags
		case desk.RemoveTags:
			ch.RemoveTags = a.Tags
		case desk.SnoozeFor, desk.SnoozeUntil:
			until := a.Wakes(now, place)
			ch.SnoozedUntil = &until
			if a.On != "" {
				ch.WakeOn = &desk.WakeOn{Event: a.On}
			}
		case desk.SetType:
			ch.Type = &a.Type
		case desk.SetField:
			if ch.Fields == nil {
				ch.Fields = desk.FieldValues{}
			}
			ch.Fields[a.Field] = desk.FieldValue{}
			if a.Value != nil {
				ch.Fields[a.Field] = *a.Value
			}
		case desk.Wake:
			ch.Wake = true
		case desk.PutInSpam, desk.NotSpam:
			spam := a.Do == desk.PutInSpam
			ch.Spam = &spam
		case desk.PutInTrash, desk.Restore:
			trashed := a.Do == desk.PutInTrash
			ch.Trashed = &trashed
		}
	}
	return ch
}

// Where placeholders are filled: in a conversation, or in a mail that is about to begin one.
type Where struct {
	Conversation desk.ConversationID
	Inbox        desk.InboxID
	Address      string // whom a new mail goes to
	Name         string
}

// Known is what is known there.
type Known struct {
	Values    placeholder.Values
	Language  string   // the customer's, "" where it is unknown
	Fallbacks []string // languages that suit where there is no text in his: the inbox's, the agent's
}

// Values are what placeholders stand for.
func (h *Hands) Values(ctx context.Context, tx *db.Tx, scope desk.Scope, where Where) (k Known, err error) {
	v := placeholder.Values{}
	k.Values = v
	me := desk.Agent{TimeZone: "UTC"} // nobody, where a rule writes: what is his has no value
	if scope.Agent != 0 {
		if me, err = h.Staff.Agent(ctx, tx, scope.Agent); err != nil {
			return k, err
		}
	}
	v[placeholder.AgentName], v[placeholder.AgentEmail] = me.Name, me.Email
	v[placeholder.AgentFirstName], _ = placeholder.NameParts(me.Name)
	who := desk.Customer{Name: where.Name}
	var of desk.FieldValues
	if where.Conversation != 0 {
		row, err := h.Conversations.Get(ctx, tx, scope, where.Conversation)
		if err != nil {
			return k, err
		}
		where.Inbox, where.Address, k.Language, of = row.Inbox, row.Address, row.Language, row.Fields
		v[placeholder.ConversationNumber], v[placeholder.ConversationSubject] = fmt.Sprint(row.Number), row.Subject
		if who, err = h.Customers.Get(ctx, tx, row.Customer); err != nil {
			return k, err
		}
		if err := h.team(ctx, tx, v, row.Team); err != nil {
			return k, err
		}
	} else if where.Address != "" {
		if who, err = h.addressed(ctx, tx, scope, who, where.Address); err != nil {
			return k, err
		}
	}
	if who.Language != "" {
		k.Language = who.Language
	}
	house, err := h.Inboxes.House(ctx, tx)
	if err != nil {
		return k, err
	}
	if box, ok := house.Inbox(where.Inbox); ok && conversation.Visible(scope, desk.Conversation{Inbox: box.ID}, nil) {
		v[placeholder.ConversationInbox] = box.Name
		k.Fallbacks = append(k.Fallbacks, box.Language)
	}
	k.Fallbacks = append(k.Fallbacks, me.Language)
	describe(v, who, where.Address)
	if err := h.bought(ctx, tx, scope, where.Conversation, who.ID, me.TimeZone, k); err != nil {
		return k, err
	}
	return k, h.fields(ctx, tx, v, of, who, k)
}

// addressed is the customer whom a mail to an address goes to, who where nobody has it.
func (h *Hands) addressed(ctx context.Context, tx *db.Tx, scope desk.Scope, who desk.Customer, address string) (desk.Customer, error) {
	found, err := h.Customers.ByAddress(ctx, tx, desk.AddressEmail, address)
	if desk.IsRefusal(err, desk.NotFound) {
		return who, nil
	}
	if err != nil {
		return who, err
	}
	if err := h.Customers.MaySee(ctx, tx, scope, found.ID); desk.IsRefusal(err, desk.NotFound) {
		return who, nil // what one may not see is not written into a mail either
	} else if err != nil {
		return who, err
	}
	return found, nil
}

func (h *Hands) team(ctx context.Context, tx *db.Tx, v placeholder.Values, id desk.TeamID) error {
	if id == 0 {
		return nil
	}
	teams, err := h.Staff.Teams(ctx, tx)
	if err != nil {
		return err
	}
	for _, t := range teams {
		if t.ID == id {
			v[placeholder.ConversationTeam] = t.Name
		}
	}
	return nil
}

func describe(v placeholder.Values, who desk.Customer, address string) {
	first, last := placeholder.NameParts(who.Name)
	if first != "" {
		v[placeholder.CustomerName] = who.Name
	}
	v[placeholder.CustomerFirstName], v[placeholder.CustomerLastName], v[placeholder.CustomerOrganisation] = first, last, who.Organisation
	if customer.LooksLikeMail(address) {
		v[placeholder.CustomerEmail] = address
	}
	for _, a := range slices.Backward(who.Addresses) { // the first of each kind stays
		switch {
		case a.Kind == desk.AddressPhone:
			v[placeholder.CustomerPhone] = a.Value
		case !customer.LooksLikeMail(address):
			v[placeholder.CustomerEmail] = a.Value
		}
	}
}
