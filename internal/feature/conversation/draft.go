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

const selectDraft = `SELECT id, COALESCE(conversation, 0), body, saved_at, version, COALESCE((SELECT COALESCE(t.number, c.number) FROM conversation c LEFT JOIN conversation t ON t.id = c.merged_into WHERE c.id = draft.beside), 0) FROM draft`

func scanDraft(r *sql.Rows, d *desk.Draft) error {
	var body string
	if err := r.Scan(&d.ID, &d.Conversation, &body, &d.SavedAt, &d.Version, &d.Number); err != nil {
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

// Drafts returns an agent's drafts of new mails, those beside conversations among them, the last saved first.
func (s *Service) Drafts(ctx context.Context, tx *db.Tx, agent desk.AgentID) ([]desk.Draft, error) {
	rows, err := tx.Query(ctx, selectDraft+` WHERE agent = $1 AND conversation IS NULL ORDER BY saved_at DESC, id DESC LIMIT 100`, agent)
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
	return d, tellDraft(ctx, tx, &row{Conversation: c}, scope.Agent, true)
}

// tellDraft tells an agent's browsers whether he has a draft in a conversation now. It is told as his own doing, whoever sent it for him: it concerns nobody else.
func tellDraft(ctx context.Context, tx *db.Tx, c *row, agent desk.AgentID, kept bool) error {
	return eventlog.Append(ctx, tx, c.event(desk.ByAgent(agent), desk.DraftSaved, map[string]any{"agent": agent, "kept": kept}))
}

// DropDraft throws a draft in a conversation away.
func (s *Service) DropDraft(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID) error {
	c, err := s.Get(ctx, tx, scope, id)
	if err != nil {
		return err
	}
	return dropDraft(ctx, tx, scope.Agent, &row{Conversation: c})
}

// dropDraft takes an agent's draft out of a conversation and tells his browsers, where he had one. What he had begun in one that was merged into it comes up then.
func dropDraft(ctx context.Context, tx *db.Tx, agent desk.AgentID, c *row) error {
	n, err := tx.Exec(ctx, `DELETE FROM draft WHERE agent = $1 AND conversation = $2`, agent, c.ID)
	if err != nil {
		return fmt.Errorf("drop draft in conversation %s: %w", c.ID, err)
	}
	if n == 0 {
		return nil
	}
	if err := surfaceDraft(ctx, tx, agent, c.ID); err != nil {
		return err
	}
	if err := followReviews(ctx, tx, c.ID); err != nil {
		return err
	}
	var kept bool
	if err := tx.Row(ctx, `SELECT EXISTS (SELECT 1 FROM draft WHERE agent = $1 AND conversation = $2)`, agent, c.ID).Scan(&kept); err != nil {
		return fmt.Errorf("draft in conversation %s: %w", c.ID, err)
	}
	return tellDraft(ctx, tx, c, agent, kept)
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

// SaveNew keeps a draft of a new mail, of the scope's agent; id 0 begins one. One beside a conversation that he does not see is refused with NotFound.
func (s *Service) SaveNew(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.DraftID, body desk.DraftBody) (desk.Draft, error) {
	aside := body.Mode == "side" || body.Mode == "forward"
	if aside != (body.Beside != 0) || !aside && body.Forward != 0 {
		return desk.Draft{}, desk.RefuseField(desk.Invalid, "body.beside", "a side conversation or forward lies beside a conversation, and nothing else does")
	}
	d := desk.Draft{ID: id, SavedAt: tx.Now}
	var beside any
	if aside {
		c, err := s.Get(ctx, tx, scope, body.Beside)
		if err != nil {
			return desk.Draft{}, err
		}
		body.Beside, beside, d.Number = c.ID, int64(c.ID), c.Number
	}
	d.Body = body
	text, err := json.Marshal(body)
	if err != nil {
		return desk.Draft{}, fmt.Errorf("draft: %w", err)
	}
	if id == 0 {
		err = tx.Row(ctx, `INSERT INTO draft (agent, body, saved_at, beside) VALUES ($1, $2, $3, $4) RETURNING id, version`,
			scope.Agent, db.Text(string(text)), tx.Now, beside).Scan(&d.ID, &d.Version)
	} else {
		err = tx.Row(ctx, `
			UPDATE draft SET body = $1, saved_at = $2, beside = $5, version = version + 1
			WHERE id = $3 AND agent = $4 AND conversation IS NULL
			RETURNING id, version`, db.Text(string(text)), tx.Now, id, scope.Agent, beside).Scan(&d.ID, &d.Version)
	}
	found, err := oneOf(err)
	if err != nil {
		return d, fmt.Errorf("save draft: %w", err)
	}
	if !found {
		return d, desk.Refuse(desk.NotFound, "the draft is gone")
	}
	return d, withFiles(ctx, tx, scope.Agent, &d)
}

// DropNew throws a draft of a new mail away.
func (s *Service) DropNew(ctx context.Context, tx *db.Tx, agent desk.AgentID, id desk.DraftID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM draft WHERE id = $1 AND agent = $2 AND conversation IS NULL`, id, agent); err != nil {
		return fmt.Errorf("drop draft: %w", err)
	}
	return nil
}
