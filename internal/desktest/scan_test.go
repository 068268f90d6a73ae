package desktest_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/channel"
	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/flow/intake"
	"tellus/internal/platform/db"
)

const threeFiles = "From: ann@customer.example\nTo: support@shop.example\nSubject: Files\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" +
	"--b\n\nSee files.\n" +
	"--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=good.txt\n\na good file\n" +
	"--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=bad.txt\n\na bad file\n" +
	"--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=setup.exe\n\nMZ\n--b--\n"

func TestFilesThatCameWhileTheScannerWasAwayAreScannedLater(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		var back atomic.Bool
		asked := atomic.Int32{}
		d.Intake.Scan = func(_ context.Context, content io.Reader) (string, error) {
			asked.Add(1)
			if !back.Load() {
				return "", errors.New("nobody listens")
			}
			all, err := io.ReadAll(content)
			if strings.Contains(string(all), "bad") {
				return "Test", err
			}
			return "", err
		}
		d.Arrive(d.Support, threeFiles, channel.Envelope{})
		files := func() map[string]string {
			is := map[string]string{}
			d.Read(func(ctx context.Context, tx *db.Tx) error {
				m, err := d.Conversations.Message(ctx, tx, desk.Scope{All: true, Agent: d.Eva}, 1)
				for _, a := range m.Attachments {
					is[a.Name] = a.Held
					if a.Unscanned {
						is[a.Name] += " unscanned"
					}
				}
				return err
			})
			return is
		}
		unscanned := map[string]string{"good.txt": " unscanned", "bad.txt": " unscanned", "setup.exe": "executable unscanned"}
		if diff := cmp.Diff(unscanned, files()); diff != "" {
			d.T.Errorf("as it came (-want +got):\n%s", diff)
		}
		if n := asked.Load(); n != 1 {
			d.T.Errorf("a scanner that is away was asked %d times about one mail", n)
		}
		d.After(time.Minute)
		d.After(24 * time.Hour) // more than any number of attempts takes
		if diff := cmp.Diff(unscanned, files()); diff != "" {
			d.T.Errorf("while it is away (-want +got):\n%s", diff)
		}
		before := d.Row(1).Version
		back.Store(true)
		d.After(11 * time.Minute) // the longest pause
		if diff := cmp.Diff(map[string]string{"good.txt": "", "bad.txt": "virus", "setup.exe": "executable"}, files()); diff != "" {
			d.T.Errorf("once it is back (-want +got):\n%s", diff)
		}
		if now := d.Row(1).Version; now <= before {
			d.T.Errorf("version %d after %d: nobody is told", now, before)
		}
		last := asked.Load()
		d.After(time.Hour)
		if asked.Load() != last {
			d.T.Error("files were scanned again")
		}
	})
}

func TestAFileTooLongForTheScannerIsToldToTheAdministrator(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		d.Intake.Scan = func(_ context.Context, content io.Reader) (string, error) {
			all, err := io.ReadAll(content)
			if strings.Contains(string(all), "bad") {
				return "", intake.ErrTooLong
			}
			return "", err
		}
		d.Arrive(d.Support, threeFiles, channel.Envelope{})
		d.After(time.Minute)
		var unscanned int
		var dead string
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			list, err := d.Conversations.Unscanned(ctx, tx, 1)
			unscanned = len(list)
			if err != nil {
				return err
			}
			return tx.Row(ctx, `/* desktest */ SELECT last_error FROM job WHERE state = 'dead'`).Scan(&dead)
		})
		if unscanned != 1 || !strings.Contains(dead, "longer than the virus scanner takes") {
			d.T.Errorf("%d files unscanned, dead job %q", unscanned, dead)
		}
	})
}
