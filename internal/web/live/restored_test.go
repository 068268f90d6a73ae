package live_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
	"tellus/internal/platform/eventlog"
)

// dialAt opens a live line of Eva's that goes on from a cursor, and returns its greeting too.
func (h *house) dialAt(cookie, cursor string) (*browser, told) {
	h.T.Helper()
	b, err := h.tryDialAt("Eva", http.Header{"Cookie": {cookie}}, cursor)
	if err != nil {
		h.T.Fatal(err)
	}
	return b, b.next("hello")
}

func TestALineGoesOnInItsOwnLogOnly(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		cookie := h.signIn(h.Eva)
		h.Receive(desktest.Ann, "Hello")
		dbtest.Eventually(h.T, "all that is settled", func() bool { return h.events.Horizon() >= h.seq() })
		cursor := h.hub.Cursor()
		c := h.Receive(desktest.Bob, "Came meanwhile")

		b, hello := h.dialAt(cookie, cursor)
		if log, _, _ := strings.Cut(cursor, "."); hello.Log != log || log == "" {
			t.Errorf("hello names the log %q, the cursor %q", hello.Log, cursor)
		}
		heard := h.marked(b)[0]
		if got := rows(heard); !slices.Equal(got, []desk.ConversationID{c}) || slices.Contains(heardBy(heard), "reset") {
			t.Errorf("told %s, want the row of %s alone", show(heard), c)
		}

		// The same number in another log is not where this one went on from.
		_, number, _ := strings.Cut(cursor, ".")
		dbtest.Eventually(h.T, "the mark is settled", func() bool { return h.events.Horizon() >= h.seq() })
		b, _ = h.dialAt(cookie, "anotherLog_1."+number)
		if heard := h.marked(b)[0]; !slices.Equal(heardBy(heard), []string{"reset"}) {
			t.Errorf("with a cursor of another log told %s, want a reset alone", show(heard))
		}
	})
}

func TestARestoredLogHasAnotherName(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		id := func() string {
			l, err := eventlog.Open(t.Context(), d, nil, dbtest.Logger(t))
			if err != nil {
				t.Fatal(err)
			}
			l.Close()
			return l.ID()
		}
		first := id()
		if again := id(); again != first || first == "" {
			t.Errorf("the log is %q, opened again %q", first, again)
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return eventlog.Forget(t.Context(), tx) }); err != nil {
			t.Fatal(err)
		}
		if restored := id(); restored == first {
			t.Errorf("after a restore the log is still %q", restored)
		}
	})
}

// TestAnAnswerSaysWhereTheFeedGoesOn fetches a list as a page does, and follows the feed from there: what came between is told once, and nothing must be
// fetched again.
func TestAnAnswerSaysWhereTheFeedGoesOn(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		cookie := h.signIn(h.Eva)
		h.Receive(desktest.Ann, "Hello")
		dbtest.Eventually(h.T, "all that is settled", func() bool { return h.events.Horizon() >= h.seq() })
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.url+"/api/v1/session", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Cookie", cookie)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close() // its header is what counts
		c := h.Receive(desktest.Bob, "Came between")
		b, _ := h.dialAt(cookie, res.Header.Get("Tellus-Cursor"))
		heard := h.marked(b)[0]
		if got := rows(heard); !slices.Equal(got, []desk.ConversationID{c}) {
			t.Errorf("from %q told %s, want the row of %s", res.Header.Get("Tellus-Cursor"), show(heard), c)
		}
	})
}
