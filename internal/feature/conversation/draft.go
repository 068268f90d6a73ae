package conversation

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
)

const selectDraft = `SELECT id, COALESCE(conversation, 0), body, saved_at, version FROM draft`

func scanDraft(r *sql.Rows, d *desk.Draft) error {
	var body string
	if err := r.Scan(&d.ID, &d.Conversation, &body, &d.SavedAt, &d.Version); err != nil {
		return err
	}
	return readDraft(d, body)
}

func readDraft(d *desk.Draft, body string) error {
	if err := json.Unmarshal([]byte(body), &d.Body); err != nil {
		return fmt.Errorf("draft %d: %w", d.ID, err)
	}
	b := &d.Body
	b.To, b.Cc, b.Bcc, b.Attachments = some(b.To), some(b.Cc), some(b.Bcc), some(b.Attachments)
	d.Files = []desk.Attachment{}
	return nil
}

// withFiles fills in the files that the drafts of one agent hold, so that another browser of his can show them by name.
func withFiles(ctx context.Context, tx *db.Tx, agent desk.AgentID, drafts ...*desk.Draft) error {
	var ids []desk.AttachmentID
	for _, d := range drafts {
		d.Files = []desk.Attachment{}
		ids = append(ids, d.Body.Attachments...)
	}
	found := make(map[desk.AttachmentID]desk.Attachment, len(ids))
	for part := range slices.Chunk(ids, 500) {
		rows, err := tx.Query(ctx, selectAttachment+` WHERE uploader = $1 AND message IS NULL AND id IN `+db.In(len(part), 2), db.Args(part, any(agent))...)
		list, err := db.Rows(rows, err, scanAttachment)
		if err != nil {
			return fmt.Errorf("files of agent %s's drafts: %w", agent, err)
		}
		for _, a := range list {
			found[a.ID] = a
		}
	}
	for _, d := range drafts {
		for _, id := range d.Body.Attachments {
			if a, ok := found[id]; ok {
				d.Files = append(d.Files, a)
			}
		}
	}
	return nil
}

func draftOf(ctx context.Context, tx *db.Tx, agent desk.AgentID, c desk.ConversationID) (*desk.Draft, error) {
	rows, err := tx.Query(ctx, selectDraft+` WHERE agent = $1 AND conversation = $2`, agent, c)
	list, err := db.Rows(rows, err, scanDraft)
	if err != nil {
		return nil, fmt.Errorf("draft in conversation %s: %w", c, err)
	}
	if len(list) == 0 {
		return nil, nil //nolint:nilnil // no draft is the usual case, not a fault
	}
	return &list[0], withFiles(ctx, tx, agent, &list[0])
}

// Drafts returns an agent's drafts of new mails, the last saved first.
func (s *Service) Drafts(ctx context.Context, tx *db.Tx, agent desk.AgentID) ([]desk.Draft, error) {
	rows, err := tx.Query(ctx, selectDraft+` WHERE agent = $1 AND conversation IS NULL ORDER BY saved_at DESC LIMIT 100`, agent)
	list, err := db.Rows(rows, err, scanDraft)
	if err != nil {
		return nil, fmt.Errorf("drafts of agent %s: %w", agent, err)
	}
	all := make([]*desk.Draft, len(list))
	for i := range list {
		all[i] = &list[i]
	}
	return some(list), withFiles(ctx, tx, agent, all...)
}

// SaveDraft keeps what the composer holds in a conversation. The last writer wins: a draft has one author, and his browsers are told.
func (s *Service) SaveDraft(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID, body desk.DraftBody) (desk.Draft, error) {
	c, err := s.Get(ctx, tx, scope, id)
	if err != nil {
		return desk.Draft{}, err
	}
	id = c.ID
	text, err := json.Marshal(body)
	if err != nil {
		return desk.Draft{}, fmt.Errorf("draft in conversation %s: %w", id, err)
	}
	d := desk.Draft{Conversation: id, Body: body, SavedAt: tx.Now}
	err = tx.Row(ctx, `
		INSERT INTO draft (agent, conversation, body, saved_at)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT (agent, conversation) WHERE conversation IS NOT NULL DO UPDATE SET body = excluded.body, saved_at = excluded.saved_at, version = draft.version + 1
		RETURNING id, version`, scope.Agent, id, db.Text(string(text)), tx.Now).Scan(&d.ID, &d.Version)
	if err != nil {
		return d, fmt.Errorf("save draft in conversation %s: %w", id, err)
	}
	if err := withFiles(ctx, tx, scope.Agent, &d); err != nil {
		return d, err
	}
	if d.Version > 1 {
		return d, nil // lists change only when a draft begins or ends
	}
	return d, eventlog.Append(ctx, tx, (&row{Conversation: c}).event(desk.ByAgent(scope.Agent), desk.DraftSaved, map[string]any{"agent": scope.Agent}))
}

// DropDraft throws a draft in a conversation away.
func (s *Service) DropDraft(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID) error {
	c, err := s.Get(ctx, tx, scope, id)
	if err != nil {
		return err
	}
	if err := dropDraft(ctx, tx, scope.Agent, c.ID); err != nil {
		return err
	}
	return eventlog.Append(ctx, tx, (&row{Conversation: c}).event(desk.ByAgent(scope.Agent), desk.DraftSaved, map[string]any{"agent": scope.Agent}))
}

func dropDraft(ctx context.Context, tx *db.Tx, agent desk.AgentID, id desk.ConversationID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM draft WHERE agent = $1 AND conversation = $2`, agent, id); err != nil {
		return fmt.Errorf("drop draft in conversation %s: %w", id, err)
	}
	if err := surfaceDraft(ctx, tx, agent, id); err != nil {
		return err
	}
	return followReviews(ctx, tx, id)
}

// dropDrafts drops those for which a condition on draft holds, whose ever they are.
func dropDrafts(ctx context.Context, tx *db.Tx, where string, args ...any) error {
	rows, err := tx.Query(ctx, `SELECT DISTINCT conversation FROM draft WHERE conversation IS NOT NULL AND (`+where+`) ORDER BY conversation`, args...)
	ids, err := db.Rows(rows, err, scanID[desk.ConversationID])
	if err != nil {
		return fmt.Errorf("drafts to be dropped: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM draft WHERE `+where, args...); err != nil {
		return fmt.Errorf("drop drafts: %w", err)
	}
	if len(ids) == 0 {
		return nil
	}
	return followReviews(ctx, tx, ids...)
}

// SaveNew keeps a draft of a new mail; id 0 begins one.
func (s *Service) SaveNew(ctx context.Context, tx *db.Tx, agent desk.AgentID, id desk.DraftID, body desk.DraftBody) (desk.Draft, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return desk.Draft{}, fmt.Errorf("draft: %w", err)
	}
	d := desk.Draft{ID: id, Body: body, SavedAt: tx.Now}
	if id == 0 {
		err = tx.Row(ctx, `INSERT INTO draft (agent, body, saved_at) VALUES ($1, $2, $3) RETURNING id, version`, agent, db.Text(string(text)), tx.Now).Scan(&d.ID, &d.Version)
	} else {
		err = tx.Row(ctx, `
			UPDATE draft SET body = $1, saved_at = $2, version = version + 1
			WHERE id = $3 AND agent = $4 AND conversation IS NULL
			RETURNING id, version`, db.Text(string(text)), tx.Now, id, agent).Scan(&d.ID, &d.Version)
	}
	found, err := oneOf(err)
	if err != nil {
		return d, fmt.Errorf("save draft: %w", err)
	}
	if !found {
		return d, desk.Refuse(desk.NotFound, "the draft is gone")
	}
	return d, withFiles(ctx, tx, agent, &d)
}

// DropNew throws a draft of a new mail away.
func (s *Service) DropNew(ctx context.Context, tx *db.Tx, agent desk.AgentID, id desk.DraftID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM draft WHERE id = $1 AND agent = $2 AND conversation IS NULL`, id, agent); err != nil {
		return fmt.Errorf("drop draft: %w", err)
	}
	return nil
}
