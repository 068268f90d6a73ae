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
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"tellus/internal/app"
)

// commands is the command line. What stands here works: a command appears with what it does.
type commands struct {
	Serve   serveCommand   `cmd:"" help:"Serve the desk, the API and the mail receiver."`
	Demo    demoCommand    `cmd:"" help:"Try Tellus out: a week of a believable shop's desk, in a folder of its own; sends nothing outside."`
	Migrate migrateCommand `cmd:"" help:"Bring the database to this version's schema; serve does so by itself."`
	Admin   adminCommand   `cmd:"" help:"Make an administrator, or let one in again who cannot sign in."`
	Intake  intakeCommand  `cmd:"" help:"Take a mail from standard input: tellus intake < mail.eml."`
	Backup  backupCommand  `cmd:"" help:"Write database and files to one file, while the server runs."`
	Restore restoreCommand `cmd:"" help:"Fill an empty data folder and database from a backup."`
	Doctor  doctorCommand  `cmd:"" help:"Check database, mailboxes, DNS records for sending, disk and clock; say what to do."`
	Key     keyCommand     `cmd:"" help:"The key that secrets in the database are sealed with."`
	Bench   benchCommand   `cmd:"" help:"Measure this build on this machine: seeds desks, reads them, feeds them mail."`
	Openapi openapiCommand `cmd:"" help:"Print the description of the API (OpenAPI 3.1, YAML)."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

// store are the flags of every command that touches the data.
type store struct {
	Data     string `help:"Folder of the key file, attachments (without --blobs) and the SQLite database (without --database)." default:"./data" env:"TELLUS_DATA" type:"path"`
	Database string `help:"PostgreSQL to use in place of SQLite: postgres://user:password@host/name." env:"TELLUS_DATABASE" placeholder:"URL"`
	Blobs    string `help:"Bucket for attachments in place of a folder in --data: s3://bucket/prefix?endpoint=https://host&region=NAME. Credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or from &credentials=FILE." env:"TELLUS_BLOBS" placeholder:"URL"`
	Verbose  bool   `help:"Log what only a developer asks for." short:"v" env:"TELLUS_VERBOSE"`
}

func (s store) config() app.Config {
	level := slog.LevelInfo
	if s.Verbose {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	slog.SetDefault(log)
	return app.Config{Data: s.Data, Database: s.Database, Blobs: s.Blobs, Logger: log}
}

// owned refuses to let root work on what belongs to the service's user.
func (s store) owned() error { return app.Config{Data: s.Data}.CheckOwner() }

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
	var c commands
	exit := -1
	parser, err := kong.New(&c,
		kong.Name("tellus"),
		kong.Description("Customer service that a company hosts itself. Flags can be set as environment variables too."),
		kong.Writers(std.out, std.err),
		kong.Exit(func(code int) { exit = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(std),
	)
	if err != nil {
		fmt.Fprintln(std.err, "tellus:", err)
		return 2
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if exit >= 0 { // --help has printed
		return exit
	}
	if err != nil {
		fmt.Fprintln(std.err, "tellus:", err)
		return 2
	}
	// Target is the command's struct; most have the flags of store.
	if tool, ok := command.Selected().Target.Interface().(interface{ owned() error }); ok {
		err = tool.owned()
	}
	if err == nil {
		err = command.Run()
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
