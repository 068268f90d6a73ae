package main

import (
	"bytes"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tellus runs a command line.
func tellus(t *testing.T, args ...string) (status int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	status = run(t.Context(), args, streams{strings.NewReader(""), &o, &e})
	return status, o.String(), e.String()
}

func TestStatusSaysWhoseFaultItIs(t *testing.T) {
	t.Parallel()
	nowhere := filepath.Join(t.TempDir(), "nowhere")
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{nil, 0, "migrate"},
		{[]string{"--help"}, 0, "Usage: tellus"},
		{[]string{"backup", "--help"}, 0, "while the server runs"},
		{[]string{"version"}, 0, "tellus "},
		{[]string{"frobnicate"}, 2, "frobnicate"},
		{[]string{"backup"}, 2, "file"},
		{[]string{"openapi"}, 0, "openapi: 3.1.0"},
		{[]string{"admin", "--data", nowhere, "--email", "a@b.test", "--password-stdin"}, 1, "holds no password"},
		{[]string{"backup", "--data", nowhere, filepath.Join(t.TempDir(), "x.tar")}, 1, "no database here"},
		{[]string{"doctor", "--data", nowhere}, 1, "There is no folder " + nowhere},
	} {
		status, out, errs := tellus(t, c.args...)
		if status != c.status || !strings.Contains(out+errs, c.says) {
			t.Errorf("tellus %v = %d, want %d and %q:\n%s%s", c.args, status, c.status, c.says, out, errs)
		}
	}
	if _, err := os.Stat(nowhere); !os.IsNotExist(err) {
		t.Errorf("commands that only look made the data folder: %v", err)
	}
}

func TestAdminSpeaksOfItsFlags(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, c := range []struct {
		typed string
		args  []string
		says  string
	}{
		{"", []string{"--email", "nonsense", "--name", "Ann"}, "tellus: --email: nonsense: not a mail address"},
		{"", []string{"--email", "ann@shop.test"}, "tellus: nobody has the address ann@shop.test yet: say with --name who it is"},
		{"short\n", []string{"--email", "ann@shop.test", "--name", "Ann", "--password-stdin"}, "tellus: the password was not set: at least 10 characters"},
	} {
		var out, errs bytes.Buffer
		args := append([]string{"admin", "--data", folder}, c.args...)
		if status := run(t.Context(), args, streams{strings.NewReader(c.typed), &out, &errs}); status != 1 || strings.TrimSpace(errs.String()) != c.says {
			t.Errorf("tellus %v = %d, want 1 and %q:\n%s", args, status, c.says, errs.String())
		}
	}
}

func TestADeskMovesByBackupAndRestore(t *testing.T) {
	t.Parallel()
	from, to, file := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "desk.tar.zst")
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"migrate", "--data", from}, "applied 0001_platform"},
		{[]string{"migrate", "--data", from}, "up to date"},
		{[]string{"backup", "--data", from, file}, "key file is not in it"},
		{[]string{"restore", "--data", to, file}, "restored"},
		{[]string{"key", "rotate", "--data", to}, "0 secrets"},
	} {
		if status, out, errs := tellus(t, c.args...); status != 0 || !strings.Contains(out, c.says) {
			t.Fatalf("tellus %v = %d, want 0 and %q:\n%s%s", c.args, status, c.says, out, errs)
		}
	}
	if _, err := os.Stat(filepath.Join(to, "tellus.key")); err != nil {
		t.Errorf("key rotate made no key file: %v", err)
	}
}

func TestProxiesAreAddressesOrNetworks(t *testing.T) {
	t.Parallel()
	got, err := prefixes("--trusted-proxies", []string{"10.1.2.3/8", " 192.0.2.7", "::1"})
	want := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.7/32"), netip.MustParsePrefix("::1/128")}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("prefixes = %v, %v, want %v", got, err, want)
	}
	if _, err := prefixes("--smtp-trusted", []string{"example.com"}); err == nil {
		t.Error("a name counts as a proxy's address")
	}
}
