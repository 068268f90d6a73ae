// Package app wires the house: it reads what the command line says, opens the store, starts what serves, and holds the operator's
// commands (backup, restore, doctor, key rotation). It decides nothing that a feature or a flow could decide.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"tellus/internal/flow/deliver"
	"tellus/internal/platform/db"
	"tellus/internal/platform/secret"
)

// Version is what `make` put in: a tag or a commit. Without it, Go's own note of the commit is used; see VersionText.
var Version = ""

// VersionText names this build for people.
func VersionText() string {
	if Version != "" {
		return Version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				return s.Value[:12]
			}
		}
	}
	return "dev"
}

// Config is what the command line and the environment say. Everything else lives in the database and is edited in the desk.
type Config struct {
	Listen         string           // host:port of the desk and the API
	Data           string           // folder of the key file, blobs and, on SQLite, the database
	Database       string           // postgres://… ; SQLite in Data where empty
	Blobs          string           // s3://bucket/prefix?endpoint=… ; a folder in Data where empty
	URL            string           // public base URL; that of the settings where empty
	SMTPListen     string           // host:port of the mail receiver; that of the settings where empty
	SMTPCert       string           // file of the receiver's certificate with its chain, PEM; a self-signed one in Data where empty
	SMTPKey        string           // file of the certificate's key, PEM
	SMTPTrusted    []netip.Prefix   // relays of the house's own, besides private networks: DNS says nothing about what they pass on
	SMTPAuthserv   string           // the name by which such a relay signs its Authentication-Results (RFC 8601 2.2); nothing is believed where empty
	TrustedProxies []netip.Prefix   // whose X-Forwarded-For and -Proto count
	PushServices   []netip.AddrPort // of the own network, which browser pushes may go to; others are public ones
	WebhookServers []netip.AddrPort // of the own network, which webhooks may call; others are public ones
	FeedServers    []netip.AddrPort // of the own network, which calendar feeds may be read from; others are public ones
	Logger         *slog.Logger
	Output         io.Writer     // for what the operator must read, such as the set-up link; standard error where nil
	SlowSync       time.Duration // added to every sync of SQLite, for measuring; 0 in service

	trace func(query string, args []any) // told each statement, for tests

	Clock  func() time.Time // what features take for the present; time.Now where nil. The demo lives through a week with it
	Outlet deliver.Outlet   // takes every mail that would go out, in place of the inboxes' own servers, where not nil
}

// Names of what lies in the data folder.
const (
	databaseFile   = "tellus.db"
	keyFile        = "tellus.key"
	searchFile     = "search.db"
	blobFolder     = "blobs"
	spoolFolder    = "spool" // what waits to be sent to a bucket
	redactionsFile = "redactions.log"
)

func (c Config) logger() *slog.Logger {
	if c.Logger == nil {
		return slog.Default()
	}
	return c.Logger
}

func (c Config) output() io.Writer {
	if c.Output == nil {
		return os.Stderr
	}
	return c.Output
}

// in names a file or folder of the data folder.
func (c Config) in(name string) string { return filepath.Join(c.Data, name) }

// postgres reports whether Database names a PostgreSQL server.
func (c Config) postgres() bool {
	return strings.HasPrefix(c.Database, "postgres://") || strings.HasPrefix(c.Database, "postgresql://")
}

// databaseURL is what db.Open takes.
func (c Config) databaseURL() string {
	if c.Database != "" {
		return c.Database
	}
	return "sqlite:" + c.in(databaseFile)
}

// makeFolder makes the data folder, closed to others.
func (c Config) makeFolder() error {
	if c.Data == "" {
		return errors.New("no data folder named (--data)")
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	return nil
}

// openDatabase opens the database as it is, in a data folder that is made where it is missing.
func (c Config) openDatabase(ctx context.Context) (*db.DB, error) {
	if err := c.makeFolder(); err != nil {
		return nil, err
	}
	return db.Open(ctx, c.databaseURL(), db.Options{Logger: c.logger(), SyncDelay: c.SlowSync, Clock: c.Clock, Trace: c.trace})
}

// openKeys reads the key file, or makes it where it is missing.
func openKeys(c Config) (*secret.Keyring, error) {
	if err := c.makeFolder(); err != nil {
		return nil, err
	}
	return secret.OpenKeyring(c.in(keyFile))
}

// existingDatabase opens a database that must be there already: a command that only looks must not leave an empty one behind.
func (c Config) existingDatabase(ctx context.Context) (*db.DB, error) {
	if path, ok := strings.CutPrefix(c.databaseURL(), "sqlite:"); ok {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("no database here: %w (is --data right?)", err)
		}
	}
	return c.openDatabase(ctx)
}
