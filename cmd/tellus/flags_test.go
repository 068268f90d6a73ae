package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// parsed reads a command line that must make sense.
func parsed[T tool](t *testing.T, env map[string]string, args ...string) T {
	t.Helper()
	does, err := read(args, func(name string) string { return env[name] }, io.Discard)
	if err != nil {
		t.Fatalf("tellus %q: %v", args, err)
	}
	got, ok := does.(T)
	if !ok {
		t.Fatalf("tellus %q is %T", args, does)
	}
	return got
}

func absolute(t *testing.T, name string) string {
	t.Helper()
	whole, err := filepath.Abs(name)
	if err != nil {
		t.Fatal(err)
	}
	return whole
}

func TestFlagsComeFromTheCommandLineThenTheEnvironmentThenTheDefault(t *testing.T) {
	t.Parallel()
	same := func(name string, got, want any) {
		t.Helper()
		if d := cmp.Diff(want, got, cmp.AllowUnexported(serveCommand{}, store{}, benchCommand{}, demoCommand{}, adminCommand{}, backupCommand{}, rotateCommand{})); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	plain := serveCommand{store: store{data: absolute(t, "data")}, listen: "127.0.0.1:8080"}
	same("serve", *parsed[*serveCommand](t, nil, "serve"), plain)
	same("serve, with empty variables", *parsed[*serveCommand](t, map[string]string{"TELLUS_DATA": "", "TELLUS_VERBOSE": "", "TELLUS_LISTEN": ""}, "serve"), plain)

	env := map[string]string{"TELLUS_DATA": "/srv/desk", "TELLUS_DATABASE": "postgres://db", "TELLUS_BLOBS": "s3://b", "TELLUS_VERBOSE": "yes", "TELLUS_LISTEN": ":1", "TELLUS_URL": "https://u",
		"TELLUS_SMTP_LISTEN": ":25", "TELLUS_SMTP_CERT": "/c", "TELLUS_SMTP_KEY": "/k", "TELLUS_SMTP_TRUSTED": "10.0.0.0/8,192.0.2.1", "TELLUS_SMTP_AUTHSERV": "mx",
		"TELLUS_TRUSTED_PROXIES": "::1", "TELLUS_SLOW_SYNC": "5ms", "TELLUS_CPU_PROFILE": "/p"}
	all := serveCommand{store: store{"/srv/desk", "postgres://db", "s3://b", true}, listen: ":1", url: "https://u", smtpListen: ":25", smtpCert: "/c", smtpKey: "/k", smtpAuthserv: "mx",
		smtpTrusted: []string{"10.0.0.0/8", "192.0.2.1"}, trustedProxies: []string{"::1"}, slowSync: 5 * time.Millisecond, cpuProfile: "/p"}
	same("serve by variables", *parsed[*serveCommand](t, env, "serve"), all)
	same("serve by flags", *parsed[*serveCommand](t, nil, "serve", "--data=/srv/desk", "--database", "postgres://db", "--blobs=s3://b", "-v", "--listen", ":1", "--url", "https://u",
		"--smtp-listen=:25", "--smtp-cert", "/c", "--smtp-key=/k", "--smtp-trusted", "10.0.0.0/8", "--smtp-trusted=192.0.2.1", "--smtp-authserv=mx",
		"--trusted-proxies=::1", "--slow-sync=5ms", "--cpu-profile", "/p"), all)
	all.data, all.verbose, all.smtpTrusted = "/else", false, []string{"192.0.2.9"}
	same("serve by both", *parsed[*serveCommand](t, env, "serve", "--data", "/else", "--verbose=no", "--smtp-trusted=192.0.2.9"), all)

	same("bench", *parsed[*benchCommand](t, nil, "bench"), benchCommand{sizes: []int{10_000, 100_000, 1_000_000}, mail: time.Minute, idle: 20 * time.Second})
	same("bench with flags", *parsed[*benchCommand](t, nil, "bench", "--sizes=5,6", "--sizes", "7", "--mail", "0", "--json=/f", "--search"),
		benchCommand{sizes: []int{5, 6, 7}, idle: 20 * time.Second, json: "/f", search: true})
	same("demo", *parsed[*demoCommand](t, nil, "demo", "--seed", "18446744073709551615", "--build-only"),
		demoCommand{data: absolute(t, "demo-data"), listen: "127.0.0.1:8080", seed: 1<<64 - 1, build: true})
	same("admin", *parsed[*adminCommand](t, map[string]string{"TELLUS_URL": "https://u"}, "admin", "--email", "a@b.test", "--reset-second-factor"),
		adminCommand{store: store{data: absolute(t, "data")}, email: "a@b.test", url: "https://u", resetFactor: true})
	// An argument stands before or behind the flags; behind -- it may look like one.
	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--data=~/d", "-x.tar"}, {"--data=~/d", "./-x.tar"}, {"./-x.tar", "--data", "~/d"}} {
		if args[1] == "-x.tar" {
			args = []string{args[0], "--", args[1]}
		}
		same("backup", *parsed[*backupCommand](t, nil, append([]string{"backup"}, args...)...), backupCommand{store: store{data: filepath.Join(home, "d")}, file: absolute(t, "-x.tar")})
	}
	same("key rotate", *parsed[*rotateCommand](t, nil, "key", "rotate", "--forget"), rotateCommand{store: store{data: absolute(t, "data")}, forget: true})
}

func TestACommandLineThatMakesNoSenseIsExplained(t *testing.T) {
	t.Parallel()
	env := func(name string) string { return map[string]string{"TELLUS_VERBOSE": "perhaps"}[name] }
	none := func(string) string { return "" }
	for line, want := range map[string]string{
		"serv":                                `unexpected argument serv, did you mean "serve"?`,
		"frobnicate":                          "unexpected argument frobnicate",
		"--data x serve":                      "--data stands before the command: tellus COMMAND --data",
		"key":                                 "key: expected rotate",
		"key rot":                             `unexpected argument rot, did you mean "rotate"?`,
		"serve --dta x":                       `unknown flag --dta, did you mean "--data"?`,
		"serve --smtp x":                      `unknown flag --smtp, did you mean one of "--smtp-listen", "--smtp-cert", "--smtp-key", "--smtp-trusted", "--smtp-authserv"?`,
		"serve -x":                            "unknown flag -x",
		"serve x":                             "unexpected argument x",
		"serve --listen":                      "--listen needs a value",
		"serve --smtp-cert x":                 "--smtp-cert and --smtp-key must be used together",
		"serve --verbose=maybe":               `--verbose: "maybe" is not true or false`,
		"admin":                               "missing flag: --email=ADDRESS",
		"backup":                              "expected <file>: The file to write; .tar, .tar.gz or .tar.zst.",
		"backup a b":                          "unexpected argument b",
		"restore " + t.TempDir():              "is a folder",
		"restore /nowhere/desk.tar":           "no such file",
		"demo --seed -1":                      `--seed: "-1" is not a whole number from 0`,
		"bench --mail 1x":                     `--mail: "1x" is not a duration such as 90s or 5m`,
		"bench --sizes 1,a":                   `--sizes: "1,a" is not a list of whole numbers`,
		"serve --l" + strings.Repeat("x", 99): "unknown flag --lx",
	} {
		if does, err := read(strings.Fields(line), none, io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("tellus %s: %v, %v, want %q", line, does, err, want)
		}
	}
	if _, err := read([]string{"doctor"}, env, io.Discard); err == nil || err.Error() != `--verbose: "perhaps" is not true or false (from the environment variable TELLUS_VERBOSE)` {
		t.Errorf("a variable that makes no sense: %v", err)
	}
}

func TestHelpShowsEveryFlagAndFitsATerminal(t *testing.T) {
	t.Parallel()
	for _, c := range commands {
		f := newFlags(c.name)
		c.tool().flags(f)
		var out bytes.Buffer
		helpOf(&out, c, f)
		for _, line := range strings.Split(out.String(), "\n") {
			if len([]rune(line)) > helpWidth && strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("%s: a line is %d wide: %s", c.name, len([]rune(line)), line)
			}
		}
		for _, o := range f.all {
			if shown := strings.Contains(out.String(), "--"+o.Name); shown == o.Hidden {
				t.Errorf("%s: --%s is shown: %v", c.name, o.Name, shown)
			}
			if o.env != "" && !o.Hidden && !strings.Contains(out.String(), "($"+o.env+").") {
				t.Errorf("%s: %s is not shown", c.name, o.env)
			}
		}
	}
	for _, args := range [][]string{nil, {"-h"}, {"--help"}, {"key", "--help"}, {"key", "rotate", "-h"}, {"admin", "--help"}, {"backup", "--verbose", "--help"}} {
		var out bytes.Buffer
		if does, err := read(args, os.Getenv, &out); does != nil || err != nil || !strings.HasPrefix(out.String(), "Usage: tellus ") {
			t.Errorf("tellus %v: %v, %v\n%s", args, does, err, &out)
		}
	}
}

func TestTheHandbookNamesTheFlagsOfServe(t *testing.T) {
	t.Parallel()
	book, err := os.ReadFile("../../docs/OPERATING.md")
	if err != nil {
		t.Fatal(err)
	}
	f := newFlags("serve")
	new(serveCommand).flags(f)
	for _, o := range f.all[1:] { // without --help
		if !o.Hidden && !strings.Contains(string(book), "| `--"+o.Name+"` | `"+o.env+"` |") {
			t.Errorf("docs/OPERATING.md lacks --%s and %s", o.Name, o.env)
		}
	}
}

func TestDistanceCountsLetters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"data", "data", 0}, {"data", "dta", 1}, {"serve", "sevre", 2}, {"", "abc", 3}, {"kitten", "sitting", 3}} {
		if got := distance(c.a, c.b); got != c.want || distance(c.b, c.a) != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
