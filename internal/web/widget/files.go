package widget

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// files are the built scripts and styles, read once: they lie in the binary anyway.
type files struct {
	all           map[string]file // by path below the build
	script, style string          // names of the form's own, "" where nothing was built
}

type file struct{ plain, gzip, brotli []byte }

func readFiles(dir fs.FS) *files {
	f := &files{all: map[string]file{}}
	if dir == nil {
		return f
	}
	// An unreadable folder leaves forms without script and style, which work.
	_ = fs.WalkDir(dir, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || path.Ext(name) != ".js" && path.Ext(name) != ".css" {
			return err
		}
		load := func(name string) []byte { b, _ := fs.ReadFile(dir, name); return b } // nil where there is none
		f.all[name] = file{plain: load(name), gzip: load(name + ".gz"), brotli: load(name + ".br")}
		if base, ok := strings.CutPrefix(name, "assets/form-"); ok {
			switch path.Ext(base) {
			case ".js":
				f.script = path.Base(name)
			case ".css":
				f.style = path.Base(name)
			}
		}
		return nil
	})
	return f
}

// loader is the script that websites embed. Its name never changes, so it is kept for an hour only.
func (f *files) loader(w http.ResponseWriter, r *http.Request) {
	one, ok := f.all["widget.js"]
	if !ok {
		http.Error(w, "Tellus was built without its widget: run make build", http.StatusNotFound)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Access-Control-Allow-Origin", "*") // for websites that name its hash (integrity) or load it with crossorigin
	one.serve(w, r, "text/javascript; charset=utf-8")
}

// asset is a file whose name holds its hash.
func (f *files) asset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	one, ok := f.all["assets/"+name]
	if !ok {
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, "there is no such file", http.StatusNotFound)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	kind := "text/javascript; charset=utf-8"
	if path.Ext(name) == ".css" {
		kind = "text/css; charset=utf-8"
	}
	one.serve(w, r, kind)
}

func (f file) serve(w http.ResponseWriter, r *http.Request, kind string) {
	h := w.Header()
	h.Set("Content-Type", kind)
	data := f.plain
	if f.brotli != nil || f.gzip != nil {
		h.Add("Vary", "Accept-Encoding")
		switch {
		case takes(r, "br") && f.brotli != nil:
			data = f.brotli
			h.Set("Content-Encoding", "br")
		case takes(r, "gzip") && f.gzip != nil:
			data = f.gzip
			h.Set("Content-Encoding", "gzip")
		}
		if h.Get("Content-Encoding") != "" {
			h.Set("Content-Length", strconv.Itoa(len(data))) // ServeContent leaves it out for encoded content
		}
	}
	sum := sha256.Sum256(data)
	h.Set("ETag", strconv.Quote(hex.EncodeToString(sum[:12])))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

// takes reports whether a browser accepts a coding. Browsers name those that they take, without weights of zero.
func takes(r *http.Request, coding string) bool {
	return slices.ContainsFunc(strings.Split(r.Header.Get("Accept-Encoding"), ","), func(part string) bool {
		name, weight, _ := strings.Cut(part, ";")
		return strings.TrimSpace(name) == coding && strings.Trim(strings.TrimPrefix(strings.TrimSpace(weight), "q="), "0.") != "" || strings.TrimSpace(part) == coding
	})
}
