package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/pprof"
	"strings"
	"time"

	"tellus/internal/app"
	"tellus/internal/bench"
)

type serveCommand struct {
	store
	Listen         string        `help:"host:port of the desk and the API." default:"127.0.0.1:8080" env:"TELLUS_LISTEN" placeholder:"ADDRESS"`
	URL            string        `help:"Public address, which links in mails begin with; that of the settings where empty." env:"TELLUS_URL" placeholder:"URL"`
	SMTPListen     string        `name:"smtp-listen" help:"host:port of the mail receiver, in place of what the settings say." env:"TELLUS_SMTP_LISTEN" placeholder:"ADDRESS"`
	SMTPCert       string        `name:"smtp-cert" help:"Certificate of the mail receiver with its chain, PEM; a self-signed one where empty. Taken up again when it is renewed." env:"TELLUS_SMTP_CERT" type:"path" and:"smtp-certificate" placeholder:"FILE"`
	SMTPKey        string        `name:"smtp-key" help:"Key of that certificate, PEM." env:"TELLUS_SMTP_KEY" type:"path" and:"smtp-certificate" placeholder:"FILE"`
	SMTPTrusted    []string      `name:"smtp-trusted" help:"Addresses or networks of mail relays of your own, besides private ones: SPF is not asked about them." env:"TELLUS_SMTP_TRUSTED" placeholder:"NETWORK"`
	SMTPAuthserv   string        `name:"smtp-authserv" help:"Name under which such a relay writes Authentication-Results; what it found then counts." env:"TELLUS_SMTP_AUTHSERV" placeholder:"NAME"`
	TrustedProxies []string      `help:"Addresses or networks of proxies whose X-Forwarded-For and -Proto count." env:"TELLUS_TRUSTED_PROXIES" placeholder:"NETWORK"`
	SlowSync       time.Duration `name:"slow-sync" hidden:"" env:"TELLUS_SLOW_SYNC"`
	CPUProfile     string        `name:"cpu-profile" hidden:"" env:"TELLUS_CPU_PROFILE" type:"path"`
}

// owned lets root serve whatever folder it was given: in a container it may be all that there is.
func (s serveCommand) owned() error { return nil }

func (s serveCommand) Run(ctx context.Context, std streams) (err error) {
	c := s.config()
	c.Listen, c.URL, c.SMTPListen, c.Output, c.SlowSync = s.Listen, s.URL, s.SMTPListen, std.out, s.SlowSync
	c.SMTPCert, c.SMTPKey, c.SMTPAuthserv = s.SMTPCert, s.SMTPKey, s.SMTPAuthserv
	if c.TrustedProxies, err = prefixes("--trusted-proxies", s.TrustedProxies); err != nil {
		return err
	}
	if c.SMTPTrusted, err = prefixes("--smtp-trusted", s.SMTPTrusted); err != nil {
		return err
	}
	if s.CPUProfile != "" {
		stop, err := profile(s.CPUProfile)
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

type intakeCommand struct {
	store
	Inbox string `help:"Name or address of the inbox; not needed where there is only one."`
}

func (i intakeCommand) Run(ctx context.Context, std streams) error {
	taken, err := app.TakeMail(ctx, i.config(), i.Inbox, std.in)
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

func (versionCommand) Run(std streams) error {
	_, err := fmt.Fprintln(std.out, "tellus", app.VersionText())
	return err
}

type migrateCommand struct {
	store
}

func (m migrateCommand) Run(ctx context.Context, std streams) error {
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

func (openapiCommand) Run(std streams) error {
	spec, err := app.OpenAPI()
	if err != nil {
		return err
	}
	_, err = std.out.Write(spec)
	return err
}

type adminCommand struct {
	store
	Email             string `help:"Address that the administrator signs in with." required:"" placeholder:"ADDRESS"`
	Name              string `help:"Name of an administrator who has no account yet."`
	URL               string `help:"Public address of the desk, which the link begins with; that of the settings where empty." env:"TELLUS_URL" placeholder:"URL"`
	PasswordStdin     bool   `help:"Set the password that stands on standard input, in place of printing a link."`
	ResetSecondFactor bool   `help:"Remove authenticator app, passkeys and recovery codes."`
}

func (a adminCommand) Run(ctx context.Context, std streams) error {
	ask := app.Admin{Name: a.Name, Email: a.Email, DropFactors: a.ResetSecondFactor}
	if a.PasswordStdin {
		line, err := bufio.NewReader(io.LimitReader(std.in, 4096)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read password: %w", err)
		}
		if ask.Password = strings.TrimRight(line, "\r\n"); ask.Password == "" {
			return errors.New("standard input holds no password")
		}
	}
	c := a.config()
	c.URL = a.URL
	link, err := app.MakeAdmin(ctx, c, ask)
	if err != nil {
		return err
	}
	if link == "" {
		fmt.Fprintf(std.out, "%s is an owner and signs in with the new password.\n", a.Email)
		return nil
	}
	fmt.Fprintf(std.out, "%s is an owner. This link sets a password, once, within a day:\n%s\n", a.Email, link)
	return nil
}

type backupCommand struct {
	store
	File string `arg:"" help:"The file to write; .tar, .tar.gz or .tar.zst." type:"path"`
}

func (b backupCommand) Run(ctx context.Context, std streams) error {
	m, err := app.Backup(ctx, b.config(), b.File)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "wrote %s: %s\n", b.File, m)
	fmt.Fprintln(std.out, "The key file is not in it. Keep a copy of "+app.KeyFile(b.config())+
		" elsewhere: without it passwords of mailboxes must be typed in again, and second factors set up anew.")
	return nil
}

type restoreCommand struct {
	store
	File  string `arg:"" help:"A file that backup has written." type:"existingfile"`
	Force bool   `help:"Restore over a database that is not empty. A SQLite file is moved aside, tables on PostgreSQL are dropped."`
}

func (r restoreCommand) Run(ctx context.Context, std streams) error {
	report, err := app.Restore(ctx, r.config(), r.File, r.Force)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "restored %s: %s\n", r.File, report.Manifest)
	for _, note := range report.Notes {
		fmt.Fprintln(std.out, note)
	}
	return nil
}

type doctorCommand struct {
	store
}

func (d doctorCommand) Run(ctx context.Context, std streams) error {
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

type keyCommand struct {
	Rotate rotateCommand `cmd:"" help:"Make a new key and seal every secret anew with it; the server may run."`
}

type rotateCommand struct {
	store
	Forget bool `help:"Remove the older keys too, for a key that became known to somebody: signed links in mails sent so far stop counting."`
}

func (r rotateCommand) Run(ctx context.Context, std streams) error {
	n, err := app.RotateKey(ctx, r.config(), r.Forget)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "%d secrets are sealed with a new key. Copy %s to where its backup lies.\n", n, app.KeyFile(r.config()))
	return nil
}

type benchCommand struct {
	Sizes    []int         `help:"Conversations to seed, a run each." default:"10000,100000,1000000"`
	Database string        `help:"A PostgreSQL database that is emptied; SQLite where empty." placeholder:"URL"`
	Mail     time.Duration `help:"How long mails are sent in the last run; 0 for not at all." default:"60s"`
	SlowSync time.Duration `help:"Added to every sync of SQLite." default:"0s"`
	Idle     time.Duration `help:"How long the idle server is watched." default:"20s"`
	MailOnly bool          `help:"Leave out what is read at the desk."`
	Search   bool          `help:"Also fill the search index, and search."`
	Dir      string        `help:"Where data folders are made." type:"path"`
	Keep     string        `help:"Keep the seeded desks in this folder, and use those that are there."`
	JSON     string        `help:"Also write the figures to this file." name:"json" type:"path"`
}

func (b benchCommand) Run(ctx context.Context, std streams) error {
	report, err := bench.Measure(ctx, bench.Options{Sizes: b.Sizes, Database: b.Database, Mail: b.Mail, SlowSync: b.SlowSync, Idle: b.Idle, MailOnly: b.MailOnly, Search: b.Search,
		Dir: b.Dir, Keep: b.Keep, Log: std.err})
	if err != nil {
		return err
	}
	if b.JSON != "" {
		data, err := json.MarshalIndent(report, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(b.JSON, append(data, '\n'), 0o644); err != nil {
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
