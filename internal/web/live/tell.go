package live

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
)

// message is what browsers get.
type message struct {
	Type         string               `json:"type"`
	Log          string               `json:"log,omitempty"`
	Seq          desk.Seq             `json:"seq,omitempty"`
	Row          *desk.Conversation   `json:"row,omitempty"`
	Views        []desk.ViewID        `json:"views,omitempty"` // saved ones that the row belongs to
	Events       []desk.Event         `json:"event,omitempty"`
	ID           desk.ConversationID  `json:"id,omitempty"`
	Items        []conversation.Count `json:"items,omitempty"`
	Conversation desk.ConversationID  `json:"conversation,omitempty"`
	Agents       []present            `json:"agents,omitempty"`
}

// single is a message about one event that is not a conversation's.
type single struct {
	Type  string     `json:"type"`
	Seq   desk.Seq   `json:"seq"`
	Event desk.Event `json:"event"`
}

// hides are the events after which somebody may have lost sight of a conversation.
var hides = []desk.EventKind{desk.AssigneeChanged, desk.TeamChanged, desk.InboxChanged, desk.AccessRestricted, desk.AccessOpened, desk.ConversationsMerged, desk.MergeUndone}

// unit is what one message tells: what happened to one conversation within a batch, or one event that is not a conversation's.
type unit struct {
	conversation desk.ConversationID
	events       []desk.Event
}

// units sorts a batch into units by their first events.
func units(events []desk.Event) (all []unit, conversations []desk.ConversationID) {
	at := map[desk.ConversationID]int{}
	for _, e := range events {
		i, known := at[e.Conversation]
		if known && e.Conversation != 0 {
			all[i].events = append(all[i].events, e)
			continue
		}
		at[e.Conversation] = len(all)
		all = append(all, unit{e.Conversation, []desk.Event{e}})
		if e.Conversation != 0 {
			conversations = append(conversations, e.Conversation)
		}
	}
	return all, conversations
}

// tell brings a batch of events to clients. Each message carries the number up to which all was told with it: a line that is cut within a
// batch misses nothing.
func (h *Hub) tell(ctx context.Context, events []desk.Event, clients []*client) error {
	last := events[len(events)-1].Seq
	clients = slices.DeleteFunc(clients, func(c *client) bool { return c.upTo >= last })
	if len(clients) == 0 {
		return nil
	}
	// Before any row is shown it must be known who may see it.
	if err := h.accessChanged(ctx, events, clients); err != nil {
		return err
	}
	all, conversations := units(events)
	rows := map[desk.ConversationID]conversation.Seen{}
	var belongs conversation.Belongs
	if len(conversations) > 0 {
		h.markStale()
		err := h.DB.Read(ctx, func(tx *db.Tx) error {
			list, err := h.Conversations.SeenBy(ctx, tx, conversations, agentsOf(clients))
			for _, s := range list {
				rows[s.Row.ID] = s
			}
			if err == nil {
				belongs, err = h.Conversations.BelongsTo(ctx, tx, conversations)
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("load changed rows: %w", err)
		}
	}
	for i, u := range all {
		upTo := last
		if i+1 < len(all) {
			upTo = all[i+1].events[0].Seq - 1
		}
		if u.conversation == 0 {
			tellSingle(u.events[0], upTo, clients)
			continue
		}
		row, found := rows[u.conversation]
		h.tellRow(row, found, u, upTo, clients, belongs)
	}
	return nil
}

func agentsOf(clients []*client) []desk.AgentID {
	var list []desk.AgentID
	for _, c := range clients {
		if !slices.Contains(list, c.scope().Agent) {
			list = append(list, c.scope().Agent)
		}
	}
	return list
}

func (h *Hub) tellRow(row conversation.Seen, found bool, u unit, upTo desk.Seq, clients []*client, belongs conversation.Belongs) {
	type version struct {
		unread bool
		agent  desk.AgentID // 0 where it holds nothing of somebody's own
		views  string
	}
	built := map[version][]byte{}
	hidden := slices.ContainsFunc(u.events, func(e desk.Event) bool { return slices.Contains(hides, e.Kind) })
	for _, c := range clients {
		scope := c.scope()
		if !found || !conversation.Visible(scope, row.Row, row.Named) {
			if hidden || !found {
				c.send(message{Type: "gone", Seq: upTo, ID: u.conversation})
				h.lookAway(c, u.conversation)
			}
			continue
		}
		theirs, own := toldTo(u.events, scope.Agent)
		if len(theirs) == 0 {
			continue
		}
		v := version{unread: row.LastIncoming > row.Read[scope.Agent]}
		if own {
			v.agent = scope.Agent
		}
		views := belongs.For(row.Row.ID, scope.Agent)
		v.views = fmt.Sprint(views)
		if built[v] == nil {
			r := row.Row
			r.Unread = v.unread
			built[v] = encode(message{Type: "row", Seq: upTo, Row: &r, Views: views, Events: theirs})
		}
		c.push(built[v])
	}
}

// toldTo is what an agent is told of events: all but the marks and drafts of others. own reports whether some are of himself.
func toldTo(events []desk.Event, agent desk.AgentID) (theirs []desk.Event, own bool) {
	for _, e := range events {
		if e.Kind == desk.ReadMarked || e.Kind == desk.DraftSaved {
			if e.By.Agent() != agent {
				continue
			}
			own = true
		}
		theirs = append(theirs, e)
	}
	return theirs, own
}

func tellSingle(e desk.Event, upTo desk.Seq, clients []*client) {
	if e.Kind == desk.AccessUpdated {
		return // whom it concerns was told to start anew
	}
	told := encode(single{Type: "event", Seq: upTo, Event: e})
	for _, c := range clients {
		if e.SubjectKind == desk.AboutNotice && int64(c.scope().Agent) != e.Subject {
			continue // what somebody is told is nobody else's concern
		}
		c.push(told)
	}
}

func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("live message is not JSON: %v", err)) // a fault of the program: these are our own types
	}
	return data
}
