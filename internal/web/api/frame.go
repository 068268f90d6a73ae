package api

import (
	"net/http"
	"net/url"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/htmltext"
)

// frameCSP lets a message's frame show itself, in the desk's font, and nothing else: no script, no request outside, no form.
const frameCSP = "default-src 'none'; img-src 'self' data:; font-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; " +
	"frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"

// frameStyle gives foreign HTML the desk's type and keeps it within its frame; margins of its first and last lines count as its height.
const frameStyle = `:root{color-scheme:light}html,body{margin:0;padding:0;background:transparent}
body{display:flow-root;font:15px/1.5 "Inter Variable",Inter,system-ui,sans-serif;color:#1f2421;overflow-wrap:anywhere;overflow-x:auto}
body>:first-child,body>:first-child>:first-child{margin-top:0}body>:last-child,body>:last-child>:last-child{margin-bottom:0}
img{max-width:100%;height:auto}img:not([src]){display:none}table{max-width:100%}pre{white-space:pre-wrap}
blockquote{margin:.5em 0;padding-inline-start:.9em;border-inline-start:2px solid #d9d3c8}a{color:#0f6e63}`

// frameFonts are the Latin cuts of the desk's font with the letters that each holds, as ui/src/theme/tokens.css has them.
var frameFonts = []struct{ file, letters string }{
	{"inter-latin", "U+0-FF, U+131, U+152-153, U+2C6, U+2DC, U+2013-2014, U+2018-201E, U+2020-2022, U+2026, U+2030-2033, U+2039-203A, " +
		"U+2044, U+20AC, U+2122, U+2190-2193, U+2212, U+2248, U+2260, U+2264-2265"},
	{"inter-latin-desk", "U+100-101, U+104-107, U+10C-10D, U+112-113, U+116-119, U+122-123, U+12A-12B, U+12E-12F, U+136-137, U+13B-13C, " +
		"U+141-146, U+15A-15B, U+160-161, U+16A-16B, U+172-173, U+179-17E"},
	{"inter-latin-ext", "U+102-103, U+108-10B, U+10E-111, U+114-115, U+11A-121, U+124-129, U+12C-12D, U+130, U+132-135, U+138-13A, U+13D-140, " +
		"U+147-151, U+154-159, U+15C-15F, U+162-169, U+16C-171, U+174-178, U+17F, U+218-21B, U+1E80-1E9E, U+1EF2-1EF3, U+20A3-20AB, U+20AD-20BF"},
}

// frameFont declares the desk's font for the frames, from the same files that the desk has loaded already; empty where the desk was built
// without it.
func frameFont(d *deskFiles) string {
	var css strings.Builder
	for _, f := range frameFonts {
		if address := d.asset(f.file, ".woff2"); address != "" {
			css.WriteString(`@font-face{font-family:"Inter Variable";font-display:swap;font-weight:400 700;src:url(` + address + `) format("woff2");unicode-range:` + f.letters + `}`)
		}
	}
	return css.String()
}

// frameDark turns foreign colours down as a whole: a mail's own colours are made for paper. The scheme must be that of the desk around it, or
// browsers put white behind the frame.
const frameDark = `:root{color-scheme:dark}body{filter:invert(.9) hue-rotate(180deg)}img,video{filter:invert(1) hue-rotate(180deg)}`

// getFrame is the sender's HTML as a page of its own. It was sanitised when it came in; the page's policy and the frame's sandbox are two more
// walls.
func (s *Server) getFrame(w http.ResponseWriter, r *http.Request, c *Caller) error {
	m, err := s.visibleMessage(r, c)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	content := m.ForeignHTML
	if q.Get("folded") == "1" {
		content = m.ForeignFolded
	}
	return s.writeFrame(w, r, m.ID.String(), s.pictured(m, content, q.Get("remote") == "1"))
}

// pictured gives sanitised HTML of a message its own pictures, and those from elsewhere through our proxy where they were asked for.
func (s *Server) pictured(m desk.Message, content string, remote bool) string {
	byID := map[string]desk.AttachmentID{}
	for _, a := range m.Attachments {
		if a.ContentID != "" && a.Held == "" && shown[a.Type] {
			byID[a.ContentID] = a.ID
		}
	}
	content = htmltext.ShowInline(content, func(contentID string) string {
		id, ok := byID[contentID]
		if !ok {
			return ""
		}
		return base + "/attachments/" + id.String() + "?inline=1"
	})
	if !remote {
		return content
	}
	return htmltext.ShowRemote(content, func(address string) string {
		return base + "/messages/" + m.ID.String() + "/remote?u=" + url.QueryEscape(address) + "&s=" + s.Keys.Tag(remoteImage, remotePayload(m.ID, address))
	})
}

// writeFrame writes sanitised HTML as a page that can do nothing but show itself.
func (s *Server) writeFrame(w http.ResponseWriter, r *http.Request, title, content string) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", frameCSP)
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Cache-Control", "private, no-cache")
	var page strings.Builder
	page.WriteString(`<!doctype html><html><head><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>`)
	page.WriteString(title)
	page.WriteString(`</title><style>` + s.frameFont + frameStyle)
	if r.URL.Query().Get("theme") == "dark" {
		page.WriteString(frameDark)
	}
	page.WriteString(`</style></head><body dir="auto">`)
	page.WriteString(content)
	page.WriteString(`</body></html>`)
	_, err := w.Write([]byte(page.String()))
	return err
}

const remoteImage = "remote-image"

func remotePayload(m desk.MessageID, address string) []byte {
	return []byte(m.String() + " " + address)
}

// getRemoteImage fetches a picture that a message refers to, so that its sender learns neither who looks nor from where. Only addresses that
// a frame of this message was given are fetched.
func (s *Server) getRemoteImage(w http.ResponseWriter, r *http.Request, c *Caller) error {
	m, err := s.visibleMessage(r, c)
	if err != nil {
		return err
	}
	address := r.URL.Query().Get("u")
	if !s.Keys.CheckTag(remoteImage, remotePayload(m.ID, address), r.URL.Query().Get("s")) {
		return desk.Refuse(desk.Forbidden, "the message does not show this picture")
	}
	picture, err := s.Outward.Image(r.Context(), address)
	if err != nil {
		return desk.Refuse(desk.Unreachable, "the picture cannot be fetched")
	}
	h := w.Header()
	h.Set("Content-Type", picture.Type)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=86400")
	_, err = w.Write(picture.Data)
	return err
}
