package export_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/engine/condition"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/view"
	"tellus/internal/flow/export"
	"tellus/internal/platform/db"
)

// TestWhatIsMergedIsHandedOutOnce: a conversation into which one of another customer and a call were merged is handed out whole, nothing of it twice, by its old number too;
// after undoing, each by itself.
func TestWhatIsMergedIsHandedOutOnce(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		into, from := d.ReceiveAbout(desktest.Ann, "Delivery", "my umbrellas"), d.ReceiveAbout(desktest.Bob, "Offer", "my parasols")
		d.Reply(from, "the parasols leave")
		d.Reply(into, "the umbrellas leave")
		var m conversation.Merge
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			in, err := d.Inboxes.Get(ctx, tx, d.Support)
			if err != nil {
				return err
			}
			if _, err := d.Conversations.RecordIn(ctx, tx, desk.ByAgent(d.Eva), d.Scope(d.Eva), from, in, conversation.NewRecord{Channel: desk.Phone,
				Record: desk.Record{Direction: "in", Outcome: "agreed"}, HTML: "<p>wants tarpaulins too</p>"}); err != nil {
				return err
			}
			m, err = d.Conversations.Merge(ctx, tx, desk.ByAgent(d.Eva), d.Scope(d.Eva), into, []desk.ConversationID{from})
			return err
		})
		all := []string{"my umbrellas", "my parasols", "the parasols leave", "the umbrellas leave", "wants tarpaulins too"}
		for _, id := range []desk.ConversationID{into, from} {
			handedOut(t, d, id, into, all)
		}
		if got := sheetOf(t, d); !slices.Equal(got, []string{"Delivery"}) {
			t.Errorf("the list as a file has %q, want the living conversation once", got)
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Conversations.UndoMerge(ctx, tx, desk.ByAgent(d.Eva), d.Scope(d.Eva), m.ID)
			return err
		})
		handedOut(t, d, into, into, []string{all[0], all[3]})
		handedOut(t, d, from, from, []string{all[1], all[2], all[4]})
		got := sheetOf(t, d)
		slices.Sort(got)
		if !slices.Equal(got, []string{"Delivery", "Offer"}) {
			t.Errorf("undone, the list as a file has %q", got)
		}
	})
}

// handedOut checks that the PDF and the archive of a conversation hold each of the words once, in messages of the living one.
func handedOut(t *testing.T, d *desktest.Desk, id, living desk.ConversationID, words []string) {
	t.Helper()
	o := export.Options{Language: "en", Notes: true}
	c, err := load(d, d.Eva, id, o)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := flow(d).ZIP(t.Context(), &out, c, o); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	mails, files := "", map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, twice := files[f.Name]; twice {
			t.Errorf("the archive has %s twice", f.Name)
		}
		files[f.Name] = content
		if strings.HasPrefix(f.Name, "messages/") {
			mails += string(content)
		}
	}
	var said struct {
		Conversation desk.Conversation
		Messages     []desk.Message
	}
	if err := json.Unmarshal(files["conversation.json"], &said); err != nil || said.Conversation.ID != living {
		t.Errorf("conversation.json: %v, conversation %s, want %s", err, said.Conversation.ID, living)
	}
	var texts []string
	for _, m := range said.Messages {
		if m.AuthorKind != desk.AuthorSystem {
			texts = append(texts, strings.TrimSpace(m.Text))
		}
	}
	if !sameWords(texts, words) {
		t.Errorf("conversation.json of %s says %q, want %q", id, texts, words)
	}
	for _, w := range words {
		if n := strings.Count(mails, "\r\n"+w); n != 1 && !strings.HasPrefix(w, "wants") && !strings.HasPrefix(w, "the ") {
			t.Errorf("the mails of %s say %q %d times", id, w, n)
		}
	}
	if _, err := exec.LookPath("pdftotext"); err != nil {
		return
	}
	cmd := exec.Command("pdftotext", "-layout", "-", "-")
	cmd.Stdin = bytes.NewReader(files["conversation.pdf"])
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("pdftotext: %v", err)
	}
	flat := strings.Join(strings.Fields(string(text)), " ")
	for _, w := range words {
		if n := strings.Count(flat, w); n != 1 {
			t.Errorf("the page of %s says %q %d times:\n%s", id, w, n, text)
		}
	}
}

func sameWords(got, want []string) bool {
	got, want = slices.Clone(got), slices.Clone(want)
	slices.Sort(got)
	slices.Sort(want)
	return slices.Equal(got, want)
}

// sheetOf writes all that is not finished to a file and returns the subjects in it.
func sheetOf(t *testing.T, d *desktest.Desk) (subjects []string) {
	t.Helper()
	var e view.Export
	d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		e, err = d.Views.BeginExport(ctx, tx, d.Eva, view.ExportRequest{View: "all", Columns: []string{"subject"}, All: true}, condition.Conversations(nil), 0)
		return err
	})
	d.Settle()
	var out bytes.Buffer
	d.Read(func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.Query(ctx, `/* test */ SELECT data FROM view_export_part WHERE export = $1 ORDER BY part`, e.ID)
		if err != nil {
			return err
		}
		defer rows.Close() // read to its end, or the test fails
		for rows.Next() {
			var part []byte
			if err := rows.Scan(&part); err != nil {
				return err
			}
			out.Write(part)
		}
		return rows.Err()
	})
	z, err := gzip.NewReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(z).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1:] {
		subjects = append(subjects, line[0])
	}
	return subjects
}
