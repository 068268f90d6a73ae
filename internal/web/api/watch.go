package api

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/staff"
)

// requestInfo is what is known of a request outside its handler: for the log, the audit and the rates.
type requestInfo struct {
	ip      string
	device  string
	pattern string // of the route, never the path itself: paths and queries hold link tokens and what people search for
	agent   desk.AgentID
}

type infoKey struct{}

func infoOf(ctx context.Context) *requestInfo {
	if info, ok := ctx.Value(infoKey{}).(*requestInfo); ok {
		return info
	}
	return &requestInfo{}
}

// watch stands outermost: it works out who the client is, logs each request once, and turns a panic into a 500.
func (s *Server) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		info := &requestInfo{ip: s.clientIP(r), device: staff.DeviceName(r.UserAgent())}
		_, info.pattern = s.mux.Handler(r)
		seen := &seenWriter{ResponseWriter: w}
		r = r.WithContext(context.WithValue(r.Context(), infoKey{}, info))
		defer func() {
			if p := recover(); p != nil {
				if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(p)
				}
				s.Log.ErrorContext(r.Context(), "request panicked", "route", info.pattern, "panic", p, "stack", string(debug.Stack()))
				if !seen.wrote {
					writeProblem(seen, newProblem(http.StatusInternalServerError, Internal, "something went wrong on our side; it has been noted"))
				}
			}
			s.logRequest(r, info, seen, time.Since(start))
		}()
		next.ServeHTTP(seen, r)
	})
}

func (s *Server) logRequest(r *http.Request, info *requestInfo, seen *seenWriter, took time.Duration) {
	level := slog.LevelDebug
	if strings.HasPrefix(r.URL.Path, "/api/") {
		level = slog.LevelInfo
	}
	if !s.Log.Enabled(r.Context(), level) {
		return
	}
	attrs := []slog.Attr{slog.String("method", r.Method), slog.String("route", info.pattern), slog.Int("status", seen.status),
		slog.Int64("bytes", seen.bytes), slog.Duration("took", took), slog.String("ip", info.ip)}
	if info.agent != 0 {
		attrs = append(attrs, slog.Int64("agent", int64(info.agent)))
	}
	s.Log.LogAttrs(r.Context(), level, "request", attrs...)
}

// clientIP is the address that a request came from. X-Forwarded-For is believed as far as trusted proxies wrote it: from its right end,
// the first address that is no trusted proxy's.
func (s *Server) clientIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	addr = addr.Unmap()
	if !s.trusted(addr) {
		return addr.String()
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break // whatever stands further left was not written by a proxy of ours
		}
		addr = hop.Unmap()
		if !s.trusted(addr) {
			break
		}
	}
	return addr.String()
}

func (s *Server) trusted(addr netip.Addr) bool {
	for _, p := range s.TrustedProxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// seenWriter remembers status and size for the log.
type seenWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
	wrote  bool
}

func (w *seenWriter) WriteHeader(status int) {
	if !w.wrote && status >= 200 {
		w.status, w.wrote = status, true
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *seenWriter) Write(b []byte) (int, error) {
	if !w.wrote {
		w.status, w.wrote = http.StatusOK, true
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

func (w *seenWriter) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() } // a client that has gone is no news

// Hijack hands the connection over to a WebSocket.
func (w *seenWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	w.status, w.wrote = http.StatusSwitchingProtocols, true
	return http.NewResponseController(w.ResponseWriter).Hijack()
}

func (w *seenWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
