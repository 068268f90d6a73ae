package api

import (
	"net/http"
	"strings"

	"tellus/internal/desk"
)

// patterns is where operations are registered. http.ServeMux refuses two patterns of which neither is more specific than the other, such as
// /conversations/number/{number} beside /conversations/{id}/timeline; routes marked apart go into a mux of their own, which is asked after the
// first.
type patterns struct {
	*http.ServeMux
	rest  *http.ServeMux
	apart map[string]bool // patterns
}

func newPatterns(first *http.ServeMux) *patterns {
	p := &patterns{ServeMux: first, rest: http.NewServeMux(), apart: map[string]bool{}}
	for _, r := range routes {
		if r.option.apart {
			p.apart[r.method+" "+base+r.path] = true
		}
	}
	return p
}

func (p *patterns) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	if p.apart[pattern] {
		p.rest.HandleFunc(pattern, handler)
		return
	}
	p.ServeMux.HandleFunc(pattern, handler)
}

// others answers what the first mux knows no operation for.
func (p *patterns) others(w http.ResponseWriter, r *http.Request) {
	if _, pattern := p.rest.Handler(r); pattern != "" {
		infoOf(r.Context()).pattern = pattern
		p.rest.ServeHTTP(w, r)
		return
	}
	if allowed := p.methods(r); len(allowed) > 0 {
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		writeProblem(w, newProblem(http.StatusMethodNotAllowed, desk.NotFound, "there is no "+r.Method+" for this address; it knows "+strings.Join(allowed, ", ")))
		return
	}
	writeProblem(w, problemOf(notThere(r)))
}

// methods are those by which some operation answers at a request's address (RFC 9110, 15.5.6).
func (p *patterns) methods(r *http.Request) (allowed []string) {
	for _, method := range []string{get, http.MethodHead, post, put, patch, del} {
		other := r.Clone(r.Context())
		other.Method = method
		_, first := p.ServeMux.Handler(other)
		_, rest := p.rest.Handler(other)
		if rest != "" || strings.Contains(first, " ") { // what is not an operation is registered without a method
			allowed = append(allowed, method)
		}
	}
	return allowed
}
