package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/lxzan/gws"

	"tellus/internal/app"
	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/secret"
)

// What a busy house has: rules that are asked about each mail, policies that promise, and people whom work is given to.
const (
	houseRules    = 500
	housePolicies = 20
	housePeople   = 100
	houseRate     = 200 // mails a second, where not as many come as there can
)

// House is how mail fares with rules, policies and distribution on.
type House struct {
	Rules       int     `json:"rules"`
	Policies    int     `json:"policies"`
	People      int     `json:"people"`
	Mails       int64   `json:"mails"`
	MailsPerSec float64 `json:"mailsPerSec"`
	Without     float64 `json:"without"`  // mails a second with the same people at the desk, and nothing else of it
	Share       float64 `json:"share"`    // of that
	MailCPU     float64 `json:"mailCPU"`  // processor time of the server for a mail, milliseconds
	Fired       int64   `json:"fired"`    // times that a rule acted
	Promised    int64   `json:"promised"` // clocks that began
	Waited      int64   `json:"waited"`   // conversations that came into the queue
	Assigned    int64   `json:"assigned"` // of these, those that were given to somebody when everything was looked at
	P50         float64 `json:"p50"`      // milliseconds from the transaction that put a conversation into the queue to the one that gave it out
	P99         float64 `json:"p99"`
	Caught      float64 `json:"caught"` // seconds after the last mail was stored until all were given out

	Rate    float64 `json:"rate"`    // mails a second that came in the end, as many as a large company has at its busiest
	RateP50 float64 `json:"rateP50"` // as P50 and P99, of those
	RateP99 float64 `json:"rateP99"`
}

// house feeds mail to a desk at which people sit, and then once more with rules, policies and a team that gives out to them.
func (o Options) house(ctx context.Context, c app.Config, srv *server, run *Run) (err error) {
	fmt.Fprintf(o.Log, "%d conversations: mail for %s with %d people at the desk, then with rules, policies and distribution\n", run.Conversations, o.Mail, housePeople)
	h := &House{Rules: houseRules, Policies: housePolicies, People: housePeople}
	d, err := db.Open(ctx, databaseURL(c), db.Options{Logger: quiet()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	stand, err := seat(ctx, d, srv)
	defer stand()
	if err != nil {
		return err
	}
	without := *run
	if err := o.mail(ctx, c, srv, &without, connections, 0); err != nil {
		return err
	}
	if err := srv.makeHouse(ctx, d); err != nil {
		return err
	}
	from, err := number(ctx, d, `SELECT COALESCE(MAX(seq), 0) FROM event`)
	if err != nil {
		return err
	}
	with := *run
	if err := o.mail(ctx, c, srv, &with, 2*connections, 0); err != nil {
		return err
	}
	h.Mails, h.MailsPerSec, h.MailCPU = with.Mails, with.MailsPerSec, with.MailCPU
	if h.Without = without.MailsPerSec; h.Without > 0 {
		h.Share = h.MailsPerSec / h.Without
	}
	if err := h.settle(ctx, d, from); err != nil {
		return err
	}
	paced := House{}
	if from, err = number(ctx, d, `SELECT MAX(seq) FROM event`); err != nil {
		return err
	}
	calm := *run
	if err := o.mail(ctx, c, srv, &calm, 3*connections, houseRate); err != nil {
		return err
	}
	if err := paced.settle(ctx, d, from); err != nil {
		return err
	}
	h.Rate, h.RateP50, h.RateP99 = calm.MailsPerSec, paced.P50, paced.P99
	run.House = h
	return nil
}

// settle waits until nothing more of what came since an event is given out, and counts it.
func (h *House) settle(ctx context.Context, d *db.DB, from int64) error {
	for stored := time.Now(); ; {
		was := h.Assigned
		if err := h.read(ctx, d, from); err != nil {
			return err
		}
		if h.Waited > 0 && h.Assigned >= h.Waited || h.Assigned == was && time.Since(stored) > 20*time.Second {
			return nil
		}
		h.Caught = time.Since(stored).Seconds()
		time.Sleep(time.Second)
	}
}

func number(ctx context.Context, d *db.DB, query string, args ...any) (n int64, err error) {
	err = d.Read(ctx, func(tx *db.Tx) error { return tx.Row(ctx, query, args...).Scan(&n) })
	if err != nil {
		err = fmt.Errorf("count: %w", err)
	}
	return n, err
}

// read counts what happened since an event.
func (h *House) read(ctx context.Context, d *db.DB, from int64) (err error) {
	for query, into := range map[string]*int64{
		`SELECT COUNT(*) FROM event WHERE seq > $1 AND kind = 'rule.fired'`:                                                          &h.Fired,
		`SELECT COUNT(*) FROM event WHERE seq > $1 AND kind = 'team.changed'`:                                                        &h.Waited,
		`SELECT COUNT(*) FROM event WHERE seq > $1 AND kind = 'assignee.changed'`:                                                    &h.Assigned,
		`SELECT COUNT(*) FROM clock WHERE conversation IN (SELECT conversation FROM event WHERE seq > $1 AND kind = 'team.changed')`: &h.Promised,
	} {
		if *into, err = number(ctx, d, query, from); err != nil {
			return err
		}
	}
	var took []float64
	err = d.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT t.at, MIN(a.at) FROM event t JOIN event a ON a.conversation = t.conversation AND a.kind = 'assignee.changed' AND a.seq > t.seq
			WHERE t.seq > $1 AND t.kind = 'team.changed' GROUP BY t.seq, t.at`, from)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var queued, given desk.Time
			if err := rows.Scan(&queued, &given); err != nil {
				return err
			}
			took = append(took, milliseconds(given.Sub(queued)))
		}
		return rows.Err()
	})
	if err != nil || len(took) == 0 {
		return err
	}
	slices.Sort(took)
	h.P50, h.P99 = took[len(took)/2], took[len(took)*99/100]
	return nil
}

// makeHouse asks for it over the API, as an administrator would. One rule puts everything into the team's queue, a few act on common words, and the others are asked and do not hold.
func (s *server) makeHouse(ctx context.Context, d *db.DB) error {
	people := make([]int, housePeople)
	for i := range people {
		people[i] = 1000 + i
	}
	if err := s.post(ctx, "/teams", map[string]any{"name": "Busy", "members": people, "leads": []int{}}); err != nil {
		return err
	}
	team, err := number(ctx, d, `SELECT MAX(id) FROM team`)
	if err != nil {
		return err
	}
	if err := s.send(ctx, http.MethodPut, fmt.Sprintf("/teams/%d/distribution", team), map[string]any{"method": "least_busy", "capacity": 500, "previousDays": 0, "version": 0}); err != nil {
		return err
	}
	for i := range housePolicies {
		all := []map[string]any{{"attr": "subject", "op": "contains", "values": []string{fmt.Sprint("matter", i)}}, {"attr": "language", "op": "is", "values": []string{"lv"}}}
		if i == housePolicies-1 {
			all = nil // everything
		}
		minutes := []int{240, 120, 60, 30}
		err := s.post(ctx, "/policies", map[string]any{"name": fmt.Sprint("Policy ", i), "active": true, "counts": "clock", "zone": "Europe/Riga", "warn": 75, "pauses": []string{"waiting"}, "version": 0,
			"condition": map[string]any{"all": all}, "targets": []map[string]any{{"kind": "first_answer", "minutes": minutes}, {"kind": "next_answer", "minutes": minutes}}, "steps": []any{}})
		if err != nil {
			return err
		}
	}
	for i := range houseRules {
		rule := map[string]any{"name": fmt.Sprint("Rule ", i), "active": true, "zone": "Europe/Riga", "stop": false, "version": 0, "events": []string{"message.received"},
			"condition": map[string]any{"all": []map[string]any{{"attr": "message.text", "op": "contains", "values": []string{fmt.Sprint("word", i)}}, {"attr": "inbox", "op": "is", "values": []string{"1"}}}},
			"actions":   []map[string]any{{"do": "set_priority", "priority": 2}}}
		switch {
		case i == 0:
			rule["events"], rule["condition"], rule["actions"] = []string{"conversation.opened"}, map[string]any{}, []map[string]any{{"do": "set_team", "team": team}}
		case i < 5:
			rule["condition"] = map[string]any{"all": []map[string]any{{"attr": "message.text", "op": "contains", "values": []string{"invoice"}}, {"attr": "message.subject", "op": "contains", "values": []string{fmt.Sprint(10 + i)}}}}
			rule["actions"] = []map[string]any{{"do": "add_tags", "tags": []int{i}}}
		}
		if err := s.post(ctx, "/rules", rule); err != nil {
			return err
		}
	}
	return nil
}

// silent is a window that listens and does nothing.
type silent struct{ gws.BuiltinEventHandler }

// seat opens a window for each of the team, so that they are there; stand closes them.
func seat(ctx context.Context, d *db.DB, s *server) (stand func(), err error) {
	lines := make([]*gws.Conn, 0, housePeople)
	stand = func() {
		for _, l := range lines {
			_ = l.WriteClose(1000, nil) // the server may have gone first
		}
	}
	for i := range housePeople {
		token, hash := secret.NewToken()
		if err := d.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO session (agent, token_hash, stage, device, ip, created_at, seen_at, expires_at) VALUES ($1, $2, 'full', 'bench', '127.0.0.1', $3, $3, $4)`,
				1000+i, hash, tx.Now, tx.Now.Add(24*time.Hour))
			return err
		}); err != nil {
			return stand, fmt.Errorf("session of agent %d: %w", i, err)
		}
		line, _, err := gws.NewClient(&silent{}, &gws.ClientOption{Addr: "ws" + strings.TrimPrefix(s.base, "http") + "/api/v1/live", //nolint:bodyclose // a line has no body
			RequestHeader: http.Header{"Cookie": {"tellus_session=" + token}}})
		if err != nil {
			return stand, fmt.Errorf("open the window of agent %d: %w", i, err)
		}
		lines = append(lines, line)
		go line.ReadLoop() // ends with the line
	}
	return stand, s.arePresent(ctx, d)
}

// arePresent waits until all of them are online.
func (s *server) arePresent(ctx context.Context, d *db.DB) error {
	for begun := time.Now(); time.Since(begun) < time.Minute; time.Sleep(100 * time.Millisecond) {
		n, err := number(ctx, d, `SELECT COUNT(*) FROM presence WHERE state = 'online'`)
		if err != nil || n >= housePeople {
			return err
		}
	}
	return errors.New("nobody is seen to be there")
}
