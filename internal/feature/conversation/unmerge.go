package conversation

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/deadline"
	"tellus/internal/engine/merge"
	"tellus/internal/engine/thread"
	"tellus/internal/platform/db"
)

// merges are those into a conversation that stand.
func merges(ctx context.Context, tx *db.Tx, into desk.ConversationID) ([]Merge, error) {
	list, _, err := standing(ctx, tx, into)
	return some(list), err
}

// standing are the merges into a conversation that were not undone, oldest first, with their records.
func standing(ctx context.Context, tx *db.Tx, into desk.ConversationID) ([]Merge, []merge.Record, error) {
	type line struct {
		Merge
		record string
		source desk.ConversationID
		number int64
	}
	rows, err := tx.Query(ctx, `
		SELECT m.id, m.at, m.agent, m.record, s.conversation, c.number
		FROM conversation_merge m
		JOIN conversation_merge_source s ON s.merge = m.id
		JOIN conversation c ON c.id = s.conversation
		WHERE m.into_conversation = $1 AND m.undone_at = 0
		ORDER BY m.id, s.conversation`, into)
	lines, err := db.Rows(rows, err, func(r *sql.Rows, l *line) error {
		return r.Scan(&l.ID, &l.At, &l.Agent, &l.record, &l.source, &l.number)
	})
	if err != nil {
		return nil, nil, fmt.Errorf("merges into conversation %s: %w", into, err)
	}
	var list []Merge
	var records []merge.Record
	for _, l := range lines {
		if len(list) == 0 || list[len(list)-1].ID != l.ID {
			var rec merge.Record
			if err := json.Unmarshal([]byte(l.record), &rec); err != nil {
				return nil, nil, fmt.Errorf("record of merge %d: %w", l.ID, err)
			}
			list, records = append(list, l.Merge), append(records, rec)
		}
		last := &list[len(list)-1]
		last.Conversations, last.Numbers = append(last.Conversations, l.source), append(last.Numbers, l.number)
	}
	return list, records, nil
}

// parting is a merge that is being undone, with all that is held for it.
type parting struct {
	joining
	Merge
	record       merge.Record
	last         desk.MessageID // the newest message when it was merged
	others       []Merge        // that stand, oldest first
	otherRecords []merge.Record
	homes        map[desk.MessageID]desk.ConversationID // messages that came with it and are still here
	later        []read                                 // what came since
	leaves       map[desk.MessageID]desk.ConversationID // of those, what goes along
}

// UndoMerge takes a merge back: what went into the conversation is by itself again, as it was. What came since stays, but what answers a message that leaves, or
// was sent to a number that leaves, goes along. Refused with desk.WhyMergedOn where the conversation was itself merged since: that is undone first.
func (s *Service) UndoMerge(ctx context.Context, tx *db.Tx, by desk.Actor, scope desk.Scope, id int64) (Merge, error) {
	p, err := s.part(ctx, tx, scope, id)
	if err != nil {
		return Merge{}, err
	}
	if err := p.follow(ctx, tx); err != nil {
		return p.Merge, err
	}
	stays := slices.ContainsFunc(p.later, func(m read) bool { return p.leaves[m.ID] == 0 })
	earlier, later, err := p.standing(ctx, tx)
	if err != nil {
		return p.Merge, err
	}
	into := p.target.ID
	given, _ := p.forEngine()
	u := merge.Undo(p.states[into], p.readings[into].Marks, p.record, given, earlier, later, stays)
	if err := p.takeBack(ctx, tx, slices.Concat(u.Earlier, u.Later)); err != nil {
		return p.Merge, err
	}
	for _, c := range p.sources {
		if err := p.restore(ctx, tx, c); err != nil {
			return p.Merge, err
		}
	}
	if err := p.keep(ctx, tx, u); err != nil {
		return p.Merge, err
	}
	if err := setMarks(ctx, tx, into, u.Marks); err != nil {
		return p.Merge, err
	}
	for agent := range p.readings[into].Marks {
		if err := surfaceDraft(ctx, tx, agent, into); err != nil {
			return p.Merge, err
		}
	}
	return p.Merge, p.tell(ctx, tx, by, p.Merge, desk.MergeUndone, desk.ConversationParted)
}

// part holds what a merge joined.
func (s *Service) part(ctx context.Context, tx *db.Tx, scope desk.Scope, id int64) (*parting, error) {
	var into desk.ConversationID
	var undone desk.Time
	p := &parting{}
	gone := desk.Refuse(desk.NotFound, "no merge %d", id)
	found, err := oneOf(tx.Row(ctx, `SELECT into_conversation, last_message, undone_at FROM conversation_merge WHERE id = $1`, id).Scan(&into, &p.last, &undone))
	if err != nil {
		return nil, fmt.Errorf("merge %d: %w", id, err)
	}
	if !found {
		return nil, gone
	}
	// Everybody who may see the conversation may know what happened to it; nobody else may know that it is there.
	if _, err := s.Get(ctx, tx, scope, into); err != nil {
		if desk.IsRefusal(err, desk.NotFound) {
			err = gone
		}
		return nil, err
	}
	if undone != 0 {
		return nil, desk.WhyMergeUndone.Refuse()
	}
	rows, err := tx.Query(ctx, `SELECT conversation FROM conversation_merge_source WHERE merge = $1`, id)
	sources, err := db.Rows(rows, err, scanID[desk.ConversationID])
	if err != nil {
		return nil, fmt.Errorf("sources of merge %d: %w", id, err)
	}
	for _, c := range sorted(append(sources, into)...) {
		held, err := holdMerged(ctx, tx, c)
		if err != nil {
			return nil, err
		}
		if c == into {
			p.target = held
		} else {
			p.sources = append(p.sources, held)
		}
	}
	lives, err := livesIn(ctx, tx, into)
	if err != nil {
		return nil, err
	}
	if lives != into {
		return nil, desk.WhyMergedOn.At("", "#"+strconv.FormatInt(p.target.Number, 10))
	}
	if err := mustSee(ctx, tx, scope, p.target.Conversation); err != nil {
		return nil, gone
	}
	list, records, err := standing(ctx, tx, into)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(list, func(m Merge) bool { return m.ID == id })
	if at < 0 { // somebody else undid it while we waited
		return nil, desk.WhyMergeUndone.Refuse()
	}
	p.Merge, p.record = list[at], records[at]
	p.others, p.otherRecords = slices.Delete(list, at, at+1), slices.Delete(records, at, at+1)
	return p, p.load(ctx, tx)
}

// holdMerged is hold for a row that may be out of sight.
func holdMerged(ctx context.Context, tx *db.Tx, id desk.ConversationID) (*row, error) {
	var c row
	err := c.scan(tx.Row(ctx, `SELECT `+rowColumns+` FROM conversation c WHERE c.id = $1 FOR NO KEY UPDATE`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, desk.Refuse(desk.NotFound, "no conversation %s", id)
	}
	if err != nil {
		return nil, fmt.Errorf("hold conversation %s: %w", id, err)
	}
	return &c, nil
}

// standing loads the sources of the other merges, which are out of sight and so stay as they are.
func (p *parting) standing(ctx context.Context, tx *db.Tx) (earlier, later []merge.Standing, err error) {
	for i, m := range p.others {
		st := merge.Standing{Record: p.otherRecords[i]}
		for _, id := range m.Conversations {
			var c row
			if err := c.scan(tx.Row(ctx, `SELECT `+rowColumns+` FROM conversation c WHERE c.id = $1`, id)); err != nil {
				return nil, nil, fmt.Errorf("conversation %s that was merged: %w", id, err)
			}
			state, err := c.mergeState(ctx, tx)
			if err != nil {
				return nil, nil, err
			}
			st.Sources = append(st.Sources, merge.Source{State: state, PutAway: c.Spam || c.TrashedAt != 0})
		}
		if m.ID < p.ID {
			earlier = append(earlier, st)
		} else {
			later = append(later, st)
		}
	}
	return earlier, later, nil
}

// follow finds what came with the merge, what came since, and what of that goes along.
func (p *parting) follow(ctx context.Context, tx *db.Tx) error {
	type came struct {
		message desk.MessageID
		source  desk.ConversationID
	}
	rows, err := tx.Query(ctx, `
		SELECT x.message, x.source
		FROM conversation_merge_message x
		JOIN message m ON m.id = x.message
		WHERE x.merge = $1 AND m.conversation = $2`, p.ID, p.target.ID)
	list, err := db.Rows(rows, err, func(r *sql.Rows, c *came) error { return r.Scan(&c.message, &c.source) })
	if err != nil {
		return fmt.Errorf("messages of merge %d: %w", p.ID, err)
	}
	p.homes = make(map[desk.MessageID]desk.ConversationID, len(list))
	for _, c := range list {
		p.homes[c.message] = c.source
	}
	p.later, err = readMessages(ctx, tx, `
		WHERE m.conversation = $1 AND m.id > $2 AND NOT EXISTS (
			SELECT 1
			FROM conversation_merge_message x
			JOIN conversation_merge o ON o.id = x.merge
			WHERE x.message = m.id AND o.undone_at = 0 AND o.into_conversation = $1)
		ORDER BY m.id`, p.target.ID, p.last)
	if err != nil || len(p.later) == 0 {
		return err
	}
	type mail struct {
		id     desk.MessageID
		mailID string
	}
	rows, err = tx.Query(ctx, `SELECT id, mail_id FROM message WHERE conversation = $1 AND mail_key <> 0`, p.target.ID)
	sent, err := db.Rows(rows, err, func(r *sql.Rows, m *mail) error { return r.Scan(&m.id, &m.mailID) })
	if err != nil {
		return fmt.Errorf("mails of conversation %s: %w", p.target.ID, err)
	}
	mails := make(map[string]desk.MessageID, len(sent))
	for _, m := range sent {
		mails[m.mailID] = m.id
	}
	since := make([]merge.Later, len(p.later))
	for i, m := range p.later {
		since[i] = merge.Later{ID: m.ID, Answers: m.facts.ReplyTo, References: answered(m), Named: p.named(m)}
	}
	p.leaves = merge.Follow(p.homes, mails, since)
	return nil
}

// answered are the Message-IDs that a mail refers to, that by which it was found last: In-Reply-To stands in no other place.
func answered(m read) []string {
	refs := slices.Clone(m.facts.References)
	for _, why := range m.Threading {
		if why.Code == thread.ByInReplyTo || why.Code == thread.ByReference {
			refs = append(refs, why.Detail)
		}
	}
	return refs
}

// named is the source whose number, or token, brought a message here.
func (p *parting) named(m read) desk.ConversationID {
	for _, why := range m.Threading {
		if why.Code != thread.ByNumber && why.Code != thread.ByToken {
			continue
		}
		for _, c := range p.sources {
			if why.Detail == "#"+strconv.FormatInt(c.Number, 10) {
				return c.ID
			}
		}
	}
	return 0
}

// takeBack gives messages, mentions, drafts and people back, and leaves to the other merges what they would have brought too.
func (p *parting) takeBack(ctx context.Context, tx *db.Tx, others []merge.Standing) error {
	into := p.target.ID
	for _, c := range p.sources {
		c.MergedInto = 0
		steps := []struct {
			text string
			args []any
		}{
			{`UPDATE message SET conversation = $1 WHERE conversation = $2 AND id IN (SELECT message FROM conversation_merge_message WHERE merge = $3 AND source = $1)`, []any{c.ID, into, p.ID}},
			{`UPDATE conversation SET merged_into = 0, shelf = $1 WHERE id = $2`, []any{c.Shelf(), c.ID}},
		}
		for _, m := range p.later {
			if p.leaves[m.ID] == c.ID {
				steps = append(steps, struct {
					text string
					args []any
				}{`UPDATE message SET conversation = $1 WHERE id = $2`, []any{c.ID, m.ID}})
			}
		}
		for _, step := range steps {
			if _, err := tx.Exec(ctx, step.text, step.args...); err != nil {
				return fmt.Errorf("part conversation %s from %s: %w", c.ID, into, err)
			}
		}
		if _, err := tx.Exec(ctx, `
			UPDATE mention SET conversation = $1
			WHERE conversation = $2 AND message IN (SELECT id FROM message WHERE conversation = $1)`, c.ID, into); err != nil {
			return fmt.Errorf("part mentions of conversation %s: %w", c.ID, err)
		}
		members, err := family(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			UPDATE draft SET conversation = $1, home = CASE WHEN home = $1 THEN 0 ELSE home END
			WHERE conversation = $2 AND home IN `+db.In(len(members), 3)+` AND NOT EXISTS (SELECT 1 FROM draft o WHERE o.agent = draft.agent AND o.conversation = $1)`,
			db.Args(members, c.ID, into)...); err != nil {
			return fmt.Errorf("part drafts of conversation %s: %w", c.ID, err)
		}
	}
	if err := p.partPeople(ctx, tx); err != nil {
		return err
	}
	for i, m := range p.others {
		text, err := json.Marshal(others[i].Record)
		if err != nil {
			return fmt.Errorf("record of merge %d: %w", m.ID, err)
		}
		if _, err := tx.Exec(ctx, `UPDATE conversation_merge SET record = $1 WHERE id = $2`, string(text), m.ID); err != nil {
			return fmt.Errorf("record of merge %d: %w", m.ID, err)
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE conversation_merge SET undone_at = $1 WHERE id = $2`, tx.Now, p.ID); err != nil {
		return fmt.Errorf("undo merge %d: %w", p.ID, err)
	}
	return nil
}

// partPeople takes those out whom the merge brought, unless another one brought them too or they took part in what stays.
func (p *parting) partPeople(ctx context.Context, tx *db.Tx) error {
	rows, err := tx.Query(ctx, `SELECT address_key FROM participant WHERE conversation = $1 AND brought_by = $2`, p.target.ID, p.ID)
	keys, err := db.Rows(rows, err, func(r *sql.Rows, key *string) error { return r.Scan(key) })
	if err != nil {
		return fmt.Errorf("people of merge %d: %w", p.ID, err)
	}
	used := map[string]bool{}
	for _, m := range p.later {
		if p.leaves[m.ID] != 0 {
			continue
		}
		for _, a := range slices.Concat([]desk.NamedAddress{m.From}, m.To, m.Cc) {
			used[strings.ToLower(a.Address)] = true
		}
	}
	for _, key := range keys {
		heir := int64(0)
		for _, o := range p.others {
			var also bool
			err := tx.Row(ctx, `SELECT EXISTS (SELECT 1 FROM participant WHERE address_key = $1 AND conversation IN `+db.In(len(o.Conversations), 2)+`)`, db.Args(o.Conversations, any(key))...).Scan(&also)
			if err != nil {
				return fmt.Errorf("people of merge %d: %w", o.ID, err)
			}
			if also {
				heir = o.ID
				break
			}
		}
		text, args := `DELETE FROM participant WHERE conversation = $1 AND address_key = $2`, []any{p.target.ID, key}
		if heir != 0 || used[key] {
			text, args = `UPDATE participant SET brought_by = $3 WHERE conversation = $1 AND address_key = $2`, append(args, heir)
		}
		if _, err := tx.Exec(ctx, text, args...); err != nil {
			return fmt.Errorf("people of merge %d: %w", p.ID, err)
		}
	}
	return nil
}

// restore saves a source as it was, with what came since and belongs to it.
func (p *parting) restore(ctx context.Context, tx *db.Tx, c *row) error {
	lastAt, came := c.LastAt, false
	c.did(deadline.Moved)
	for _, m := range p.later {
		if p.leaves[m.ID] != c.ID {
			continue
		}
		came = true
		if err := c.comesBack(ctx, tx, m); err != nil {
			return err
		}
	}
	if err := c.recount(ctx, tx); err != nil {
		return err
	}
	if c.LastAt = max(c.LastAt, lastAt); !came {
		c.LastAt = lastAt
	}
	for _, count := range []func(context.Context, *db.Tx) error{c.recountTroubles, c.countChecks, c.countSpent, c.countOwed} {
		if err := count(ctx, tx); err != nil {
			return err
		}
	}
	if err := c.resnooze(ctx, tx); err != nil { // its time may have come while it was out of sight
		return err
	}
	return c.save(ctx, tx)
}

// comesBack does to a conversation what a message would have done that came while it was merged.
func (c *row) comesBack(ctx context.Context, tx *db.Tx, m read) error {
	switch {
	case m.Kind == desk.Incoming && m.Automatic == "":
		var within int
		if err := tx.Row(ctx, `SELECT answer_within FROM inbox WHERE id = $1`, c.Inbox).Scan(&within); err != nil {
			return fmt.Errorf("inbox %s: %w", c.Inbox, err)
		}
		c.customerWrote(m.At, within)
		if m.From.Address == "" {
			return nil
		}
		role := desk.Contributor
		if m.Customer == c.Customer {
			role = desk.Requester
		}
		return addParticipant(ctx, tx, c.ID, desk.Participant{Customer: m.Customer, Name: m.From.Name, Address: m.From.Address, Role: role})
	case m.Kind == desk.Outgoing && m.AuthorKind == desk.AuthorAgent && m.State != desk.Cancelled && m.Record == nil:
		if c.firstAnswerAt == 0 {
			c.firstAnswerAt = m.At
		}
		c.answered()
		c.did(deadline.Answered)
		if c.Status == desk.StatusNew || c.Status == desk.StatusOpen {
			c.Status = desk.StatusWaiting
		}
	}
	return nil
}

// keep saves the target without what left it.
func (p *parting) keep(ctx context.Context, tx *db.Tx, u merge.Undone) error {
	c, after := p.target, u.State
	if !u.LastRestored {
		after.LastAt = 0
	}
	if u.TurnRestored {
		c.setTurn(after.Turn)
		for _, m := range p.later {
			if p.leaves[m.ID] == 0 && m.Kind == desk.Incoming {
				if err := c.comesBack(ctx, tx, m); err != nil {
					return err
				}
			}
		}
	} else if err := c.rewait(ctx, tx); err != nil { // somebody has moved it on; whoever still waits is found by the messages
		return err
	}
	after.Turn = c.turn()
	return c.become(ctx, tx, p.states[c.ID], after)
}
