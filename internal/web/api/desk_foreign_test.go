package api

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"testing"

	"tellus/internal/desktest"
)

// TestForeignCursorsAndWordsAreRefusedOrRead sends what no desk ever gave; none of it may be a fault of ours.
func TestForeignCursorsAndWordsAreRefusedOrRead(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		h.receive(h.d.Support, desktest.Ann, "horse")
		b := h.as(h.d.Eva)
		sealed := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
		cursors := []string{"x", "%%%", sealed(""), sealed("null"), sealed("[]"), sealed(`{"Key":1e400}`), sealed(`{"Key":-9223372036854775808,"ID":9223372036854775807}`),
			sealed(`{"Key":9223372036854775808}`), sealed(`{"Name":"a\u0000b","ID":1}`), sealed(`{"Name":"` + "\xff" + `","ID":-1}`), sealed(`{"Name":"\ud800"}`)}
		for _, c := range cursors {
			for _, path := range []string{"/conversations?view=all&cursor=", "/conversations?view=spam&sort=newest&cursor=", "/customers?cursor=", "/audit?cursor="} {
				status, body, _ := b.send(get, path+url.QueryEscape(c), nil)
				if status >= 500 {
					h.t.Errorf("GET %s%q: %d %s", path, c, status, body)
				}
			}
		}
		for _, word := range []string{"\x00", "a\x00b", "\xff\xfe", "%", "_", `\`, "'", "#", "# 10001", "99999999999999999999", "-1", "ž", "'; DROP TABLE customer --"} {
			for _, path := range []string{"/search?q=", "/customers?q=", "/conversations?view=", "/conversations?sort=", "/conversations?view=inbox:", "/conversations?tag="} {
				status, body, _ := b.send(get, path+url.QueryEscape(word), nil)
				if status >= 500 {
					h.t.Errorf("GET %s%q: %d %s", path, word, status, body)
				}
			}
		}
		for _, id := range []string{"0", "-1", "9223372036854775807", "9223372036854775808", "1e3", "x", "%00", "9007199254740993"} {
			for _, r := range deskRoutes {
				if r.method != get || r.id == "open-live" {
					continue
				}
				path := replaceIDs(r.path, id)
				if path == r.path {
					continue
				}
				status, body, _ := b.send(get, path, nil)
				if status >= 500 || status < 400 {
					h.t.Errorf("GET %s: %d %s", path, status, body)
				}
			}
		}
		status, body, _ := b.send(get, "/conversations?view=all&limit=1", nil)
		var p page[json.RawMessage]
		if err := json.Unmarshal(body, &p); err != nil || status != 200 || len(p.Items) != 1 {
			h.t.Errorf("after all that the list is %d %s", status, body)
		}
	})
}

func replaceIDs(path, id string) string {
	for _, name := range []string{"{id}", "{number}", "{agent}", "{address}"} {
		for i := 0; i+len(name) <= len(path); i++ {
			if path[i:i+len(name)] == name {
				path = path[:i] + id + path[i+len(name):]
			}
		}
	}
	return path
}

func FuzzListCursor(f *testing.F) {
	for _, s := range []string{"", "x", "eyJLZXkiOjEsIklEIjoyfQ", base64.RawURLEncoding.EncodeToString([]byte(`{"Key":9223372036854775808}`)), "bnVsbA"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := listCursor(text)
		if err != nil || c == nil {
			return
		}
		again, err := listCursor(listCursorText(c))
		if err != nil || *again != *c {
			t.Errorf("cursor %q = %+v, and written and read again %+v, %v", text, c, again, err)
		}
	})
}

func FuzzNumberCursor(f *testing.F) {
	for _, s := range []string{"", "0", "zz", "-1", "1y2p0ij32e8e7", "1y2p0ij32e8e8", " 1", "+1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := numberCursor(text)
		if err == nil && (n < 0 || fmt.Sprint(n) == "") {
			t.Errorf("numberCursor(%q) = %d", text, n)
		}
		if err == nil && text != "" {
			if again, err := numberCursor(cursorOf(n)); err != nil || again != n {
				t.Errorf("numberCursor(%q) = %d, and again %d, %v", text, n, again, err)
			}
		}
	})
}
