// Package bench measures Tellus as a company would use it: the real binary on the real database, asked over HTTP and fed over SMTP by a load
// generator on the same machine. docs/BENCHMARKS.md says what the figures mean.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"tellus/internal/app"
	"tellus/internal/platform/db"
)

// Options say what is measured.
type Options struct {
	Sizes    []int         // conversations seeded, one run each
	Database string        // PostgreSQL; emptied first. SQLite in a folder of its own where empty
	Mail     time.Duration // how long mails are sent; 0 for not at all
	SlowSync time.Duration // added to every sync of SQLite
	Idle     time.Duration // how long the idle process is watched; 0 for not at all
	MailOnly bool          // leave out what is read at the desk
	Agents   int           // follow the live feed while conversations are changed; 0 for none
	Hold     io.Reader     // a line of it lets the changes begin, once windows are open at the desk that Log was told of; nil for at once
	Views    bool          // also make saved views, and read and count them
	House    bool          // also feed mail with rules, policies and distribution on
	Clocks   int           // running promises, of which some come due; 0 for none
	Search   bool          // also wait for the search index, and search
	Dir      string        // where data folders are made; the system's where empty
	Keep     string        // a folder where seeded desks stay, with the mails of each run, for further runs (of PostgreSQL the database itself stays where it is, and should hold no other size); "" for none
	Log      io.Writer     // progress
}

// Report is what was measured.
type Report struct {
	Machine  string        `json:"machine"`
	Version  string        `json:"version"`
	Database string        `json:"database"`
	SlowSync time.Duration `json:"slowSync,omitempty"`
	BinaryMB float64       `json:"binaryMB"`
	DeskKB   float64       `json:"deskKB"` // first load of the desk, compressed
	Runs     []Run         `json:"runs"`
}

// Run is one size.
type Run struct {
	Conversations int           `json:"conversations"`
	Unfinished    int           `json:"unfinished"`
	SeedTook      time.Duration `json:"seedTook"`
	StartMS       float64       `json:"startMS"` // from start to first answer
	Reads         []Read        `json:"reads"`
	Live          *Live         `json:"live,omitempty"`
	IndexTook     time.Duration `json:"indexTook,omitempty"`   // until the search index was complete
	MailsPerSec   float64       `json:"mailsPerSec,omitempty"` // stored, threaded and reacted to
	AcceptPerSec  float64       `json:"acceptPerSec,omitempty"`
	Mails         int64         `json:"mails,omitempty"`
	MailCPU       float64       `json:"mailCPU,omitempty"` // processor time of the server for a mail, milliseconds
	IndexLag      Lag           `json:"indexLag"`          // while mail came
	House         *House        `json:"house,omitempty"`
	Clocks        *Clocks       `json:"clocks,omitempty"`
	IdleMB        float64       `json:"idleMB,omitempty"`
	IdleCore      float64       `json:"idleCore,omitempty"` // share of one core, 0..1
}

// Read is one kind of request.
type Read struct {
	Name string  `json:"name"`
	N    int     `json:"n"`
	P50  float64 `json:"p50"` // milliseconds
	P99  float64 `json:"p99"`
	CPU  float64 `json:"cpu,omitempty"` // processor time of the server for one, milliseconds; that of PostgreSQL is not in it
}

const (
	password = "milliseconds and mails"
	address  = "bench@bench.test"
	inboxAt  = "help@bench.test"
	narrow   = "narrow@bench.test" // an agent who sees the small inbox alone
	smallAt  = "small@bench.test"
)

// Measure runs all of it.
func Measure(ctx context.Context, o Options) (Report, error) {
	exe, err := os.Executable()
	if err != nil {
		return Report{}, fmt.Errorf("find the binary: %w", err)
	}
	info, err := os.Stat(exe)
	if err != nil {
		return Report{}, fmt.Errorf("find the binary: %w", err)
	}
	kind := "sqlite"
	if o.Database != "" {
		kind = "postgresql"
	}
	rep := Report{Machine: fmt.Sprintf("%s/%s, %d cores, %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), cpuName()), Version: app.VersionText(),
		Database: kind, SlowSync: o.SlowSync, BinaryMB: float64(info.Size()) / 1e6}
	rep.DeskKB = deskSize()
	for _, n := range o.Sizes {
		run, err := o.run(ctx, exe, n)
		if err != nil {
			return rep, fmt.Errorf("with %d conversations: %w", n, err)
		}
		rep.Runs = append(rep.Runs, run)
	}
	return rep, nil
}

func (o Options) run(ctx context.Context, exe string, n int) (run Run, err error) {
	dir, err := os.MkdirTemp(o.Dir, "tellus-bench-")
	if err != nil {
		return run, fmt.Errorf("make data folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	run.Conversations, run.Unfinished = n, min(n, max(n/40, 2500))
	data := filepath.Join(dir, "data")
	if o.Keep != "" {
		data = filepath.Join(o.Keep, strconv.Itoa(n))
		if o.Database != "" {
			data += "-postgresql"
		}
	}
	c := app.Config{Data: data, Database: o.Database, Logger: quiet()}
	if err := o.furnish(ctx, exe, c, &run); err != nil {
		return run, err
	}
	if err := crowd(ctx, c, max(crowdSize, o.Agents)); err != nil {
		return run, err
	}
	if err := o.emptyIndex(ctx, c); err != nil {
		return run, err
	}
	srv, err := o.start(ctx, exe, c)
	if err != nil {
		return run, err
	}
	defer func() {
		if srv != nil {
			err = errors.Join(err, srv.stop())
		}
	}()
	run.StartMS = milliseconds(srv.started)
	if err := srv.signIn(ctx); err != nil {
		return run, err
	}
	if o.Idle > 0 {
		if run.IdleMB, run.IdleCore, err = srv.idle(ctx, o.Idle); err != nil {
			return run, err
		}
	}
	if o.Search {
		fmt.Fprintf(o.Log, "%d conversations: filling the search index\n", n)
		if run.IndexTook, err = srv.waitIndexed(ctx, c); err != nil {
			return run, err
		}
	}
	if !o.MailOnly {
		fmt.Fprintf(o.Log, "%d conversations: reading\n", n)
		if run.Reads, err = o.reads(ctx, srv, c, n); err != nil {
			return run, err
		}
	}
	if o.Agents > 0 {
		fmt.Fprintf(o.Log, "%d conversations: %d agents at the live feed\n", n, o.Agents)
		told, err := o.live(ctx, srv)
		if err != nil {
			return run, err
		}
		run.Live = &told
	}
	if o.Views {
		fmt.Fprintf(o.Log, "%d conversations: saved views\n", n)
		found, err := srv.views(ctx, o.Log)
		if err != nil {
			return run, err
		}
		run.Reads = append(run.Reads, found...)
	}
	if o.Search {
		fmt.Fprintf(o.Log, "%d conversations: searching\n", n)
		found, err := srv.search(ctx)
		if err != nil {
			return run, err
		}
		run.Reads = append(run.Reads, found...)
	}
	if o.Mail > 0 {
		fmt.Fprintf(o.Log, "%d conversations: mail for %s\n", n, o.Mail)
		err = o.mail(ctx, c, srv, &run, 0, 0)
	}
	if err == nil && o.House && o.Mail > 0 {
		err = o.house(ctx, c, srv, &run)
	}
	if err == nil && o.Clocks > 0 {
		srv, err = o.clocks(ctx, exe, c, srv, &run)
	}
	return run, err
}

// furnish makes the desk that is measured: taken from where a former run kept it, or seeded.
func (o Options) furnish(ctx context.Context, exe string, c app.Config, run *Run) error {
	if _, err := os.Stat(filepath.Join(c.Data, seeded)); err == nil {
		return nil
	}
	if err := os.RemoveAll(c.Data); err != nil { // seeding was cut short
		return fmt.Errorf("begin anew: %w", err)
	}
	if err := emptyDatabase(ctx, o.Database); err != nil {
		return err
	}
	for _, at := range []string{address, narrow} {
		if _, err := app.MakeAdmin(ctx, c, app.Admin{Name: at, Email: at, Password: password}); err != nil {
			return err
		}
	}
	srv, err := o.start(ctx, exe, c)
	if err != nil {
		return err
	}
	err = srv.prepare(ctx)
	if err := errors.Join(err, srv.stop()); err != nil {
		return err
	}
	begun := time.Now()
	if err := o.seed(ctx, c, *run); err != nil {
		return err
	}
	run.SeedTook = time.Since(begun).Round(time.Millisecond)
	return os.WriteFile(filepath.Join(c.Data, seeded), nil, 0o600)
}

// seeded is the file that marks a desk that is complete.
const seeded = "bench-seeded-2" // with custom fields, tags and types

func (o Options) seed(ctx context.Context, c app.Config, run Run) error {
	a, err := app.Open(ctx, c)
	if err != nil {
		return err
	}
	fmt.Fprintf(o.Log, "%d conversations: seeding\n", run.Conversations)
	err = Seed{Conversations: run.Conversations, Unfinished: run.Unfinished, Agent: 1, Inbox: 1, Narrow: 2, Small: 2, Database: c.Database,
		Progress: func(text string) { fmt.Fprintf(o.Log, "  %s\n", text) }}.Run(ctx, a.DB)
	return errors.Join(err, a.Close())
}

// connections are how many feed the receiver at once, each as one writer.
const connections = 16

// mail feeds the receiver and waits until everything that it took is a message.
func (o Options) mail(ctx context.Context, c app.Config, srv *server, run *Run, first, rate int) error {
	before, err := srv.cpu()
	if err != nil {
		return err
	}
	d, err := db.Open(ctx, databaseURL(c), db.Options{Logger: quiet()})
	if err != nil {
		return err
	}
	defer d.Close() // read only
	const made = `SELECT count(*) FROM arrival WHERE state = 'done' AND message IS NOT NULL`
	earlier, err := number(ctx, d, made)
	if err != nil {
		return err
	}
	begun := time.Now()
	watch := watchIndex(ctx, c)
	sent, err := Load{Address: srv.smtp, To: inboxAt, Connections: connections, For: o.Mail, First: first, Rate: rate}.Run(ctx)
	if err != nil {
		return errors.Join(fmt.Errorf("send mails: %w", err), watch.stop())
	}
	run.Mails, run.AcceptPerSec = sent.Mails, float64(sent.Mails)/sent.Took.Seconds()
	for {
		waiting, err := number(ctx, d, `SELECT count(*) FROM arrival WHERE state = 'kept'`)
		if err != nil {
			return err
		}
		if waiting == 0 {
			break
		}
		time.Sleep(100 * time.Millisecond) // counting costs the database some milliseconds that it has not got
	}
	run.MailsPerSec = float64(sent.Mails) / time.Since(begun).Seconds()
	if run.IndexLag, err = watch.caughtUp(ctx); err != nil {
		return err
	}
	after, err := srv.cpu()
	if err != nil {
		return err
	}
	run.MailCPU = milliseconds(after-before) / float64(max(sent.Mails, 1))
	messages, err := number(ctx, d, made)
	if err != nil {
		return err
	}
	if messages -= earlier; messages != sent.Mails {
		return fmt.Errorf("%d mails were acknowledged, %d became messages", sent.Mails, messages)
	}
	return nil
}
