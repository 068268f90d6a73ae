package api

import (
	"net/http"
	"net/url"
	"strings"

	"tellus/internal/desk"
)

// deskPolicy lets the desk load itself and nothing else. Styles may be inline because the component library writes <style> elements; scripts
// may not. connect-src 'self' covers the WebSocket of the same origin (CSP 3).
const deskPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; " +
	"connect-src 'self'; frame-src 'self'; media-src 'self' blob:; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; " +
	"frame-ancestors 'none'; object-src 'none'"

// dataPolicy is for everything that is no page: even opened by itself it can do nothing.
const dataPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"

// headers sets what every answer carries. Handlers of foreign content replace the policy by their own, stricter one.
func (s *Server) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), browsing-topics=()")
		if s.https() {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if strings.HasPrefix(r.URL.Path, "/api/") {
			h.Set("Content-Security-Policy", dataPolicy)
			h.Set("Cache-Control", "no-store")
		} else {
			h.Set("Content-Security-Policy", deskPolicy)
		}
		next.ServeHTTP(w, r)
	})
}

// protect refuses changing requests that another site makes a browser send (http.CrossOriginProtection: Sec-Fetch-Site, else Origin), and
// bodies larger than any operation takes. Programs send neither header and pass; they hold no cookie.
func (s *Server) protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		guard := http.NewCrossOriginProtection()
		if o := s.origin(); o != "" {
			// Behind a proxy that changes Host the browser's Origin is still the public one. The error is for malformed origins only.
			_ = guard.AddTrustedOrigin(o)
		}
		if guard.Check(r) != nil {
			writeProblem(w, newProblem(http.StatusForbidden, desk.Forbidden, "this came from another site"))
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// maxBody is the most that any request may hold: an upload. Operations have lower limits of their own.
const maxBody = 64 << 20

// SameOrigin reports whether a request comes from a page of ours, for what cross-origin protection lets pass because it is a GET: the upgrade
// to a WebSocket, which a browser sends to any site with that site's cookies.
func (s *Server) SameOrigin(r *http.Request) bool {
	given := r.Header.Get("Origin")
	if given == "" {
		return false
	}
	if given == s.origin() {
		return true
	}
	u, err := url.Parse(given)
	return err == nil && u.Host != "" && u.Host == r.Host
}
