package blob

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"tellus/internal/platform/blob/blobtest"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

// openBucketOf opens a second door to a store's bucket, as another node does.
func openBucketOf(t *testing.T, server *blobtest.Server, where string) home {
	t.Helper()
	h := home{server: server, folder: t.TempDir()}
	var err error
	if h.Store, err = OpenS3(where, h.folder); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

func TestLocations(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]location{
		"s3://desk-files?region=eu-north-1":                                       {bucket: "desk-files", endpoint: "s3.eu-north-1.amazonaws.com", secure: true, amazon: true, region: "eu-north-1"},
		"s3://desk/a/b/?endpoint=https://s3.example:9000":                         {bucket: "desk", prefix: "a/b/", endpoint: "s3.example:9000", secure: true, region: "us-east-1"},
		"s3://desk?endpoint=s3.example&region=garage":                             {bucket: "desk", endpoint: "s3.example", secure: true, region: "garage"},
		"s3://desk?endpoint=http://127.0.0.1:9000":                                {bucket: "desk", endpoint: "127.0.0.1:9000", region: "us-east-1"},
		"s3://desk?endpoint=http://[::1]:9000&credentials=/c":                     {bucket: "desk", endpoint: "[::1]:9000", region: "us-east-1", credentials: "/c"},
		"s3://desk?endpoint=http://localhost":                                     {bucket: "desk", endpoint: "localhost", region: "us-east-1"},
		"s3://d.e.k?endpoint=https://s3.eu-west-1.amazonaws.com&region=eu-west-1": {bucket: "d.e.k", endpoint: "s3.eu-west-1.amazonaws.com", secure: true, amazon: true, region: "eu-west-1"},
	} {
		if got, err := parseLocation(text); err != nil || got != want {
			t.Errorf("parseLocation(%q) = %+v, %v, want %+v", text, got, err, want)
		}
	}
	for text, says := range map[string]string{
		"":                                     "s3://bucket",
		"ftp://desk":                           "s3://bucket",
		"s3://desk":                            "region=",
		"s3://D?region=x":                      "name of a bucket",
		"s3://desk?region=a/b":                 "not a region",
		"s3://desk?endpoint=https://a&region=": "",
		"s3://desk/../x?region=x":              "cannot stand",
		"s3://desk/a%20b?region=x":             "cannot stand",
		"s3://desk?regoin=x":                   "regoin",
		"s3://desk?endpoint=http://s3.example": "TLS",
		"s3://desk?endpoint=http://127.0.0.1.evil.example": "TLS",
		"s3://desk?endpoint=https://a/b":                   "nothing more",
		"s3://desk?endpoint=https://u:p@a":                 "nothing more",
		"s3://desk?endpoint=ftp://a":                       "https://",
		"s3://desk?endpoint=%":                             "cannot be read",
	} {
		_, err := parseLocation(text)
		if says == "" && err != nil || says != "" && (err == nil || !strings.Contains(err.Error(), says)) {
			t.Errorf("parseLocation(%q): %v, want %q", text, err, says)
		}
	}
	if _, err := parseLocation("s3://AKIA:topsecret@desk?region=x"); err == nil || strings.Contains(err.Error(), "topsecret") {
		t.Errorf("credentials in a location: %v, want a refusal that does not repeat them", err)
	}
}

func FuzzLocation(f *testing.F) {
	f.Add("s3://desk/a/b?endpoint=https://s3.example:9000&region=garage&credentials=/etc/x")
	f.Add("s3://u:p@desk?%zz")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := parseLocation(text)
		if err != nil {
			return
		}
		host, _, _ := strings.Cut(l.endpoint, ":")
		if !l.secure && !loopback(host) && !strings.HasPrefix(l.endpoint, "[") {
			t.Errorf("parseLocation(%q) goes to %s without TLS", text, l.endpoint)
		}
		if strings.Contains(l.prefix, "..") && strings.Contains("/"+l.prefix, "/../") {
			t.Errorf("parseLocation(%q) leaves its prefix: %q", text, l.prefix)
		}
	})
}

// TestWrongKeysAreExplained has the store refuse what a store refuses, and reads what the operator is told.
func TestWrongKeysAreExplained(t *testing.T) {
	t.Parallel()
	server := blobtest.Start(t)
	for name, c := range map[string]struct{ where, says, do string }{
		"a wrong secret":                 {server.LocationWith(blobtest.Key, "wrong"), "does not accept the signature", "AWS_SECRET_ACCESS_KEY"},
		"an unknown key":                 {server.LocationWith("nobody", blobtest.Secret), "does not know the access key", "AWS_ACCESS_KEY_ID"},
		"a wrong bucket":                 {strings.Replace(server.Location(), blobtest.Bucket, "elsewhere", 1), "no such bucket", "Make it"},
		"TLS with a store that has none": {strings.Replace(server.Location(), "http://", "https://", 1), "does not speak TLS", "certificate"},
		"nobody there":                   {strings.Replace(server.Location(), "endpoint=http://", "endpoint=http://127.0.0.1:1&x=", 1), "", ""},
	} {
		if c.says == "" {
			continue
		}
		err := openBucketOf(t, server, c.where).Check(t.Context())
		var trouble *Trouble
		if !errors.As(err, &trouble) || trouble.Away || !strings.Contains(trouble.Says, c.says) || !strings.Contains(trouble.Do, c.do) {
			t.Errorf("Check with %s: %v, want %q and %q", name, err, c.says, c.do)
		}
	}
	for _, where := range []string{server.LocationWith("", ""), server.Location() + "-missing"} {
		if _, err := OpenS3(where, t.TempDir()); err == nil || !strings.Contains(err.Error(), "credentials") {
			t.Errorf("OpenS3 without credentials: %v, want an error that asks for them", err)
		}
	}
	if keys := server.Keys(); len(keys) != 0 {
		t.Errorf("left behind: %v", keys)
	}
}

func TestCheckLeavesNothing(t *testing.T) {
	t.Parallel()
	server := blobtest.Start(t)
	h := openBucketOf(t, server, server.Location())
	if err := h.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if keys := server.Keys(); len(keys) != 0 || server.Requests(http.MethodPut) != 1 {
		t.Errorf("left behind: %v after %d writes", keys, server.Requests(http.MethodPut))
	}
	server.Stop()
	var trouble *Trouble
	if err := h.Check(t.Context()); !errors.As(err, &trouble) || !trouble.Away {
		t.Errorf("Check of a store that is away: %v", err)
	}
}

// TestWhatTheStoreLacksIsNotTakenForKept takes the store away and brings it back.
func TestWhatTheStoreLacksIsNotTakenForKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := openHome(t, true)
		h.Share(d)
		ref := put(t, h, "before")
		h.server.Stop()
		var trouble *Trouble
		if _, err := h.Put(t.Context(), strings.NewReader("meanwhile")); !errors.As(err, &trouble) || !trouble.Away {
			t.Errorf("Put while the store is away: %v", err)
		}
		if _, err := h.Open(t.Context(), ref.Hash); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Open while the store is away: %v, which must not be that there is no file", err)
		}
		if n := dbtest.Int(t, d, "SELECT COUNT(*) FROM blob WHERE refs > 0"); n != 0 {
			t.Errorf("%d files are referenced", n)
		}
		if names := h.names(t); len(names) != 1 {
			t.Errorf("files %v, want the first alone", names)
		}
		h.server.Again()
		again := put(t, h, "meanwhile")
		if !exists(t, h, again.Hash) || !exists(t, h, ref.Hash) {
			t.Error("a file is missing after the store came back")
		}
	})
}

// TestAReadGoesOnWhereItBroke cuts every answer of the store short.
func TestAReadGoesOnWhereItBroke(t *testing.T) {
	t.Parallel()
	h := openHome(t, true)
	content := bytes.Repeat([]byte("0123456789abcdef"), 40_000)
	ref, err := h.Put(t.Context(), bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	whole := h.server.Content("desk/" + fileOf(ref.Hash))
	h.server.Spoil(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet {
			return false
		}
		from := 0
		if asked := r.Header.Get("Range"); asked != "" {
			if _, err := fmt.Sscanf(asked, "bytes=%d-", &from); err != nil {
				t.Errorf("Range %q: %v", asked, err)
			}
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(whole)-from))
		w.Header().Set("Last-Modified", "Mon, 02 Mar 2026 10:00:00 GMT")
		w.WriteHeader(http.StatusPartialContent)
		_, _ = w.Write(whole[from:min(len(whole), from+100_000)]) // and no more: the connection breaks
		return true
	})
	got, err := h.ReadAll(t.Context(), ref.Hash, int64(len(content)))
	if err != nil || sha256.Sum256(got) != sha256.Sum256(content) {
		t.Errorf("read %d bytes, %v, want %d", len(got), err, len(content))
	}
	h.server.Spoil(func(w http.ResponseWriter, r *http.Request) bool {
		w.Header().Set("Content-Length", "1000")
		w.Header().Set("Last-Modified", "Mon, 02 Mar 2026 10:00:00 GMT")
		w.WriteHeader(http.StatusOK)
		return true
	})
	if _, err := h.ReadAll(t.Context(), ref.Hash, 1<<20); err == nil {
		t.Error("a file of which nothing comes is read as if it were whole")
	}
}

// TestAStoreThatFallsOverOnceIsAskedAgain answers the first requests with 503.
func TestAStoreThatFallsOverOnceIsAskedAgain(t *testing.T) {
	t.Parallel()
	h := openHome(t, true)
	failed := 0
	h.server.Spoil(func(w http.ResponseWriter, r *http.Request) bool {
		_, _ = io.Copy(io.Discard, r.Body)
		if failed++; failed > 2 {
			h.server.Spoil(nil)
		}
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	})
	ref := put(t, h, "patience")
	if data, err := h.ReadAll(t.Context(), ref.Hash, 100); err != nil || string(data) != "patience" || failed < 3 {
		t.Errorf("read %q, %v after %d failures", data, err, failed)
	}
}

// TestYoungContentIsNotSentTwice stores a file again: the second time costs a look.
func TestYoungContentIsNotSentTwice(t *testing.T) {
	t.Parallel()
	h := openHome(t, true)
	ref := put(t, h, "again")
	put(t, h, "again")
	if n := h.server.Requests(http.MethodPut); n != 1 {
		t.Errorf("%d requests to write, want 1", n)
	}
	h.replace(t, ref.Hash, "again", goodFor+1)
	put(t, h, "again")
	if n := h.server.Requests(http.MethodPut); n != 2 {
		t.Errorf("%d requests to write once the first is old, want 2", n)
	}
}

// TestOthersFilesAreLeftAlone sweeps a bucket that holds more than ours.
func TestOthersFilesAreLeftAlone(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	h := openHome(t, true)
	h.Share(d)
	hash := strings.Repeat("ab", 32)
	ours := []string{"desk/readme.txt", "desk/ab/ab/short", "desk/cd/ab/" + hash, "other/ab/ab/" + hash, "ab/ab/" + hash}
	h.server.Age(100 * unusedFor)
	for _, key := range ours {
		h.server.Replace(key, "somebody else's")
	}
	h.server.Replace("desk/ab/ab/"+hash, "unknown")
	h.server.Age(0)
	swept, err := h.Sweep(t.Context(), d, dbtest.Logger(t))
	if err != nil || swept.Files != 1 || len(h.server.Keys()) != len(ours) {
		t.Errorf("Sweep = %+v, %v; left: %v", swept, err, h.server.Keys())
	}
}

// TestManyFilesAreListedInPortions makes the store answer a listing in pages.
func TestManyFilesAreListedInPortions(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	h := openHome(t, true)
	h.Share(d)
	const many = 2*portion + 300
	h.server.Age(2 * unusedFor)
	for i := range many {
		h.server.Replace("desk/"+fileOf(fmt.Sprintf("%x", sha256.Sum256(fmt.Append(nil, i)))), "x")
	}
	h.server.Age(0)
	seen := map[string]bool{}
	err := h.place.each(t.Context(), d.Now().Time(), func(files []found) error {
		for _, f := range files {
			seen[f.hash] = true
		}
		return nil
	})
	if err != nil || len(seen) != many {
		t.Errorf("each tells of %d files, %v, want %d", len(seen), err, many)
	}
	stop := errors.New("enough")
	if err := h.place.each(t.Context(), d.Now().Time(), func([]found) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("each goes on after %v", err)
	}
}

// TestAStoreWithACertificateIsSpokenToByTLS has an authority that nobody knows.
func TestAStoreWithACertificateIsSpokenToByTLS(t *testing.T) {
	t.Parallel()
	server := blobtest.Start(t)
	tls := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(tls.Close)
	where := server.Location()
	from := strings.Index(where, "http://")
	where = where[:from] + tls.URL + where[strings.Index(where, "&"):]
	var trouble *Trouble
	if err := openBucketOf(t, server, where).Check(t.Context()); !errors.As(err, &trouble) || !strings.Contains(trouble.Says, "certificate is not good") {
		t.Errorf("Check of a store with an unknown authority: %v", err)
	}
}

// TestContentWaitsOnDisk stores more than anybody would hold in memory, from a reader that nobody knows the length of.
func TestContentWaitsOnDisk(t *testing.T) {
	t.Parallel()
	h := openHome(t, true)
	waiting := 0
	r := &watchedReader{left: 8 << 20, watch: func() {
		if files, err := filepath.Glob(filepath.Join(h.folder, incoming, "*")); err == nil && len(files) > waiting {
			waiting = len(files)
		}
	}}
	ref, err := h.Put(t.Context(), r)
	if err != nil || ref.Size != 8<<20 || waiting != 1 {
		t.Errorf("Put = %+v, %v, with %d files waiting, want 1", ref, err, waiting)
	}
	if left, err := filepath.Glob(filepath.Join(h.folder, incoming, "*")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

type watchedReader struct {
	left  int
	watch func()
}

func (r *watchedReader) Read(p []byte) (int, error) {
	r.watch()
	if r.left == 0 {
		return 0, io.EOF
	}
	n := min(len(p), r.left)
	r.left -= n
	return n, nil
}
