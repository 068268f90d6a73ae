package demo

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tellus/internal/app"
	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

var quiet = slog.New(slog.DiscardHandler)

func TestAWeekIsWhole(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a week takes some seconds")
	}
	ctx, folder := t.Context(), t.TempDir()
	began := time.Now()
	if err := Build(ctx, Options{Data: folder, Listen: "127.0.0.1:0", Seed: 1, Output: io.Discard, Log: quiet}, began); err != nil {
		t.Fatal(err)
	}
	t.Logf("built in %s", time.Since(began))
	a, err := app.Open(ctx, app.Config{Data: folder, Logger: quiet, Output: io.Discard, Outlet: newOutlet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := a.Staff.SignIn(ctx, staff.Visitor{IP: "127.0.0.1"}, "", colleagues[0].email(), Password); err != nil {
		t.Errorf("the first account does not sign in: %v", err)
	}
	counts := map[conversation.View]int{}
	read(t, a, func(ctx context.Context, tx *db.Tx) error {
		agents, err := a.Staff.Agents(ctx, tx)
		if err != nil {
			return err
		}
		scope, err := a.Staff.Scope(ctx, tx, agents[0].ID)
		for _, who := range agents {
			if who.Role == desk.Owner {
				scope, err = a.Staff.Scope(ctx, tx, who.ID)
			}
		}
		if err != nil {
			return err
		}
		list, err := a.Conversations.Counts(ctx, tx, scope, conversation.Fixed)
		for _, c := range list {
			counts[c.ID] = c.Count
		}
		return err
	})
	t.Log(counts)
	for view, least := range map[conversation.View]int{"all": 110, "unassigned": 30, "mine": 3, "waiting": 20, "snoozed": 5, "spam": 5, "trash": 3, "mentions": 1} {
		if counts[view] < least {
			t.Errorf("view %s has %d conversations, want at least %d", view, counts[view], least)
		}
	}
	for what, query := range map[string]string{
		"a bounce":                  `SELECT count(*) FROM message WHERE state = 'bounced'`,
		"a failed delivery":         `SELECT count(*) FROM message WHERE state = 'failed'`,
		"an automatic reply":        `SELECT count(*) FROM message WHERE automatic <> '' AND kind = 'incoming'`,
		"an acknowledgement":        `SELECT count(*) FROM message WHERE author_kind = 'system'`,
		"a restricted one":          `SELECT count(*) FROM conversation WHERE restricted`,
		"an invitation":             `SELECT count(*) FROM message WHERE facts LIKE '%"invitation"%'`,
		"a held attachment":         `SELECT count(*) FROM attachment WHERE held <> ''`,
		"a draft":                   `SELECT count(*) FROM draft`,
		"a recorded call":           `SELECT count(*) FROM conversation WHERE channel = 'phone'`,
		"remote images":             `SELECT count(*) FROM message WHERE facts LIKE '%"remoteImages"%'`,
		"quoted history":            `SELECT count(*) FROM message WHERE folded <> '' AND folded_html <> ''`,
		"promises that were broken": `SELECT count(*) FROM clock WHERE breached_at <> 0`,
		"promises that were kept":   `SELECT CASE WHEN count(*) > 100 THEN 1 ELSE 0 END FROM clock WHERE met_at <> 0 AND breached_at = 0`,
		"rules that acted":          `SELECT count(*) FROM firing WHERE state = 'done'`,
		"finished conversations":    `SELECT CASE WHEN count(*) > 250 THEN 1 ELSE 0 END FROM conversation WHERE status = 'resolved'`,
	} {
		var n int
		if err := a.DB.Ask(ctx, query).Scan(&n); err != nil || n == 0 {
			t.Errorf("the week has not %s (%v)", what, err)
		}
	}
	for what, query := range map[string]string{
		"words left to fill in":     `SELECT count(*) FROM message WHERE text LIKE '%{%}%' OR subject LIKE '%{%}%'`,
		"events of the future":      `SELECT count(*) FROM event WHERE at > $1`,
		"mails not yet sent":        `SELECT count(*) FROM message WHERE state IN ('queued', 'sending', 'unsure')`,
		"arrivals not stored":       `SELECT count(*) FROM arrival WHERE state <> 'done'`,
		"jobs that gave up":         `SELECT count(*) FROM job WHERE state = 'dead'`,
		"replies in new threads":    `SELECT count(*) FROM message m WHERE m.subject LIKE 'Re: %' AND m.kind = 'incoming' AND NOT EXISTS (SELECT 1 FROM message o WHERE o.conversation = m.conversation AND o.id < m.id)`,
		"Latvian taken for another": `SELECT CASE WHEN count(*) > 5 THEN count(*) ELSE 0 END FROM message m WHERE m.sender LIKE '%@pasts.example%' AND m.language NOT IN ('lv', '')`,
	} {
		var n int
		args := []any{}
		if strings.Contains(query, "$1") {
			args = append(args, desk.At(began))
		}
		if err := a.DB.Ask(ctx, query, args...).Scan(&n); err != nil || n != 0 {
			t.Errorf("the week has %d %s (%v)", n, what, err)
		}
	}
	sold(t, a, began)
}

func read(t *testing.T, a *app.App, fn func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := a.DB.Read(t.Context(), func(tx *db.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func TestADeskThatIsNoDemoIsLeftAlone(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	file := filepath.Join(folder, "tellus.db")
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Run(t.Context(), Options{Data: folder, Fresh: true, Output: io.Discard, Log: quiet}); err == nil || !strings.Contains(err.Error(), "no demo") {
		t.Errorf("Run on somebody's desk = %v, want a refusal", err)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "precious" {
		t.Errorf("the desk was touched: %q, %v", text, err)
	}
}

func TestWordsFollowTheWriter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		woman bool
		want  string
	}{{"zamówił{em|am}", true, "zamówiłam"}, {"заказал{|а}", false, "заказал"}, {"заказал{|а}", true, "заказала"}, {"būšu {izbraucis|izbraukusi}", false, "būšu izbraucis"}} {
		if got := gendered(c.text, c.woman); got != c.want {
			t.Errorf("gendered(%q, %t) = %q, want %q", c.text, c.woman, got, c.want)
		}
	}
}
