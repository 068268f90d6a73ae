package conversation

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/htmltext"
)

// ReviewAsk asks a colleague to check a draft.
type ReviewAsk struct {
	Reviewer desk.AgentID `json:"reviewer" minimum:"1"`
	Note     string       `json:"note" minLength:"1" maxLength:"20000" doc:"HTML of the note by which the colleague is told"`
}

// ReviewAnswer is what a colleague says about a draft.
type ReviewAnswer struct {
	Approve bool   `json:"approve" doc:"It can be sent; otherwise it is given back"`
	HTML    string `json:"html,omitempty" maxLength:"1000000" doc:"The text as it should be; absent where it is good as it is"`
	Note    string `json:"note" minLength:"1" maxLength:"20000" doc:"HTML of the note by which its author is told"`
}

// Sees returns what an agent may see.
type Sees func(context.Context, *db.Tx, desk.AgentID) (desk.Scope, error)

const selectReview = `
	SELECT d.agent, r.reviewer, r.state, r.proposal, r.asked_at, r.answered_at, r.version < d.version AND r.answered_at > 0,
	       d.id, COALESCE(d.conversation, 0), d.body, d.saved_at, d.version
	FROM draft_review r
	JOIN draft d ON d.id = r.draft
	WHERE d.conversation = $1`

// reviews are those that an agent asked for or is asked for in a conversation. What he reads of others is made safe: a draft is kept as its author's browser wrote it.
func reviews(ctx context.Context, tx *db.Tx, agent desk.AgentID, id desk.ConversationID) ([]desk.DraftReview, error) {
	rows, err := tx.Query(ctx, selectReview+` AND (d.agent = $2 OR r.reviewer = $2) ORDER BY r.asked_at, d.id`, id, agent)
	list, err := db.Rows(rows, err, scanReview)
	if err != nil {
		return nil, fmt.Errorf("reviews in conversation %s: %w", id, err)
	}
	for i := range list {
		v := &list[i]
		v.Draft.Body.HTML = htmltext.SanitiseComposed(v.Draft.Body.HTML)
		if err := withFiles(ctx, tx, v.Author, &v.Draft); err != nil {
			return nil, err
		}
	}
	return some(list), nil
}

func scanReview(r *sql.Rows, v *desk.DraftReview) error {
	var body string
	d := &v.Draft
	if err := r.Scan(&v.Author, &v.Reviewer, &v.State, &v.HTML, &v.AskedAt, &v.AnsweredAt, &v.Changed, &d.ID, &d.Conversation, &body, &d.SavedAt, &d.Version); err != nil {
		return err
	}
	return readDraft(d, body)
}

// AskReview shows the agent's draft in a conversation to a colleague, whom a note tells of it. It refuses a draft of nothing, and somebody who does not see the
// conversation.
func (s *Service) AskReview(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID, in ReviewAsk, sees Sees) ([]desk.DraftReview, error) {
	c, err := s.Get(ctx, tx, scope, id)
	if err != nil {
		return nil, err
	}
	d, err := draftOf(ctx, tx, scope.Agent, c.ID)
	if err != nil {
		return nil, err
	}
	if d == nil || d.Body.Mode == "note" || strings.TrimSpace(htmltext.ToText(htmltext.SanitiseComposed(d.Body.HTML))) == "" {
		return nil, desk.WhyNothingWritten.Refuse()
	}
	if in.Reviewer == scope.Agent {
		return nil, desk.RefuseField(desk.Invalid, "body.reviewer", "it is your own draft")
	}
	note := NewNote{HTML: in.Note, Mentions: []desk.AgentID{in.Reviewer}}
	if _, err := s.AddNote(ctx, tx, desk.ByAgent(scope.Agent), scope, c.ID, note, sees); err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO draft_review (draft, reviewer, state, asked_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (draft) DO UPDATE SET reviewer = excluded.reviewer, state = excluded.state, asked_at = excluded.asked_at, answered_at = 0, proposal = '', version = 0`,
		d.ID, in.Reviewer, desk.ReviewAsked, tx.Now); err != nil {
		return nil, fmt.Errorf("ask for a review in conversation %s: %w", c.ID, err)
	}
	if err := followReviews(ctx, tx, c.ID); err != nil {
		return nil, err
	}
	return reviews(ctx, tx, scope.Agent, c.ID)
}

// reviewersOf are those who are asked to check a draft in a conversation and have not answered.
func reviewersOf(ctx context.Context, tx *db.Tx, id desk.ConversationID) ([]desk.AgentID, error) {
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT r.reviewer
		FROM draft_review r JOIN draft d ON d.id = r.draft
		WHERE d.conversation = $1 AND r.state = $2
		ORDER BY r.reviewer`, id, desk.ReviewAsked)
	list, err := db.Rows(rows, err, scanID[desk.AgentID])
	if err != nil {
		return nil, fmt.Errorf("who checks drafts in conversation %s: %w", id, err)
	}
	return list, nil
}

// followReviews moves conversations between views that ask for reviews, after one was asked for, answered, or went with its draft.
func followReviews(ctx context.Context, tx *db.Tx, ids ...desk.ConversationID) error {
	d, err := definitionsOf(ctx, tx)
	if err != nil || !d.asks.reviews {
		return err
	}
	return replace(ctx, tx, sorted(ids...))
}

// AnswerReview is what the colleague who was asked says. His words about it go to the author as a note; a text of his own lies beside the draft until its author takes
// it, so that neither writes over the other.
func (s *Service) AnswerReview(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.ConversationID, author desk.AgentID, in ReviewAnswer, sees Sees) ([]desk.DraftReview, error) {
	c, err := s.Get(ctx, tx, scope, id)
	if err != nil {
		return nil, err
	}
	state := desk.ReviewReturned
	if in.Approve {
		state = desk.ReviewApproved
	}
	n, err := tx.Exec(ctx, `
		UPDATE draft_review
		SET state = $1, proposal = $2, answered_at = $3, version = (SELECT d.version FROM draft d WHERE d.id = draft_review.draft)
		WHERE reviewer = $4 AND draft = (SELECT d.id FROM draft d WHERE d.conversation = $5 AND d.agent = $6)`,
		state, db.Text(htmltext.SanitiseComposed(in.HTML)), tx.Now, scope.Agent, c.ID, author)
	if err != nil {
		return nil, fmt.Errorf("answer a review in conversation %s: %w", c.ID, err)
	}
	if n == 0 {
		return nil, desk.Refuse(desk.NotFound, "nobody asks you to check a draft here")
	}
	note := NewNote{HTML: in.Note, Mentions: []desk.AgentID{author}}
	if _, err := s.AddNote(ctx, tx, desk.ByAgent(scope.Agent), scope, c.ID, note, sees); err != nil {
		return nil, err
	}
	if err := followReviews(ctx, tx, c.ID); err != nil {
		return nil, err
	}
	return reviews(ctx, tx, scope.Agent, c.ID)
}

// takeOver readies a conversation for an answer that is a colleague's draft: it refuses what nobody asks the sender to check, and gives a conversation of nobody to
// who wrote. The sender's own draft is no colleague's.
func (c *row) takeOver(ctx context.Context, tx *db.Tx, by desk.Actor, in *Reply) error {
	if in.DraftOf == 0 || in.DraftOf == by.Agent() {
		in.DraftOf = 0
		return nil
	}
	var asked int
	if err := tx.Row(ctx, `
		SELECT count(*) FROM draft_review r JOIN draft d ON d.id = r.draft
		WHERE r.reviewer = $1 AND d.agent = $2 AND d.conversation = $3`, by.Agent(), in.DraftOf, c.ID).Scan(&asked); err != nil {
		return fmt.Errorf("review in conversation %s: %w", c.ID, err)
	}
	if asked == 0 {
		return desk.RefuseField(desk.NotFound, "body.draftOf", "nobody asks you to check a draft here")
	}
	if c.Assignee != 0 {
		return nil
	}
	return c.setAssignee(ctx, tx, by, in.DraftOf)
}

// ownOrToCheck refuses an unsent file that is neither the agent's own nor in a draft which a colleague asks him to check, in a conversation that he still sees.
func (s *Service) ownOrToCheck(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.AttachmentID) error {
	var own int
	if err := tx.Row(ctx, `SELECT count(*) FROM attachment WHERE id = $1 AND uploader = $2`, id, scope.Agent).Scan(&own); err != nil {
		return fmt.Errorf("attachment %s: %w", id, err)
	}
	if own > 0 {
		return nil
	}
	rows, err := tx.Query(ctx, selectDraft+` WHERE agent = (SELECT uploader FROM attachment WHERE id = $1) AND id IN (SELECT draft FROM draft_review WHERE reviewer = $2)`, id, scope.Agent)
	list, err := db.Rows(rows, err, scanDraft)
	if err != nil {
		return fmt.Errorf("attachment %s: %w", id, err)
	}
	for _, d := range list {
		if !slices.Contains(d.Body.Attachments, id) {
			continue
		}
		if _, err := s.Get(ctx, tx, scope, d.Conversation); !desk.IsRefusal(err, desk.NotFound) {
			return err
		}
	}
	return desk.Refuse(desk.NotFound, "no attachment %s", id)
}
