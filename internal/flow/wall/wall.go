// Package wall draws what a wallboard shows, from figures, teams and presence. A screen asks every few seconds and there may be many of them: each part is reckoned at most as often as it may
// change, once for all of them.
package wall

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"tellus/internal/desk"
	"tellus/internal/engine/figure"
	"tellus/internal/feature/field"
	figures "tellus/internal/feature/figure"
	"tellus/internal/feature/presence"
	"tellus/internal/feature/staff"
	"tellus/internal/feature/wallboard"
	"tellus/internal/platform/db"
)

// Walls draws. Its zero value does not.
type Walls struct {
	DB       *db.DB
	Figures  *figures.Service
	Staff    *staff.Service
	Presence *presence.Service

	mu    sync.Mutex
	drawn map[desk.WallboardID]*drawing
}

// How long a part of a picture may be old.
const (
	queuesAge = 3 * time.Second
	dayAge    = 20 * time.Second
	monthAge  = 5 * time.Minute
)

const (
	reasons     = 6  // that a picture shows at most
	reasonsDays = 30 // that they are counted over
)

// Picture is what a board shows. Nobody's name is in it.
type Picture struct {
	Name     string    `json:"name"`
	Zone     string    `json:"zone"`
	Language string    `json:"language" enum:"en,lv,lt,pl"`
	Theme    string    `json:"theme" enum:"light,dark"`
	Now      desk.Time `json:"now"`
	Version  string    `json:"version" doc:"Of the program: a screen reads its page again when it changes"`

	Received     int64             `json:"received" doc:"Conversations that began today"`
	Resolved     int64             `json:"resolved" doc:"That became finished today"`
	FirstAnswer  Answers           `json:"firstAnswer"`
	FirstContact Contact           `json:"firstContact"`
	Waiting      Waiting           `json:"waiting"`
	Complaints   Complaints        `json:"complaints"`
	Queues       []Queue           `json:"queues" doc:"By team, those first where most is late, then those due next"`
	Promises     []figures.Promise `json:"promises" doc:"How those that ended today were kept, by kind"`
	Reasons      *Reasons          `json:"reasons,omitempty" doc:"Where a field was chosen for the board"`
}

// Answers are the first answers of today.
type Answers struct {
	Median int64 `json:"median" doc:"How long customers waited, in seconds by the clock; -1 where nobody was answered"`
	Kept   int64 `json:"kept" doc:"Promised first answers that came in time"`
	Broken int64 `json:"broken" doc:"And those that did not"`
}

// Contact is how often one answer was enough.
type Contact struct {
	Resolved       int64 `json:"resolved"`
	Once           int64 `json:"once"`
	ResolvedBefore int64 `json:"resolvedBefore" doc:"In the seven days before today"`
	OnceBefore     int64 `json:"onceBefore"`
}

// Waiting is in how many conversations customers wait for an answer.
type Waiting struct {
	Count int64     `json:"count"`
	Since desk.Time `json:"since,omitempty" doc:"Since when who waits longest"`
}

// Complaints are those that are unfinished and have to be seen to by some time.
type Complaints struct {
	Count int64     `json:"count"`
	Late  int64     `json:"late"`
	Due   desk.Time `json:"due" doc:"When the next that is not late is; null where none is"`
	Soon  bool      `json:"soon" doc:"It is soon"`
}

// Queue is a line of the board.
type Queue struct {
	Team    string    `json:"team" doc:"Empty for what is in no team"`
	Open    int64     `json:"open"`
	Waiting int64     `json:"waiting" doc:"In which a customer waits for an answer"`
	Since   desk.Time `json:"since,omitempty" doc:"Since when who waits longest"`
	Late    int64     `json:"late"`
	Due     desk.Time `json:"due" doc:"When the next that is not late is; null where none is"`
	Soon    bool      `json:"soon" doc:"It is soon"`
	Kept    int64     `json:"kept" doc:"Promises of any kind that were kept today"`
	Broken  int64     `json:"broken"`
	People  int64     `json:"people" doc:"How many of the team are online; -1 where it is no team"`
}

// Reasons are the commonest values of a field.
type Reasons struct {
	Field string         `json:"field"`
	Days  int            `json:"days"`
	Items []figure.Share `json:"items"`
}

// drawing is what was reckoned for a board, and when.
type drawing struct {
	mu      sync.Mutex
	version int64
	queues  part[[]Queue]
	now     part[standing]
	day     part[today]
	month   part[*Reasons]
}

// part is one part of a picture with the instant at which it was reckoned.
type part[T any] struct {
	at    desk.Time
	value T
}

// of returns the part as it is now, reckoned anew where it is older than it may be. One from the future is of a clock that was set back.
func (p *part[T]) of(now desk.Time, age time.Duration, reckon func() (T, error)) (T, error) {
	if p.at != 0 && p.at <= now && now.Sub(p.at) < age {
		return p.value, nil
	}
	v, err := reckon()
	if err == nil {
		p.at, p.value = now, v
	}
	return v, err
}

type standing struct {
	waiting    Waiting
	complaints Complaints
}

type today struct {
	received, resolved int64
	promises           []figures.Promise
	byTeam             map[string]figures.Line
	answers            Answers
	contact            Contact
}

// Draw returns what a board shows now. Who asks while it is drawn for somebody else waits for that, without holding a reader of the database.
func (w *Walls) Draw(ctx context.Context, b *desk.Wallboard) (p *Picture, err error) {
	d := w.drawing(b.ID)
	d.mu.Lock()
	defer d.mu.Unlock()
	err = w.DB.Read(ctx, func(tx *db.Tx) error {
		p, err = w.draw(ctx, tx, b, d)
		return err
	})
	return p, err
}

func (w *Walls) draw(ctx context.Context, tx *db.Tx, b *desk.Wallboard, d *drawing) (*Picture, error) {
	if d.version != b.Version {
		d.version, d.queues, d.now, d.day, d.month = b.Version, part[[]Queue]{}, part[standing]{}, part[today]{}, part[*Reasons]{}
	}
	zone, err := time.LoadLocation(b.Zone)
	if err != nil {
		zone = time.UTC
	}
	scope := desk.Scope{All: len(b.Teams) == 0, Teams: b.Teams}
	date := desk.DateOf(tx.Now.Time().In(zone))
	if d.day.at != 0 && desk.DateOf(d.day.at.Time().In(zone)) != date {
		d.day.at = 0 // midnight
	}
	day, err := d.day.of(tx.Now, dayAge, func() (today, error) { return w.today(ctx, tx, scope, date, zone) })
	if err != nil {
		return nil, err
	}
	queues, err := d.queues.of(tx.Now, queuesAge, func() ([]Queue, error) { return w.queues(ctx, tx, scope, b.Teams, day.byTeam) })
	if err != nil {
		return nil, err
	}
	now, err := d.now.of(tx.Now, queuesAge, func() (standing, error) { return w.standing(ctx, tx, scope, queues) })
	if err != nil {
		return nil, err
	}
	month, err := d.month.of(tx.Now, monthAge, func() (*Reasons, error) { return w.reasons(ctx, tx, scope, b.Field) })
	if err != nil {
		return nil, err
	}
	return &Picture{Name: b.Name, Zone: b.Zone, Language: b.Language, Theme: b.Theme, Now: tx.Now, Received: day.received, Resolved: day.resolved, FirstAnswer: day.answers, FirstContact: day.contact,
		Waiting: now.waiting, Complaints: now.complaints, Queues: queues, Promises: day.promises, Reasons: month}, nil
}

func (w *Walls) drawing(id desk.WallboardID) *drawing {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.drawn == nil {
		w.drawn = map[desk.WallboardID]*drawing{}
	}
	if w.drawn[id] == nil {
		w.drawn[id] = &drawing{}
	}
	return w.drawn[id]
}

// Forget lets go of what was reckoned for a board that is no more.
func (w *Walls) Forget(id desk.WallboardID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.drawn, id)
}

func span(from, to desk.Date, zone *time.Location) figures.Span {
	return figures.Span{From: from, To: to, Zone: zone.String(), Bounds: figure.Days(from, to, zone), By: figure.ByTeam}
}

func (w *Walls) today(ctx context.Context, tx *db.Tx, scope desk.Scope, date desk.Date, zone *time.Location) (d today, err error) {
	f, err := w.Figures.Of(ctx, tx, scope, span(date, date, zone))
	if err != nil {
		return d, err
	}
	d = today{received: f.Total.Received, resolved: f.Total.Resolved, promises: f.Total.Promises, byTeam: map[string]figures.Line{}, answers: Answers{Median: -1}}
	for i := range f.Lines {
		d.byTeam[f.Lines[i].Key] = f.Lines[i]
	}
	for _, p := range f.Total.Promises {
		if p.Kind == "first_answer" {
			d.answers.Kept, d.answers.Broken = p.Kept, p.Broken
		}
	}
	lengths, err := w.Figures.FirstAnswers(ctx, tx, scope, span(date, date, zone))
	if err != nil {
		return d, err
	}
	if m, ok := figure.Median(lengths); ok {
		d.answers.Median = int64(m / time.Second)
	}
	d.contact.Resolved, d.contact.Once = f.Total.Resolved, f.Total.FirstContact
	d.contact.ResolvedBefore, d.contact.OnceBefore, err = w.Figures.OnFirstContact(ctx, tx, scope, span(date-7, date-1, zone))
	return d, err
}

// queues are a line for each team that the board is about, and one for what is in no team, where it is about all and there is any.
func (w *Walls) queues(ctx context.Context, tx *db.Tx, scope desk.Scope, only []desk.TeamID, day map[string]figures.Line) ([]Queue, error) {
	counted, err := w.Figures.Queues(ctx, tx, scope)
	if err != nil {
		return nil, err
	}
	teams, err := w.Staff.Teams(ctx, tx)
	if err != nil {
		return nil, err
	}
	here, err := w.Presence.List(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("who is here: %w", err)
	}
	online := map[desk.AgentID]bool{}
	for _, p := range here {
		online[p.Agent] = p.State == "online"
	}
	at := map[desk.TeamID]figure.Queue{}
	for _, q := range counted {
		at[q.Team] = q
	}
	var all []figure.Queue
	people := map[desk.TeamID]int64{0: -1}
	for _, t := range teams {
		if len(only) > 0 && !slices.Contains(only, t.ID) {
			continue
		}
		q, ok := at[t.ID]
		if !ok {
			q = figure.Queue{Team: t.ID, Due: desk.Never, Soon: desk.Never}
		}
		q.Name = t.Name
		all = append(all, q)
		for _, m := range t.Members {
			if online[m] {
				people[t.ID]++
			}
		}
	}
	if q, ok := at[0]; ok {
		all = append(all, q)
	}
	figure.Order(all)
	out := make([]Queue, len(all))
	for i, q := range all {
		out[i] = Queue{Team: q.Name, Open: q.Open, Waiting: q.Waiting, Since: q.Since, Late: q.Late, Due: q.Due, Soon: q.Soon <= tx.Now, People: people[q.Team]}
		key := ""
		if q.Team != 0 {
			key = q.Team.String()
		}
		for _, p := range day[key].Promises {
			out[i].Kept += p.Kept
			out[i].Broken += p.Broken
		}
	}
	return out, nil
}

func (w *Walls) standing(ctx context.Context, tx *db.Tx, scope desk.Scope, queues []Queue) (s standing, err error) {
	for _, q := range queues {
		s.waiting.Count += q.Waiting
		if q.Since != 0 && (s.waiting.Since == 0 || q.Since < s.waiting.Since) {
			s.waiting.Since = q.Since
		}
	}
	c, err := w.Figures.Complaints(ctx, tx, scope)
	s.complaints = Complaints{Count: c.Open, Late: c.Late, Due: c.Due, Soon: c.Soon <= tx.Now}
	return s, err
}

func (w *Walls) reasons(ctx context.Context, tx *db.Tx, scope desk.Scope, id desk.FieldID) (*Reasons, error) {
	if id == 0 {
		return nil, nil //nolint:nilnil // the board shows promises instead
	}
	all, err := field.All(ctx, tx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(f desk.Field) bool { return f.ID == id && wallboard.Shows(&f) })
	if i < 0 {
		return nil, nil //nolint:nilnil // it was archived, or is now about a person
	}
	shares, err := w.Figures.Chosen(ctx, tx, scope, &all[i], tx.Now.Add(-reasonsDays*24*time.Hour))
	if err != nil {
		return nil, err
	}
	return &Reasons{Field: all[i].Name, Days: reasonsDays, Items: figure.Commonest(shares, reasons)}, nil
}
