package segment

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/engine/language"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
)

// mostSegments are how many a desk can have: each is looked at whenever a customer changes.
const mostSegments = 200

// Fill is the job that finds the members of a segment, or lets go of those of one that was deleted.
type Fill struct {
	Segment desk.SegmentID `json:"segment"`
}

// JobKind names the job.
func (Fill) JobKind() string { return "segment.fill" }

func (s *Service) fillSoon(ctx context.Context, tx *db.Tx, id desk.SegmentID) error {
	_, err := jobs.Enqueue(ctx, tx, tx.Now, Fill{id}, jobs.Unique(id.String()))
	return err
}

// Create keeps a new segment of the asker's.
func (s *Service) Create(ctx context.Context, tx *db.Tx, by staff.Asker, e Edit) (Segment, error) {
	if err := alone(ctx, tx); err != nil {
		return Segment{}, err
	}
	text, err := s.check(ctx, tx, by, by.Agent, &e)
	if err != nil {
		return Segment{}, err
	}
	var all int
	if err := tx.Row(ctx, `SELECT COUNT(*) FROM segment WHERE deleted_at = 0`).Scan(&all); err != nil {
		return Segment{}, fmt.Errorf("count segments: %w", err)
	}
	if all >= mostSegments {
		return Segment{}, desk.WhyEnough.Refuse(mostSegments)
	}
	var id desk.SegmentID
	if err := tx.Row(ctx, `
		INSERT INTO segment (owner, audience, name, sort_key, condition, zone, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		RETURNING id`, by.Agent, e.Audience, e.Name, language.Fold(e.Name), text, e.Zone, tx.Now).Scan(&id); err != nil {
		return Segment{}, fmt.Errorf("create segment: %w", err)
	}
	return s.saved(ctx, tx, by, id, e, true)
}

// saved shares a segment, has its members found where its content is new, and tells of it.
func (s *Service) saved(ctx context.Context, tx *db.Tx, by staff.Asker, id desk.SegmentID, e Edit, content bool) (Segment, error) {
	if _, err := tx.Exec(ctx, `DELETE FROM segment_team WHERE segment = $1`, id); err != nil {
		return Segment{}, fmt.Errorf("share segment %s: %w", id, err)
	}
	for _, team := range e.Teams {
		if _, err := tx.Exec(ctx, `INSERT INTO segment_team (segment, team) VALUES ($1, $2)`, id, team); err != nil {
			return Segment{}, fmt.Errorf("share segment %s with team %s: %w", id, team, err)
		}
	}
	if content {
		if err := s.fillSoon(ctx, tx, id); err != nil {
			return Segment{}, err
		}
	}
	if err := told(ctx, tx, desk.ByAgent(by.Agent), id, nil); err != nil {
		return Segment{}, err
	}
	return s.Get(ctx, tx, by, id)
}

// Change replaces a segment. It refuses a stale version with desk.Conflict, and one that is not the asker's to change with desk.Forbidden.
func (s *Service) Change(ctx context.Context, tx *db.Tx, by staff.Asker, id desk.SegmentID, e Edit) (Segment, error) {
	now, err := s.held(ctx, tx, by, id)
	if err != nil {
		return now, err
	}
	if now.Version != e.Version {
		return now, desk.Stale{Current: now}.Refuse()
	}
	if e.Audience == desk.Personal && now.Owner != by.Agent {
		return now, desk.WhyViewNotShared.At("body.audience") // nobody's segment is taken from him
	}
	text, err := s.check(ctx, tx, by, now.Owner, &e)
	if err != nil {
		return now, err
	}
	same := reflect.DeepEqual(now.Condition, e.Condition) && now.Zone == e.Zone && (now.Audience == desk.Personal) == (e.Audience == desk.Personal)
	content := now.content
	if !same {
		content++
	}
	if _, err := tx.Exec(ctx, `
		UPDATE segment
		SET audience = $2, name = $3, sort_key = $4, condition = $5, zone = $6, reached = CASE WHEN content = $7 THEN reached ELSE 0 END,
			looked = CASE WHEN content = $7 THEN looked ELSE 0 END, content = $7, version = version + 1
		WHERE id = $1`, id, e.Audience, e.Name, language.Fold(e.Name), text, e.Zone, content); err != nil {
		return now, fmt.Errorf("change segment %s: %w", id, err)
	}
	return s.saved(ctx, tx, by, id, e, !same)
}

// Delete takes a segment away. Its members are let go of by a job.
func (s *Service) Delete(ctx context.Context, tx *db.Tx, by staff.Asker, id desk.SegmentID) (Segment, error) {
	now, err := s.held(ctx, tx, by, id)
	if err != nil {
		return now, err
	}
	if _, err := tx.Exec(ctx, `UPDATE segment SET deleted_at = $2, content = content + 1 WHERE id = $1`, id, tx.Now); err != nil {
		return now, fmt.Errorf("delete segment %s: %w", id, err)
	}
	if err := s.fillSoon(ctx, tx, id); err != nil {
		return now, err
	}
	return now, told(ctx, tx, desk.ByAgent(by.Agent), id, nil)
}

// held returns a segment that the asker may change; nobody else works on it until the transaction ends.
func (s *Service) held(ctx context.Context, tx *db.Tx, by staff.Asker, id desk.SegmentID) (Segment, error) {
	if err := alone(ctx, tx); err != nil {
		return Segment{}, err
	}
	now, err := s.Get(ctx, tx, by, id)
	if err != nil {
		return now, err
	}
	if !now.MayChange {
		return now, desk.WhyViewNotShared.Refuse()
	}
	return now, nil
}

// check brings a segment into the form in which it is kept, and returns its condition as text.
func (s *Service) check(ctx context.Context, tx *db.Tx, by staff.Asker, owner desk.AgentID, e *Edit) (string, error) {
	if e.Name = strings.Join(strings.Fields(db.Text(e.Name)), " "); e.Name == "" {
		return "", desk.WhyNeeded.At("body.name")
	}
	var err error
	if e.Teams, err = by.Share(ctx, tx, e.Audience, e.Teams); err != nil {
		return "", err
	}
	if e.Zone == "" {
		e.Zone = by.Zone
	}
	if _, err := time.LoadLocation(e.Zone); err != nil {
		return "", desk.WhyZone.At("body.zone")
	}
	registry, err := s.Attributes(ctx, tx)
	if err != nil {
		return "", err
	}
	g := Segment{Owner: owner, Edit: *e}
	cond, err := condition.Compile(registry, "body.condition", e.Condition, g.env())
	if err != nil {
		return "", err
	}
	if cond.Personal() && e.Audience != desk.Personal {
		return "", desk.WhyConditionValue.At("body.condition") // a shared segment holds the same for everybody
	}
	text, err := json.Marshal(e.Condition)
	if err != nil {
		return "", fmt.Errorf("write a condition: %w", err)
	}
	return db.Text(string(text)), nil
}

// FieldsChanged has the members of the segments that ask for custom fields found anew: options may have been merged or moved, fields put away.
func (s *Service) FieldsChanged(ctx context.Context, tx *db.Tx) error {
	if err := alone(ctx, tx); err != nil {
		return err
	}
	all, err := s.load(ctx, tx, 0)
	if err != nil {
		return err
	}
	for _, g := range all {
		if text, err := json.Marshal(g.Condition); err != nil || g.deleted != 0 || !strings.Contains(string(text), `"field:`) {
			continue // nothing of it hangs on fields
		}
		if _, err := tx.Exec(ctx, `UPDATE segment SET content = content + 1, reached = 0, looked = 0 WHERE id = $1`, g.ID); err != nil {
			return fmt.Errorf("find segment %s anew: %w", g.ID, err)
		}
		if err := s.fillSoon(ctx, tx, g.ID); err != nil {
			return err
		}
	}
	return nil
}
