package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"tellus/internal/app"
	"tellus/internal/web/ui"
)

// server is the binary at work, as a process of its own.
type server struct {
	cmd     *exec.Cmd
	base    string
	smtp    string
	http    *http.Client
	started time.Duration
	log     *bytes.Buffer
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func databaseURL(c app.Config) string {
	if c.Database != "" {
		return c.Database
	}
	return "sqlite:" + c.Data + "/tellus.db"
}

// emptyDatabase drops everything in a PostgreSQL database that was given for measuring.
func emptyDatabase(ctx context.Context, url string) error {
	if url == "" {
		return nil
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("reach PostgreSQL: %w", err)
	}
	defer conn.Close(ctx) // nothing is under way
	if _, err := conn.Exec(ctx, `DROP SCHEMA public CASCADE; CREATE SCHEMA public`); err != nil {
		return fmt.Errorf("empty the database: %w", err)
	}
	return nil
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

func (o Options) start(ctx context.Context, exe string, c app.Config) (*server, error) {
	web, err1 := freePort()
	smtp, err2 := freePort()
	jar, err3 := cookiejar.New(nil)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	s := &server{base: "http://" + web, smtp: smtp, http: &http.Client{Jar: jar, Timeout: time.Minute}, log: &bytes.Buffer{}}
	args := []string{"serve", "--listen", web, "--smtp-listen", smtp, "--data", c.Data}
	if c.Database != "" {
		args = append(args, "--database", c.Database)
	}
	s.cmd = exec.CommandContext(ctx, exe, args...)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	s.cmd.Env = append(os.Environ(), "TELLUS_SLOW_SYNC="+o.SlowSync.String())
	begun := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the server: %w", err)
	}
	for time.Since(begun) < time.Minute {
		answer, err := s.http.Get(s.base + "/api/v1/status")
		if err == nil {
			_ = answer.Body.Close() // its status is enough
			s.started = time.Since(begun)
			return s, s.waitSMTP(begun)
		}
		time.Sleep(2 * time.Millisecond)
	}
	return nil, errors.Join(fmt.Errorf("the server did not answer: %s", s.log), s.stop())
}

func (s *server) waitSMTP(begun time.Time) error {
	for time.Since(begun) < time.Minute {
		if conn, err := net.Dial("tcp", s.smtp); err == nil {
			return conn.Close()
		}
		time.Sleep(5 * time.Millisecond)
	}
	return errors.New("the mail receiver did not answer")
}

func (s *server) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop the server: %w", err)
	}
	if err := s.cmd.Wait(); err != nil {
		return fmt.Errorf("the server ended badly: %w\n%s", err, s.log)
	}
	return nil
}

func (s *server) post(ctx context.Context, path string, body any) error {
	return s.send(ctx, http.MethodPost, path, body)
}

func (s *server) send(ctx context.Context, method, path string, body any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, s.base+"/api/v1"+path, bytes.NewReader(data))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	answer, err := s.http.Do(req)
	if err != nil {
		return err
	}
	defer answer.Body.Close() // read to its end below
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %s: %w", method, path, answer.Status, text, errors.Join(err, errors.New("refused")))
	}
	return nil
}

func (s *server) signIn(ctx context.Context) error { return s.signInAs(ctx, address) }

func (s *server) signInAs(ctx context.Context, mail string) error {
	return s.post(ctx, "/session", map[string]string{"email": mail, "password": password})
}

// prepare signs in and makes the inbox that nearly everything goes to, and the small one, with the house's settings. Inboxes send no acknowledgements: there is no server to send them.
func (s *server) prepare(ctx context.Context) error {
	if err := s.signIn(ctx); err != nil {
		return err
	}
	for _, at := range []string{inboxAt, smallAt} {
		err := s.post(ctx, "/inboxes", map[string]any{"name": at, "address": at, "language": "en", "acknowledge": false, "answerWithin": 240,
			"replyToken": false, "active": true, "receive": map[string]any{"method": "smtp"}, "submit": map[string]any{}})
		if err != nil {
			return err
		}
	}
	return s.settings(ctx)
}

// get asks for a path, by a token or else as who signed in, and returns how long the whole answer took.
func (s *server) get(ctx context.Context, token, path string) (time.Duration, error) {
	return s.put(ctx, request{token: token, path: path})
}

// put asks a question and returns how long the whole answer took.
func (s *server) put(ctx context.Context, q request) (time.Duration, error) {
	token, path, method := q.token, q.path, http.MethodGet
	var body io.Reader
	if q.body != nil {
		data, err := json.Marshal(q.body)
		if err != nil {
			return 0, err
		}
		method, body = http.MethodPost, bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, s.base+"/api/v1"+path, body)
	if err != nil {
		return 0, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	begun := time.Now()
	answer, err := s.http.Do(req)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close() // read to its end below
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return 0, err
	}
	took := time.Since(begun)
	if answer.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("%s %s: %s", method, path, answer.Status)
	}
	return took, nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// idle watches the process while nothing happens.
func (s *server) idle(ctx context.Context, d time.Duration) (megabytes, core float64, err error) {
	before, err := s.cpu()
	if err != nil {
		return 0, 0, err
	}
	select {
	case <-ctx.Done():
		return 0, 0, ctx.Err()
	case <-time.After(d):
	}
	after, err := s.cpu()
	if err != nil {
		return 0, 0, err
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, 0, fmt.Errorf("read memory: %w", err)
	}
	for line := range strings.Lines(string(status)) {
		if kb, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, err := strconv.ParseFloat(strings.Fields(kb)[0], 64)
			return n / 1024, (after - before).Seconds() / d.Seconds(), err
		}
	}
	return 0, 0, errors.New("no VmRSS in /proc")
}

// cpu is the processor time used so far (proc(5): utime and stime in hundredths of a second).
func (s *server) cpu() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("read processor time: %w", err)
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 13 {
		return 0, errors.New("/proc/stat is too short")
	}
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond, errors.Join(err1, err2)
}

func cpuName() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	for line := range strings.Lines(string(info)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.TrimSpace(strings.TrimLeft(name, "\t :"))
		}
	}
	return "unknown processor"
}

// deskSize is what a browser loads first: index.html with the scripts, styles and fonts that it names, as compressed as the server has them.
func deskSize() (kilobytes float64) {
	files := ui.Files()
	index, err := fs.ReadFile(files, "index.html")
	if err != nil {
		return 0 // built without its desk
	}
	total := smallest(files, "index.html")
	for _, part := range strings.FieldsFunc(string(index), func(r rune) bool { return r == '"' || r == '\'' || r == '>' || r == ' ' }) {
		name, ok := strings.CutPrefix(part, "/app/")
		if ok && path.Ext(name) != "" && path.Ext(name) != ".html" {
			total += smallest(files, name)
		}
	}
	return float64(total) / 1000
}

func smallest(files fs.FS, name string) int64 {
	var size int64
	for _, n := range []string{name, name + ".gz", name + ".br"} {
		if info, err := fs.Stat(files, n); err == nil && (size == 0 || info.Size() < size) {
			size = info.Size()
		}
	}
	return size
}
