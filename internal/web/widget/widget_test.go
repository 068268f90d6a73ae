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

func TestTheSameWordsCountOnce(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		ticket := h.ticket()
		write := func(text string) {
			w := h.post("", nil, asScript, "email", "zane@home.example", "message", text, "ticket", ticket)
			if a := h.said(w); !a.Sent {
				h.t.Fatalf("%q: %d %+v", text, w.Code, a)
			}
		}
		write("Where is my cabinet?")
		write("Where is my cabinet?")
		if n := len(h.rows()); n != 1 {
			h.t.Errorf("%d conversations of one message", n)
		}
		write("And my table?") // edited after going back: another message
		var messages int
		for _, id := range h.rows() {
			for _, m := range h.opened(id).Timeline.Messages {
				if m.Kind == desk.Incoming {
					messages++
				}
			}
		}
		if messages != 2 {
			h.t.Errorf("%d messages, want 2", messages)
		}
	})
}

func TestWhatIsWrongIsSaidAtItsField(t *testing.T) {
	t.Parallel()
	h := open(desktest.New(t, desktest.SQLite))
	h.change(func(f *form.Form) { f.Name, f.Subject = "required", "required" })
	ticket := h.ticket()
	long := strings.Repeat("ā", form.MostText+1)
	for name, c := range map[string]struct {
		files  []attached
		fields []string
		want   string
	}{
		"nothing":         {nil, nil, "name needed, email needed, subject needed, message needed"},
		"blanks":          {nil, []string{"name", " ", "email", " ", "subject", "\t", "message", "\r\n "}, "name needed, email needed, subject needed, message needed"},
		"no address":      {nil, []string{"name", "Z", "email", "zane at home", "subject", "S", "message", "M"}, "email not_an_address"},
		"two addresses":   {nil, []string{"name", "Z", "email", "a@b.example, c@d.example", "subject", "S", "message", "M"}, "email not_an_address"},
		"another header":  {nil, []string{"name", "Z", "email", "a@b.example\r\nBcc: x@y.example", "subject", "S", "message", "M"}, "email not_an_address"},
		"no mailbox":      {nil, []string{"name", "Z", "email", "a@localhost", "subject", "S", "message", "M"}, "email not_an_address"},
		"a foreign site":  {nil, []string{"name", "Win at https://spam.example", "email", "a@b.example", "subject", "S", "message", "M"}, "name not_a_name"},
		"too long":        {nil, []string{"name", "Z", "email", "a@b.example", "subject", strings.Repeat("s", 201), "message", long}, "subject too_long, message too_long"},
		"too many files":  {make11(), []string{"name", "Z", "email", "a@b.example", "subject", "S", "message", "M"}, "files too_many"},
		"too large files": {[]attached{{"a.bin", strings.Repeat("x", form.MostBytes+1)}}, []string{"name", "Z", "email", "a@b.example", "subject", "S", "message", "M"}, "files too_large"},
	} {
		h.ip = "198.51.100." + name // each from a network of its own
		a := h.said(h.post("", c.files, asScript, append(c.fields, "ticket", ticket)...))
		var got []string
		for _, f := range a.Faults {
			got = append(got, f.Field+" "+f.Code)
		}
		if strings.Join(got, ", ") != c.want || a.Sent {
			t.Errorf("%s: faults %q, want %q", name, got, c.want)
		}
	}
	if n := len(h.rows()); n != 0 {
		t.Errorf("%d conversations", n)
	}
}

func make11() (files []attached) {
	for range form.MostFiles + 1 {
		files = append(files, attached{"a.txt", "a"})
	}
	return files
}

func TestThePageKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	h := open(desktest.New(t, desktest.SQLite))
	ticket := h.ticket()
	w := h.post("?lang=de", []attached{{"a.txt", "a"}}, nil, "name", `"><script>alert(1)</script>`, "email", "nobody", "message", "</textarea><b>Hallo", "ticket", ticket)
	page := w.Body.String()
	for _, want := range []string{`value="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"`, "&lt;/textarea&gt;&lt;b&gt;Hallo", "keine vollständige E-Mail-Adresse", "Dateien noch einmal",
		`aria-describedby="email-fault"`, `lang="de"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if w.Code != http.StatusUnprocessableEntity || strings.Contains(page, "<script>alert") {
		t.Errorf("%d:\n%s", w.Code, page)
	}
	if again := ticketIn.FindStringSubmatch(page); again == nil || again[1] != ticket {
		t.Error("who mends a field gets another ticket, for which he is too quick")
	}
	w = h.post("?lang=de", nil, nil, "email", "zane@home.example", "message", "Hallo", "ticket", ticket)
	if to := w.Header().Get("Location"); w.Code != http.StatusSeeOther || to != "/form/"+h.form.Key+"/sent?lang=de" {
		t.Fatalf("POST = %d to %q", w.Code, to)
	}
	if page := h.get(w.Header().Get("Location")).Body.String(); !strings.Contains(page, "Vielen Dank") {
		t.Errorf("after it:\n%s", page)
	}
}

func TestProgramsAreKeptOut(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		fields := []string{"email", "zane@home.example", "message", "Where is my cabinet?"}
		if a := h.said(h.post("", nil, asScript, fields...)); a.Sent || a.Notice != "stale" || a.Ticket == "" {
			h.t.Errorf("without a ticket: %+v", a)
		}
		if a := h.said(h.post("", nil, asScript, append(fields, "ticket", "AAAA.BBBB")...)); a.Sent || a.Notice != "stale" {
			h.t.Errorf("with a ticket of nobody: %+v", a)
		}
		fresh := h.said(h.get("/form/" + h.form.Key + "/ticket")).Ticket
		if a := h.said(h.post("", nil, asScript, append(fields, "ticket", fresh)...)); a.Sent || a.Notice != "soon" || a.Ticket != fresh {
			h.t.Errorf("at once: %+v", a)
		}
		h.After(25 * time.Hour)
		if a := h.said(h.post("", nil, asScript, append(fields, "ticket", fresh)...)); a.Sent || a.Notice != "stale" {
			h.t.Errorf("a day later: %+v", a)
		}
		// Who fills in what nobody sees is kept as spam, and gets no mail.
		if a := h.said(h.post("", nil, asScript, append(fields, "ticket", h.ticket(), "website", "https://spam.example")...)); !a.Sent {
			h.t.Errorf("in the trap: %+v", a)
		}
		ids := h.rows()
		if len(ids) != 1 || !h.Row(ids[0]).Spam || len(h.Outlet.Mails()) != 0 {
			h.t.Errorf("%d conversations, %d mails", len(ids), len(h.Outlet.Mails()))
		}
	})
}

func TestFloodsEnd(t *testing.T) {
	t.Parallel()
	h := open(desktest.New(t, desktest.SQLite))
	ticket := h.ticket()
	write := func(email, text string) answer {
		return h.said(h.post("", nil, asScript, "email", email, "message", text, "ticket", ticket))
	}
	for i := range 5 {
		if a := write("victim@home.example", strings.Repeat("x", i+1)); !a.Sent {
			t.Fatalf("message %d: %+v", i, a)
		}
	}
	h.ip = "203.0.113.7"
	if a := write("Victim@home.example", "from elsewhere"); a.Notice != "busy" {
		t.Errorf("a sixth message in one name: %+v", a)
	}
	h.ip = "2001:db8::1"
	for i := range 10 {
		write("nobody", strings.Repeat("x", i+1))
	}
	h.ip = "2001:db8::2" // another address of the same house
	if w := h.post("", nil, nil, "email", "zane@home.example", "message", "Hello there", "ticket", ticket); w.Code != http.StatusTooManyRequests ||
		!strings.Contains(w.Body.String(), "Hello there") {
		t.Errorf("an eleventh from one network: %d, its words lost: %v", w.Code, !strings.Contains(w.Body.String(), "Hello there"))
	}
	h.After(time.Minute)
	if a := write("zane@home.example", "Hello there"); !a.Sent {
		t.Errorf("after a minute: %+v", a)
	}
}

func TestOnlyTheWebsitesNamedMayShowIt(t *testing.T) {
	t.Parallel()
	h := open(desktest.New(t, desktest.SQLite))
	policy := func() string {
		return h.get("/form/" + h.form.Key + "?frame=1").Header().Get("Content-Security-Policy")
	}
	if !strings.HasSuffix(policy(), "frame-ancestors *") || !strings.Contains(policy(), "default-src 'none'; script-src 'self'; ") {
		t.Errorf("policy %q", policy())
	}
	h.change(func(f *form.Form) {
		f.Origins = []string{"Shop.example/contact", "https://*.veikals.lv", "http://localhost:3000"}
	})
	if !strings.HasSuffix(policy(), "frame-ancestors 'self' https://shop.example https://*.veikals.lv http://localhost:3000") {
		t.Errorf("policy %q", policy())
	}
	for site, want := range map[string]int{"https://shop.example": 200, "http://shop.example": 403, "https://www.veikals.lv": 200, "https://veikals.lv": 403,
		"https://evilveikals.lv": 403, "http://localhost:3000": 200, "null": 403, "": 200} {
		w := h.get("/form/"+h.form.Key+"/look", "Origin", site)
		if w.Code != want || (w.Header().Get("Access-Control-Allow-Origin") == "*") != (want == 200) {
			t.Errorf("look for %q = %d", site, w.Code)
		}
	}
}

func TestAFormThatIsOffIsNotThere(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		ticket := h.ticket()
		h.change(func(f *form.Form) { f.Active = false })
		for _, path := range []string{"", "/sent", "/look", "/ticket"} {
			if w := h.get("/form/" + h.form.Key + path); w.Code != http.StatusNotFound {
				h.t.Errorf("GET %s = %d", path, w.Code)
			}
		}
		if w := h.post("", nil, asScript, "email", "zane@home.example", "message", "M", "ticket", ticket); w.Code != http.StatusNotFound || len(h.rows()) != 0 {
			h.t.Errorf("POST = %d", w.Code)
		}
	})
}

func TestTheLanguageIsThatOfThePageThenOfTheBrowser(t *testing.T) {
	t.Parallel()
	h := open(desktest.New(t, desktest.SQLite))
	for _, c := range []struct{ query, accept, want string }{
		{"?lang=uk", "de", "uk"}, {"?lang=et-EE", "de", "et"}, {"?lang=fi", "lt;q=0.9, en;q=0.5", "lt"}, {"", "pl-PL,pl", "pl"}, {"", "fi", "en"}, {"?lang=en-US", "lv", "en"},
		{"?lang=%3Cscript%3E", "ru", "ru"},
	} {
		if page := h.get("/form/"+h.form.Key+c.query, "Accept-Language", c.accept).Body.String(); !strings.Contains(page, `<html lang="`+c.want+`">`) {
			t.Errorf("%q in a browser of %q is not in %s", c.query, c.accept, c.want)
		}
	}
}

func TestScriptsAreKeptByBrowsers(t *testing.T) {
	t.Parallel()
	h := open(desktest.New(t, desktest.SQLite))
	w := h.get("/widget.js", "Accept-Encoding", "gzip, br")
	if w.Body.String() != "loader as br" || w.Header().Get("Content-Encoding") != "br" || w.Header().Get("Cross-Origin-Resource-Policy") != "cross-origin" {
		t.Errorf("loader %q %v", w.Body, w.Header())
	}
	if w := h.get("/widget.js", "If-None-Match", h.get("/widget.js").Header().Get("ETag")); w.Code != http.StatusNotModified {
		t.Errorf("an unchanged loader = %d", w.Code)
	}
	if w := h.get("/widget/assets/form-abc.css"); !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") {
		t.Errorf("style %v", w.Header())
	}
	if w := h.get("/widget/assets/form-old.js"); w.Code != http.StatusNotFound || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("a script of yesterday = %d %v", w.Code, w.Header())
	}
}
