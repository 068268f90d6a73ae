package api

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/privacy"
	"tellus/internal/flow/export"
	"tellus/internal/platform/db"
)

func (s *Server) registerExport() {
	stream(s, "export-pdf", []string{"application/pdf"}, s.exportPDF)
	stream(s, "print-conversation", []string{"text/html"}, s.printConversation)
	stream(s, "export-zip", []string{"application/zip"}, s.exportZIP)
}

func (s *Server) exports() *export.Export {
	return &export.Export{DB: s.DB, Staff: s.Staff, Inboxes: s.Inboxes, Customers: s.Customers, Conversations: s.Conversations, Worklog: s.Worklog, Originals: s.Intake, Files: s.Blobs.Open}
}

// exported loads a conversation to be handed out, and writes down who took it.
func (s *Server) exported(r *http.Request, c *Caller, how string) (out export.Case, o export.Options, err error) {
	id, err := pathID[desk.ConversationID](r, "id")
	if err != nil {
		return out, o, err
	}
	zone, err := time.LoadLocation(c.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	o = export.Options{Language: c.Language, Zone: zone, Notes: r.URL.Query().Get("notes") == "1"}
	detail := how
	if o.Notes {
		detail += ", notes"
	}
	out, err = write(r.Context(), s, func(tx *db.Tx) (export.Case, error) {
		found, err := s.exports().Load(r.Context(), tx, c.Scope, id, o)
		if err != nil {
			return found, err
		}
		return found, s.audit(r.Context(), tx, c, "export.conversation", "conversation:"+id.String(), detail)
	})
	if err == nil {
		s.Watch.Note(c.Agent, out.Customer.ID, privacy.ByExport, out.Conversation.ID)
	}
	return out, o, err
}

func (s *Server) exportPDF(w http.ResponseWriter, r *http.Request, c *Caller) error {
	out, o, err := s.exported(r, c, "pdf")
	if err != nil {
		return err
	}
	var doc bytes.Buffer     // the words of one conversation, and its pictures as far as paper shows them
	s.pictures <- struct{}{} // which are large in memory while they are drawn: few at once
	err = s.exports().PDF(r.Context(), &doc, out, o)
	<-s.pictures
	if err != nil {
		return err
	}
	how := "attachment"
	if r.URL.Query().Get("inline") == "1" {
		how = "inline"
	}
	s.handOut(w, out, "pdf", how)
	w.Header().Set("Content-Length", strconv.Itoa(doc.Len()))
	if _, err := doc.WriteTo(w); err != nil {
		s.Log.WarnContext(r.Context(), "export not sent whole", "conversation", out.Conversation.ID, "error", err)
	}
	return nil
}

func (s *Server) exportZIP(w http.ResponseWriter, r *http.Request, c *Caller) error {
	out, o, err := s.exported(r, c, "zip")
	if err != nil {
		return err
	}
	s.handOut(w, out, "zip", "attachment")
	if err := s.exports().ZIP(r.Context(), w, out, o); err != nil {
		// The answer has begun. A connection that breaks tells the browser that its file is not whole.
		s.Log.WarnContext(r.Context(), "export not sent whole", "conversation", out.Conversation.ID, "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

func (s *Server) handOut(w http.ResponseWriter, c export.Case, kind, how string) {
	h := w.Header()
	h.Set("Content-Type", "application/"+kind)
	h.Set("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": fmt.Sprintf("tellus-%d.%s", c.Conversation.Number, kind)}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, no-store")
}
