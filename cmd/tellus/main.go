// Command tellus is customer service that a company hosts itself: the desk, its API, the mail receiver, and the operator's tools.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"tellus/internal/app"
)

// command is a word, or two, of the command line.
type command struct {
	name, help string
	tool       func() tool
}

// tool is what a command does.
type tool interface {
	// flags declares what stands on the command line, with the tool's own fields to hold it.
	flags(f *flags)
	run(ctx context.Context, std streams) error
}

// commands are the command line. What stands here works: a command appears with what it does.
var commands = []command{
	{"serve", "Serve the desk, the API and the mail receiver.", func() tool { return new(serveCommand) }},
	{"demo", "Try Tellus out: a week of a believable shop's desk, in a folder of its own; sends nothing outside.", func() tool { return new(demoCommand) }},
	{"migrate", "Bring the database to this version's schema; serve does so by itself.", func() tool { return new(migrateCommand) }},
	{"admin", "Make an administrator, or let one in again who cannot sign in.", func() tool { return new(adminCommand) }},
	{"intake", "Take a mail from standard input: tellus intake < mail.eml.", func() tool { return new(intakeCommand) }},
	{"backup", "Write database and files to one file, while the server runs.", func() tool { return new(backupCommand) }},
	{"restore", "Fill an empty data folder and database from a backup.", func() tool { return new(restoreCommand) }},
	{"doctor", "Check database, mailboxes, DNS records for sending, disk and clock; say what to do.", func() tool { return new(doctorCommand) }},
	{"key rotate", "Make a new key and seal every secret anew with it; the server may run.", func() tool { return new(rotateCommand) }},
	{"bench", "Measure this build on this machine: seeds desks, reads them, feeds them mail.", func() tool { return new(benchCommand) }},
	{"openapi", "Print the description of the API (OpenAPI 3.1, YAML).", func() tool { return new(openapiCommand) }},
	{"version", "Print the version.", func() tool { return new(versionCommand) }},
}

// families are the first words of commands of two words.
var families = map[string]string{"key": "The key that secrets in the database are sealed with."}

// store are the flags of every command that touches the data.
type store struct {
	data, database, blobs string
	verbose               bool
}

func (s *store) flags(f *flags) {
	f.path(&s.data, "data", "./data", "Folder of the key file, attachments (without --blobs) and the SQLite database (without --database).").from("TELLUS_DATA")
	f.text(&s.database, "database", "", "PostgreSQL to use in place of SQLite: postgres://user:password@host/name.").as("URL").from("TELLUS_DATABASE")
	f.text(&s.blobs, "blobs", "", "Bucket for attachments in place of a folder in --data: s3://bucket/prefix?endpoint=https://host&region=NAME. Credentials come from "+
		"AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or from &credentials=FILE.").as("URL").from("TELLUS_BLOBS")
	f.yes(&s.verbose, "verbose", "v", "Log what only a developer asks for.").from("TELLUS_VERBOSE")
}

func (s *store) config() app.Config {
	level := slog.LevelInfo
	if s.verbose {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	slog.SetDefault(log)
	return app.Config{Data: s.data, Database: s.database, Blobs: s.blobs, Logger: log}
}

// owned refuses to let root work on what belongs to the service's user.
func (s *store) owned() error { return app.Config{Data: s.data}.CheckOwner() }

// prefixes reads the networks of a flag as people write them: 10.0.0.0/8, or a single address.
func prefixes(flag string, list []string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range list {
		text = strings.TrimSpace(text)
		if addr, err := netip.ParseAddr(text); err == nil {
			all = append(all, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %q is neither an address nor a network such as 10.0.0.0/8", flag, text)
		}
		all = append(all, p.Masked())
	}
	return all, nil
}

// streams are where commands read and write.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

// errSaid is returned by a command that has said already what is wrong.
var errSaid = errors.New("said already")

// run runs a command line and returns the exit status: 0, 1 where the command failed, 2 where the command line makes no sense.
func run(ctx context.Context, args []string, std streams) int {
	does, err := read(args, os.Getenv, std.out)
	if err != nil {
		fmt.Fprintln(std.err, "tellus:", err)
		return 2
	}
	if does == nil { // help was asked for
		return 0
	}
	if stored, ok := does.(interface{ owned() error }); ok {
		err = stored.owned()
	}
	if err == nil {
		err = does.run(ctx, std)
	}
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errSaid):
		return 1
	case errors.Is(err, context.Canceled):
		return 130
	}
	fmt.Fprintln(std.err, "tellus:", err)
	return 1
}

// read returns what a command line asks for, ready to run; nil where it asks for help, which is then written. Its errors are the operator's.
func read(args []string, getenv func(string) string, help io.Writer) (tool, error) {
	if len(args) == 0 || args[0] == "--help" || args[0] == "-h" {
		helpOfAll(help, "")
		return nil, nil
	}
	c, rest, err := find(args)
	if err != nil {
		return nil, err
	}
	if c.tool == nil { // the first word of a family
		helpOfAll(help, c.name)
		return nil, nil
	}
	t, f := c.tool(), newFlags(c.name)
	t.flags(f)
	if err := f.read(rest, getenv); err != nil {
		return nil, err
	}
	if f.asked {
		helpOf(help, c, f)
		return nil, nil
	}
	return t, nil
}

// find returns the command that arguments begin with, and those behind it. It has no tool where help is asked for all that begin with a word.
func find(args []string) (c command, rest []string, err error) {
	var known []string
	for _, c := range commands {
		words := strings.Fields(c.name)
		if len(args) >= len(words) && slices.Equal(args[:len(words)], words) {
			return c, args[len(words):], nil
		}
		known = append(known, words[0])
	}
	first := args[0]
	if strings.HasPrefix(first, "-") {
		return c, nil, fmt.Errorf("%s stands before the command: tellus COMMAND %s", first, first)
	}
	if families[first] == "" {
		return c, nil, suggest("unexpected argument ", first, known)
	}
	var members []string
	for _, c := range commands {
		if member, is := strings.CutPrefix(c.name, first+" "); is {
			members = append(members, member)
		}
	}
	if len(args) == 1 {
		return c, nil, fmt.Errorf("%s: expected %s", first, strings.Join(members, " or "))
	}
	if args[1] == "--help" || args[1] == "-h" {
		return command{name: first}, nil, nil
	}
	return c, nil, suggest("unexpected argument ", args[1], members)
}
