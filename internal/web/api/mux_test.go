package api

import (
	"net/http"
	"testing"
)

func TestAKnownAddressSaysWhichMethodsItKnows(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		eva := h.as(h.d.Eva)
		for _, c := range []struct {
			method, path string
			status       int
			allow        string
		}{
			{put, "/conversations", http.StatusMethodNotAllowed, "GET, HEAD, POST"},
			{del, "/conversations/number/10001", http.StatusMethodNotAllowed, "GET, HEAD"}, // of the patterns apart
			{post, "/setup/nowhere", http.StatusNotFound, ""},
			{get, "/nowhere", http.StatusNotFound, ""},
		} {
			status, _, header := eva.send(c.method, c.path, nil)
			if status != c.status || header.Get("Allow") != c.allow {
				t.Errorf("%s %s: %d, Allow %q; want %d, %q", c.method, c.path, status, header.Get("Allow"), c.status, c.allow)
			}
		}
	})
}
