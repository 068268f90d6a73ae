package api

import (
	"bufio"
	"compress/gzip"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

// compressFrom is the size from which an answer is worth compressing: below it fits a packet anyway.
const compressFrom = 1024

// compress compresses answers of text as the client accepts, brotli before gzip. What comes compressed, in parts or as a stream of bytes is left
// as it is.
func compress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		coding := accepted(r.Header.Get("Accept-Encoding"))
		if coding == "" || r.Method == http.MethodHead || r.Header.Get("Upgrade") != "" || r.Header.Get("Range") != "" {
			next.ServeHTTP(w, r)
			return
		}
		z := &compressor{ResponseWriter: w, coding: coding}
		next.ServeHTTP(z, r)
		// Not deferred: after a panic nothing must be sent, so that the outermost handler can still answer.
		z.close()
	})
}

// accepted picks the coding; "q=0" refuses one.
func accepted(header string) string {
	var br, gz bool
	for part := range strings.SplitSeq(header, ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		q = strings.ReplaceAll(q, " ", "")
		if q == "q=0" || q == "q=0.0" || q == "q=0.00" || q == "q=0.000" {
			continue
		}
		switch strings.TrimSpace(name) {
		case "br":
			br = true
		case "gzip":
			gz = true
		}
	}
	switch {
	case br:
		return "br"
	case gz:
		return "gzip"
	}
	return ""
}

type resetWriter interface {
	io.WriteCloser
	Flush() error
	Reset(io.Writer)
}

// Levels that cost about as much time as the JSON itself.
var (
	brotlis = sync.Pool{New: func() any { return brotli.NewWriterLevel(nil, 3) }}
	gzips   = sync.Pool{New: func() any { w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed); return w }} // the level is valid
)

// compressor holds back the first kilobyte to see whether there is more.
type compressor struct {
	http.ResponseWriter
	coding  string
	status  int
	held    []byte
	decided bool
	out     resetWriter // nil where the answer goes out as it is
}

func (z *compressor) WriteHeader(status int) {
	if z.decided || status < 200 {
		z.ResponseWriter.WriteHeader(status)
		return
	}
	if z.status == 0 {
		z.status = status
	}
	if status == http.StatusNoContent || status == http.StatusNotModified {
		z.plain()
	}
}

func (z *compressor) Write(b []byte) (int, error) {
	if !z.decided {
		if len(z.held)+len(b) < compressFrom && z.Header().Get("Content-Length") == "" {
			z.held = append(z.held, b...)
			return len(b), nil
		}
		if err := z.decide(len(z.held) + len(b)); err != nil {
			return 0, err
		}
	}
	if z.out != nil {
		return z.out.Write(b)
	}
	return z.ResponseWriter.Write(b)
}

// decide begins the answer, compressed where it is text of at least compressFrom bytes.
func (z *compressor) decide(size int) error {
	h := z.Header()
	if size < compressFrom || h.Get("Content-Encoding") != "" || h.Get("Content-Range") != "" || !compressible(h.Get("Content-Type")) {
		z.plain()
	} else {
		z.decided = true
		h.Del("Content-Length")
		h.Set("Content-Encoding", z.coding)
		h.Add("Vary", "Accept-Encoding")
		if z.coding == "br" {
			z.out = brotlis.Get().(resetWriter)
		} else {
			z.out = gzips.Get().(resetWriter)
		}
		z.out.Reset(z.ResponseWriter)
		z.begin()
	}
	held := z.held
	z.held = nil
	if len(held) == 0 {
		return nil
	}
	var err error
	if z.out != nil {
		_, err = z.out.Write(held)
	} else {
		_, err = z.ResponseWriter.Write(held)
	}
	return err
}

func (z *compressor) plain() {
	z.decided = true
	z.begin()
}

func (z *compressor) begin() {
	if z.status != 0 {
		z.ResponseWriter.WriteHeader(z.status)
	}
}

func (z *compressor) close() {
	if !z.decided && (z.status != 0 || len(z.held) > 0) {
		_ = z.decide(len(z.held)) // the client may have gone; nothing is left to do then
	}
	if z.out == nil {
		return
	}
	_ = z.out.Close() // as above
	z.out.Reset(nil)
	if z.coding == "br" {
		brotlis.Put(z.out)
	} else {
		gzips.Put(z.out)
	}
}

func (z *compressor) Flush() {
	if !z.decided {
		_ = z.decide(compressFrom)
	}
	if z.out != nil {
		_ = z.out.Flush()
	}
	_ = http.NewResponseController(z.ResponseWriter).Flush()
}

func (z *compressor) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(z.ResponseWriter).Hijack()
}

func (z *compressor) Unwrap() http.ResponseWriter { return z.ResponseWriter }

func compressible(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	switch kind = strings.TrimSpace(kind); kind {
	case "application/json", "application/problem+json", "application/javascript", "image/svg+xml", "application/manifest+json",
		"application/yaml":
		return true
	}
	return strings.HasPrefix(kind, "text/")
}
