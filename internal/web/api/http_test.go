package api

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"

	"tellus/internal/desk"
	"tellus/internal/feature/staff"
	"tellus/internal/web/ui"
)

func TestAnotherSiteCannotAct(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		inga := h.settled()
		in := object{"name": "Noliktava", "members": []int{}}
		inga.with("Sec-Fetch-Site", "cross-site").refused(desk.Forbidden, post, "/teams", in)
		inga.with("Sec-Fetch-Site", "same-site").refused(desk.Forbidden, post, "/teams", in)
		inga.with("Origin", "https://evil.example").refused(desk.Forbidden, post, "/teams", in)
		inga.with("Origin", "null").refused(desk.Forbidden, del, "/session", nil)
		h.browser().with("Sec-Fetch-Site", "cross-site").refused(desk.Forbidden, post, "/session", object{"email": ownerMail, "password": ownerPassword})
		inga.with("Sec-Fetch-Site", "same-origin").do(post, "/teams", in, nil)
		inga.with("Origin", h.url).do(post, "/teams", object{"name": "Veikals", "members": []int{}}, nil)
		if n := h.count("team"); n != 2 {
			h.t.Errorf("%d teams", n)
		}
	})
}

func TestSameOriginIsForTheUpgradeToAWebSocket(t *testing.T) {
	t.Parallel()
	s := New(Deps{URL: func() string { return "https://desk.example.test" }})
	for origin, want := range map[string]bool{"": false, "null": false, "https://desk.example.test": true, "https://evil.example": false,
		"https://desk.example.test.evil.example": false, "http://proxy.internal:8080": true, "://": false} {
		r := httptest.NewRequest(get, "http://proxy.internal:8080/live", nil)
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		if got := s.SameOrigin(r); got != want {
			t.Errorf("SameOrigin(%q) = %v", origin, got)
		}
	}
}

func TestClientAddressBehindProxies(t *testing.T) {
	t.Parallel()
	s := New(Deps{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}})
	for _, c := range []struct{ remote, forwarded, want string }{
		{"203.0.113.9:1234", "", "203.0.113.9"},
		{"203.0.113.9:1234", "198.51.100.1", "203.0.113.9"}, // nobody may name himself
		{"10.0.0.1:1", "198.51.100.1", "198.51.100.1"},
		{"10.0.0.1:1", "1.2.3.4, 198.51.100.1, 10.2.2.2", "198.51.100.1"},
		{"10.0.0.1:1", "junk", "10.0.0.1"},
		{"10.0.0.1:1", "198.51.100.1, junk", "10.0.0.1"},
		{"10.0.0.1:1", "", "10.0.0.1"},
		{"[::1]:80", "2001:db8::7", "2001:db8::7"},
		{"[::ffff:10.0.0.1]:80", "198.51.100.1", "198.51.100.1"},
		{"@", "198.51.100.1", "@"},
	} {
		r := httptest.NewRequest(get, "/", nil)
		r.RemoteAddr = c.remote
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := s.clientIP(r); got != c.want {
			t.Errorf("from %s forwarded for %q: %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
}

func TestAnswersCarryTheirPolicy(t *testing.T) {
	t.Parallel()
	s := New(Deps{UI: fstest.MapFS{"index.html": {Data: []byte("<!doctype html>")}}})
	for path, want := range map[string]string{"/app/": "script-src 'self';", "/api/v1/nothing": "sandbox", "/healthz": "default-src 'none'"} {
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequest(get, path, nil))
		csp := w.Header().Get("Content-Security-Policy")
		if !strings.Contains(csp, want) || !strings.Contains(csp, "frame-ancestors 'none'") || !strings.Contains(csp, "base-uri 'none'") {
			t.Errorf("%s: policy %q", path, csp)
		}
		if strings.Contains(csp, "script-src 'self' 'unsafe") || strings.Contains(csp, "unsafe-eval") {
			t.Errorf("%s: scripts may be inline: %q", path, csp)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Opener-Policy": "same-origin"} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: %s = %q", path, name, got)
			}
		}
		if w.Header().Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: HSTS over plain http", path)
		}
	}
}

func TestUnknownOperationIsAProblem(t *testing.T) {
	t.Parallel()
	s := New(Deps{})
	for _, r := range []*http.Request{httptest.NewRequest(get, "/api/v1/nothing", nil), httptest.NewRequest(del, "/api/v1/nothing", nil), httptest.NewRequest(get, "/api/", nil)} {
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		if w.Code != 404 || w.Header().Get("Content-Type") != "application/problem+json" || !strings.Contains(w.Body.String(), `"code":"not_found"`) {
			t.Errorf("%s %s: %d %s", r.Method, r.URL.Path, w.Code, w.Body)
		}
	}
}

func TestDescriptionIsServed(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	New(Deps{Version: "1"}).Handler().ServeHTTP(w, httptest.NewRequest(get, base+"/openapi.yaml", nil))
	want, err := Spec()
	if err != nil || w.Code != 200 || w.Body.String() != string(want) {
		t.Errorf("GET openapi.yaml = %d, %d bytes; want Spec's %d, %v", w.Code, w.Body.Len(), len(want), err)
	}
}

func TestRequestsAreBounded(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		p := h.browser().refused(desk.TooLarge, post, "/session", object{"email": "a@example.test", "password": strings.Repeat("x", 2<<20)})
		if p.Status != http.StatusRequestEntityTooLarge {
			h.t.Errorf("status %d", p.Status)
		}
		for name, content := range map[string]string{"nothing": "", "no JSON": "{", "a list": "[]", "deep": strings.Repeat("[", 100_000), "more than asked": `{"email":"a","password":"bbbbbbbb","admin":true}`,
			"another type": `{"email":1,"password":{"secret":"hunter2hunter2"}}`} {
			res, err := http.Post(h.url+base+"/session", "application/json", strings.NewReader(content))
			if err != nil {
				h.t.Fatal(err)
			}
			body, _ := io.ReadAll(res.Body)
			res.Body.Close()
			if res.StatusCode < 400 || res.StatusCode > 499 || !bytes.Contains(body, []byte(`"code":"invalid"`)) || bytes.Contains(body, []byte("hunter2")) {
				h.t.Errorf("%s: %d %s", name, res.StatusCode, body)
			}
		}
	})
}

func TestAPanicIsAnsweredAndLogged(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := New(Deps{Log: slog.New(slog.NewTextHandler(&log, nil))})
	s.mux.HandleFunc("GET /boom/{secret}", func(w http.ResponseWriter, r *http.Request) { panic("boom") })
	w := httptest.NewRecorder()
	r := httptest.NewRequest(get, "/boom/hush-hush", nil)
	r.Header.Set("Accept-Encoding", "br")
	s.Handler().ServeHTTP(w, r)
	if w.Code != 500 || !strings.Contains(w.Body.String(), `"code":"internal"`) || strings.Contains(w.Body.String(), "boom") {
		t.Errorf("answer %d %s", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "boom/{secret}") || strings.Contains(log.String(), "hush-hush") {
		t.Errorf("log = %s", log.String())
	}
}

func TestFaultsAreLoggedAndNotTold(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		inga := h.settled()
		if err := h.db.Close(); err != nil {
			h.t.Fatal(err)
		}
		status, body, _ := inga.send(get, "/profile", nil)
		if status != 500 || !bytes.Contains(body, []byte(`"code":"internal"`)) || bytes.Contains(body, []byte("closed")) {
			h.t.Errorf("answer %d %s", status, body)
		}
		h.mu.Lock()
		logged := h.log.String()
		h.mu.Unlock()
		if !strings.Contains(logged, "database closed") {
			h.t.Errorf("the log does not say why: %s", logged)
		}
		h.closed = true
	})
}

func TestCompression(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a line of a long answer\n", 500)
	answer := func(kind, content string) http.Handler {
		return compress(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(http.StatusAccepted)
			for len(content) > 0 { // in pieces, as encoders write
				n := min(700, len(content))
				io.WriteString(w, content[:n])
				content = content[n:]
			}
		}))
	}
	for name, c := range map[string]struct{ accept, kind, content, want string }{
		"brotli before gzip":      {"gzip, deflate, br", "application/json", long, "br"},
		"gzip":                    {"gzip;q=0.5", "application/problem+json; charset=utf-8", long, "gzip"},
		"refused":                 {"br;q=0, gzip; q=0", "application/json", long, ""},
		"not asked for":           {"", "application/json", long, ""},
		"short":                   {"br", "application/json", "{}", ""},
		"a picture":               {"br", "image/png", long, ""},
		"nothing":                 {"br", "application/json", "", ""},
		"just below a kilobyte":   {"br", "application/json", long[:1023], ""},
		"just above a kilobyte":   {"br", "application/json", long[:1024], "br"},
		"several times the first": {"br", "text/html", long, "br"},
	} {
		r := httptest.NewRequest(get, "/", nil)
		r.Header.Set("Accept-Encoding", c.accept)
		w := httptest.NewRecorder()
		answer(c.kind, c.content).ServeHTTP(w, r)
		var body io.Reader = w.Body
		switch w.Header().Get("Content-Encoding") {
		case "br":
			body = brotli.NewReader(w.Body)
		case "gzip":
			z, err := gzip.NewReader(w.Body)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			body = z
		}
		got, err := io.ReadAll(body)
		if err != nil || string(got) != c.content || w.Code != http.StatusAccepted || w.Header().Get("Content-Encoding") != c.want {
			t.Errorf("%s: status %d, coding %q, %d bytes, %v; want coding %q and %d bytes", name, w.Code, w.Header().Get("Content-Encoding"),
				len(got), err, c.want, len(c.content))
		}
		if (c.want != "") != strings.Contains(w.Header().Get("Vary"), "Accept-Encoding") {
			t.Errorf("%s: Vary = %q", name, w.Header().Get("Vary"))
		}
	}
}

func gzipped(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, text)
	if err = errors.Join(err, w.Close()); err != nil {
		panic(err) // a buffer takes all
	}
	return b.Bytes()
}

func TestDeskFiles(t *testing.T) {
	t.Parallel()
	s := New(Deps{UI: fstest.MapFS{
		"index.html":            {Data: []byte("<!doctype html><title>Tellus</title>")},
		"favicon.svg":           {Data: []byte("<svg/>")},
		"assets/app-1f3.js":     {Data: []byte("plain script")},
		"assets/app-1f3.js.br":  {Data: []byte("brotli script")},
		"assets/app-1f3.js.gz":  {Data: []byte("gzip script")},
		"assets/lone-2e4.js.br": {Data: []byte("brotli script")},
		"assets/lone-2e4.js.gz": {Data: gzipped("lone script")},
		".keep":                 {},
	}})
	fetch := func(path, accept string, more ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(get, path, nil)
		r.Header.Set("Accept-Encoding", accept)
		for i := 0; i+1 < len(more); i += 2 {
			r.Header.Set(more[i], more[i+1])
		}
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		return w
	}
	for _, c := range []struct {
		path, accept, body, coding, cache string
		status                            int
	}{
		{"/app/", "", "<!doctype html><title>Tellus</title>", "", "no-cache", 200},
		{"/app/view/mine/10001", "br", "<!doctype html><title>Tellus</title>", "", "no-cache", 200},
		{"/app/link/" + strings.Repeat("x", 43), "", "<!doctype html><title>Tellus</title>", "", "no-cache", 200},
		{"/app/assets/app-1f3.js", "gzip, br", "brotli script", "br", "public, max-age=31536000, immutable", 200},
		{"/app/assets/app-1f3.js", "gzip", "gzip script", "gzip", "public, max-age=31536000, immutable", 200},
		{"/app/assets/app-1f3.js", "", "plain script", "", "public, max-age=31536000, immutable", 200},
		{"/app/assets/lone-2e4.js", "br", "brotli script", "br", "public, max-age=31536000, immutable", 200},
		{"/app/assets/lone-2e4.js", "", "lone script", "", "public, max-age=31536000, immutable", 200},
		{"/app/assets/app-old.js", "", "there is no such file\n", "", "no-store", 404},
		{"/app/favicon.svg", "", "<svg/>", "", "public, max-age=3600", 200},
		{"/app/.keep", "", "<!doctype html><title>Tellus</title>", "", "no-cache", 200},
	} {
		w := fetch(c.path, c.accept)
		if w.Code != c.status || w.Body.String() != c.body || w.Header().Get("Content-Encoding") != c.coding || w.Header().Get("Cache-Control") != c.cache {
			t.Errorf("GET %s (%s) = %d %q, %q, %q", c.path, c.accept, w.Code, w.Body, w.Header().Get("Content-Encoding"), w.Header().Get("Cache-Control"))
		}
	}
	if got := fetch("/app/assets/app-1f3.js", "").Header().Get("Content-Type"); got != "text/javascript; charset=utf-8" {
		t.Errorf("script is %s", got)
	}
	page := fetch("/app/", "")
	if again := fetch("/app/", "", "If-None-Match", page.Header().Get("ETag")); again.Code != http.StatusNotModified {
		t.Errorf("the same page again: %d", again.Code)
	}
	if w := fetch("/", ""); w.Code != http.StatusTemporaryRedirect || w.Header().Get("Location") != "/app/" {
		t.Errorf("GET / = %d to %s", w.Code, w.Header().Get("Location"))
	}
}

func TestBinaryWithoutItsDeskSaysSo(t *testing.T) {
	t.Parallel()
	empty := newDeskFiles(fstest.MapFS{".keep": {}})
	w := httptest.NewRecorder()
	empty.ServeHTTP(w, httptest.NewRequest(get, "/app/", nil))
	if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "make build") {
		t.Errorf("GET /app/ = %d %s", w.Code, w.Body)
	}
	if _, err := ui.Files().Open("."); err != nil {
		t.Errorf("the embedded folder: %v", err)
	}
}

func TestListsAreNeverNull(t *testing.T) {
	t.Parallel()
	type inner struct{ Names []string }
	type outer struct {
		List   []inner
		Ptr    *inner
		Map    map[string]inner
		Any    any
		Raw    any `json:",omitempty"`
		Nested [][]int
		Bytes  []byte
	}
	var out bytes.Buffer
	v := outer{List: []inner{{}}, Ptr: &inner{}, Map: map[string]inner{"a": {}}, Any: desk.Team{}, Nested: [][]int{nil}}
	if err := format.Marshal(&out, v); err != nil {
		t.Fatal(err)
	}
	want := `{"List":[{"Names":[]}],"Ptr":{"Names":[]},"Map":{"a":{"Names":[]}},"Any":{"id":0,"name":"","members":[],"leads":[],"version":0},"Nested":[[]],"Bytes":""}`
	if got := strings.TrimSpace(out.String()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, v := range []any{nil, 1, "x", []string(nil), map[string]any(nil), (*outer)(nil)} {
		if err := format.Marshal(io.Discard, v); err != nil {
			t.Errorf("Marshal(%#v): %v", v, err)
		}
	}
}

func TestDeviceNames(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0": "Edge on Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15":         "Safari on macOS",
		"Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":         "Chrome on Android",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                        "Firefox on Linux",
		"curl/8.10.1": "curl", "": "Unknown device", "\x00\x01": "Unknown device", strings.Repeat("a", 5000): strings.Repeat("a", 60),
	} {
		if got := staff.DeviceName(agent); got != want {
			t.Errorf("DeviceName(%.60q) = %q, want %q", agent, got, want)
		}
	}
}
