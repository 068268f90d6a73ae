package conversation

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// PageOfMessages is how many messages the timeline shows at first, and with each step back.
const PageOfMessages = 50

// Timeline is messages and what happened around them, both oldest first; the desk weaves them by time.
type Timeline struct {
	Messages   []desk.Message  `json:"messages"`
	Activities []desk.Activity `json:"activities"`
	Before     desk.MessageID  `json:"before,omitempty" doc:"There are older messages: ask with this"`
}

// Link is another conversation that belongs to this one.
type Link struct {
	Conversation desk.ConversationID `json:"conversation"`
	Number       int64               `json:"number"`
	Subject      string              `json:"subject"`
	Status       desk.Status         `json:"status" enum:"new,open,waiting,resolved,closed"`
	Kind         LinkKind            `json:"kind" enum:"follows,followed_by,split,split_from,related,parent,child,problem,incident,side,side_of,forward,forward_of" doc:"What the other one is to this"`
	CustomerName string              `json:"customerName"`
	Assignee     desk.AgentID        `json:"assignee,omitempty"`
	LastAt       desk.Time           `json:"lastAt"`
	Unread       bool                `json:"unread" doc:"A message came there that the asker has not seen"`
}

// Recipients are whom an answer would go to.
type Recipients struct {
	To []desk.NamedAddress `json:"to"`
	Cc []desk.NamedAddress `json:"cc"`
}

// Opened is a conversation with all that its screen needs.
type Opened struct {
	Conversation desk.Conversation   `json:"conversation"`
	Participants []desk.Participant  `json:"participants"`
	Followers    []desk.AgentID      `json:"followers"`
	Access       []desk.AgentID      `json:"access" doc:"The only people who see it, where it is restricted"`
	Timeline     Timeline            `json:"timeline"`
	Links        []Link              `json:"links"`
	Merges       []Merge             `json:"merges" doc:"What was merged into it and can be undone, oldest first"`
	Draft        *desk.Draft         `json:"draft,omitempty"`
	Reviews      []desk.DraftReview  `json:"reviews" doc:"Checks of drafts that the asker wants or is asked for"`
	Earlier      []desk.Conversation `json:"earlier" doc:"The customer's other conversations, newest first, at most five"`
	ReplyTo      Recipients          `json:"replyTo"`
	ReplyAllTo   Recipients          `json:"replyAllTo"`
}

// Number resolves the number that people quote. That of a merged conversation leads to the one that it lives in.
func (s *Service) Number(ctx context.Context, tx *db.Tx, number int64) (desk.ConversationID, error) {
	var id desk.ConversationID
	err := tx.Row(ctx, `SELECT id FROM conversation WHERE number = $1`, number).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, desk.Refuse(desk.NotFound, "no conversation #%d", number)
	}
	if err != nil {
		return 0, fmt.Errorf("conversation #%d: %w", number, err)
	}
	return livesIn(ctx, tx, id)
}

// LivingNumber is the number of the conversation that one lives in: another one where it was merged, the same where it was not or there is none.
func (s *Service) LivingNumber(ctx context.Context, tx *db.Tx, number int64) (lives int64, err error) {
	id, err := s.Number(ctx, tx, number)
	if desk.IsRefusal(err, desk.NotFound) {
		return number, nil
	}
	if err != nil {
		return 0, err
	}
	if err := tx.Row(ctx, `SELECT number FROM conversation WHERE id = $1`, id).Scan(&lives); err != nil {
		return 0, fmt.Errorf("number of conversation %s: %w", id, err)
	}
	return lives, nil
}

// Get returns a conversation that the scope's agent may see; for one that was merged, the one that it lives in.
func (s *Service) Get(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID) (desk.Conversation, error) {
	found, err := s.Rows(ctx, tx, scope, []desk.ConversationID{id})
	if err != nil {
		return desk.Conversation{}, fmt.Errorf("conversation %s: %w", id, err)
	}
	if len(found) > 0 {
		return found[0], nil
	}
	into, err := livesIn(ctx, tx, id)
	if err != nil {
		return desk.Conversation{}, err
	}
	if into == id {
		return desk.Conversation{}, desk.Refuse(desk.NotFound, "no conversation %s", id)
	}
	c, err := s.Get(ctx, tx, scope, into)
	if desk.IsRefusal(err, desk.NotFound) { // in the words for one that is not there: where it went is nobody's business
		err = desk.Refuse(desk.NotFound, "no conversation %s", id)
	}
	return c, err
}

// Open returns a conversation with all that its screen needs. own are the keys of our own addresses, which an answer never goes to.
func (s *Service) Open(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID, own func(address string) bool) (Opened, error) {
	var o Opened
	c, err := s.Get(ctx, tx, scope, id)
	if err != nil {
		return o, err
	}
	o.Conversation, id = c, c.ID
	if o.Timeline, err = s.timeline(ctx, tx, id, 0); err != nil {
		return o, err
	}
	if o.Participants, err = participants(ctx, tx, id); err != nil {
		return o, err
	}
	if o.Followers, err = agentsOf(ctx, tx, "follower", id); err != nil {
		return o, err
	}
	if o.Access, err = agentsOf(ctx, tx, "conversation_access", id); err != nil {
		return o, err
	}
	if o.Links, err = s.links(ctx, tx, scope, id); err != nil {
		return o, err
	}
	if o.Merges, err = merges(ctx, tx, id); err != nil {
		return o, err
	}
	if o.Draft, err = draftOf(ctx, tx, scope.Agent, id); err != nil {
		return o, err
	}
	if o.Reviews, err = reviews(ctx, tx, scope.Agent, id); err != nil {
		return o, err
	}
	if o.Earlier, err = s.OfCustomer(ctx, tx, scope, c.Customer, id, 5); err != nil {
		return o, err
	}
	to := desk.NamedAddress{Name: c.CustomerName, Address: c.Address}
	if !strings.Contains(to.Address, "@") { // a call, or a mail that names no sender
		if to.Address, err = mailOf(ctx, tx, c.Customer); err != nil {
			return o, err
		}
	}
	o.ReplyTo, o.ReplyAllTo = answerTo(o, to, own)
	return o, nil
}

// mailOf is the mail address that a customer has on his card, the first where no mail came back from it; "" where there is none.
func mailOf(ctx context.Context, tx *db.Tx, customer desk.CustomerID) (address string, err error) {
	_, err = oneOf(tx.Row(ctx, `
		SELECT value FROM address
		WHERE customer = $1 AND kind = 'email'
		ORDER BY bounced_at, id
		LIMIT 1`, customer).Scan(&address))
	if err != nil {
		return "", fmt.Errorf("mail address of customer %s: %w", customer, err)
	}
	return address, nil
}

// OfCustomer returns a customer's conversations that the scope's agent may see, newest first, except one.
func (s *Service) OfCustomer(ctx context.Context, tx *db.Tx, scope desk.Scope, customer desk.CustomerID, except desk.ConversationID, limit int) ([]desk.Conversation, error) {
	var q query
	me := q.arg(int64(scope.Agent))
	q.WriteString(`SELECT ` + rowColumns + `, c.last_incoming > COALESCE(r.message, 0)
		FROM conversation c
		LEFT JOIN read_mark r ON r.agent = ` + me + ` AND r.conversation = c.id
		WHERE c.customer = ` + q.arg(int64(customer)) + ` AND c.id <> ` + q.arg(int64(except)) + ` AND ` + q.visible(scope) + `
		ORDER BY c.last_at DESC, c.id DESC LIMIT ` + q.arg(limit))
	found, err := listRows(ctx, tx, &q)
	if err != nil {
		return nil, fmt.Errorf("conversations of customer %s: %w", customer, err)
	}
	return found, nil
}

// Timeline returns the messages before one, with what happened around them.
func (s *Service) Timeline(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID, before desk.MessageID) (Timeline, error) {
	c, err := s.Get(ctx, tx, scope, id)
	if err != nil {
		return Timeline{}, err
	}
	return s.timeline(ctx, tx, c.ID, before)
}

func (s *Service) timeline(ctx context.Context, tx *db.Tx, id desk.ConversationID, before desk.MessageID) (Timeline, error) {
	t := Timeline{}
	limit := desk.MessageID(desk.Never)
	if before > 0 {
		limit = before
	}
	list, err := messages(ctx, tx, `
		WHERE m.id IN (SELECT id FROM message WHERE conversation = $1 AND id < $2 ORDER BY id DESC LIMIT $3)
		ORDER BY m.id`, id, limit, PageOfMessages+1)
	if err != nil {
		return t, err
	}
	from := desk.Time(0)
	if len(list) > PageOfMessages {
		list = list[1:]
		t.Before = list[0].ID
		from = list[0].At
	}
	until := desk.Never
	if before > 0 {
		// The message may have been moved away since.
		err := tx.Row(ctx, `
			SELECT COALESCE((SELECT at FROM message WHERE id = $1 AND conversation = $2), (SELECT max(at) FROM message WHERE id < $1 AND conversation = $2), 0)`,
			before, id).Scan(&until)
		if err != nil {
			return t, fmt.Errorf("time of message %s: %w", before, err)
		}
	}
	t.Messages = some(list)
	t.Activities, err = activities(ctx, tx, id, from, until)
	return t, err
}

// told are the kinds of events that a timeline shows; the rest is told by the messages themselves.
var told = []desk.EventKind{desk.ConversationReopened, desk.StatusChanged, desk.PriorityChanged, desk.AssigneeChanged, desk.TeamChanged,
	desk.SubjectChanged, desk.CustomerChanged, desk.PurchaseLinked, desk.PurchaseUnlinked, desk.TagAdded, desk.TagRemoved, desk.Snoozed, desk.Woken, desk.MarkedSpam, desk.UnmarkedSpam,
	desk.Trashed, desk.Restored, desk.AccessRestricted, desk.AccessOpened, desk.MessageMoved, desk.MessageRedacted, desk.MessageErased,
	desk.ConversationsLinked, desk.ConversationsUnlinked, desk.ConversationsMerged, desk.MergeUndone, desk.MessagesSplit, desk.SideAnswered,
	desk.ConversationOpened, desk.AcknowledgementQueued, desk.MessageBounced, desk.MessageFailed, desk.RuleFailed, desk.RuleStopped,
	desk.ClockWarned, desk.ClockBreached, desk.ClockEscalated, desk.StepFailed, desk.StatuteStarted, desk.StatuteExtended,
	desk.StatuteAnswered, desk.StatuteMet, desk.StatuteUnmet, desk.StatuteWithdrawn, desk.StatuteWarned, desk.StatuteBreached, desk.PeopleTold, desk.InboxChanged, desk.TypeChanged, desk.FieldsChanged, desk.ChecklistAdded, desk.ChecklistRemoved, desk.CheckTicked, desk.CheckUnticked,
	desk.CommitmentMade, desk.CommitmentChanged, desk.CommitmentKept, desk.CommitmentDropped, desk.CommitmentReopened}

// activities are what happened in a conversation, and in those that were merged into it.
func activities(ctx context.Context, tx *db.Tx, id desk.ConversationID, from, until desk.Time) ([]desk.Activity, error) {
	members, err := family(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `
		SELECT seq, at, actor_kind, actor_id, kind, COALESCE(message, 0), COALESCE(cause, 0), COALESCE(data, ''), conversation
		FROM event
		WHERE conversation IN `+db.In(len(members), 3+len(told))+` AND conversation <> 0 AND at >= $1 AND at < $2 AND kind IN `+db.In(len(told), 3)+`
		ORDER BY seq DESC
		LIMIT 300`, append(db.Args(told, from, until), db.Args(members)...)...)
	list, err := db.Rows(rows, err, func(r *sql.Rows, e *desk.Activity) error {
		var data string
		if err := r.Scan(&e.Seq, &e.At, &e.By.Kind, &e.By.ID, &e.Kind, &e.Message, &e.Cause, &data, &e.Conversation); err != nil {
			return err
		}
		e.SubjectKind, e.Subject = desk.AboutConversation, int64(e.Conversation)
		if data != "" {
			e.Data = json.RawMessage(data)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("activities of conversation %s: %w", id, err)
	}
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return some(list), nil
}

func participants(ctx context.Context, tx *db.Tx, id desk.ConversationID) ([]desk.Participant, error) {
	rows, err := tx.Query(ctx, `
		SELECT COALESCE(p.customer, 0), p.name, p.address, p.role, EXISTS (
			SELECT 1
			FROM address a
			WHERE a.kind = 'email' AND a.value_key = p.address_key AND a.bounced_at <> 0)
		OR EXISTS (
			SELECT 1
			FROM message m
			JOIN delivery d ON d.message = m.id
			WHERE m.conversation = p.conversation AND m.state = 'bounced' AND d.state = 'bounced' AND lower(d.recipient) = p.address_key)
		FROM participant p
		WHERE p.conversation = $1
		ORDER BY p.created_at, p.address_key`, id)
	list, err := db.Rows(rows, err, func(r *sql.Rows, p *desk.Participant) error {
		return r.Scan(&p.Customer, &p.Name, &p.Address, &p.Role, &p.Bounced)
	})
	if err != nil {
		return nil, fmt.Errorf("participants of conversation %s: %w", id, err)
	}
	return some(list), nil
}

// agentsOf lists the agents of a table that pairs conversations with agents.
func agentsOf(ctx context.Context, tx *db.Tx, table string, id desk.ConversationID) ([]desk.AgentID, error) {
	rows, err := tx.Query(ctx, `SELECT agent FROM `+table+` WHERE conversation = $1 ORDER BY agent`, id)
	agents, err := db.Rows(rows, err, func(r *sql.Rows, a *desk.AgentID) error { return r.Scan(a) })
	if err != nil {
		return nil, fmt.Errorf("%s of conversation %s: %w", table, id, err)
	}
	return some(agents), nil
}

// answerTo works out whom Reply and Reply to all would address: the last incoming mail's sender (its Reply-To is to, the conversation's
// address), and those who were addressed or copied with it and still take part, our own addresses aside; then who was copied in by hand or by
// an earlier mail, from then on, until he is taken out.
func answerTo(o Opened, to desk.NamedAddress, own func(string) bool) (reply, all Recipients) {
	var last *desk.Message
	for i := range o.Timeline.Messages {
		m := &o.Timeline.Messages[i]
		// A mail that names no sender changes nothing about whom an answer goes to.
		if m.Kind == desk.Incoming && m.Automatic == "" && (m.Channel == desk.Email || m.Channel == desk.WebForm) && m.From.Address != "" {
			last = m
		}
	}
	if last != nil && !strings.EqualFold(last.From.Address, to.Address) && last.Customer != o.Conversation.Customer {
		to = last.From
	}
	reply, all = Recipients{To: []desk.NamedAddress{}, Cc: []desk.NamedAddress{}}, Recipients{To: []desk.NamedAddress{}, Cc: []desk.NamedAddress{}}
	if strings.Contains(to.Address, "@") {
		reply.To = append(reply.To, to)
		all.To = append(all.To, to)
	}
	takesPart := map[string]bool{}
	for _, p := range o.Participants {
		takesPart[strings.ToLower(p.Address)] = true
	}
	seen := map[string]bool{strings.ToLower(to.Address): true}
	copyTo := func(a desk.NamedAddress) {
		key := strings.ToLower(a.Address)
		if seen[key] || own(a.Address) || !strings.Contains(key, "@") {
			return
		}
		seen[key] = true
		all.Cc = append(all.Cc, a)
	}
	if last != nil {
		seen[strings.ToLower(last.From.Address)] = true
		moved := last.Origin != last.Conversation // whom a mail copied is known only where it landed first
		for _, a := range append(append([]desk.NamedAddress{}, last.To...), last.Cc...) {
			if moved || takesPart[strings.ToLower(a.Address)] {
				copyTo(a)
			}
		}
	}
	for _, p := range o.Participants {
		if p.Role == desk.CopiedIn {
			copyTo(desk.NamedAddress{Name: p.Name, Address: p.Address})
		}
	}
	return reply, all
}

// Message returns one message that the scope's agent may see.
func (s *Service) Message(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.MessageID) (desk.Message, error) {
	list, err := messages(ctx, tx, `WHERE m.id = $1`, id)
	if err != nil {
		return desk.Message{}, err
	}
	if len(list) == 0 {
		return desk.Message{}, desk.Refuse(desk.NotFound, "no message %s", id)
	}
	if _, err := s.Get(ctx, tx, scope, list[0].Conversation); err != nil {
		return desk.Message{}, desk.Refuse(desk.NotFound, "no message %s", id)
	}
	return list[0], nil
}

// afterChange is the row for whoever changed it, even if the change took it out of his sight.
func afterChange(ctx context.Context, tx *db.Tx, agent desk.AgentID, id desk.ConversationID) (desk.Conversation, error) {
	var q query
	q.WriteString(`SELECT ` + rowColumns + `, c.last_incoming > COALESCE(r.message, 0)
		FROM conversation c
		LEFT JOIN read_mark r ON r.agent = ` + q.arg(int64(agent)) + ` AND r.conversation = c.id
		WHERE c.id = ` + q.arg(int64(id)))
	found, err := listRows(ctx, tx, &q)
	if err != nil || len(found) == 0 {
		return desk.Conversation{}, fmt.Errorf("conversation %s after the change: %w", id, errors.Join(err))
	}
	return found[0], nil
}

func scanID[T ~int64](r *sql.Rows, id *T) error { return r.Scan(id) }
