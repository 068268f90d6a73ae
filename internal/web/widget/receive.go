package widget

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tellus/internal/feature/form"
	"tellus/internal/flow/intake"
	"tellus/internal/platform/mailmsg"
	"tellus/internal/platform/rate"
)

// uploadTime is how long a message may take to come: 20 MB at 1.5 Mbit/s.
const uploadTime = 2 * time.Minute

// said is the answer to what was sent.
type said struct {
	Sent   bool         `json:"sent,omitempty"`
	Faults []form.Fault `json:"faults,omitempty"`
	Notice string       `json:"notice,omitempty"` // faults, soon, stale, busy, failed
	Ticket string       `json:"ticket,omitempty"` // a fresh one, where the one that came does not count any more
}

// receive takes what a visitor wrote. A script gets JSON; a page without one gets a page.
func (e *Edge) receive(w http.ResponseWriter, r *http.Request, v visit) {
	if strings.HasPrefix(r.Header.Get("Accept"), "application/json") {
		status, answer, _ := e.accept(w, r, v)
		e.json(w, status, answer)
		return
	}
	status, answer, wrote := e.accept(w, r, v)
	if !answer.Sent {
		e.write(w, v, status, answer, wrote)
		return
	}
	to := "/form/" + url.PathEscape(v.form.Key) + "/sent?lang=" + v.lang
	if v.frame {
		to += "&frame=1"
	}
	http.Redirect(w, r, to, http.StatusSeeOther) // reloading the page sends nothing again
}

func (e *Edge) json(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the visitor may have gone; nothing is left to do then
}

// accept reads, checks and keeps a message, and says what became of it.
func (e *Edge) accept(w http.ResponseWriter, r *http.Request, v visit) (status int, answer said, wrote form.Written) {
	ip := e.ClientIP(r)
	within := e.rates.Take(rate.Try{Rate: perNetwork, Key: rate.Network(ip)}, rate.Try{Rate: perForm, Key: "form:" + v.form.Key})
	limit := int64(mostBody)
	if !within {
		limit = mostWords // enough to show the visitor his words again
	}
	// Where neither is possible the server's own limits hold.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(uploadTime))
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	up, err := readUpload(r, e.Dir, v.form.Files && within)
	defer up.close()
	wrote = form.Written{Name: up.fields["name"], Email: up.fields["email"], Subject: up.fields["subject"], Text: up.fields["message"],
		Page: up.fields["page"], Files: up.many, Bytes: up.bytes}
	switch {
	case !within:
		return http.StatusTooManyRequests, said{Notice: "busy"}, wrote
	case errors.Is(err, errForm):
		return http.StatusBadRequest, said{Notice: "failed"}, wrote
	case err != nil:
		e.Log.ErrorContext(r.Context(), "form not read", "form", v.form.Inbox, "error", err)
		return http.StatusServiceUnavailable, said{Notice: "failed"}, wrote
	}
	if faults := v.form.Check(&wrote); len(faults) > 0 {
		return http.StatusUnprocessableEntity, said{Faults: faults, Notice: "faults", Ticket: e.still(v, up.fields["ticket"])}, wrote
	}
	nonce, err := form.OpenTicket(e.Keys, v.form.Key, up.fields["ticket"], e.DB.Now())
	switch {
	case errors.Is(err, form.ErrSoon):
		return http.StatusUnprocessableEntity, said{Notice: "soon", Ticket: up.fields["ticket"]}, wrote
	case err != nil:
		return http.StatusUnprocessableEntity, said{Notice: "stale", Ticket: form.NewTicket(e.Keys, v.form.Key, e.DB.Now())}, wrote
	case !e.rates.Take(rate.Try{Rate: perAddress, Key: "mail:" + strings.ToLower(wrote.Email)}):
		return http.StatusTooManyRequests, said{Notice: "busy"}, wrote
	}
	if err := e.keep(r, v, up, wrote, nonce, ip); err != nil {
		e.Log.ErrorContext(r.Context(), "what a form brought was not kept", "form", v.form.Inbox, "error", err)
		return http.StatusServiceUnavailable, said{Notice: "failed"}, wrote
	}
	return http.StatusCreated, said{Sent: true}, wrote
}

// still is a ticket that counts already or soon, or a fresh one: who mends a field shall not be told that he is too quick.
func (e *Edge) still(v visit, ticket string) string {
	if _, err := form.OpenTicket(e.Keys, v.form.Key, ticket, e.DB.Now()); err == nil || errors.Is(err, form.ErrSoon) {
		return ticket
	}
	return form.NewTicket(e.Keys, v.form.Key, e.DB.Now())
}

// keep hands the message over; after it nothing is lost.
func (e *Edge) keep(r *http.Request, v visit, up *upload, wrote form.Written, nonce, ip string) error {
	var files []mailmsg.File
	if len(up.files) > 0 {
		select {
		case e.places <- struct{}{}:
			defer func() { <-e.places }()
		case <-r.Context().Done():
			return r.Context().Err()
		}
		var err error
		if files, err = up.take(); err != nil {
			return err
		}
	}
	return e.Accept(r.Context(), intake.Written{Inbox: v.inbox, Nonce: nonce, Name: wrote.Name, Email: wrote.Email, Subject: wrote.Subject, Text: wrote.Text,
		Language: v.lang, Page: wrote.Page, Peer: ip, Files: files,
		// People do not see the field that this is: programs that fill in everything do.
		Suspect: strings.TrimSpace(up.fields[trap]) != ""})
}

// trap is the name of a field that people never see. It is kept as spam rather than thrown away, since some browsers fill in for people.
const trap = "website"
