package app

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tellus/internal/channel/email"
	"tellus/internal/channel/email/verdict"
	"tellus/internal/desk"
	"tellus/internal/feature/automation"
	"tellus/internal/feature/commitment"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/duty"
	"tellus/internal/feature/field"
	"tellus/internal/feature/form"
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
	"tellus/internal/flow/deliver"
	"tellus/internal/flow/export"
	"tellus/internal/flow/feeds"
	"tellus/internal/flow/gather"
	"tellus/internal/flow/hooks"
	"tellus/internal/flow/index"
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
	"tellus/internal/migrations"
	"tellus/internal/platform/blob"
	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/jobs"
	"tellus/internal/platform/mailmsg"
	"tellus/internal/platform/outward"
	"tellus/internal/platform/search"
	"tellus/internal/platform/secret"
	"tellus/internal/web/api"
	"tellus/internal/web/live"
	"tellus/internal/web/shophook"
	"tellus/internal/web/ui"
	"tellus/internal/web/widget"
)

// App is the house, opened: everything wired, nothing running yet.
type App struct {
	Config        Config
	DB            *db.DB
	Blobs         *blob.Store
	Keys          *secret.Keyring
	Staff         *staff.Service
	Inboxes       *inbox.Service
	Customers     *customer.Service
	Conversations *conversation.Service
	Purchases     *purchase.Service
	Settings      *setting.Service
	Intake        *intake.Intake
	Index         *index.Index
	Gather        *gather.Gather
	Promises      *promise.Keeper
	Statutes      *limits.Keeper
	absence       *absence.Keeper
	Notify        *notify.Notify
	Wake          *wake.Wake
	Router        *route.Router
	Rules         *automate.Automate
	Persons       *person.Person
	Segments      *keep.Keeper
	Workers       *jobs.Workers
	Web           *api.Server

	log      *slog.Logger
	node     *cluster.Node
	events   *eventlog.Log
	mail     *mailroom
	live     *live.Hub
	watch    *person.Watch
	found    *search.Index
	resolver *verdict.Cache
	url      atomic.Pointer[string]
	address  atomic.Pointer[net.TCPAddr]
}

// Open opens the house on its data: the schema is brought up to date first. Close must be called at the end.
func Open(ctx context.Context, c Config) (_ *App, err error) {
	a := &App{Config: c, log: c.logger()}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	if a.DB, err = c.openDatabase(ctx); err != nil {
		return nil, err
	}
	if _, err = a.DB.Migrate(ctx, migrations.Files); err != nil {
		return nil, err
	}
	if err = a.DB.CheckBinary(ctx, migrations.Level); err != nil {
		return nil, err
	}
	if a.Keys, err = secret.OpenKeyring(c.in(keyFile)); err != nil {
		return nil, err
	}
	if a.Blobs, err = c.openBlobs(ctx, a.DB); err != nil {
		return nil, err
	}
	if err = c.checkBlobs(ctx, a.Blobs); err != nil {
		return nil, err
	}
	if a.node, err = cluster.Join(ctx, a.DB, cluster.Options{Instance: c.instance(), Name: hostName(), Level: migrations.Level, Logger: a.log}); err != nil {
		return nil, err
	}
	if a.events, err = eventlog.Open(ctx, a.DB, a.node, a.log); err != nil {
		return nil, err
	}
	if a.found, err = search.Open(ctx, a.DB, c.in(searchFile), a.log); err != nil {
		return nil, err
	}
	a.wire()
	return a, a.loadURL(ctx)
}

// instance is the same after a restart of this process and different from every other's: SQLite has one process, PostgreSQL one per data folder.
func (c Config) instance() string {
	if !c.postgres() {
		return "serve"
	}
	return hostName() + ":" + c.Data
}

func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	return name
}

func (a *App) wire() {
	a.Settings = &setting.Service{}
	a.Inboxes = &inbox.Service{Secrets: a.Keys}
	forms := &form.Service{}
	a.Customers = &customer.Service{Country: a.Settings.Country}
	holds := &privacy.Service{}
	a.Conversations = &conversation.Service{Journal: journal(a.Config.in(redactionsFile)), Held: holds.Held}
	a.Purchases = &purchase.Service{DB: a.DB, Customers: a.Customers, Conversations: a.Conversations, Blobs: a.Blobs, Secrets: a.Keys}
	a.resolver = verdict.NewCache(net.DefaultResolver)
	a.mail = &mailroom{db: a.DB, node: a.node, inboxes: a.Inboxes, driver: &email.Driver{Hello: hostName(), Log: a.log}, url: a.URL, log: a.log,
		lines: map[desk.InboxID]*line{}, sources: map[string]*grantSource{}}
	var outlet deliver.Outlet = a.mail
	if a.Config.Outlet != nil {
		outlet = a.Config.Outlet
	}
	house := &deliver.HouseMail{DB: a.DB, Inboxes: a.Inboxes, Settings: a.Settings, Keys: a.Keys, Outlet: outlet, Log: a.log, Loop: a.Keys.Tag(loopMark, nil)}
	a.Staff = staff.New(staff.Config{DB: a.DB, Keys: a.Keys, Passwords: secret.NewPasswords(secret.Recommended), Mail: house.Queue, URL: a.URL, Log: a.log})
	a.mail.staff = a.Staff
	a.Intake = a.newIntake()
	a.mail.accept = a.Intake.Accept
	a.Index = &index.Index{DB: a.DB, Store: a.found, Conversations: a.Conversations, Customers: a.Customers, Inboxes: a.Inboxes, Staff: a.Staff, Purchases: a.Purchases, File: a.Blobs.ReadAll, Log: a.log}
	delivery := &deliver.Delivery{DB: a.DB, Blobs: a.Blobs, Inboxes: a.Inboxes, Conversations: a.Conversations, Outlet: outlet, Log: a.log,
		Token: a.makeToken, Writer: a.writer, Loop: a.Keys.Tag(loopMark, nil)}
	views := &view.Service{Conversations: a.Conversations}
	segments := &segment.Service{Customers: a.Customers}
	a.Gather = &gather.Gather{DB: a.DB, Views: views, Conversations: a.Conversations, Segments: segments, Staff: a.Staff, Inboxes: a.Inboxes, Log: a.log}
	a.Persons = &person.Person{DB: a.DB, Blobs: a.Blobs, Staff: a.Staff, Customers: a.Customers, Conversations: a.Conversations, Privacy: holds, Purchases: a.Purchases, Statutes: &statute.Service{Conversations: a.Conversations},
		Worklog: &worklog.Service{Conversations: a.Conversations}, Commitments: &commitment.Service{Conversations: a.Conversations}, Log: a.log, Export: &export.Export{DB: a.DB, Staff: a.Staff, Inboxes: a.Inboxes, Customers: a.Customers,
			Conversations: a.Conversations, Worklog: &worklog.Service{Conversations: a.Conversations}, Originals: a.Intake, Files: a.Blobs.Open}}
	a.Segments = &keep.Keeper{DB: a.DB, Segments: segments, Log: a.log}
	a.watch = &person.Watch{DB: a.DB, Privacy: holds, Log: a.log}
	policies := &sla.Service{Conversations: a.Conversations}
	statutes := &statute.Service{Conversations: a.Conversations}
	a.Statutes = &limits.Keeper{DB: a.DB, Statutes: statutes, Log: a.log}
	onDuty := &duty.Service{}
	webhooks := &webhook.Service{Secrets: a.Keys, Inner: func(to netip.AddrPort) bool { return slices.Contains(a.Config.WebhookServers, to) }}
	hands := &act.Hands{Staff: a.Staff, Customers: a.Customers, Inboxes: a.Inboxes, Conversations: a.Conversations, Purchases: a.Purchases, Duty: onDuty, Macros: &macro.Service{}, NewMailID: newMailID, Outbox: deliver.Outbox,
		Webhooks: webhooks, URL: a.URL}
	a.Promises = &promise.Keeper{DB: a.DB, Policies: policies, Conversations: a.Conversations, Commitments: &commitment.Service{Conversations: a.Conversations}, Hands: hands, Log: a.log}
	a.Workers = jobs.New(a.DB, jobs.Options{Queues: map[string]int{"intake": 16, "deliver": 16}, Logger: a.log, GaveUp: sayGaveUp})
	jobs.Register(a.Workers, a.Intake.Handle)
	jobs.Register(a.Workers, a.Intake.HandleUnscanned)
	jobs.Register(a.Workers, delivery.Handle)
	jobs.Register(a.Workers, house.Handle)
	jobs.Register(a.Workers, a.Purchases.Read)
	notices := &notice.Service{Keys: a.Keys}
	present := &presence.Service{Staff: a.Staff, Seats: live.Seats, Absences: onDuty.Absences}
	a.absence = &absence.Keeper{DB: a.DB, Duty: onDuty, Conversations: a.Conversations, Presence: present, Staff: a.Staff, Log: a.log}
	abroad := outward.New(outward.Options{})
	feed := &feeds.Reader{DB: a.DB, Feeds: &hours.Feeds{Secrets: a.Keys}, Conversations: a.Conversations, Client: feeds.Client(a.Config.FeedServers), Log: a.log}
	a.Router = &route.Router{Routing: &routing.Service{}, Conversations: a.Conversations, Staff: a.Staff, Presence: present, DB: a.DB, Log: a.log}
	rules := &automation.Service{Conversations: a.Conversations}
	a.Rules = &automate.Automate{DB: a.DB, Rules: rules, Conversations: a.Conversations, Presence: present, Log: a.log, Hands: hands}
	a.Wake = &wake.Wake{Conversations: a.Conversations, Purchases: a.Purchases}
	a.Notify = &notify.Notify{DB: a.DB, Notices: notices, Conversations: a.Conversations, Staff: a.Staff, Duty: onDuty, Rest: present.Rest, Mail: house.Queue, HTTP: a.pushClient(), URL: a.URL, Log: a.log}
	a.Notify.Register(a.Workers)
	a.Web = api.New(api.Deps{DB: a.DB, Staff: a.Staff, Keys: a.Keys, Setup: a.setUp, URL: a.URL, Version: VersionText(), UI: ui.Files(), Log: a.log,
		TrustedProxies: a.Config.TrustedProxies, Inboxes: a.Inboxes, Forms: forms, Webhooks: webhooks, Macros: &macro.Service{}, Views: views, Policies: policies, Statutes: statutes, Duty: onDuty, Rules: rules, Routing: a.Router.Routing, Segments: segments, Hours: &hours.Service{}, Feeds: feed.Feeds, Customers: a.Customers, Purchases: a.Purchases, Conversations: a.Conversations, Settings: a.Settings,
		Intake: a.Intake, Index: a.Index, Persons: a.Persons, Watch: a.watch, Blobs: a.Blobs, Outward: abroad, Notices: notices, Presence: present, WishesChanged: a.Notify.WishesChanged, Connections: a.mail, Outbox: deliver.Outbox, NewMailID: newMailID})
	a.Persons.Register(a.Workers)
	feed.Register(a.Workers)
	(&upkeep.Upkeep{DB: a.DB, Blobs: a.Blobs, Conversations: a.Conversations, Customers: a.Customers, Staff: a.Staff, Notices: notices, Presence: present, DropAnswers: a.Web.DropAnswers, DropExports: a.Persons.DropFiles,
		Log: a.log}).Register(a.Workers)
	(&hooks.Caller{DB: a.DB, Webhooks: webhooks, Staff: a.Staff, HTTP: hooks.Client(a.Config.WebhookServers), Mail: house.Queue, URL: a.URL, Version: VersionText(), Log: a.log}).Register(a.Workers)
	a.Gather.Register(a.Workers)
	a.Promises.Register(a.Workers)
	a.Rules.Register(a.Workers)
	a.Segments.Register(a.Workers)
	a.Web.Bulk().Register(a.Workers)
	a.live = live.New(live.Deps{DB: a.DB, Events: a.events, Node: a.node, Conversations: a.Conversations, Counts: a.Web.Counts,
		Review: func(ctx context.Context) (desk.Time, error) { return present.Review(ctx, a.DB) }, Log: a.log})
	a.Web.SetLive(a.live)
	a.Notify.AtDesk = present.AtDesk
	edge := widget.New(widget.Deps{DB: a.DB, Forms: forms, Inboxes: a.Inboxes, Keys: a.Keys, Accept: a.Intake.AcceptWritten, ClientIP: a.Web.ClientIP,
		Files: widget.Files(), Dir: a.Config.Data, Log: a.log})
	a.Web.Mount(shophook.Pattern, shophook.Handler(a.Purchases, a.log))
	for pattern, handler := range edge.Routes() {
		a.Web.Mount(pattern, handler)
	}
}

// newIntake puts the way of mail together: for the server, and for the command that takes one mail.
func (a *App) newIntake() *intake.Intake {
	reactor := &react.Reactor{Inboxes: a.Inboxes, Conversations: a.Conversations, NewMailID: newMailID, Outbox: deliver.Outbox, Log: a.log}
	return &intake.Intake{DB: a.DB, Blobs: a.Blobs, Inboxes: a.Inboxes, Customers: a.Customers, Conversations: a.Conversations, React: reactor,
		Log: a.log, Token: a.readToken, Scan: scanner(a.DB), OurLoop: ourLoop(a.Keys), Verdicts: (&verdict.Checker{Resolver: a.resolver}).Arrived}
}

// Close gives everything back. It may be called on a house that was opened in part.
func (a *App) Close() error {
	var errs []error
	if a.events != nil {
		a.events.Close()
	}
	if a.node != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		errs = append(errs, a.node.Leave(ctx))
		cancel()
	}
	if a.found != nil {
		errs = append(errs, a.found.Close())
	}
	if a.DB != nil {
		errs = append(errs, a.DB.Close())
	}
	if a.Blobs != nil {
		errs = append(errs, a.Blobs.Close())
	}
	return errors.Join(errs...)
}

// Serve runs the house until ctx ends: the desk and the API, the mailboxes, the mail receiver, and the work behind them. What is under way when ctx ends is
// finished within ten seconds.
func (a *App) Serve(ctx context.Context) error {
	collectLater()
	listener, err := net.Listen("tcp", a.Config.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", a.Config.Listen, err)
	}
	if tcp, ok := listener.Addr().(*net.TCPAddr); ok {
		a.address.Store(tcp)
	}
	if err := a.greet(ctx); err != nil {
		return errors.Join(err, listener.Close())
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var work sync.WaitGroup
	run := func(what string, fn func(context.Context) error) {
		work.Go(func() {
			if err := fn(ctx); err != nil && ctx.Err() == nil {
				fail(fmt.Errorf("%s: %w", what, err))
			}
		})
	}
	run("jobs", a.Workers.Run)
	run("mailboxes", func(ctx context.Context) error { a.mail.run(ctx); return nil })
	run("live", a.live.Run)
	run("search", func(ctx context.Context) error { return a.Index.Run(ctx, a.events, a.node) })
	run("views", func(ctx context.Context) error { return a.Gather.Run(ctx, a.events) })
	run("promises", a.Promises.Run)
	run("statutes", func(ctx context.Context) error { return a.Statutes.Run(ctx, a.events) })
	run("statutes that are due", a.Statutes.Watch)
	run("absences", func(ctx context.Context) error { return a.absence.Run(ctx, a.events) })
	run("absences that begin and end", a.absence.Watch)
	run("segments", func(ctx context.Context) error { return a.Segments.Run(ctx, a.events) })
	run("duplicates", func(ctx context.Context) error { return a.Persons.Run(ctx, a.events) })
	run("rules", func(ctx context.Context) error { return a.Rules.Run(ctx, a.events) })
	run("time rules", a.Rules.Watch)
	run("wake", func(ctx context.Context) error { return a.Wake.Run(ctx, a.events) })
	run("distribution", func(ctx context.Context) error { return a.Router.Run(ctx, a.events) })
	run("acceptance", a.Router.Watch)
	run("waived languages", a.Router.WatchWaits)
	run("notices", func(ctx context.Context) error { return a.Notify.Run(ctx, a.events) })
	run("mail receiver", a.receive)
	run("settings", a.followSettings)
	run("access log", a.watch.Run)
	server := &http.Server{Handler: a.Web.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug)}
	run("http", func(context.Context) error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	a.log.Info("serving", "listen", listener.Addr().String(), "version", VersionText())
	<-ctx.Done()
	grace, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err = server.Shutdown(grace)
	work.Wait()
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}

// Address is where the desk listens, nil before Serve.
func (a *App) Address() net.Addr {
	if tcp := a.address.Load(); tcp != nil {
		return tcp
	}
	return nil
}

// greet prints the one-time link of the first administrator while there is none.
func (a *App) greet(ctx context.Context) error {
	var link string
	err := a.DB.Write(ctx, func(tx *db.Tx) (err error) {
		link, err = a.Staff.SetupLink(ctx, tx)
		return err
	})
	if err != nil {
		return fmt.Errorf("make the set-up link: %w", err)
	}
	if link != "" {
		fmt.Fprintf(a.Config.output(), "\nTellus has no administrator yet. Open this link once, within a day, to make the first one:\n\n  %s\n\n", link)
	}
	return nil
}

// URL is the public address of the desk without a slash at its end.
func (a *App) URL() string {
	if a.Config.URL != "" {
		return strings.TrimRight(a.Config.URL, "/")
	}
	if u := a.url.Load(); u != nil && *u != "" {
		return *u
	}
	if tcp := a.address.Load(); tcp != nil {
		host := "localhost"
		if !tcp.IP.IsLoopback() && !tcp.IP.IsUnspecified() {
			host = tcp.IP.String()
		}
		return "http://" + net.JoinHostPort(host, fmt.Sprint(tcp.Port))
	}
	return ""
}

func (a *App) loadURL(ctx context.Context) error {
	return a.DB.Read(ctx, func(tx *db.Tx) error {
		s, err := a.Settings.Get(ctx, tx)
		if err == nil {
			a.url.Store(&s.URL)
		}
		return err
	})
}

// followSettings takes up changed settings.
func (a *App) followSettings(ctx context.Context) error {
	changed, stop := a.DB.Listen(setting.Changed)
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
			if err := a.loadURL(ctx); err != nil && ctx.Err() == nil {
				a.log.WarnContext(ctx, "settings not taken up", "error", err)
			}
		}
	}
}

// setUp keeps what set-up asks for beyond the first owner.
func (a *App) setUp(ctx context.Context, tx *db.Tx, by desk.Actor, company string) error {
	s, err := a.Settings.Get(ctx, tx)
	if err != nil {
		return err
	}
	s.Company = company
	if _, err = a.Settings.Save(ctx, tx, by, s); err != nil {
		return err
	}
	owner, err := a.Staff.Agent(ctx, tx, by.Agent())
	if err != nil {
		return err
	}
	return (&field.Service{}).Begin(ctx, tx, by, owner.Language)
}

// newMailID makes a Message-ID for a mail from an address.
func newMailID(from string) string { return mailmsg.NewMessageID(mailmsg.IDDomain(from)) }

// writer is what an agent's mails are written with.
func (a *App) writer(ctx context.Context, tx *db.Tx, agent desk.AgentID) (w deliver.Writer, err error) {
	w.Signature, w.TimeZone, err = a.Staff.Hand(ctx, tx, agent)
	return w, err
}

// replyToken is the purpose of the signature in plus-addresses.
const replyToken = "reply"

// loopMark binds the mark that tells this desk's own mails from those of other desks.
const loopMark = "loop"

// ourLoop recognises that mark, one made with an earlier key too.
func ourLoop(keys *secret.Keyring) func(string) bool {
	return func(value string) bool { return keys.CheckTag(loopMark, nil, value) }
}

// makeToken is the plus-tag that names a conversation: its id in base 16 and a signature of 80 bits.
func (a *App) makeToken(id desk.ConversationID) string {
	return fmt.Sprintf("c%x-", uint64(id)) + a.Keys.Tag(replyToken, binary.BigEndian.AppendUint64(nil, uint64(id)))
}

func (a *App) readToken(tag string) (desk.ConversationID, bool) { return readToken(a.Keys, tag) }

// readToken returns the conversation of a plus-tag whose signature is ours.
func readToken(keys *secret.Keyring, tag string) (desk.ConversationID, bool) {
	number, mac, ok := strings.Cut(strings.ToLower(tag), "-")
	number, begins := strings.CutPrefix(number, "c")
	id, err := strconv.ParseUint(number, 16, 53)
	if !ok || !begins || err != nil || id == 0 {
		return 0, false
	}
	return desk.ConversationID(id), keys.CheckTag(replyToken, binary.BigEndian.AppendUint64(nil, id), mac)
}

func encode(b []byte) string          { return base64.StdEncoding.EncodeToString(b) }
func decode(s string) ([]byte, error) { return base64.StdEncoding.DecodeString(s) }

// sayGaveUp has administrators see at once that a job gave up.
func sayGaveUp(ctx context.Context, tx *db.Tx, id desk.JobID) error {
	return eventlog.Append(ctx, tx, &desk.Event{By: desk.System, Kind: desk.JobGaveUp, SubjectKind: desk.AboutJob, Subject: int64(id)})
}
