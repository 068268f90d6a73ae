package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"tellus/internal/channel/email"
	"tellus/internal/desk"
	"tellus/internal/feature/inbox"
	"tellus/internal/feature/setting"
	"tellus/internal/migrations"
	"tellus/internal/platform/cluster"
	"tellus/internal/platform/db"
	"tellus/internal/platform/secret"
)

// Grade says how a check went.
type Grade string

// Grades, from good to bad.
const (
	Good Grade = "ok"
	Note Grade = "note" // works, and could be better
	Bad  Grade = "BAD"  // needs somebody
)

// Finding is the outcome of a check.
type Finding struct {
	Grade   Grade
	Subject string // what was looked at
	Says    string // what was found, a sentence
	Do      string // what to do about it, a sentence; "" where nothing is
}

// String is the finding as a line, and what to do as another.
func (f Finding) String() string {
	s := fmt.Sprintf("%-4s  %s: %s", f.Grade, f.Subject, f.Says)
	if f.Do != "" {
		s += "\n      → " + f.Do
	}
	return s
}

// resolver looks names up; *net.Resolver is one.
type resolver interface {
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupHost(ctx context.Context, host string) ([]string, error)
}

// mailTester tries the connections of an inbox; a mailroom is one.
type mailTester interface {
	Test(ctx context.Context, e inbox.Edit) (in, out desk.Problem, err error)
}

// examination is one visit of the doctor, with what it may ask of the world.
type examination struct {
	c        Config
	resolve  resolver
	mail     mailTester
	now      func() time.Time
	findings []Finding
}

func (x *examination) good(subject, format string, args ...any) {
	x.findings = append(x.findings, Finding{Good, subject, fmt.Sprintf(format, args...), ""})
}

func (x *examination) note(subject, says, do string) {
	x.findings = append(x.findings, Finding{Note, subject, says, do})
}

func (x *examination) bad(subject, says, do string) {
	x.findings = append(x.findings, Finding{Bad, subject, says, do})
}

// Doctor looks at everything that Tellus needs of the machine and the world, and says what to do where something is amiss. It changes nothing. The error is
// for what kept it from looking at all.
func Doctor(ctx context.Context, c Config) ([]Finding, error) {
	x := &examination{c: c, resolve: net.DefaultResolver, now: time.Now}
	x.examine(ctx)
	return x.findings, ctx.Err()
}

func (x *examination) examine(ctx context.Context) {
	x.disk()
	x.systemClock()
	x.blobs(ctx)
	d, err := x.c.existingDatabase(ctx)
	if err != nil {
		x.bad("database", sentence(err.Error()), "Check --data and --database (or TELLUS_DATA and TELLUS_DATABASE); with PostgreSQL, that it runs and lets this user in.")
		return
	}
	defer d.Close() // nothing was written
	if !x.schema(ctx, d) {
		return
	}
	x.nodes(ctx, d)
	x.clockOf(ctx, d)
	x.log(ctx, d)
	x.search(ctx, d)
	x.work(ctx, d)
	x.settings(ctx, d)
	x.inboxes(ctx, d)
}

// sentence makes an error's text end like one.
func sentence(s string) string {
	if s == "" || s[len(s)-1] == '.' {
		return s
	}
	return s + "."
}

// read runs fn in a read transaction and reports an error as a finding.
func (x *examination) read(ctx context.Context, d *db.DB, subject string, fn func(tx *db.Tx) error) bool {
	if err := d.Read(ctx, fn); err != nil {
		x.bad(subject, sentence(err.Error()), "This should not happen: keep the log and tell the makers of Tellus.")
		return false
	}
	return true
}

// schema reports whether the rest can be looked at.
func (x *examination) schema(ctx context.Context, d *db.DB) bool {
	kind := "SQLite"
	if d.Postgres() {
		kind = "PostgreSQL"
	}
	fresh, err := isFresh(ctx, d)
	if err != nil {
		x.bad("database", sentence(err.Error()), "Check the rights of the database's user.")
		return false
	}
	if fresh {
		x.bad("database", kind+" is reachable and empty.", "Start tellus serve once, or tellus restore a backup.")
		return false
	}
	if err := d.CheckBinary(ctx, migrations.Level); err != nil {
		x.bad("database", sentence(err.Error()), "Install the newer Tellus again; this one must not run on this database.")
		return false
	}
	pending, err := d.Pending(ctx, migrations.Files)
	if err != nil {
		x.bad("database", sentence(err.Error()), "Check the rights of the database's user.")
		return false
	}
	if len(pending) > 0 {
		x.note("database", fmt.Sprintf("%s is reachable, %d steps of the schema are missing.", kind, len(pending)), "They are applied when serve starts, or by tellus migrate.")
		return false
	}
	x.good("database", "%s is reachable and its schema is up to date.", kind)
	return true
}

// nodes says which servers run.
func (x *examination) nodes(ctx context.Context, d *db.DB) {
	alive := 0
	ok := x.read(ctx, d, "server", func(tx *db.Tx) error {
		var now desk.Time
		if err := tx.Row(ctx, "SELECT "+tx.Clock()).Scan(&now); err != nil {
			return err
		}
		list, err := cluster.Nodes(ctx, tx)
		alive = 0
		for _, n := range list {
			if now.Sub(n.HeartbeatAt) < time.Minute {
				alive++
			}
		}
		return err
	})
	switch {
	case !ok:
	case alive == 0:
		x.note("server", "No server runs on this database.", "Start it: tellus serve.")
	case alive == 1:
		x.good("server", "One server runs.")
	default:
		x.good("server", "%d servers run.", alive)
	}
}

// log looks at how far consumers of the event log are behind.
func (x *examination) log(ctx context.Context, d *db.DB) {
	type cursor struct {
		name     string
		position int64
		moved    desk.Time
	}
	var newest int64
	var newestAt desk.Time
	var cursors []cursor
	ok := x.read(ctx, d, "event log", func(tx *db.Tx) error {
		err := tx.Row(ctx, "SELECT seq, at FROM event ORDER BY seq DESC LIMIT 1").Scan(&newest, &newestAt)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		rows, err := tx.Query(ctx, "SELECT name, position, moved_at FROM consumer_cursor ORDER BY name")
		cursors, err = db.Rows(rows, err, func(r *sql.Rows, c *cursor) error { return r.Scan(&c.name, &c.position, &c.moved) })
		return err
	})
	if !ok {
		return
	}
	if ahead := newestAt.Time().Sub(x.now()); ahead > time.Minute {
		x.bad("clock", fmt.Sprintf("The newest event lies %s in the future: the clock was set back since.", ahead.Round(time.Second)),
			"Set the clock right, and keep it right with chrony or systemd-timesyncd.")
	}
	behind := false
	for _, c := range cursors {
		since := x.now().Sub(c.moved.Time()).Round(time.Second)
		if lag := newest - c.position; lag > 0 && since > time.Minute && x.now().Sub(newestAt.Time()) > time.Minute {
			behind = true
			x.bad("event log", fmt.Sprintf("%s is %d events behind and has not moved for %s.", c.name, lag, since),
				"Look for \"consumer\" in the log of the server; where none runs, start it.")
		}
	}
	if !behind {
		x.good("event log", "What reads it is up to date.")
	}
}

// work looks at jobs and at mail that was kept and not yet made anything of.
func (x *examination) work(ctx context.Context, d *db.DB) {
	var dead, late, kept int64
	ok := x.read(ctx, d, "jobs", func(tx *db.Tx) error {
		for query, into := range map[string]*int64{
			`SELECT COUNT(*) FROM job WHERE state = 'dead'`:                          &dead,
			`SELECT COUNT(*) FROM job WHERE state = 'ready' AND run_at < $1`:         &late,
			`SELECT COUNT(*) FROM arrival WHERE state = 'kept' AND received_at < $1`: &kept,
		} {
			var args []any
			if into != &dead {
				args = append(args, desk.At(x.now().Add(-10*time.Minute)))
			}
			if err := tx.Row(ctx, query, args...).Scan(into); err != nil {
				return err
			}
		}
		return nil
	})
	if !ok {
		return
	}
	if dead > 0 {
		x.bad("jobs", fmt.Sprintf("%d jobs gave up.", dead), "Read why in the desk under Settings, Jobs, mend the cause, and try them again.")
	}
	if late > 0 {
		x.bad("jobs", fmt.Sprintf("%d jobs have waited for more than ten minutes.", late), "Start the server; where it runs, look for \"job\" in its log.")
	}
	if kept > 0 {
		x.bad("mail", fmt.Sprintf("%d mails were kept more than ten minutes ago and are not yet in a conversation.", kept), "Start the server; where it runs, look for \"arrival\" in its log.")
	}
	if dead+late+kept == 0 {
		x.good("jobs", "None gave up, none is late.")
	}
}

// settings looks at the public address, and at the virus scanner where there is one.
func (x *examination) settings(ctx context.Context, d *db.DB) {
	public, err := x.c.publicURL(ctx, d)
	if err != nil {
		x.bad("address", sentence(err.Error()), "Open Settings, Company in the desk and save it again.")
		return
	}
	u, err := url.Parse(public)
	switch {
	case err != nil || u.Hostname() == "localhost":
		x.note("address", "No public address is set: links in mails lead to "+public+".", "Set it with --url (TELLUS_URL), or in the desk under Settings, Company.")
	case u.Scheme != "https":
		x.bad("address", "People sign in at "+public+" without TLS.", "Put a reverse proxy with a certificate in front (docs/OPERATING.md), and set the address to https://.")
	default:
		x.good("address", "The desk is at %s.", public)
	}
	var saved setting.Settings
	if !x.read(ctx, d, "settings", func(tx *db.Tx) (err error) { saved, err = (&setting.Service{}).Get(ctx, tx); return err }) || saved.Scanner == "" {
		return
	}
	if _, err := askClamd(ctx, saved.Scanner, strings.NewReader("doctor")); err != nil {
		x.bad("virus scanner", sentence(err.Error()), "Start clamd, or correct its address in the desk under Settings, Company. Attachments are not scanned meanwhile.")
		return
	}
	x.good("virus scanner", "clamd answers at %s.", saved.Scanner)
}

// inboxes looks at each inbox: its secrets, its mailbox, its submission server, and the records of its domain.
func (x *examination) inboxes(ctx context.Context, d *db.DB) {
	keys := x.keys()
	if keys == nil {
		return
	}
	inboxes := &inbox.Service{Secrets: keys}
	if x.mail == nil {
		x.mail = &mailroom{db: d, inboxes: inboxes, driver: &email.Driver{Hello: hostName(), Log: x.c.logger()}, log: x.c.logger(),
			url: func() string { return x.c.URL }}
	}
	var all []desk.Inbox
	if !x.read(ctx, d, "inboxes", func(tx *db.Tx) (err error) { all, err = inboxes.All(ctx, tx); return err }) {
		return
	}
	if len(all) == 0 {
		x.note("inboxes", "There is none yet.", "Make one in the desk under Settings, Inboxes.")
	}
	domains := map[string]bool{} // → mail comes straight to us
	for _, in := range all {
		if !in.Active {
			continue
		}
		for _, domain := range domainsOf(in) {
			domains[domain] = domains[domain] || in.Receive.Method == "smtp"
		}
		x.inbox(ctx, in)
	}
	for _, domain := range sorted(domains) {
		x.domain(ctx, domain, domains[domain])
	}
}

// keys opens the key file, nil where it cannot be.
func (x *examination) keys() *secret.Keyring {
	path := x.c.in(keyFile)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		x.bad("key file", path+" is missing.", "Put your copy of it there. Without it passwords of mailboxes must be typed in again, and second factors set up anew.")
		return nil
	}
	keys, err := secret.OpenKeyring(path)
	if err != nil {
		x.bad("key file", sentence(err.Error()), "Put your copy of the key file there, readable by Tellus alone (chmod 600).")
		return nil
	}
	x.good("key file", "It is there and closed to others. Is a copy of it kept elsewhere? Backups do not hold it.")
	return keys
}

func (x *examination) inbox(ctx context.Context, in desk.Inbox) {
	subject := "inbox " + in.Name
	way, out, err := x.mail.Test(ctx, inbox.EditOf(in))
	if err != nil {
		x.bad(subject, sentence(err.Error()), "Put the right key file in place, or type the passwords in again in the desk.")
		return
	}
	if in.Receive.Method == "imap" {
		x.connection(subject, "The mailbox on "+in.Receive.Host, way)
	}
	if in.Submit.Host == "" {
		x.bad(subject, "It has no server to send by: answers wait.", "Name one in the desk under Settings, Inboxes.")
		return
	}
	x.connection(subject, "Sending by "+in.Submit.Host, out)
}

func (x *examination) connection(subject, what string, p desk.Problem) {
	if p.Code == "" {
		x.good(subject, "%s works.", what)
		return
	}
	says := what + " does not work: " + p.Detail
	do, known := remedies[p.Code]
	if !known {
		do = remedies["other"]
	}
	x.bad(subject, sentence(says), do)
}

// remedies by the code of a desk.Problem.
var remedies = map[string]string{
	"dns":         "Check the server's name, and this machine's resolver.",
	"refused":     "Check name and port, and that a firewall lets this machine out.",
	"timeout":     "Check name and port, and that a firewall lets this machine out; providers often block port 25.",
	"tls":         "Check the port and whether it wants TLS or STARTTLS.",
	"certificate": "The server's certificate is not for its name or has run out: use the name that the provider gives, or have it renewed.",
	"auth":        "Check user and password; many providers want a password made for this application.",
	"folder":      "Check the folder's name; empty means INBOX.",
	"permission":  "Give the mailbox's user the right to read the folder and to change flags.",
	"protocol":    "Check the port: another service seems to answer there.",
	"rejected":    "Read what the server says, and ask its provider.",
	"oauth":       "Authorise the inbox again in the desk under Settings, Inboxes.",
	"other":       "Read what the server says, and ask its provider.",
}
