package widget_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/form"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
	"tellus/internal/platform/secret"
	"tellus/internal/web/widget"
)

// house is a desk whose support inbox has a form, served as the program serves it.
type house struct {
	*desktest.Desk
	t    testing.TB
	form form.Form
	mux  *http.ServeMux
	ip   string
}

var built = fstest.MapFS{
	"widget.js":           {Data: []byte("loader()")},
	"widget.js.br":        {Data: []byte("loader as br")},
	"assets/form-abc.js":  {Data: []byte("form()")},
	"assets/form-abc.css": {Data: []byte("form{}")},
}

func each(t *testing.T, f func(h *house)) {
	t.Helper()
	desktest.Each(t, func(d *desktest.Desk) { f(open(d)) })
}

func open(d *desktest.Desk) *house {
	d.T.Helper()
	h := &house{Desk: d, t: d.T, ip: "192.0.2.1"}
	keys, err := secret.OpenKeyring(filepath.Join(d.T.TempDir(), "keys"))
	if err != nil {
		d.T.Fatal(err)
	}
	forms := &form.Service{}
	h.change(func(f *form.Form) { f.Active = true })
	edge := widget.New(widget.Deps{DB: d.DB, Forms: forms, Inboxes: d.Inboxes, Keys: keys, Accept: d.Intake.AcceptWritten, Files: built, Dir: d.T.TempDir(),
		ClientIP: func(*http.Request) string { return h.ip }, Log: dbtest.Logger(d.T)})
	h.mux = http.NewServeMux()
	for pattern, handler := range edge.Routes() {
		h.mux.Handle(pattern, handler)
	}
	return h
}

// change changes the settings of the form.
func (h *house) change(edit func(f *form.Form)) {
	h.t.Helper()
	h.Write(func(ctx context.Context, tx *db.Tx) error {
		s := &form.Service{}
		f, err := s.Get(ctx, tx, h.Support)
		if err != nil {
			return err
		}
		edit(&f)
		h.form, err = s.Save(ctx, tx, desk.System, f)
		return err
	})
}

func (h *house) get(path string, headers ...string) *httptest.ResponseRecorder {
	h.t.Helper()
	return h.send(httptest.NewRequest(http.MethodGet, path, nil), headers...)
}

func (h *house) send(r *http.Request, headers ...string) *httptest.ResponseRecorder {
	h.t.Helper()
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.mux.ServeHTTP(w, r)
	return w
}

var ticketIn = regexp.MustCompile(`name="ticket" value="([^"]+)"`)

// ticket opens the form as a visitor does who then writes for a while.
func (h *house) ticket() string {
	h.t.Helper()
	found := ticketIn.FindStringSubmatch(h.get("/form/" + h.form.Key).Body.String())
	if found == nil {
		h.t.Fatal("the page has no ticket")
	}
	h.After(time.Minute)
	return found[1]
}

type attached struct{ name, content string }

// post sends the form: pairs of field and value.
func (h *house) post(query string, files []attached, headers []string, fields ...string) *httptest.ResponseRecorder {
	h.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for i := 0; i < len(fields); i += 2 {
		if err := m.WriteField(fields[i], fields[i+1]); err != nil {
			h.t.Fatal(err)
		}
	}
	for _, f := range files {
		part, err := m.CreateFormFile("files", f.name)
		if err == nil {
			_, err = io.WriteString(part, f.content)
		}
		if err != nil {
			h.t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		h.t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/form/"+h.form.Key+query, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return h.send(r, headers...)
}

var asScript = []string{"Accept", "application/json"}

type answer struct {
	Sent   bool
	Faults []form.Fault
	Notice string
	Ticket string
}

func (h *house) said(w *httptest.ResponseRecorder) (a answer) {
	h.t.Helper()
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		h.t.Fatalf("answer %d %q: %v", w.Code, w.Body, err)
	}
	return a
}

// rows are all conversations, oldest first.
func (h *house) rows() (ids []desk.ConversationID) {
	h.t.Helper()
	h.Settle()
	h.Read(func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT id FROM conversation ORDER BY id`)
		list, err := db.Rows(rows, err, func(r *sql.Rows, id *desk.ConversationID) error { return r.Scan(id) })
		ids = list
		return err
	})
	return ids
}

func (h *house) opened(id desk.ConversationID) conversation.Opened {
	h.t.Helper()
	o, err := h.Opened(h.Eva, id)
	if err != nil {
		h.t.Fatal(err)
	}
	return o
}

func TestAVisitorIsAnsweredByMail(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		w := h.post("?lang=lv", []attached{{"bilde.png", "\x89PNG\r\n\x1a\n"}, {"rekins.pdf.exe", "MZ"}}, asScript, "name", "Zane Bērziņa", "email", "zane@home.example",
			"message", "Labdien!\n\nKad atvedīs manu skapi?\n-- \nZ", "ticket", h.ticket(), "page", "https://shop.example/skapji?session=1#top")
		if a := h.said(w); w.Code != http.StatusCreated || !a.Sent {
			t.Fatalf("POST = %d %+v", w.Code, a)
		}
		ids := h.rows()
		if len(ids) != 1 {
			t.Fatalf("%d conversations", len(ids))
		}
		row := h.Row(ids[0])
		if row.Channel != desk.WebForm || row.Subject != "Labdien!" || row.Language != "lv" || row.CustomerName != "Zane Bērziņa" || row.Address != "zane@home.example" {
			t.Errorf("row %+v", row)
		}
		o := h.opened(ids[0])
		m := o.Timeline.Messages[0]
		if m.Channel != desk.WebForm || m.Text != "Labdien!\n\nKad atvedīs manu skapi?\n--\nZ" && m.Text != "Labdien!\n\nKad atvedīs manu skapi?\n-- \nZ" || m.Folded != "" {
			t.Errorf("message %q, folded %q, by %s", m.Text, m.Folded, m.Channel)
		}
		if len(m.Attachments) != 2 || m.Attachments[0].Name != "bilde.png" || m.Attachments[0].Held != "" || m.Attachments[1].Held == "" {
			t.Errorf("attachments %+v", m.Attachments)
		}
		// The acknowledgement went out, in the customer's language.
		mails := h.Outlet.Mails()
		if len(mails) != 1 || mails[0].To[0] != "zane@home.example" {
			t.Fatalf("mails %+v", mails)
		}
		h.Reply(ids[0], "Rīt no rīta.")
		h.Settle()
		mails = h.Outlet.Mails()
		if len(mails) != 2 || !strings.Contains(mails[1].Raw, "In-Reply-To: <form.") {
			t.Fatalf("%d mails", len(mails))
		}
	})
}
