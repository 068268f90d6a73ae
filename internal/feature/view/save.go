package view

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/engine/language"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
)

// Bounds.
const (
	mostViews = 500 // of a desk: each is looked at whenever a conversation changes
	mostOwn   = 50  // personal ones of somebody
	kept      = 30 * 24 * time.Hour
)

// Fill is the job that finds the members of a view.
type Fill struct {
	View desk.ViewID `json:"view"`
}

// JobKind names the job.
func (Fill) JobKind() string { return "view.fill" }

// changed has everybody notice that views changed, and the members of one found anew. Conversations that are being begun meanwhile are waited for: they must not be missed by
// both sides.
func changed(ctx context.Context, tx *db.Tx, id desk.ViewID) error {
	if tx.Postgres() {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(7340034)`); err != nil {
			return fmt.Errorf("wait for conversations that begin: %w", err)
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE saved_view_stamp SET stamp = stamp + 1`); err != nil {
		return fmt.Errorf("tell of changed views: %w", err)
	}
	if id == 0 {
		return nil
	}
	_, err := jobs.Enqueue(ctx, tx, tx.Now, Fill{id}, jobs.Unique(id.String()))
	return err
}

// Create keeps a new view of the asker's.
func (s *Service) Create(ctx context.Context, tx *db.Tx, by Asker, e Edit) (View, error) {
	if err := s.check(ctx, tx, by, &e); err != nil {
		return View{}, err
	}
	if err := enough(ctx, tx, by, e.Audience); err != nil {
		return View{}, err
	}
	k := e.columns()
	var id desk.ViewID
	if err := tx.Row(ctx, `
		INSERT INTO saved_view (owner, audience, name, sort_key, icon, colour, shelves, condition, sort_by, sort_desc, zone, layout, columns, pinned, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		RETURNING id`, by.Agent, e.Audience, e.Name, language.Fold(e.Name), e.Icon, e.Colour, k.shelves, k.condition, e.Sort.By, e.Sort.Desc, e.Zone, e.Layout,
		k.columns, e.Pinned, tx.Now).Scan(&id); err != nil {
		return View{}, fmt.Errorf("create view: %w", err)
	}
	if err := share(ctx, tx, id, e); err != nil {
		return View{}, err
	}
	if err := changed(ctx, tx, id); err != nil {
		return View{}, err
	}
	if err := told(ctx, tx, desk.ByAgent(by.Agent), id); err != nil {
		return View{}, err
	}
	return s.Get(ctx, tx, by, id)
}

func enough(ctx context.Context, tx *db.Tx, by Asker, audience desk.Audience) error {
	var all, own int
	if err := tx.Row(ctx, `SELECT COUNT(*), COUNT(*) FILTER (WHERE owner = $1 AND audience = 'personal') FROM saved_view WHERE deleted_at = 0`, by.Agent).
		Scan(&all, &own); err != nil {
		return fmt.Errorf("count views: %w", err)
	}
	if all >= mostViews {
		return desk.WhyEnough.Refuse(mostViews)
	}
	if audience == desk.Personal && own >= mostOwn {
		return desk.WhyEnough.Refuse(mostOwn)
	}
	return nil
}

// Change replaces a view. It refuses a stale version with desk.Conflict, and one that is not the asker's to change with desk.Forbidden.
func (s *Service) Change(ctx context.Context, tx *db.Tx, by Asker, id desk.ViewID, e Edit) (View, error) {
	now, err := s.held(ctx, tx, by, id)
	if err != nil {
		return now, err
	}
	if now.Version != e.Version {
		return now, desk.Stale{Current: now}.Refuse()
	}
	if err := s.check(ctx, tx, by, &e); err != nil {
		return now, err
	}
	if e.Audience == desk.Personal && now.Owner != by.Agent {
		return now, desk.WhyViewNotShared.At("body.audience") // nobody's view is taken from him
	}
	content := now.content
	if !sameContent(now.Edit, e) {
		content++
	}
	k := e.columns()
	if _, err := tx.Exec(ctx, `
		UPDATE saved_view
		SET audience = $2, name = $3, sort_key = $4, icon = $5, colour = $6, shelves = $7, condition = $8, sort_by = $9, sort_desc = $10, zone = $11, layout = $12,
			columns = $13, pinned = $14, content = $15, version = version + 1
		WHERE id = $1`, id, e.Audience, e.Name, language.Fold(e.Name), e.Icon, e.Colour, k.shelves, k.condition, e.Sort.By, e.Sort.Desc, e.Zone, e.Layout, k.columns,
		e.Pinned, content); err != nil {
		return now, fmt.Errorf("change view %s: %w", id, err)
	}
	if err := share(ctx, tx, id, e); err != nil {
		return now, err
	}
	fill := desk.ViewID(0)
	if content != now.content {
		fill = id
	}
	if err := changed(ctx, tx, fill); err != nil {
		return now, err
	}
	if err := told(ctx, tx, desk.ByAgent(by.Agent), id); err != nil {
		return now, err
	}
	return s.Get(ctx, tx, by, id)
}

// sameContent reports whether the same conversations belong to both, in the same order. Whose the view is counts too: "me" in a personal one is its owner.
func sameContent(a, b Edit) bool {
	return reflect.DeepEqual(a.Shelves, b.Shelves) && reflect.DeepEqual(a.Condition, b.Condition) && a.Sort == b.Sort && a.Zone == b.Zone &&
		(a.Audience == desk.Personal) == (b.Audience == desk.Personal)
}

// Delete puts a view away; Restore takes that back for thirty days. What was deleted earlier is removed for good.
func (s *Service) Delete(ctx context.Context, tx *db.Tx, by Asker, id desk.ViewID) (View, error) {
	now, err := s.held(ctx, tx, by, id)
	if err != nil {
		return now, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM saved_view WHERE deleted_at > 0 AND deleted_at < $1`, tx.Now.Add(-kept)); err != nil {
		return now, fmt.Errorf("remove views that were deleted long ago: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE saved_view SET deleted_at = $2, content = content + 1 WHERE id = $1`, id, tx.Now); err != nil {
		return now, fmt.Errorf("delete view %s: %w", id, err)
	}
	if err := changed(ctx, tx, id); err != nil { // the job finds it gone and empties it
		return now, err
	}
	return now, told(ctx, tx, desk.ByAgent(by.Agent), id)
}

// Restore brings a deleted view back as it was.
func (s *Service) Restore(ctx context.Context, tx *db.Tx, by Asker, id desk.ViewID) (View, error) {
	if err := tx.Lock(ctx, "saved_view", int64(id)); err != nil {
		return View{}, err
	}
	now, deleted, err := s.load(ctx, tx, by, id)
	if err != nil {
		return now, err
	}
	if !now.MayChange {
		return now, desk.WhyViewNotShared.Refuse()
	}
	if deleted == 0 {
		return now, nil
	}
	if _, err := tx.Exec(ctx, `UPDATE saved_view SET deleted_at = 0, content = content + 1 WHERE id = $1`, id); err != nil {
		return now, fmt.Errorf("restore view %s: %w", id, err)
	}
	if err := changed(ctx, tx, id); err != nil {
		return now, err
	}
	return now, told(ctx, tx, desk.ByAgent(by.Agent), id)
}

// Arrange keeps which views the asker has in sight, and in which order: those that are named in that order, the others after them as before.
func (s *Service) Arrange(ctx context.Context, tx *db.Tx, by Asker, order []desk.ViewID, pinned map[desk.ViewID]bool) error {
	all, err := s.List(ctx, tx, by)
	if err != nil {
		return err
	}
	place := func(v View) int {
		if i := slices.Index(order, v.ID); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(all, func(a, b View) int { return place(a) - place(b) })
	for i, v := range all {
		if on, said := pinned[v.ID]; said {
			v.Pinned = on
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO saved_view_place (agent, view, pinned, position) VALUES ($1, $2, $3, $4)
			ON CONFLICT (agent, view) DO UPDATE SET pinned = excluded.pinned, position = excluded.position`, by.Agent, v.ID, v.Pinned, i); err != nil {
			return fmt.Errorf("arrange views: %w", err)
		}
	}
	return told(ctx, tx, desk.ByAgent(by.Agent), 0)
}

// held returns a view that the asker may change, and holds it until the transaction ends.
func (s *Service) held(ctx context.Context, tx *db.Tx, by Asker, id desk.ViewID) (View, error) {
	if err := tx.Lock(ctx, "saved_view", int64(id)); err != nil {
		return View{}, err
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

func share(ctx context.Context, tx *db.Tx, id desk.ViewID, e Edit) error {
	if _, err := tx.Exec(ctx, `DELETE FROM saved_view_team WHERE view = $1`, id); err != nil {
		return fmt.Errorf("share view %s: %w", id, err)
	}
	for _, team := range e.Teams {
		if _, err := tx.Exec(ctx, `INSERT INTO saved_view_team (view, team) VALUES ($1, $2)`, id, team); err != nil {
			return fmt.Errorf("share view %s with team %s: %w", id, team, err)
		}
	}
	return nil
}

type columns struct{ shelves, condition, columns string }

func (e Edit) columns() columns {
	text := func(v any) string {
		data, err := json.Marshal(v)
		if err != nil {
			panic("view: " + err.Error()) // a fault of the program: these are our own types
		}
		return db.Text(string(data))
	}
	return columns{text(e.Shelves), text(e.Condition), text(e.Columns)}
}

// check brings a view into the form in which it is kept.
func (s *Service) check(ctx context.Context, tx *db.Tx, by Asker, e *Edit) error {
	if e.Name = strings.Join(strings.Fields(db.Text(e.Name)), " "); e.Name == "" {
		return desk.WhyNeeded.At("body.name")
	}
	var err error
	if e.Teams, err = by.Share(ctx, tx, e.Audience, e.Teams); err != nil {
		return err
	}
	if e.Zone == "" {
		e.Zone = by.Zone
	}
	zone, err := time.LoadLocation(e.Zone)
	if err != nil {
		return desk.WhyZone.At("body.zone")
	}
	if err := e.checkShelves(); err != nil {
		return err
	}
	registry, err := s.Conversations.Attributes(ctx, tx)
	if err != nil {
		return err
	}
	if _, err := condition.Compile(registry, "body.condition", e.Condition, condition.Env{Zone: zone}); err != nil {
		return err
	}
	if e.Sort.By == "" {
		e.Sort = condition.Sort{By: "due"}
		if !live(e.Shelves) {
			e.Sort = condition.Sort{By: "last", Desc: true}
		}
	}
	a, ok := registry.Find(e.Sort.By)
	if !ok || !a.Sorts || !live(e.Shelves) && e.Sort.By != "last" {
		return desk.WhyNoSort.At("body.sort.by")
	}
	if e.Columns == nil {
		e.Columns = []Column{}
	}
	for i, c := range e.Columns {
		if _, ok := registry.Find(c.Key); !ok && !slices.Contains([]string{"customer", "preview"}, c.Key) {
			return desk.WhyNoAttribute.At(fmt.Sprintf("body.columns[%d].key", i))
		}
	}
	return nil
}

func (e *Edit) checkShelves() error {
	for i, code := range e.Shelves {
		if _, ok := condition.Shelves[code]; !ok {
			return desk.RefuseField(desk.Invalid, fmt.Sprintf("body.shelves[%d]", i), "there is no shelf %.20q", code)
		}
	}
	slices.SortFunc(e.Shelves, func(a, b string) int { return int(condition.Shelves[a] - condition.Shelves[b]) })
	if e.Shelves = slices.Compact(e.Shelves); len(e.Shelves) == 0 {
		e.Shelves = []string{"active"}
	}
	return nil
}

// FieldsChanged has the members of the views that ask for custom fields found anew: options may have been merged or moved, fields put away.
func (s *Service) FieldsChanged(ctx context.Context, tx *db.Tx) error {
	return findAnew(ctx, tx, `condition LIKE '%"field:%' OR sort_by LIKE 'field:%'`)
}

// SegmentsChanged has the members of the views that ask for segments found anew, where a segment's members were.
func (s *Service) SegmentsChanged(ctx context.Context, tx *db.Tx) error {
	return findAnew(ctx, tx, `condition LIKE '%"customer.segments"%'`)
}

// AskingFor are the names of the views whose conditions ask for a segment, whoever has them.
func (s *Service) AskingFor(ctx context.Context, tx *db.Tx, segment desk.SegmentID) (names []string, err error) {
	type line struct{ name, condition string }
	rows, err := tx.Query(ctx, `SELECT name, condition FROM saved_view WHERE deleted_at = 0 AND condition LIKE '%"customer.segments"%' ORDER BY sort_key, id`)
	lines, err := db.Rows(rows, err, func(r *sql.Rows, l *line) error { return r.Scan(&l.name, &l.condition) })
	if err != nil {
		return nil, fmt.Errorf("views that ask for segment %s: %w", segment, err)
	}
	for _, l := range lines {
		var node condition.Node
		if err := json.Unmarshal([]byte(l.condition), &node); err != nil {
			return nil, fmt.Errorf("view %q: %w", l.name, err)
		}
		if names = append(names, l.name); !asksFor(node, segment.String()) {
			names = names[:len(names)-1]
		}
	}
	return names, nil
}

func asksFor(n condition.Node, segment string) bool {
	asks := func(child condition.Node) bool { return asksFor(child, segment) }
	return n.Attr == "customer.segments" && slices.Contains(n.Values, segment) || slices.ContainsFunc(n.All, asks) || slices.ContainsFunc(n.Any, asks)
}

func findAnew(ctx context.Context, tx *db.Tx, which string) error {
	rows, err := tx.Query(ctx, `SELECT id FROM saved_view WHERE deleted_at = 0 AND (`+which+`) ORDER BY id`)
	ids, err := db.Rows(rows, err, func(r *sql.Rows, id *desk.ViewID) error { return r.Scan(id) })
	if err != nil {
		return fmt.Errorf("views whose members are found anew: %w", err)
	}
	for _, id := range ids {
		if _, err := tx.Exec(ctx, `UPDATE saved_view SET content = content + 1 WHERE id = $1`, id); err != nil {
			return fmt.Errorf("find view %s anew: %w", id, err)
		}
		if err := changed(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}
