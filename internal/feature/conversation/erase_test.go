package conversation_test

import (
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
)

// TestErasuresAreAppliedAgainAfterARestore takes content out of one desk, and applies the journal to another that holds what a backup would: both
// say the same, however often it is applied.
func TestErasuresAreAppliedAgainAfterARestore(t *testing.T) {
	t.Parallel()
	for _, e := range []desktest.Engine{desktest.SQLite, desktest.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			now, restored := desktest.New(t, e), desktest.New(t, e)
			for _, d := range []*desktest.Desk{now, restored} {
				c := d.Receive(desktest.Ann, "My card is 4111 1111 1111 1111.") // which is its subject too
				d.Receive(desktest.Ann, "And my code is 290292-12345.", "In-Reply-To: <"+d.Outlet.Mails()[0].ID+">")
				d.Reply(c, "Do not send 4111 1111 1111 1111 by mail.")
			}
			scope := now.Scope(now.Eva)
			now.Write(func(ctx context.Context, tx *db.Tx) error {
				ids := []desk.MessageID{}
				t, err := now.Conversations.Timeline(ctx, tx, scope, 1, 0)
				for _, m := range t.Messages {
					if m.Kind == desk.Incoming {
						ids = append(ids, m.ID)
					}
				}
				if err != nil {
					return err
				}
				if _, err := now.Conversations.Redact(ctx, tx, desk.ByAgent(now.Eva), scope, ids[0], []conversation.Span{{Start: 11, End: 30}}); err != nil {
					return err
				}
				_, err = now.Conversations.Erase(ctx, tx, desk.ByAgent(now.Eva), scope, ids[1])
				return err
			})
			if len(now.Erasures) != 2 {
				t.Fatalf("%d lines in the journal, want 2", len(now.Erasures))
			}
			for range 2 {
				restored.Write(func(ctx context.Context, tx *db.Tx) error {
					return restored.Conversations.Reapply(ctx, tx, now.Erasures)
				})
				if diff := cmp.Diff(now.Timeline(1), restored.Timeline(1)); diff != "" {
					t.Errorf("what the restored desk says (-now +restored):\n%s", diff)
				}
			}
			for _, line := range restored.Timeline(1) {
				if strings.Contains(line, "4111") || strings.Contains(line, "290292") {
					t.Errorf("still there: %s", line)
				}
			}
			restored.Read(func(ctx context.Context, tx *db.Tx) error {
				var n int
				err := tx.Row(ctx, `SELECT (SELECT count(*) FROM raw_mail) + (SELECT count(*) FROM outgoing_mail o JOIN message m ON m.id = o.message WHERE m.author_kind = 'agent')`).Scan(&n)
				if n != 0 {
					t.Errorf("%d mails are kept as they came or went, want none", n)
				}
				return err
			})
			for name, d := range map[string]*desktest.Desk{"the desk": now, "the restored one": restored} {
				if row := d.Row(1); !strings.HasPrefix(row.Subject, "My card is ") || strings.Contains(row.Subject, "4111") {
					t.Errorf("%s calls the conversation %q", name, row.Subject)
				}
				d.Read(func(ctx context.Context, tx *db.Tx) error {
					var n int
					err := tx.Row(ctx, `SELECT count(*) FROM message WHERE subject LIKE '%4111%'`).Scan(&n)
					if n != 0 {
						t.Errorf("%s: %d subjects of messages still say it", name, n)
					}
					return err
				})
			}
			if row := restored.Row(1); strings.Contains(row.Preview, "4111") || strings.Contains(row.Preview, "290292") {
				t.Errorf("the list still shows %q", row.Preview)
			}
		})
	}
}

// TestAnErasedMessageIsNotNamedAnyMore holds that its subject goes from its conversation and from all messages beside it, now and after a restore.
func TestAnErasedMessageIsNotNamedAnyMore(t *testing.T) {
	t.Parallel()
	for _, e := range []desktest.Engine{desktest.SQLite, desktest.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			now, restored := desktest.New(t, e), desktest.New(t, e)
			for _, d := range []*desktest.Desk{now, restored} {
				c := d.ReceiveAbout(desktest.Ann, "My code is 290292-12345", "Is it right?")
				d.Reply(c, "It is.")
			}
			now.Write(func(ctx context.Context, tx *db.Tx) error {
				scope := desk.Scope{All: true, Agent: now.Eva}
				all, err := now.Conversations.Timeline(ctx, tx, scope, 1, 0)
				if err != nil {
					return err
				}
				_, err = now.Conversations.Erase(ctx, tx, desk.ByAgent(now.Eva), scope, all.Messages[0].ID)
				return err
			})
			restored.Write(func(ctx context.Context, tx *db.Tx) error {
				return restored.Conversations.Reapply(ctx, tx, now.Erasures)
			})
			for name, d := range map[string]*desktest.Desk{"the desk": now, "the restored one": restored} {
				d.Read(func(ctx context.Context, tx *db.Tx) error {
					var n int
					err := tx.Row(ctx, `SELECT (SELECT count(*) FROM message WHERE subject LIKE '%290292%') + (SELECT count(*) FROM conversation WHERE subject LIKE '%290292%')`).Scan(&n)
					if n != 0 {
						t.Errorf("%s: %d subjects still say it", name, n)
					}
					return err
				})
			}
		})
	}
}

// TestBlackenKeepsTheRest holds that redacting changes the spans alone: what stands beside them keeps its place, letter by letter.
func TestBlackenKeepsTheRest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.String().Draw(rt, "text")
		spans := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) conversation.Span {
			return conversation.Span{Start: rapid.IntRange(-1, len(text)+1).Draw(rt, "start"), End: rapid.IntRange(-1, len(text)+1).Draw(rt, "end")}
		}), 0, 4).Draw(rt, "spans")
		got, ok := conversation.Blacken(text, spans)
		if !ok {
			return
		}
		for _, s := range spans {
			if s.Start < 0 || s.End > len(text) || s.Start >= s.End {
				rt.Fatalf("blacken(%q, %v) took a span that is none", text, spans)
			}
		}
		if utf8.ValidString(text) && whole(text, spans) && utf8.RuneCountInString(got) != utf8.RuneCountInString(text) {
			rt.Fatalf("blacken(%q, %v) = %q: another number of letters", text, spans, got)
		}
	})
}

// whole reports whether spans begin and end between letters.
func whole(text string, spans []conversation.Span) bool {
	for _, s := range spans {
		if s.Start < len(text) && !utf8.RuneStart(text[s.Start]) || s.End < len(text) && !utf8.RuneStart(text[s.End]) {
			return false
		}
	}
	return true
}

func TestPreviewIsShortAndOnOneLine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.String().Draw(rt, "text") + strings.Repeat("ā \n", rapid.IntRange(0, 2000).Draw(rt, "more"))
		got := conversation.Preview(text)
		if utf8.RuneCountInString(got) > 160 || strings.ContainsAny(got, "\n\r\t\x00") || !utf8.ValidString(got) {
			rt.Fatalf("preview(%q) = %q", text, got)
		}
	})
}
