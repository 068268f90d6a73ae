// Package widget is the contact form's edge: the loader that a website embeds, the form in a frame of our own origin or on a page of its own,
// and where it is sent to. It needs no cookie, shows nothing of the desk, and works without JavaScript.
package widget

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/feature/form"
	"tellus/internal/feature/inbox"
	"tellus/internal/flow/intake"
	"tellus/internal/platform/db"
	"tellus/internal/platform/locale"
	"tellus/internal/platform/rate"
)

//go:embed all:dist
var dist embed.FS

// Files is the built widget: widget.js, and assets whose names hold their hash, with pre-compressed siblings (.br, .gz). In a fresh checkout it holds
// only .keep, and forms then work without JavaScript and without style.
func Files() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // only for an invalid path
	}
	return sub
}

// Accept keeps what was written in a form: intake.Intake.AcceptWritten.
type Accept func(ctx context.Context, w intake.Written) error

// Deps are what the edge works with.
type Deps struct {
	DB       *db.DB
	Forms    *form.Service
	Inboxes  *inbox.Service
	Keys     form.Signer
	Accept   Accept
	ClientIP func(r *http.Request) string
	Files    fs.FS  // see Files
	Dir      string // where uploads lie until they are kept; the system's folder for temporary files where empty
	Log      *slog.Logger
}

// Edge answers HTTP. Use New.
type Edge struct {
	Deps
	files  *files
	rates  *rate.Limits
	places chan struct{} // for messages with files being written down: they lie in memory then
}

// New returns the edge.
func New(d Deps) *Edge {
	if d.Log == nil {
		d.Log = slog.Default()
	}
	return &Edge{Deps: d, files: readFiles(d.Files), rates: rate.New(d.DB.Now, mostBuckets), places: make(chan struct{}, 2)}
}

// Routes are the patterns that the edge answers.
func (e *Edge) Routes() map[string]http.Handler {
	return map[string]http.Handler{
		"GET /widget.js":            http.HandlerFunc(e.files.loader),
		"GET /widget/assets/{name}": http.HandlerFunc(e.files.asset),
		"GET /form/{key}":           e.shown(e.page),
		"POST /form/{key}":          e.shown(e.receive),
		"GET /form/{key}/sent":      e.shown(e.sent),
		"GET /form/{key}/look":      e.shown(e.look),
		"GET /form/{key}/ticket":    e.shown(e.ticket),
	}
}

// visit is one request to a form.
type visit struct {
	form  form.Form
	inbox desk.Inbox
	lang  string
	hours *opening
	frame bool // within a website's page
}

// shown finds the form that an address names and speaks the visitor's language.
func (e *Edge) shown(answer func(w http.ResponseWriter, r *http.Request, v visit)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var v visit
		err := e.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
			if v.form, err = e.Forms.ByKey(r.Context(), tx, r.PathValue("key")); err != nil {
				return err
			}
			if v.inbox, err = e.Inboxes.Get(r.Context(), tx, v.form.Inbox); err != nil {
				return err
			}
			v.lang = languageOf(r, v.inbox.Language)
			v.hours, err = openingOf(r.Context(), tx, v.inbox.ID, v.lang)
			return err
		})
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Robots-Tag", "noindex")
		if err != nil {
			v.lang = languageOf(r, locale.Default)
			e.policy(w, v, "")
			status, text := http.StatusNotFound, "page.not_found"
			if !desk.IsRefusal(err, desk.NotFound) {
				e.Log.ErrorContext(r.Context(), "form not shown", "error", err)
				status, text = http.StatusServiceUnavailable, "page.try_later"
			}
			http.Error(w, locale.T(v.lang, text, nil), status)
			return
		}
		v.frame = r.URL.Query().Get("frame") == "1"
		answer(w, r, v)
	})
}

// languageOf is the language asked for by the address, else by the browser, else usual.
func languageOf(r *http.Request, usual string) string {
	for _, wish := range []string{r.URL.Query().Get("lang"), r.Header.Get("Accept-Language")} {
		if lang := locale.Match(wish); lang != locale.Default || strings.Contains(strings.ToLower(wish), locale.Default) {
			return lang
		}
	}
	return usual
}

// policy lets a page of the form load itself and send itself, within the websites that may show it. nonce allows one style: the form's colours.
func (e *Edge) policy(w http.ResponseWriter, v visit, nonce string) {
	styles := "'self'"
	if nonce != "" {
		styles += " 'nonce-" + nonce + "'"
	}
	ancestors := "*"
	if len(v.form.Origins) > 0 {
		ancestors = "'self' " + strings.Join(v.form.Origins, " ")
	}
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src "+styles+"; img-src 'self' data:; connect-src 'self'; "+
		"base-uri 'none'; form-action 'self'; frame-ancestors "+ancestors)
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // a website with Cross-Origin-Embedder-Policy may show it too
}
