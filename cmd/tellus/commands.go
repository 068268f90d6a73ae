package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"runtime/pprof"
	"strings"
	"time"

	"tellus/internal/app"
	"tellus/internal/bench"
)

type serveCommand struct {
	store
	listen, url                                 string
	smtpListen, smtpCert, smtpKey, smtpAuthserv string
	smtpTrusted, trustedProxies                 []string
	pushServices, feedServers, webhookServers   []string
	slowSync                                    time.Duration
	cpuProfile                                  string
}

func (s *serveCommand) flags(f *flags) {
	s.store.flags(f)
	f.text(&s.listen, "listen", "127.0.0.1:8080", "host:port of the desk and the API.").from("TELLUS_LISTEN")
	f.text(&s.url, "url", "", "Public address, which links in mails begin with; that of the settings where empty.").as("URL").from("TELLUS_URL")
	f.text(&s.smtpListen, "smtp-listen", "", "host:port of the mail receiver, in place of what the settings say.").as("ADDRESS").from("TELLUS_SMTP_LISTEN")
	f.together(
		f.path(&s.smtpCert, "smtp-cert", "", "Certificate of the mail receiver with its chain, PEM; a self-signed one where empty. Taken up again when it is renewed.").
			as("FILE").from("TELLUS_SMTP_CERT"),
		f.path(&s.smtpKey, "smtp-key", "", "Key of that certificate, PEM.").as("FILE").from("TELLUS_SMTP_KEY"))
	f.list(&s.smtpTrusted, "smtp-trusted", "Addresses or networks of mail relays of your own, besides private ones: SPF is not asked about them.").
		as("NETWORK").from("TELLUS_SMTP_TRUSTED")
	f.text(&s.smtpAuthserv, "smtp-authserv", "", "Name under which such a relay writes Authentication-Results; what it found then counts.").
		as("NAME").from("TELLUS_SMTP_AUTHSERV")
	f.list(&s.pushServices, "push-services", "Push services of the own network that browser pushes may go to, by address and port.").as("IP:PORT").from("TELLUS_PUSH_SERVICES")
	f.list(&s.feedServers, "feed-servers", "Servers of the own network that calendar feeds may be read from, by address and port.").as("IP:PORT").from("TELLUS_FEED_SERVERS")
	f.list(&s.webhookServers, "webhook-servers", "Servers of the own network that webhooks may call, by address and port; without encryption too.").as("IP:PORT").from("TELLUS_WEBHOOK_SERVERS")
	f.list(&s.trustedProxies, "trusted-proxies", "Addresses or networks of proxies whose X-Forwarded-For and -Proto count.").as("NETWORK").from("TELLUS_TRUSTED_PROXIES")
	f.duration(&s.slowSync, "slow-sync", 0, "Added to every sync of SQLite.").from("TELLUS_SLOW_SYNC").unseen()
	f.path(&s.cpuProfile, "cpu-profile", "", "Write a profile of the processor's time.").from("TELLUS_CPU_PROFILE").unseen()
}

// owned lets root serve whatever folder it was given: in a container it may be all that there is.
func (s *serveCommand) owned() error { return nil }

func (s *serveCommand) run(ctx context.Context, std streams) (err error) {
	c := s.config()
	c.Listen, c.URL, c.SMTPListen, c.Output, c.SlowSync = s.listen, s.url, s.smtpListen, std.out, s.slowSync
	c.SMTPCert, c.SMTPKey, c.SMTPAuthserv = s.smtpCert, s.smtpKey, s.smtpAuthserv
	if c.TrustedProxies, err = prefixes("--trusted-proxies", s.trustedProxies); err != nil {
		return err
	}
	if c.SMTPTrusted, err = prefixes("--smtp-trusted", s.smtpTrusted); err != nil {
		return err
	}
	if c.PushServices, err = ports("--push-services", s.pushServices); err != nil {
		return err
	}
	if c.WebhookServers, err = ports("--webhook-servers", s.webhookServers); err != nil {
		return err
	}
	if c.FeedServers, err = ports("--feed-servers", s.feedServers); err != nil {
		return err
	}
	if s.cpuProfile != "" {
		stop, err := profile(s.cpuProfile)
		if err != nil {
			return err
		}
		defer stop()
	}
	a, err := app.Open(ctx, c)
	if err != nil {
		return err
	}
	return errors.Join(a.Serve(ctx), a.Close())
}

// ports reads addresses with their ports.
func ports(flag string, texts []string) (list []netip.AddrPort, err error) {
	for _, text := range texts {
		to, err := netip.ParseAddrPort(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", flag, err)
		}
		list = append(list, to)
	}
	return list, nil
}

type intakeCommand struct {
	store
	inbox string
}

func (i *intakeCommand) flags(f *flags) {
	i.store.flags(f)
	f.text(&i.inbox, "inbox", "", "Name or address of the inbox; not needed where there is only one.").as("NAME")
}

func (i *intakeCommand) run(ctx context.Context, std streams) error {
	taken, err := app.TakeMail(ctx, i.config(), i.inbox, std.in)
	if err != nil {
		return err
	}
	switch {
	case taken.Seen:
		fmt.Fprintf(std.out, "the mail had come before: conversation #%d\n", taken.Number)
	case taken.Opened:
		fmt.Fprintf(std.out, "opened conversation #%d\n", taken.Number)
	default:
		fmt.Fprintf(std.out, "added to conversation #%d\n", taken.Number)
	}
	return nil
}

type versionCommand struct{}

func (versionCommand) flags(*flags) {}

func (versionCommand) run(_ context.Context, std streams) error {
	_, err := fmt.Fprintln(std.out, "tellus", app.VersionText())
	return err
}

type migrateCommand struct {
	store
}

func (m *migrateCommand) run(ctx context.Context, std streams) error {
	applied, err := app.Migrate(ctx, m.config())
	for _, name := range applied {
		fmt.Fprintln(std.out, "applied", name)
	}
	if err == nil && len(applied) == 0 {
		fmt.Fprintln(std.out, "the schema is up to date")
	}
	return err
}

type openapiCommand struct{}

func (openapiCommand) flags(*flags) {}

func (openapiCommand) run(_ context.Context, std streams) error {
	spec, err := app.OpenAPI()
	if err != nil {
		return err
	}
	_, err = std.out.Write(spec)
	return err
}

type adminCommand struct {
	store
	email, name, url           string
	passwordStdin, resetFactor bool
}

func (a *adminCommand) flags(f *flags) {
	a.store.flags(f)
	f.text(&a.email, "email", "", "Address that the administrator signs in with.").as("ADDRESS").needed()
	f.text(&a.name, "name", "", "Name of an administrator who has no account yet.").as("NAME")
	f.text(&a.url, "url", "", "Public address of the desk, which the link begins with; that of the settings where empty.").as("URL").from("TELLUS_URL")
	f.yes(&a.passwordStdin, "password-stdin", "", "Set the password that stands on standard input, in place of printing a link.")
	f.yes(&a.resetFactor, "reset-second-factor", "", "Remove authenticator app, passkeys and recovery codes.")
}

func (a *adminCommand) run(ctx context.Context, std streams) error {
	ask := app.Admin{Name: a.name, Email: a.email, DropFactors: a.resetFactor}
	if a.passwordStdin {
		line, err := bufio.NewReader(io.LimitReader(std.in, 4096)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read password: %w", err)
		}
		if ask.Password = strings.TrimRight(line, "\r\n"); ask.Password == "" {
			return errors.New("standard input holds no password")
		}
	}
	c := a.config()
	c.URL = a.url
	link, err := app.MakeAdmin(ctx, c, ask)
	if err != nil {
		return ask.InFlags(err)
	}
	if link == "" {
		fmt.Fprintf(std.out, "%s is an owner and signs in with the new password.\n", a.email)
		return nil
	}
	fmt.Fprintf(std.out, "%s is an owner. This link sets a password, once, within a day:\n%s\n", a.email, link)
	return nil
}

type backupCommand struct {
	store
	file string
}

func (b *backupCommand) flags(f *flags) {
	b.store.flags(f)
	f.argument(&b.file, "file", "The file to write; .tar, .tar.gz or .tar.zst.")
}

func (b *backupCommand) run(ctx context.Context, std streams) error {
	m, err := app.Backup(ctx, b.config(), b.file)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "wrote %s: %s\n", b.file, m)
	fmt.Fprintln(std.out, "The key file is not in it. Keep a copy of "+app.KeyFile(b.config())+
		" elsewhere: without it passwords of mailboxes must be typed in again, and second factors set up anew.")
	return nil
}

type restoreCommand struct {
	store
	file  string
	force bool
}

func (r *restoreCommand) flags(f *flags) {
	r.store.flags(f)
	f.argument(&r.file, "file", "A file that backup has written.")
	f.check(existing(&r.file))
	f.yes(&r.force, "force", "", "Restore over a database that is not empty. A SQLite file is moved aside, tables on PostgreSQL are dropped.")
}

func (r *restoreCommand) run(ctx context.Context, std streams) error {
	report, err := app.Restore(ctx, r.config(), r.file, r.force)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "restored %s: %s\n", r.file, report.Manifest)
	for _, note := range report.Notes {
		fmt.Fprintln(std.out, note)
	}
	return nil
}

type doctorCommand struct {
	store
}

func (d *doctorCommand) run(ctx context.Context, std streams) error {
	findings, err := app.Doctor(ctx, d.config())
	if err != nil {
		return err
	}
	bad := 0
	for _, f := range findings {
		fmt.Fprintln(std.out, f)
		if f.Grade == app.Bad {
			bad++
		}
	}
	if bad > 0 {
		fmt.Fprintf(std.out, "%d of %d checks need you.\n", bad, len(findings))
		return errSaid
	}
	return nil
}

type rotateCommand struct {
	store
	forget bool
}

func (r *rotateCommand) flags(f *flags) {
	r.store.flags(f)
	f.yes(&r.forget, "forget", "", "Remove the older keys too, for a key that became known to somebody: signed links in mails sent so far stop counting.")
}

func (r *rotateCommand) run(ctx context.Context, std streams) error {
	n, err := app.RotateKey(ctx, r.config(), r.forget)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%d secrets are sealed with a new key. Copy %s to where its backup lies.\n", n, app.KeyFile(r.config()))
	return nil
}

type benchCommand struct {
	sizes                []int
	database             string
	mail, slowSync, idle time.Duration
	mailOnly, search     bool
	house                bool
	clocks               uint64
	hold                 bool
	views                bool
	dir, keep, json      string
	agents               uint64
}

func (b *benchCommand) flags(f *flags) {
	f.numbers(&b.sizes, "sizes", []int{10_000, 100_000, 1_000_000}, "Conversations to seed, a run each.")
	f.text(&b.database, "database", "", "A PostgreSQL database that is emptied; SQLite where empty.").as("URL")
	f.duration(&b.mail, "mail", time.Minute, "How long mails are sent in the last run; 0 for not at all.")
	f.duration(&b.slowSync, "slow-sync", 0, "Added to every sync of SQLite.")
	f.duration(&b.idle, "idle", 20*time.Second, "How long the idle server is watched.")
	f.yes(&b.mailOnly, "mail-only", "", "Leave out what is read at the desk.")
	f.number(&b.agents, "agents", 0, "Agents that follow the live feed while 50 conversations a second are changed; 0 for none.")
	f.yes(&b.hold, "hold", "", "Before anything is changed, say where the desk is and wait for a line on the standard input: for windows beside the agents.")
	f.yes(&b.views, "views", "", "Also make saved views, and read and count them.")
	f.number(&b.clocks, "clocks", 0, "Running promises, of which 200 a second come due; 0 for none.")
	f.yes(&b.house, "house", "", "Also feed mail with 500 rules, 20 service level policies and push distribution on.")
	f.yes(&b.search, "search", "", "Also fill the search index, and search.")
	f.path(&b.dir, "dir", "", "Where data folders are made.").as("FOLDER")
	f.text(&b.keep, "keep", "", "Keep the seeded desks in this folder, and use those that are there.").as("FOLDER")
	f.path(&b.json, "json", "", "Also write the figures to this file.").as("FILE")
}

func (b *benchCommand) run(ctx context.Context, std streams) error {
	var hold io.Reader
	if b.hold {
		hold = std.in
	}
	report, err := bench.Measure(ctx, bench.Options{Sizes: b.sizes, Database: b.database, Mail: b.mail, SlowSync: b.slowSync, Idle: b.idle, MailOnly: b.mailOnly, Views: b.views, Agents: int(min(b.agents, 1000)), Hold: hold, Search: b.search, House: b.house, Clocks: int(min(b.clocks, 10_000_000)),
		Dir: b.dir, Keep: b.keep, Log: std.err})
	if err != nil {
		return err
	}
	if b.json != "" {
		data, err := json.MarshalIndent(report, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(b.json, append(data, '\n'), 0o644); err != nil {
			return err
		}
	}
	return report.Table(std.out)
}

// profile writes a profile of the processor's time until stop is called: for developers who look where it goes.
func profile(path string) (stop func(), err error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() {
		pprof.StopCPUProfile()
		_ = f.Close() // a profile that is cut short is a developer's disappointment and nobody else's
	}, nil
}
