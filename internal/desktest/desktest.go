// Package desktest gives tests a whole desk: every feature and flow as the program wires them, on SQLite or PostgreSQL, with a clock that the
// test sets and an outlet that accepts, refuses, postpones, breaks or never says. Nothing of the desk itself is replaced.
package desktest

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tellus/internal/channel"
	"tellus/internal/channel/email/verdict"
	"tellus/internal/desk"
	"tellus/internal/feature/automation"
	"tellus/internal/feature/commitment"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/duty"
	"tellus/internal/feature/field"
	"tellus/internal/feature/hours"
	"tellus/internal/feature/inbox"
	"tellus/internal/feature/macro"
	"tellus/internal/feature/notice"
	"tellus/internal/feature/presence"
	"tellus/internal/feature/privacy"
	"tellus/internal/feature/purchase"
	"tellus/internal/feature/routing"
	"tellus/internal/feature/segment"
	"tellus/internal/feature/setting"
	"tellus/internal/feature/sla"
	"tellus/internal/feature/staff"
	"tellus/internal/feature/statute"
	"tellus/internal/feature/view"
	"tellus/internal/feature/webhook"
	"tellus/internal/feature/worklog"
	"tellus/internal/flow/absence"
	"tellus/internal/flow/act"
	"tellus/internal/flow/automate"
	"tellus/internal/flow/bulk"
	"tellus/internal/flow/deliver"
	"tellus/internal/flow/export"
	"tellus/internal/flow/feeds"
	"tellus/internal/flow/gather"
	"tellus/internal/flow/hooks"
	"tellus/internal/flow/intake"
	"tellus/internal/flow/notify"
	"tellus/internal/flow/person"
	"tellus/internal/flow/promise"
	"tellus/internal/flow/react"
	"tellus/internal/flow/route"
	keep "tellus/internal/flow/segment"
	limits "tellus/internal/flow/statute"
	"tellus/internal/flow/upkeep"
	"tellus/internal/flow/wake"
	"tellus/internal/platform/blob"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
	"tellus/internal/platform/jobs"
	"tellus/internal/platform/outward"
	"tellus/internal/platform/secret"
	"tellus/internal/platform/webpush/pushtest"
)

// Engine is a database that a desk stands on.
type Engine string

const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Start is when every desk begins: a Monday morning.
var Start = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// Desk is a desk in a test. Its helpers fail the test where what they do is refused; the features are there for what may be.
type Desk struct {
	T             testing.TB
	DB            *db.DB
	Blobs         *blob.Store
	Staff         *staff.Service
	Inboxes       *inbox.Service
	Customers     *customer.Service
	Conversations *conversation.Service
	Purchases     *purchase.Service
	Webhooks      *webhook.Service
	Settings      *setting.Service
	Intake        *intake.Intake
	Delivery      *deliver.Delivery
	Upkeep        *upkeep.Upkeep
	Wake          *wake.Wake
	Feeds         *feeds.Reader
	Presence      *presence.Service
	Router        *route.Router
	Here          map[desk.AgentID]desk.Time // who has the desk open, and when each did something there last
	Workers       *jobs.Workers
	Views         *view.Service
	Gather        *gather.Gather
	Policies      *sla.Service
	Rules         *automation.Service
	Automate      *automate.Automate
	Promises      *promise.Keeper
	Statutes      *statute.Service
	Duty          *duty.Service
	Absence       *absence.Keeper
	Limits        *limits.Keeper
	Commitments   *commitment.Service
	Segments      *segment.Service
	Keeper        *keep.Keeper
	Bulk          *bulk.Bulk
	Hands         *act.Hands
	Macros        *macro.Service
	Fields        *field.Service
	Notices       *notice.Service
	Notify        *notify.Notify
	Letters       *Letters // mails of the house to its people
	Pushes        *pushtest.Service
	Privacy       *privacy.Service
	Persons       *person.Person
	Watch         *person.Watch
	Outlet        *Outlet

	URL     string       // of the database, for another process
	Support desk.InboxID // the inbox that every desk has: support@shop.example
	Eva     desk.AgentID // the agent who acts where nobody else is named: a supervisor, sees everything

	// Erasures are the lines of the journal that a restore would apply again.
	Erasures []conversation.Erasure
	// UndoFor is how long an answer waits before it leaves.
	UndoFor time.Duration

	journal     sync.Mutex   // of Erasures: jobs write it side by side
	now         atomic.Int64 // microseconds
	ids         atomic.Int64
	sources     atomic.Int64
	followed    desk.Seq
	turned      desk.Seq // how far HandOver has looked
	distributed desk.Seq
	traced      atomic.Pointer[func(query string, args []any)]
	keys        *secret.Keyring
}

// Each runs f on a desk of each database, as parallel subtests. PostgreSQL is skipped where its programs are not installed.
func Each(t *testing.T, f func(d *Desk)) {
	t.Helper()
	for _, e := range []Engine{SQLite, Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			f(New(t, e))
		})
	}
}

// New opens a fresh desk with an inbox, Support, and a supervisor, Eva.
func New(t testing.TB, e Engine) *Desk {
	t.Helper()
	d := Idle(t, e)
	d.work()
	return d
}

// Idle is New without workers: what is queued stays queued. Races and sequences of use cases need no more.
func Idle(t testing.TB, e Engine) *Desk {
	t.Helper()
	d := &Desk{T: t, Outlet: &Outlet{}}
	d.now.Store(Start.UnixMicro())
	url := dbtest.SQLiteURL
	if e == Postgres {
		url = dbtest.PostgresURL
	}
	d.URL = url(t)
	d.DB = dbtest.Open(t, d.URL, db.Options{Clock: d.Now, Trace: func(query string, args []any) {
		if told := d.traced.Load(); told != nil {
			(*told)(query, args)
		}
	}})
	var err error
	if d.Blobs, err = blob.OpenStore(filepath.Join(t.TempDir(), "blobs")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Blobs.Close(); err != nil {
			t.Error(err)
		}
	})
	if d.keys, err = secret.OpenKeyring(filepath.Join(t.TempDir(), "key")); err != nil {
		t.Fatal(err)
	}
	d.wire()
	d.Eva = d.Agent("Eva", desk.Supervisor)
	d.Support = d.Inbox(inbox.Edit{Name: "Support", Address: "support@shop.example", FromName: "Shop", Language: "en", Acknowledge: true, AnswerWithin: 240,
		Reopen: "within", ReopenDays: 14})
	return d
}

// wire puts the house together as app.Open does.
func (d *Desk) wire() {
	log := dbtest.Logger(d.T)
	d.Settings, d.Inboxes = &setting.Service{}, &inbox.Service{Secrets: d.keys}
	d.Customers = &customer.Service{Country: d.Settings.Country}
	d.Privacy = &privacy.Service{}
	d.Conversations = &conversation.Service{Held: d.Privacy.Held, Journal: func(e conversation.Erasure) error {
		d.journal.Lock()
		defer d.journal.Unlock()
		d.Erasures = append(d.Erasures, e)
		return nil
	}}
	d.Commitments = &commitment.Service{Conversations: d.Conversations}
	d.Purchases = &purchase.Service{DB: d.DB, Customers: d.Customers, Conversations: d.Conversations, Blobs: d.Blobs, Secrets: d.keys}
	d.Staff = staff.New(staff.Config{DB: d.DB, Keys: d.keys, Passwords: secret.NewPasswords(secret.Cost{Memory: 64, Passes: 1, Threads: 1}),
		URL: func() string { return "https://desk.example" }, Log: log})
	reactor := &react.Reactor{Inboxes: d.Inboxes, Conversations: d.Conversations, NewMailID: d.NewMailID, Outbox: deliver.Outbox, Log: log}
	d.Intake = &intake.Intake{DB: d.DB, Blobs: d.Blobs, Inboxes: d.Inboxes, Customers: d.Customers, Conversations: d.Conversations, React: reactor,
		Log: log, Token: d.readToken, OurLoop: func(value string) bool { return value == "desk" }, Verdicts: func(_ context.Context, raw []byte, _ bool) *desk.Verdicts {
			return verdict.FromHeaders(verdict.Header(raw), "")
		}}
	d.Delivery = &deliver.Delivery{DB: d.DB, Blobs: d.Blobs, Inboxes: d.Inboxes, Conversations: d.Conversations, Outlet: d.Outlet, Log: log,
		Token: d.makeToken, Writer: d.writer, Loop: "desk"}
	d.Duty = &duty.Service{}
	d.Statutes = &statute.Service{Conversations: d.Conversations}
	d.Persons = &person.Person{DB: d.DB, Blobs: d.Blobs, Staff: d.Staff, Customers: d.Customers, Conversations: d.Conversations, Privacy: d.Privacy, Purchases: d.Purchases, Statutes: d.Statutes,
		Worklog: &worklog.Service{Conversations: d.Conversations}, Commitments: d.Commitments, Log: log, Export: &export.Export{DB: d.DB, Staff: d.Staff, Inboxes: d.Inboxes, Customers: d.Customers,
			Conversations: d.Conversations, Worklog: &worklog.Service{Conversations: d.Conversations}, Originals: d.Intake, Files: d.Blobs.Open}}
	d.Watch = &person.Watch{DB: d.DB, Privacy: d.Privacy, Log: log}
	d.Notices, d.Letters, d.Pushes = &notice.Service{Keys: d.keys}, &Letters{}, pushtest.New(d.T)
	d.Notify = &notify.Notify{DB: d.DB, Notices: d.Notices, Conversations: d.Conversations, Staff: d.Staff, Duty: d.Duty, Mail: d.Letters.keep, HTTP: d.Pushes.Server.Client(),
		URL: func() string { return "https://desk.example" }, Log: log}
	d.Here = map[desk.AgentID]desk.Time{}
	d.Presence = &presence.Service{Staff: d.Staff, Absences: d.Duty.Absences,
		Seats: func(context.Context, *db.Tx) (map[desk.AgentID]desk.Time, error) { return maps.Clone(d.Here), nil }}
	d.Absence = &absence.Keeper{DB: d.DB, Duty: d.Duty, Conversations: d.Conversations, Presence: d.Presence, Staff: d.Staff, Log: log}
	d.Notify.Rest = d.Presence.Rest
	d.Router = &route.Router{Routing: &routing.Service{}, Conversations: d.Conversations, Staff: d.Staff, Presence: d.Presence, DB: d.DB, Log: log}
	d.Wake = &wake.Wake{Conversations: d.Conversations, Purchases: d.Purchases}
	d.Upkeep = &upkeep.Upkeep{DB: d.DB, Blobs: d.Blobs, Conversations: d.Conversations, Customers: d.Customers, Staff: d.Staff, Notices: d.Notices, Presence: d.Presence, Log: log,
		DropExports: d.Persons.DropFiles, DropAnswers: func(context.Context, *db.Tx, desk.Time, int) (int, error) { return 0, nil }} // nobody calls the API here
	// One worker a queue: what a test does has one order.
	d.Workers = jobs.New(d.DB, jobs.Options{Queues: map[string]int{"intake": 1, "deliver": 1}, Logger: log})
	jobs.Register(d.Workers, d.Intake.Handle)
	jobs.Register(d.Workers, d.Intake.HandleUnscanned)
	jobs.Register(d.Workers, d.Delivery.Handle)
	d.Upkeep.Register(d.Workers)
	d.Feeds = &feeds.Reader{DB: d.DB, Feeds: &hours.Feeds{Secrets: d.keys}, Conversations: d.Conversations, Client: feeds.Client(nil), Log: log}
	d.Feeds.Register(d.Workers)
	d.Notify.Register(d.Workers)
	d.Views = &view.Service{Conversations: d.Conversations}
	d.Segments = &segment.Service{Customers: d.Customers}
	d.Keeper = &keep.Keeper{DB: d.DB, Segments: d.Segments, Log: log}
	d.Gather = &gather.Gather{DB: d.DB, Views: d.Views, Conversations: d.Conversations, Segments: d.Segments, Staff: d.Staff, Inboxes: d.Inboxes, Log: log}
	d.Gather.Register(d.Workers)
	d.Policies = &sla.Service{Conversations: d.Conversations}
	loopback := func(to netip.AddrPort) bool { return to.Addr().IsLoopback() }
	d.Webhooks = &webhook.Service{Secrets: d.keys, Inner: loopback}
	caller := outward.New(outward.Options{Allow: loopback}).HTTP()
	caller.CheckRedirect = hooks.Client(nil).CheckRedirect
	(&hooks.Caller{DB: d.DB, Webhooks: d.Webhooks, Staff: d.Staff, HTTP: caller, Mail: d.Letters.keep, URL: func() string { return "https://desk.example" }, Version: "1", Log: log}).Register(d.Workers)
	d.Hands = &act.Hands{Staff: d.Staff, Customers: d.Customers, Inboxes: d.Inboxes, Conversations: d.Conversations, Purchases: d.Purchases, Duty: d.Duty, Macros: &macro.Service{}, NewMailID: d.NewMailID, Outbox: deliver.Outbox,
		Webhooks: d.Webhooks, URL: func() string { return "https://desk.example" }}
	d.Promises = &promise.Keeper{DB: d.DB, Policies: d.Policies, Conversations: d.Conversations, Commitments: d.Commitments, Hands: d.Hands, Log: log}
	d.Promises.Register(d.Workers)
	d.Limits = &limits.Keeper{DB: d.DB, Statutes: d.Statutes, Log: log}
	d.Keeper.Register(d.Workers)
	d.Rules = &automation.Service{Conversations: d.Conversations}
	d.Automate = &automate.Automate{DB: d.DB, Rules: d.Rules, Conversations: d.Conversations, Presence: d.Presence, Hands: d.Hands, Log: log}
	d.Automate.Register(d.Workers)
	d.Macros, d.Fields = &macro.Service{}, &field.Service{}
	d.Bulk = &bulk.Bulk{DB: d.DB, Staff: d.Staff, Conversations: d.Conversations,
		Hands:  d.Hands,
		MayUse: func(context.Context, *db.Tx, desk.Scope, desk.ViewID) error { return nil },
		Sender: func(ctx context.Context, tx *db.Tx, scope desk.Scope, box desk.InboxID) (conversation.Sender, error) {
			return d.Sender(ctx, tx, scope.Agent, box)
		}}
	d.Bulk.Register(d.Workers)
	d.Persons.Register(d.Workers)
}

func (d *Desk) work() {
	ctx, stop := context.WithCancel(context.WithoutCancel(d.T.Context()))
	over := make(chan error, 1)
	go func() { over <- d.Workers.Run(ctx) }()
	d.T.Cleanup(func() {
		stop()
		if err := <-over; ctx.Err() == nil {
			d.T.Errorf("workers ended: %v", err)
		}
	})
}

// Trace tells each statement from now on, as the database gets it. told must be safe for concurrent use.
func (d *Desk) Trace(told func(query string, args []any)) { d.traced.Store(&told) }

// Now is the desk's clock.
func (d *Desk) Now() time.Time { return time.UnixMicro(d.now.Load()).UTC() }

// tick lets a second pass, so that one thing comes after another.
func (d *Desk) tick() { d.now.Add(time.Second.Microseconds()) }

// After moves the clock and lets everything happen that is due by then.
func (d *Desk) After(span time.Duration) {
	d.T.Helper()
	d.now.Add(span.Microseconds())
	d.Settle()
}

// Settle waits until nothing is left to do at this time.
func (d *Desk) Settle() {
	d.T.Helper()
	d.Workers.Wake()
	dbtest.Eventually(d.T, "all jobs that are due are done", func() bool {
		var left int
		err := d.DB.Ask(d.T.Context(), `/* desktest */ SELECT count(*) FROM job WHERE state = 'running' OR state = 'ready' AND run_at <= $1`, d.DB.Now()).Scan(&left)
		if err != nil {
			d.T.Fatal(err)
		}
		return left == 0
	})
}

// Write runs fn in a transaction and fails the test where it fails.
func (d *Desk) Write(fn func(ctx context.Context, tx *db.Tx) error) {
	d.T.Helper()
	if err := d.Try(fn); err != nil {
		d.T.Fatal(err)
	}
}

// Try runs fn in a transaction, a second after what was before.
func (d *Desk) Try(fn func(ctx context.Context, tx *db.Tx) error) error {
	d.tick()
	return d.DB.Write(d.T.Context(), func(tx *db.Tx) error { return fn(d.T.Context(), tx) })
}

// Read runs fn on a snapshot and fails the test where it fails.
func (d *Desk) Read(fn func(ctx context.Context, tx *db.Tx) error) {
	d.T.Helper()
	if err := d.DB.Read(d.T.Context(), func(tx *db.Tx) error { return fn(d.T.Context(), tx) }); err != nil {
		d.T.Fatal(err)
	}
}

// Agent adds a colleague.
func (d *Desk) Agent(name string, role desk.Role, teams ...desk.TeamID) (id desk.AgentID) {
	d.T.Helper()
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		mail := strings.ToLower(name) + "@shop.example"
		err := tx.Row(ctx, `
			INSERT INTO agent (name, email, email_key, role, accepted_at, created_at)
			VALUES ($1, $2, $2, $3, $4, $4)
			RETURNING id`, name, mail, role, tx.Now).Scan(&id)
		for _, team := range teams {
			if err == nil {
				_, err = tx.Exec(ctx, `INSERT INTO team_member (team, agent) VALUES ($1, $2)`, team, id)
			}
		}
		return err
	})
	return id
}

// Team adds a team.
func (d *Desk) Team(name string, members ...desk.AgentID) (id desk.TeamID) {
	d.T.Helper()
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		team, err := d.Staff.NewTeam(ctx, tx, staff.Identity{Role: desk.Owner, Permissions: desk.Roles[desk.Owner]}, staff.Visitor{}, name, members, nil)
		id = team.ID
		return err
	})
	return id
}

// Inbox adds an inbox that sends and receives.
func (d *Desk) Inbox(e inbox.Edit) (id desk.InboxID) {
	d.T.Helper()
	e.Kind, e.Active, e.Submit = desk.Email, true, desk.Submit{Host: "mail.shop.example", Port: 465, Security: "tls"}
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		in, err := d.Inboxes.Create(ctx, tx, desk.System, e)
		id = in.ID
		return err
	})
	return id
}

// ChangeInbox changes an inbox's settings.
func (d *Desk) ChangeInbox(id desk.InboxID, change func(e *inbox.Edit)) {
	d.T.Helper()
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		in, err := d.Inboxes.Get(ctx, tx, id)
		if err != nil {
			return err
		}
		e := inbox.EditOf(in)
		change(&e)
		_, err = d.Inboxes.Update(ctx, tx, desk.System, e)
		return err
	})
}

// Scope is what an agent sees.
func (d *Desk) Scope(agent desk.AgentID) (scope desk.Scope) {
	d.T.Helper()
	d.Read(func(ctx context.Context, tx *db.Tx) (err error) {
		scope, err = d.Staff.Scope(ctx, tx, agent)
		return err
	})
	return scope
}

// Sender is what an agent's answer from an inbox is written with, as the API makes it.
func (d *Desk) Sender(ctx context.Context, tx *db.Tx, agent desk.AgentID, box desk.InboxID) (conversation.Sender, error) {
	house, err := d.Inboxes.House(ctx, tx)
	if err != nil {
		return conversation.Sender{}, err
	}
	in, ok := house.Inbox(box)
	if !ok {
		return conversation.Sender{}, fmt.Errorf("no inbox %s", box)
	}
	who, err := d.Staff.Agent(ctx, tx, agent)
	if err != nil {
		return conversation.Sender{}, err
	}
	scope, err := d.Staff.Scope(ctx, tx, agent)
	if err != nil {
		return conversation.Sender{}, err
	}
	return conversation.Sender{By: desk.ByAgent(agent), Scope: scope, Name: who.Name, Inbox: in, NewID: d.NewMailID, OwnParty: house.Own,
		SendAt: tx.Now.Add(d.UndoFor), Enqueue: deliver.Outbox}, nil
}

// NewMailID makes a Message-ID that no mail of this desk has.
func (d *Desk) NewMailID(string) string { return fmt.Sprintf("m%d@desk.example", d.ids.Add(1)) }

// Arrive hands a mail to the desk as a channel would, and waits until it is dealt with. Line ends may be bare.
func (d *Desk) Arrive(box desk.InboxID, raw string, envelope channel.Envelope) {
	d.T.Helper()
	d.Accept(box, fmt.Sprintf("test/%d", d.sources.Add(1)), raw, envelope)
	d.Settle()
}

// Accept keeps a mail with a source id of its own, and does not wait.
func (d *Desk) Accept(box desk.InboxID, source, raw string, envelope channel.Envelope) {
	d.T.Helper()
	d.tick()
	raw = strings.ReplaceAll(strings.ReplaceAll(raw, "\r\n", "\n"), "\n", "\r\n")
	err := d.Intake.Accept(d.T.Context(), channel.Arrival{Inbox: box, SourceID: source, ReceivedAt: d.Now(), Envelope: envelope, Body: strings.NewReader(raw)})
	if err != nil {
		d.T.Fatalf("accept a mail: %v", err)
	}
}

func (d *Desk) makeToken(id desk.ConversationID) string {
	return fmt.Sprintf("c%x-%s", int64(id), d.keys.Tag("reply", []byte(id.String())))
}

func (d *Desk) readToken(tag string) (desk.ConversationID, bool) {
	var id desk.ConversationID
	number, mac, ok := strings.Cut(strings.TrimPrefix(tag, "c"), "-")
	if !ok {
		return 0, false
	}
	if _, err := fmt.Sscanf(number, "%x", &id); err != nil {
		return 0, false
	}
	return id, d.keys.CheckTag("reply", []byte(id.String()), mac)
}

// writer is what an agent's mails are written with.
func (d *Desk) writer(ctx context.Context, tx *db.Tx, agent desk.AgentID) (w deliver.Writer, err error) {
	w.Signature, w.TimeZone, err = d.Staff.Hand(ctx, tx, agent)
	return w, err
}
