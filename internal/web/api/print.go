package api

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/privacy"
	"tellus/internal/flow/export"
	"tellus/internal/platform/db"
)

// printCSP is frameCSP for a page that is printed: printing counts as a dialogue.
const printCSP = frameCSP + " allow-modals"

// printStyle is the look of foreign HTML on paper: as in its frame, but within a tree of its own. Heights that a sender fixed would cut what flows.
const printStyle = `:host{display:block;margin:6px 0}div{overflow:visible!important;max-height:none!important}
img{max-width:100%;height:auto;break-inside:avoid}img:not([src]){display:none}table{max-width:100%}pre{white-space:pre-wrap}
blockquote{margin:.5em 0;padding-inline-start:.9em;border-inline-start:2px solid #d9d3c8}a{color:#0f6e63}`

// printConversation is the whole conversation as a page that browsers print. Whoever may read it may print it. remote names the messages, by their ids with commas
// between, whose pictures from elsewhere are shown.
func (s *Server) printConversation(w http.ResponseWriter, r *http.Request, c *Caller) error {
	id, err := pathID[desk.ConversationID](r, "id")
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(c.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	o := export.Options{Language: c.Language, Zone: zone, Notes: true}
	found, err := read(r.Context(), s, func(tx *db.Tx) (export.Case, error) { return s.exports().Load(r.Context(), tx, c.Scope, id, o) })
	if err != nil {
		return err
	}
	s.Watch.Note(c.Agent, found.Customer.ID, privacy.ByConversation, found.Conversation.ID)
	remote := strings.Split(r.URL.Query().Get("remote"), ",")
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", printCSP)
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Cache-Control", "private, no-store")
	return s.exports().Paper(w, found, o, export.Look{Font: s.frameFont, Sheet: printStyle, Rich: func(m desk.Message) string {
		if m.ForeignHTML != "" {
			return s.pictured(m, m.ForeignHTML, slices.Contains(remote, m.ID.String()))
		}
		return s.pictured(m, m.HTML, false)
	}})
}
