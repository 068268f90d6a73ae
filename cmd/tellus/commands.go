package main

import (
	"context"
	"fmt"

	"tellus/internal/app"
)

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
