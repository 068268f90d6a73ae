package dbtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"tellus/internal/migrations"
	"tellus/internal/platform/db"
)

// ServerEnv names an existing server to use: the address of a database whose user may create databases. "off" skips tests on PostgreSQL.
const ServerEnv = "TELLUS_TEST_POSTGRES"

var errOff = errors.New(ServerEnv + " is off")

var errNotInstalled = errors.New("PostgreSQL's programs are not installed (looked for initdb in /usr/lib/postgresql/*/bin and in PATH)")

// server is found or started by the first test that needs it.
var server = sync.OnceValues(func() (string, error) {
	switch at := os.Getenv(ServerEnv); at {
	case "":
		return startServer()
	case "off":
		return "", errOff
	default:
		return at, nil
	}
})

// PostgresURL makes a database of the test's own, a copy of one that was migrated once, and returns its address. The test is skipped where there is
// no PostgreSQL. The database is dropped at the end.
func PostgresURL(t testing.TB) string {
	t.Helper()
	at, err := server()
	if errors.Is(err, errNotInstalled) || errors.Is(err, errOff) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatalf("start PostgreSQL: %v", err)
	}
	template, err := template(t.Context(), at)
	if err != nil {
		t.Fatalf("prepare template database: %v", err)
	}
	name := fmt.Sprintf("tellus_test_%d_%d", os.Getpid(), time.Now().UnixNano())
	if err := execOn(t.Context(), at, "CREATE DATABASE "+name+" TEMPLATE "+template+""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := execOn(context.Background(), at, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop test database: %v", err)
		}
	})
	return withDatabase(at, name)
}

func withDatabase(at, name string) string {
	u, err := url.Parse(at)
	if err != nil {
		return at // opening it tells why
	}
	u.Path = "/" + name
	return u.String()
}

// execOn runs one statement outside a transaction, one at a time across test binaries: a template cannot be copied twice at once.
func execOn(ctx context.Context, at, statement string) error {
	conn, err := pgx.Connect(ctx, at)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock(7331)"); err != nil { // until the connection is closed
		return err
	}
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

var (
	templateMu   sync.Mutex
	templateDone = map[string]string{}
)

// template returns the name of a database that holds the migrated, empty schema. Its name carries a digest of the migrations, so that test
// binaries share it.
func template(ctx context.Context, at string) (string, error) {
	templateMu.Lock()
	defer templateMu.Unlock()
	if name := templateDone[at]; name != "" {
		return name, nil
	}
	digest, err := schemaDigest()
	if err != nil {
		return "", err
	}
	name := "tellus_template_" + digest
	if err := makeTemplate(ctx, at, name); err != nil {
		return "", err
	}
	templateDone[at] = name
	return name, nil
}

// schemaDigest names what the migrations make.
func schemaDigest() (string, error) {
	digest := fnv.New64a()
	err := fs.WalkDir(migrations.Files, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := migrations.Files.ReadFile(path)
		digest.Write(data)
		return err
	})
	return strconv.FormatUint(digest.Sum64(), 16), err
}

func makeTemplate(ctx context.Context, at, name string) error {
	conn, err := pgx.Connect(ctx, at)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock(7331)"); err != nil {
		return err
	}
	var exists bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", name).Scan(&exists); err != nil || exists {
		return err
	}
	half := name + "_half" // renamed when whole, so that a killed test run leaves no half template
	for _, s := range []string{"DROP DATABASE IF EXISTS " + half + " WITH (FORCE)", "CREATE DATABASE " + half + " TEMPLATE template0"} {
		if _, err := conn.Exec(ctx, s); err != nil {
			return err
		}
	}
	d, err := db.Open(ctx, withDatabase(at, half), db.Options{})
	if err != nil {
		return err
	}
	_, err = d.Migrate(ctx, migrations.Files)
	if err := errors.Join(err, d.Close()); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "ALTER DATABASE "+half+" RENAME TO "+name)
	return err
}

// binFolder returns the folder of the newest PostgreSQL that is installed.
func binFolder() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // the pattern is well formed
	if len(found) == 0 {
		path, err := exec.LookPath("initdb")
		if err != nil {
			return "", errNotInstalled
		}
		found = []string{path}
	}
	slices.SortFunc(found, func(a, b string) int { return versionOf(a) - versionOf(b) })
	return filepath.Dir(found[len(found)-1]), nil
}

func versionOf(initdb string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(initdb)))) // 0 for one in PATH
	return n
}

// startServer starts a PostgreSQL of its own, without durability and reachable only through a socket in a temporary folder, and returns the address
// of its database postgres. It stops, and its folder goes, when this process ends in whatever way.
func startServer() (string, error) {
	bin, err := binFolder()
	if err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp("", "tellus-pg-")
	if err != nil {
		return "", err
	}
	as, err := serverUser(folder)
	if err != nil {
		return "", err
	}
	initdb := exec.CommandContext(context.Background(), filepath.Join(bin, "initdb"), "--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8",
		"--locale=C.UTF-8", "--pgdata="+filepath.Join(folder, "data"))
	initdb.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	initdb.Dir = folder
	if out, err := initdb.CombinedOutput(); err != nil {
		return "", fmt.Errorf("initdb: %w: %s", err, bytes.TrimSpace(out))
	}
	if err := startGuarded(bin, folder, as); err != nil {
		return "", err
	}
	at := (&url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/postgres",
		RawQuery: url.Values{"host": {folder}, "sslmode": {"disable"}}.Encode()}).String()
	return at, waitFor(at)
}

// startGuarded runs the server under a shell that reads from a pipe: when this process ends, crashed or not, the pipe ends too, and the shell stops
// the server and removes its folder.
func startGuarded(bin, folder string, as *syscall.Credential) error {
	const guard = `"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
  -c max_connections=300 -c shared_buffers=64MB -c autovacuum=off -c logging_collector=off >"$2/log" 2>&1 &
pid=$!
trap '' INT TERM HUP
cat >/dev/null
kill -QUIT $pid
wait $pid
rm -rf "$2"`
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	// w is left open, and referenced below, for as long as this process lives.
	alive = append(alive, w)
	cmd := exec.CommandContext(context.Background(), "/bin/sh", "-c", guard, "guard", bin, folder)
	cmd.Dir, cmd.Stdin = folder, r
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as, Setpgid: true} // an interrupt from the keyboard is for the tests, the guard tidies up after
	return cmd.Start()
}

var alive []*os.File

// serverUser returns whom PostgreSQL runs as, nil for ourselves: it refuses to run as root.
func serverUser(folder string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root: %w", err)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, err
	}
	if err := os.Chown(folder, uid, gid); err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

func waitFor(at string) error {
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, at)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL does not answer: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
