// Package demo builds and serves a week of a believable company's desk: Koks & Volts, a web shop for furniture and appliances in the Baltics and
// Poland, in four languages and some Russian. It is for trying out, for pictures and for browser tests. Everything is made through the real
// use cases, by a clock that lives through the days before now; the same seed makes the same week. No mail ever leaves the machine.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tellus/internal/app"
)

// Options are what the command line says.
type Options struct {
	Data   string
	Listen string
	Seed   uint64    // the same seed makes the same week
	Fresh  bool      // build anew where a demo is there already
	Build  bool      // build only, do not serve
	Output io.Writer // where accounts and address are printed
	Log    *slog.Logger
}

// marker is the file that tells a demo's data folder from another's.
const marker = "demo.txt"

// Password is that of every account of the demo.
const Password = "wood and volts"

// ours are the names that a demo makes in its folder.
var ours = []string{"tellus.db", "tellus.db-wal", "tellus.db-shm", "tellus.key", "redactions.log", "blobs"}

// Run builds the demo where there is none yet, prints how to sign in, and serves it until ctx ends.
func Run(ctx context.Context, o Options) error {
	there, err := prepare(o.Data, o.Fresh)
	if err != nil {
		return err
	}
	if !there {
		fmt.Fprintln(o.Output, "Building a week at Koks & Volts …")
		began := time.Now()
		if err := Build(ctx, o, began); err != nil {
			return fmt.Errorf("build the demo: %w", err)
		}
		if err := os.WriteFile(filepath.Join(o.Data, marker), []byte(done), 0o600); err != nil {
			return fmt.Errorf("mark the demo: %w", err)
		}
		fmt.Fprintf(o.Output, "built in %s\n", time.Since(began).Round(100*time.Millisecond))
	}
	if o.Build {
		return nil
	}
	a, err := app.Open(ctx, app.Config{Data: o.Data, Listen: o.Listen, SMTPListen: "127.0.0.1:0", Logger: o.Log, Output: o.Output,
		Outlet: newOutlet()})
	if err != nil {
		return err
	}
	fmt.Fprint(o.Output, greeting(o.Listen))
	return errors.Join(a.Serve(ctx), a.Close())
}

const (
	begun = "A demo of Tellus, half built. It is built anew when it is started again.\n"
	done  = "A demo of Tellus. Nothing in this folder is worth keeping.\n"
)

// prepare looks at the data folder: there reports whether a finished demo lies in it. A folder with a desk that is not a demo is refused.
func prepare(folder string, fresh bool) (there bool, err error) {
	text, err := os.ReadFile(filepath.Join(folder, marker))
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(filepath.Join(folder, "tellus.db")); err == nil {
			return false, fmt.Errorf("%s holds a desk that is no demo: name another folder by --data", folder)
		}
		text, err = []byte(begun), nil
	}
	if err != nil {
		return false, fmt.Errorf("look for a demo: %w", err)
	}
	if string(text) == done && !fresh {
		return true, nil
	}
	for _, name := range ours {
		if err := os.RemoveAll(filepath.Join(folder, name)); err != nil {
			return false, fmt.Errorf("clear the old demo: %w", err)
		}
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return false, fmt.Errorf("make data folder: %w", err)
	}
	return false, os.WriteFile(filepath.Join(folder, marker), []byte(begun), 0o600)
}

func greeting(listen string) string {
	var b strings.Builder
	at := listen
	if host, port, ok := strings.Cut(listen, ":"); ok && (host == "127.0.0.1" || host == "" || host == "0.0.0.0") {
		at = "localhost:" + port
	}
	fmt.Fprintf(&b, "\nKoks & Volts is open at http://%s/\n\nSign in with the password  %s  as\n\n", at, Password)
	for _, c := range colleagues {
		fmt.Fprintf(&b, "  %-32s %s, %s (%s)\n", c.email(), c.name, strings.ReplaceAll(string(c.role), "_", " "), c.language)
	}
	b.WriteString("\nNothing that you send here leaves this machine.\n\n")
	return b.String()
}

// Build makes the week that ends at now in o.Data.
func Build(ctx context.Context, o Options, now time.Time) (err error) {
	clock := &clock{}
	clock.set(now.Add(-span - 24*time.Hour))
	outlet := newOutlet()
	a, err := app.Open(ctx, app.Config{Data: o.Data, Listen: o.Listen, URL: "http://" + o.Listen, Logger: o.Log, Output: io.Discard, Clock: clock.now, Outlet: outlet})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	p := newPlay(a, clock, outlet, o.Seed, now)
	if err := p.house(ctx); err != nil {
		return fmt.Errorf("set up the house: %w", err)
	}
	p.ordinary()
	p.special()
	p.joined()
	p.recorded()
	p.unwanted()
	if err := p.run(ctx); err != nil {
		return err
	}
	return p.evening(ctx)
}
