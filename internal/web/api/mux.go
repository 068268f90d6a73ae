package api

import "net/http"

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
	writeProblem(w, problemOf(notThere(r)))
}
