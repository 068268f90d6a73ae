package app

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"tellus/internal/channel/email/mailtest"
	"tellus/internal/desk"
	"tellus/internal/feature/setting"
	"tellus/internal/migrations"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
	"tellus/internal/platform/eventlog"
	"tellus/internal/platform/jobs"
)

// later is what a later release's migrations are: those of today and one more.
func later(t *testing.T, script string) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(migrations.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	files["9000_later.sql"] = &fstest.MapFile{Data: []byte(script)}
	return files
}

// expands adds to tables that this binary writes, as the first half of a later change does.
const expands = `-- oldest-binary: 1
ALTER TABLE conversation ADD COLUMN mood TEXT;
ALTER TABLE message ADD COLUMN weight BIGINT NOT NULL DEFAULT 7;
ALTER TABLE inbox ADD COLUMN brand BIGINT;
ALTER TABLE event ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE job ADD COLUMN lane TEXT NOT NULL DEFAULT 'slow';
CREATE TABLE omen (id BIGINT PRIMARY KEY, conversation BIGINT REFERENCES conversation (id) ON DELETE CASCADE);
CREATE INDEX omen_by_conversation ON omen (conversation);
CREATE INDEX conversation_by_mood ON conversation (mood);
`

// oracle is a job of a later release.
type oracle struct {
	Question string `json:"question"`
}

func (oracle) JobKind() string { return "oracle.ask" }

// TestThisBinaryLivesBesideALaterSchema migrates a running desk's database further, as the first node of an upgrade does: the old binary goes on, starts
// again, and leaves alone what it does not know.
func TestThisBinaryLivesBesideALaterSchema(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, c, _ Config) {
		r := start(t, c)
		r.settle()
		sink := mailtest.StartSink(t, mailtest.SinkOptions{NoTLS: true})
		at := mailtest.FreeAddress(t)
		r.change(func(s *setting.Settings) { s.UndoSeconds, s.Receiver.Listen = 0, at })
		r.do("POST", "/inboxes", box(sink, desk.Receive{Method: "smtp"}), nil)
		sent := 0
		walk := func(r *running, subject string) {
			t.Helper()
			mail := "From: " + subject + "@customer.example\nTo: support@shop.example\nSubject: " + subject + "\nMessage-ID: <" + subject + "@x.example>\n\nHello\n"
			dbtest.Eventually(t, "a mail is taken", func() bool { return r.deliver(at, subject+"@customer.example", "support@shop.example", mail) == nil })
			sunk(t, sink, sent+1)
			for _, row := range r.rows("all") {
				if row.Subject != subject {
					continue
				}
				o := r.has(row.ID, 2)
				r.do("POST", "/conversations/"+row.ID.String()+"/replies", object{"html": "<p>Yes.</p>", "to": []object{{"name": "", "address": row.Address}},
					"cc": []object{}, "bcc": []object{}, "attachments": []int{}, "seen": o.Timeline.Messages[0].ID, "then": "resolve"}, nil)
				sunk(t, sink, sent+2)
				sent += 2
				return
			}
			t.Fatalf("%s: no conversation", subject)
		}
		walk(r, "before")
		if _, err := r.app.DB.Migrate(t.Context(), later(t, expands)); err != nil {
			t.Fatalf("migrate further: %v", err)
		}
		window := r.window()
		defer window.NetConn().Close() // the server may have closed first
		err := r.app.DB.Write(t.Context(), func(tx *db.Tx) error {
			if _, err := jobs.Enqueue(t.Context(), tx, tx.Now, oracle{"When?"}); err != nil {
				return err
			}
			return eventlog.Append(t.Context(), tx, &desk.Event{By: desk.System, Kind: "omen.seen", SubjectKind: "omen", Subject: 1})
		})
		if err != nil {
			t.Fatal(err)
		}
		walk(r, "beside")
		r.stop()
		again := start(t, c)
		again.client.Jar = r.client.Jar
		walk(again, "after")
		var state string
		if err := again.app.DB.Ask(t.Context(), `SELECT state FROM job WHERE kind = 'oracle.ask'`).Scan(&state); err != nil || state != "ready" {
			t.Errorf("the later release's job is %q, %v; want it to wait for a node that knows it", state, err)
		}
	})
}

func TestABinaryThatIsTooOldSaysSo(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, c, _ Config) {
		d, err := db.Open(t.Context(), c.databaseURL(), db.Options{Logger: c.Logger})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Migrate(t.Context(), later(t, "-- oldest-binary: 99\nCREATE TABLE omen (id BIGINT PRIMARY KEY);\n")); err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		a, err := Open(t.Context(), c)
		if err == nil {
			err = a.Close()
			t.Fatalf("Open beside a schema that needs level 99 worked (closed: %v)", err)
		}
		if !errors.Is(err, db.ErrOldBinary) || !strings.Contains(err.Error(), "99") || strings.Contains(err.Error(), "\n") {
			t.Errorf("Open: %v; want one sentence that names the level", err)
		}
	})
}

func FuzzReadToken(f *testing.F) {
	c := Config{Data: f.TempDir()}
	keys, err := openKeys(c)
	if err != nil {
		f.Fatal(err)
	}
	a := &App{Keys: keys}
	good := a.makeToken(4711)
	for _, s := range []string{good, strings.ToUpper(good), "c1267-" + strings.Repeat("a", 16), "c-", "-", "c0x1267-x", "c+1-x", "c 1-x", "c00" + good[1:], "cffffffffffffffff-a", good + "=", good + "\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, tag string) {
		id, ok := a.readToken(tag)
		if !ok {
			return
		}
		if id <= 0 || id >= 1<<53 {
			t.Errorf("readToken(%q) = %d", tag, id)
		}
		tag = strings.NewReplacer("\r", "", "\n", "").Replace(tag) // as decoding the signature does
		if made := a.makeToken(id); !strings.EqualFold(strings.TrimLeft(made[1:], "0"), strings.TrimLeft(tag[1:], "0")) {
			t.Errorf("readToken(%q) = %d, whose token is %q", tag, id, made)
		}
	})
}
