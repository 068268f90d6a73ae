package api

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// deskFiles serves the built desk below /app/: hashed assets for ever, index.html for every address of the desk and never from a cache.
type deskFiles struct {
	files map[string]deskFile
}

type deskFile struct {
	plain, gzip, brotli []byte // plain is nil where only the compressed ones are in the binary
	kind                string // media type
	etag                string
}

// newDeskFiles reads all files once; they lie in the binary anyway. What cannot be read is left out.
func newDeskFiles(dir fs.FS) *deskFiles {
	d := &deskFiles{files: map[string]deskFile{}}
	load := func(name string) []byte {
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil
		}
		return data
	}
	// An unreadable folder leaves an empty desk, which says so when it is asked for.
	_ = fs.WalkDir(dir, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() || strings.HasSuffix(name, ".br") || path.Base(name) == ".keep" {
			return nil
		}
		data := load(name)
		if data == nil {
			return nil
		}
		tag := etagOf(data)
		if of, packed := strings.CutSuffix(name, ".gz"); packed {
			if _, err := fs.Stat(dir, of); err == nil {
				return nil // comes with the file itself
			}
			name, data = of, nil
		}
		kind := mime.TypeByExtension(path.Ext(name))
		if t, ok := kinds[path.Ext(name)]; ok {
			kind = t // the system's table may differ
		}
		if kind == "" {
			kind = "application/octet-stream"
		}
		d.files[name] = deskFile{plain: data, gzip: load(name + ".gz"), brotli: load(name + ".br"), kind: kind, etag: tag}
		return nil
	})
	return d
}

var kinds = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml", ".woff2": "font/woff2", ".json": "application/json", ".webmanifest": "application/manifest+json",
	".png": "image/png", ".ico": "image/x-icon", ".txt": "text/plain; charset=utf-8",
}

func (d *deskFiles) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(strings.TrimPrefix(r.URL.Path, "/app")), "/")
	f, ok := d.files[name]
	h := w.Header()
	switch {
	case ok && strings.HasPrefix(name, "assets/"):
		h.Set("Cache-Control", "public, max-age=31536000, immutable") // its name holds its hash
	case ok && name != "index.html":
		h.Set("Cache-Control", "public, max-age=3600")
	case strings.HasPrefix(name, "assets/"):
		// A page from before an upgrade asks for a file that is gone: say so rather than answer with a page.
		h.Set("Cache-Control", "no-store")
		http.Error(w, "there is no such file", http.StatusNotFound)
		return
	default:
		f, ok = d.files["index.html"]
		h.Set("Cache-Control", "no-cache")
	}
	if !ok {
		h.Set("Cache-Control", "no-store")
		http.Error(w, "Tellus was built without its desk: run make build", http.StatusNotFound)
		return
	}
	f.serve(w, r)
}

func (f deskFile) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	data, tag := f.plain, f.etag
	if f.brotli != nil || f.gzip != nil {
		h.Add("Vary", "Accept-Encoding")
		switch coding := accepted(r.Header.Get("Accept-Encoding")); {
		case coding == "br" && f.brotli != nil:
			data, tag = f.brotli, f.etag+"-br"
			h.Set("Content-Encoding", "br")
		case coding != "" && f.gzip != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip"):
			data, tag = f.gzip, f.etag+"-gz"
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("ETag", strconv.Quote(tag))
	if data == nil {
		unpacked, err := gunzip(f.gzip)
		if err != nil {
			http.Error(w, "the file cannot be unpacked", http.StatusInternalServerError)
			return
		}
		data = unpacked
	}
	if h.Get("Content-Encoding") != "" {
		h.Set("Content-Length", strconv.Itoa(len(data))) // ServeContent leaves it out for encoded content
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

// gunzip unpacks a file of the desk for a client that takes nothing compressed.
func gunzip(data []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	return io.ReadAll(r)
}

// hashed is what the build puts between a name and its ending.
var hashed = regexp.MustCompile(`^-[\w-]{8}$`)

// asset is the address of a hashed file of the desk by its plain name and ending, empty where there is none.
func (d *deskFiles) asset(name, ending string) string {
	if d == nil {
		return ""
	}
	for file := range d.files {
		between, ok := strings.CutPrefix(strings.TrimSuffix(file, ending), "assets/"+name)
		if ok && strings.HasSuffix(file, ending) && hashed.MatchString(between) {
			return "/app/" + file
		}
	}
	return ""
}

func etagOf(data []byte) string { return hex.EncodeToString(digest(data)[:12]) }
