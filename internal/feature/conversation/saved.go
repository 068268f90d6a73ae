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
	"sync"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
	"tellus/internal/engine/deadline"
	"tellus/internal/feature/hours"
	"tellus/internal/platform/db"
)

// savedView is a saved view as lists and memberships need it, compiled. The tables saved_view and field belong to others; here they are only read.
type savedView struct {
	id       desk.ViewID
	content  int64
	shelves  []desk.Shelf
	cond     *condition.Condition // what belongs to it for somebody at least; nil where it cannot be compiled any more: then nothing does
	sort     condition.Sort
	sortAttr *condition.Attribute
	asks     asks
}

// asks says what a condition or an order looks at beyond a conversation's row.
type asks struct {
	followers bool
	customer  bool // or his organisation
	linked    bool
	reviews   bool
	segments  bool // of his customer
}

func (a asks) and(b asks) asks {
	return asks{a.followers || b.followers, a.customer || b.customer, a.linked || b.linked, a.reviews || b.reviews, a.segments || b.segments}
}

func asksOf(a *condition.Attribute) asks {
	return asks{a.Key == "followers", ofCustomer(a), a.OfLinks, a.OfReviews, a.Of == "segment"}
}

// live reports whether its members are kept as rows: those of views over unfinished conversations are.
func (v *savedView) live() bool {
	return !slices.ContainsFunc(v.shelves, func(s desk.Shelf) bool { return s > desk.ShelfSnoozed })
}

// definitions are all saved views and the attributes that they may ask for, as of a stamp.
type definitions struct {
	stamp    stamp
	views    []*savedView
	byID     map[desk.ViewID]*savedView
	registry condition.List

	asks asks // what some live view looks at
	any  bool // there are live views

	policies   []*deadline.Policy // in use, in order
	policyAsks asks               // what some of them look at
	promises   bool               // there is or was a policy: conversations may have clocks

	book *hours.Book // the calendars that time is counted by
}

// stamp tells states of the definitions apart.
type stamp struct{ views, fields, count, policies, calendars int64 }

type definitionsKey struct{}

type definitionsMemo struct {
	mu  sync.Mutex
	now *definitions
}

// definitionsOf returns the definitions as this transaction sees them. They are asked for after the conversation is held: whoever made a view and filled it before
// that is seen, and whoever comes later waits for the conversation.
const stampText = `SELECT stamp, (SELECT COALESCE(SUM(version), 0) FROM field), (SELECT COUNT(*) FROM field), (SELECT stamp FROM service_policy_stamp), (SELECT stamp FROM calendar_stamp) FROM saved_view_stamp`

func definitionsOf(ctx context.Context, tx *db.Tx) (*definitions, error) {
	var s stamp
	if err := tx.Row(ctx, stampText).Scan(&s.views, &s.fields, &s.count, &s.policies, &s.calendars); err != nil {
		return nil, fmt.Errorf("look for changed views: %w", err)
	}
	memo := tx.DB().Memo(definitionsKey{}, func() any { return &definitionsMemo{} }).(*definitionsMemo)
	memo.mu.Lock()
	now := memo.now
	memo.mu.Unlock()
	if now != nil && now.stamp == s {
		return now, nil
	}
	now, err := loadDefinitions(ctx, tx, s)
	if err != nil {
		return nil, err
	}
	memo.mu.Lock()
	memo.now = now
	memo.mu.Unlock()
	return now, nil
}

func loadDefinitions(ctx context.Context, tx *db.Tx, s stamp) (*definitions, error) {
	fields, err := conditionFields(ctx, tx)
	if err != nil {
		return nil, err
	}
	d := &definitions{stamp: s, byID: map[desk.ViewID]*savedView{}, registry: condition.Conversations(fields)}
	rows, err := tx.Query(ctx, `
		SELECT id, owner, audience, content, shelves, condition, sort_by, sort_desc, zone
		FROM saved_view
		WHERE deleted_at = 0
		ORDER BY id`)
	d.views, err = db.Rows(rows, err, d.scan)
	if err != nil {
		return nil, fmt.Errorf("load saved views: %w", err)
	}
	for _, v := range d.views {
		d.byID[v.id] = v
		if v.live() && v.cond != nil {
			d.any = true
			d.asks = d.asks.and(v.asks)
		}
	}
	if d.book, err = hours.LoadBook(ctx, tx); err != nil {
		return nil, err
	}
	return d, d.loadPolicies(ctx, tx)
}

func (d *definitions) scan(r *sql.Rows, to **savedView) error {
	var v savedView
	var owner desk.AgentID
	var audience desk.Audience
	var shelves, text, zone string
	if err := r.Scan(&v.id, &owner, &audience, &v.content, &shelves, &text, &v.sort.By, &v.sort.Desc, &zone); err != nil {
		return err
	}
	*to = &v
	var codes []string
	var node condition.Node
	if err := errors.Join(json.Unmarshal([]byte(shelves), &codes), json.Unmarshal([]byte(text), &node)); err != nil {
		return fmt.Errorf("saved view %d: %w", v.id, err)
	}
	v.shelves = shelvesOf(codes)
	var me int64
	if audience == desk.Personal {
		me = int64(owner)
	}
	v.compile(d.registry, node, zoneOf(zone), me)
	return nil
}

// compile leaves the condition out where an attribute that it asks for is gone.
func (v *savedView) compile(registry condition.List, node condition.Node, zone *time.Location, me int64) {
	if a, ok := registry.Find(v.sort.By); ok {
		v.sortAttr = a
	} else {
		v.sort = condition.Sort{By: "due"}
		v.sortAttr, _ = registry.Find("due")
	}
	c, err := condition.Compile(registry, "", node, condition.Env{Zone: zone, Me: me})
	if err != nil {
		return
	}
	v.cond = c
	v.asks = asksOf(v.sortAttr)
	for _, a := range c.Attributes() {
		v.asks = v.asks.and(asksOf(a))
	}
}

// ofCustomer reports whether an attribute is the customer's, or his organisation's, and not in the conversation's own row.
func ofCustomer(a *condition.Attribute) bool {
	return a.Owner == string(desk.OnOrganisation) || a.Owner == string(desk.OnCustomer) && a.Key != "customer.name" && a.Key != "customer.address"
}

func shelvesOf(codes []string) []desk.Shelf {
	var all []desk.Shelf
	for _, code := range codes {
		if n, ok := condition.Shelves[code]; ok {
			all = append(all, desk.Shelf(n))
		}
	}
	if len(all) == 0 {
		all = []desk.Shelf{desk.ShelfActive}
	}
	return all
}

func zoneOf(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return zone
}

// conditionFields are the custom fields that conditions on conversations may ask for.
func conditionFields(ctx context.Context, tx *db.Tx) ([]desk.Field, error) {
	rows, err := tx.Query(ctx, `
		SELECT id, target, name, kind, options
		FROM field
		WHERE archived_at = 0 AND target IN ('conversation', 'customer', 'organisation')
		ORDER BY target, position, id`)
	fields, err := db.Rows(rows, err, func(r *sql.Rows, f *desk.Field) error {
		var options string
		if err := r.Scan(&f.ID, &f.Target, &f.Name, &f.Kind, &options); err != nil {
			return err
		}
		return json.Unmarshal([]byte(options), &f.Options)
	})
	if err != nil {
		return nil, fmt.Errorf("load fields: %w", err)
	}
	return fields, nil
}

// Attributes are what conditions on conversations can ask for.
func (s *Service) Attributes(ctx context.Context, tx *db.Tx) (condition.List, error) {
	d, err := definitionsOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	return d.registry, nil
}

// savedPrefix begins the name of a saved view among the built-in ones.
const savedPrefix = "saved:"

// Saved is a saved view by its name among the built-in ones.
func Saved(id desk.ViewID) View { return View(savedPrefix + strconv.FormatInt(int64(id), 10)) }

// SavedID returns which saved view a view is, 0 for a built-in one.
func (v View) SavedID() desk.ViewID {
	text, ok := strings.CutPrefix(string(v), savedPrefix)
	if !ok {
		return 0
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 {
		return 0
	}
	return desk.ViewID(id)
}

func (d *definitions) view(id desk.ViewID) (*savedView, error) {
	v := d.byID[id]
	if v == nil {
		return nil, desk.Refuse(desk.NotFound, "no such view")
	}
	return v, nil
}
