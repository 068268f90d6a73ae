package export

import (
	"encoding/json"

	"tellus/internal/desk"
)

// plain are the activities that need no more than who did them.
var plain = map[desk.EventKind]string{
	desk.ConversationReopened: "reopened", desk.SubjectChanged: "subject", desk.CustomerChanged: "customer_changed", desk.Woken: "woken", desk.MarkedSpam: "spam",
	desk.UnmarkedSpam: "not_spam", desk.Trashed: "trashed", desk.Restored: "restored", desk.AccessRestricted: "restricted", desk.AccessOpened: "unrestricted",
	desk.MessageMoved: "moved", desk.MessageRedacted: "redacted", desk.MessageErased: "erased", desk.ConversationsLinked: "linked",
	desk.AcknowledgementQueued: "acknowledged", desk.MessageFailed: "failed", desk.MessageBounced: "bounced",
}

// internal are activities that are about colleagues only.
var internal = map[desk.EventKind]bool{desk.AccessRestricted: true, desk.AccessOpened: true, desk.MessageMoved: true}

// activity words what happened, "" where it is told by a message or not meant for the reader.
func (p *printer) activity(e desk.Activity) string {
	if internal[e.Kind] && !p.o.Notes {
		return ""
	}
	data := map[string]any{"Who": p.who(e.By)}
	if key, ok := plain[e.Kind]; ok {
		return p.say("agent.activity."+key, data)
	}
	var d struct {
		From  json.RawMessage `json:"from"`
		To    json.RawMessage `json:"to"`
		Tag   desk.TagID      `json:"tag"`
		Until desk.Time       `json:"until"`
		Inbox desk.InboxID    `json:"inbox"`
	}
	if len(e.Data) > 0 && json.Unmarshal(e.Data, &d) != nil {
		return "" // written by a later version of Tellus
	}
	var id int64
	var word string
	if json.Unmarshal(d.To, &id) != nil && json.Unmarshal(d.To, &word) != nil {
		id, word = 0, ""
	}
	var key string
	switch e.Kind {
	case desk.ConversationOpened:
		key, data["Inbox"] = "opened", p.c.inbox
		if e.By.Kind == desk.ActorAgent {
			key = "started"
		}
	case desk.StatusChanged:
		if !desk.Status(word).Valid() {
			return ""
		}
		key = "status_" + word
	case desk.PriorityChanged:
		key, data["To"] = "priority", p.say("agent.priority."+string(rune('0'+max(0, min(id, 3)))), nil)
	case desk.AssigneeChanged:
		key, data["To"] = p.assigned(e, desk.AgentID(id))
	case desk.TeamChanged:
		key, data["To"] = "team", named(p.c.teams, desk.TeamID(id), p.say("agent.activity.gone_team", nil))
		if id == 0 {
			key = "no_team"
		}
	case desk.TagAdded, desk.TagRemoved:
		key, data["Tag"] = "tagged", named(p.c.tags, d.Tag, p.say("agent.activity.gone_tag", nil))
		if e.Kind == desk.TagRemoved {
			key = "untagged"
		}
	case desk.Snoozed:
		key, data["When"] = "snoozed", p.date(d.Until)
	default:
		return ""
	}
	return p.say("agent.activity."+key, data)
}

func (p *printer) assigned(e desk.Activity, to desk.AgentID) (key, name string) {
	switch {
	case to == 0:
		return "unassigned", ""
	case to == e.By.Agent():
		return "took", ""
	}
	return "assigned", named(p.c.agents, to, p.say("agent.activity.former", nil))
}

func named[T comparable](names map[T]string, id T, otherwise string) string {
	if name := names[id]; name != "" {
		return name
	}
	return otherwise
}
