package widget

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tellus/internal/feature/form"
	"tellus/internal/platform/locale"
)

// wordKeys are the keys that the form is made of, below "form." in the catalogues; scripts and page use the same.
var wordKeys = []string{"title", "intro", "name", "email", "subject", "message", "files", "files_hint", "add_files", "remove", "optional", "send", "sending", "close",
	"privacy", "sent_title", "sent_text", "another", "trap",
	"fault.name_needed", "fault.name_not_a_name", "fault.name_too_long", "fault.email_needed", "fault.email_not_an_address", "fault.subject_needed",
	"fault.subject_too_long", "fault.message_needed", "fault.message_too_long", "fault.files_too_many", "fault.files_too_large",
	"notice.faults", "notice.soon", "notice.stale", "notice.busy", "notice.failed", "notice.offline", "notice.files"}

func wording(lang string) map[string]string {
	data := map[string]any{"Files": form.MostFiles, "Size": locale.Size(lang, form.MostBytes), "Name": "{name}", "Letters": locale.Integer(lang, form.MostText)}
	all := make(map[string]string, len(wordKeys))
	for _, w := range wordKeys {
		all[w] = locale.T(lang, "form."+w, data)
	}
	return all
}

// field is a field of the page.
type field struct {
	ID, Label, Kind, Complete, Value, Fault string
	Needed                                  bool
	Most                                    int
}

// shownPage is what the page shows.
type shownPage struct {
	Lang, Title, House, Greeting, Action string
	Words                                map[string]string
	Fields                               []field
	Files                                bool
	FilesFault                           string
	Notice, Ticket, Page, Privacy, Trap  string
	Frame, Sent                          bool
	Nonce                                string
	Accent, Ink                          string
	Script, Style                        string
	Hours                                *opening
	Config                               config
}

// config is the form as its script needs it.
type config struct {
	Action   string            `json:"action"`
	Home     string            `json:"home"`
	Ticket   string            `json:"ticket"`
	House    string            `json:"house"`
	Greeting string            `json:"greeting"`
	Hours    *opening          `json:"hours,omitempty"`
	Privacy  string            `json:"privacy,omitempty"`
	Name     string            `json:"name"`
	Subject  string            `json:"subject"`
	Files    bool              `json:"files"`
	Frame    bool              `json:"frame"`
	Trap     string            `json:"trap"`
	Most     map[string]int    `json:"most"`
	Words    map[string]string `json:"words"`
}

func (e *Edge) page(w http.ResponseWriter, _ *http.Request, v visit) {
	e.write(w, v, http.StatusOK, said{}, form.Written{})
}

func (e *Edge) sent(w http.ResponseWriter, _ *http.Request, v visit) {
	e.write(w, v, http.StatusOK, said{Sent: true}, form.Written{})
}

// ticket gives a page that was open for long a fresh ticket.
func (e *Edge) ticket(w http.ResponseWriter, _ *http.Request, v visit) {
	e.json(w, http.StatusOK, said{Ticket: form.NewTicket(e.Keys, v.form.Key, e.DB.Now())})
}

// look is what the loader needs to draw the button, for the websites that may show the form.
func (e *Edge) look(w http.ResponseWriter, r *http.Request, v visit) {
	h := w.Header()
	h.Add("Vary", "Origin")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	site := r.Header.Get("Origin")
	if site != "" && !v.form.Shows(site) {
		http.Error(w, "this website is not among those that may show the form", http.StatusForbidden)
		return
	}
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", "public, max-age=300")
	e.json(w, http.StatusOK, map[string]string{"accent": v.form.Accent, "ink": v.form.Ink(), "open": locale.T(v.lang, "form.title", nil), "lang": v.lang,
		"close": locale.T(v.lang, "form.close", nil)})
}

// write shows the form with what was written and what is wrong with it, or the word of thanks.
func (e *Edge) write(w http.ResponseWriter, v visit, status int, answer said, wrote form.Written) {
	p := e.drawn(v, answer, wrote)
	var out bytes.Buffer
	if err := p.draw(&out); err != nil {
		e.Log.Error("form not drawn", "error", err)
		http.Error(w, locale.T(v.lang, "page.try_later", nil), http.StatusInternalServerError)
		return
	}
	e.policy(w, v, p.Nonce)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", v.lang)
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes()) // the visitor may have gone; nothing is left to do then
}

func (e *Edge) drawn(v visit, answer said, wrote form.Written) shownPage {
	house := v.inbox.FromName
	if house == "" {
		house = v.inbox.Name
	}
	t := wording(v.lang)
	query := "?lang=" + v.lang
	if v.frame {
		query += "&frame=1"
	}
	home := "/form/" + url.PathEscape(v.form.Key)
	p := shownPage{Lang: v.lang, Title: t["title"], House: house, Greeting: t["intro"], Action: home + query, Words: t, Files: v.form.Files, Page: wrote.Page,
		Privacy: link(v.form.Privacy), Frame: v.frame, Sent: answer.Sent, Trap: trap, Nonce: nonce(), Script: e.files.script, Style: e.files.style,
		Accent: v.form.Accent, Ink: v.form.Ink(), Ticket: answer.Ticket}
	if own := v.form.Greeting[v.lang]; own != "" {
		p.Greeting = own
	}
	if p.Ticket == "" {
		p.Ticket = form.NewTicket(e.Keys, v.form.Key, e.DB.Now())
	}
	p.Hours = v.hours
	p.Fields = fieldsOf(v.form, t, answer, wrote)
	p.FilesFault = faultOf(t, answer, "files")
	p.Notice = noticeOf(t, answer, wrote)
	p.Config = config{Action: p.Action, Home: home, Ticket: p.Ticket, House: house, Greeting: p.Greeting, Hours: v.hours, Privacy: p.Privacy, Name: v.form.Name,
		Subject: v.form.Subject, Files: v.form.Files, Frame: v.frame, Trap: trap, Words: t,
		Most: map[string]int{"name": form.MostName, "email": form.MostEmail, "subject": form.MostSubject, "message": form.MostText, "files": form.MostFiles,
			"bytes": form.MostBytes}}
	return p
}

func fieldsOf(f form.Form, t map[string]string, answer said, wrote form.Written) []field {
	all := []field{
		{ID: "name", Label: t["name"], Kind: "text", Complete: "name", Value: wrote.Name, Needed: f.Name == "required", Most: form.MostName},
		{ID: "email", Label: t["email"], Kind: "email", Complete: "email", Value: wrote.Email, Needed: true, Most: form.MostEmail},
		{ID: "subject", Label: t["subject"], Kind: "text", Complete: "off", Value: wrote.Subject, Needed: f.Subject == "required", Most: form.MostSubject},
		{ID: "message", Label: t["message"], Value: wrote.Text, Needed: true, Most: form.MostText},
	}
	all = slices.DeleteFunc(all, func(x field) bool {
		return x.ID == "name" && f.Name == "off" || x.ID == "subject" && f.Subject == "off"
	})
	for i := range all {
		all[i].Fault = faultOf(t, answer, all[i].ID)
	}
	return all
}

func faultOf(t map[string]string, answer said, id string) string {
	for _, f := range answer.Faults {
		if f.Field == id {
			return t["fault."+id+"_"+f.Code]
		}
	}
	return ""
}

// noticeOf is what stands above a form that was not taken. Files cannot be put back into a page: browsers forbid it.
func noticeOf(t map[string]string, answer said, wrote form.Written) string {
	if answer.Notice == "" {
		return ""
	}
	all := []string{t["notice."+answer.Notice]}
	if wrote.Files > 0 {
		all = append(all, t["notice.files"])
	}
	return strings.Join(all, " ")
}

func nonce() string {
	var b [16]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return base64.StdEncoding.EncodeToString(b[:])
}
