package mailtest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// Dovecot is a running IMAP server with one mailbox.
type Dovecot struct {
	Host      string
	Port      int // plain and STARTTLS
	TLSPort   int
	User      string
	Password  string
	Authority *Authority

	maildir string
	log     string
	counter atomic.Int64
}

// DovecotOptions change what the server offers.
type DovecotOptions struct {
	WithoutIdle bool
	// TokenInfo is the address of an OAuth server's token information, to which the token is appended; XOAUTH2 is offered where it is set.
	TokenInfo string
}

// StartDovecot starts Debian's dovecot-imapd in a folder of its own, and stops it with the test. It skips the test where it is not installed.
func StartDovecot(t testing.TB, options DovecotOptions) *Dovecot {
	t.Helper()
	binary, err := exec.LookPath("dovecot")
	if err != nil {
		if binary, err = exec.LookPath("/usr/sbin/dovecot"); err != nil {
			t.Skip("dovecot is not installed (Debian: dovecot-imapd)")
		}
	}
	// Not t.TempDir: paths of unix sockets are limited to 108 bytes.
	home, err := os.MkdirTemp("", "dove")
	if err != nil {
		t.Fatalf("make a folder: %v", err)
	}
	d := &Dovecot{
		Host: ownHost(t), Port: 10143, TLSPort: 10993,
		User: "desk@example.test", Password: "correct horse",
		Authority: NewAuthority(t),
		maildir:   filepath.Join(home, "mail"),
		log:       filepath.Join(home, "log"),
	}
	config := d.configure(t, home, options)
	cmd := exec.CommandContext(context.Background(), binary, "-F", "-c", config) // ended in Cleanup, with all its children
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatalf("start dovecot: %v", err)
	}
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait() // its result says nothing: it is stopped by a signal
		close(exited)
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) // it may have ended
		select {
		case <-exited:
		case <-time.After(10 * time.Second):
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // as above
			<-exited
		}
		if t.Failed() {
			if data, err := os.ReadFile(d.log); err == nil {
				t.Logf("dovecot:\n%s", tail(data))
			}
		}
		os.RemoveAll(home) // what is left in the folder for temporary files does no harm
	})
	deadline := time.Now().Add(time.Minute)
	for {
		if listens(d.Host, d.Port) {
			return d
		}
		select {
		case <-exited:
			t.Fatalf("dovecot ended: %s", output.String())
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("dovecot does not listen: %s", output.String())
		}
	}
}

func tail(data []byte) []byte {
	return data[max(0, len(data)-8000):]
}

// configure writes the configuration. Dovecot drops its privileges by itself where it runs as root, and must not try to where it doesn't.
func (d *Dovecot) configure(t testing.TB, home string, options DovecotOptions) string {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("prepare dovecot: %v", err)
		}
	}
	must(os.Chmod(home, 0o755))
	must(os.Mkdir(d.maildir, 0o700))
	certificate, key := d.Authority.Issue(t, d.Host)
	must(os.WriteFile(filepath.Join(home, "cert.pem"), certificate, 0o600))
	must(os.WriteFile(filepath.Join(home, "key.pem"), key, 0o600))

	uid, gid := os.Getuid(), os.Getgid()
	internal := ""
	if uid == 0 {
		uid, gid = 65534, 65534 // nobody: Dovecot gives root no mail
		must(os.Chown(d.maildir, uid, gid))
	} else {
		me, err := user.Current()
		must(err)
		group, err := user.LookupGroupId(me.Gid)
		must(err)
		internal = fmt.Sprintf(`
default_internal_user = %[1]s
default_login_user = %[1]s
default_internal_group = %[2]s
service anvil { 
  chroot =
}
service stats {
  chroot =
}
service imap-login {
  chroot =
}
`, me.Username, group.Name)
	}
	must(os.WriteFile(filepath.Join(home, "users"), fmt.Appendf(nil, "%s:{PLAIN}%s\n", d.User, d.Password), 0o644))
	more := ""
	if options.WithoutIdle {
		more += "imap_capability = IMAP4rev1 LITERAL+ UIDPLUS SASL-IR\n"
	}
	mechanisms := "plain login"
	if options.TokenInfo != "" {
		mechanisms += " xoauth2"
		must(os.WriteFile(filepath.Join(home, "oauth.conf"), []byte(
			"tokeninfo_url = "+options.TokenInfo+"\nusername_attribute = email\nusername_format = %u\nactive_attribute = active\nactive_value = true\n"), 0o644))
		more += fmt.Sprintf("passdb {\n  driver = oauth2\n  mechanisms = xoauth2\n  args = %s\n}\n", filepath.Join(home, "oauth.conf"))
	}
	config := fmt.Sprintf(`
protocols = imap
listen = %[12]s
base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = %[2]s
instance_name = %[3]s
ssl = yes
ssl_cert = <%[1]s/cert.pem
ssl_key = <%[1]s/key.pem
disable_plaintext_auth = no
auth_mechanisms = %[9]s
mail_location = maildir:%[4]s
first_valid_uid = 1
mail_fsync = never
%[8]s
passdb {
  driver = passwd-file
  mechanisms = plain login
  args = %[1]s/users
}
userdb {
  driver = static
  args = uid=%[6]d gid=%[7]d home=%[4]s
}
namespace inbox {
  inbox = yes
}
service imap-login {
  inet_listener imap {
    address = %[12]s
    port = %[5]d
  }
  inet_listener imaps {
    address = %[12]s
    port = %[10]d
    ssl = yes
  }
}
%[11]s
`, home, d.log, filepath.Base(home), d.maildir, d.Port, uid, gid, internal, mechanisms, d.TLSPort, more, d.Host)
	path := filepath.Join(home, "dovecot.conf")
	must(os.WriteFile(path, []byte(config), 0o644))
	return path
}

// Drop puts mails straight into the mailbox's folder for new mail, as a delivery agent does.
func (d *Dovecot) Drop(t testing.TB, mails ...string) {
	t.Helper()
	for _, dir := range []string{"tmp", "new", "cur"} {
		if err := os.MkdirAll(filepath.Join(d.maildir, dir), 0o777); err != nil {
			t.Fatalf("make the maildir: %v", err)
		}
		d.own(t, filepath.Join(d.maildir, dir))
	}
	for _, mail := range mails {
		name := fmt.Sprintf("%d.M%06dP1.localhost", time.Now().Unix(), d.counter.Add(1))
		from := filepath.Join(d.maildir, "tmp", name)
		if err := os.WriteFile(from, []byte(mail), 0o666); err != nil {
			t.Fatalf("write a mail: %v", err)
		}
		d.own(t, from)
		if err := os.Rename(from, filepath.Join(d.maildir, "new", name)); err != nil {
			t.Fatalf("deliver a mail: %v", err)
		}
	}
}

func (d *Dovecot) own(t testing.TB, path string) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	if err := os.Chown(path, 65534, 65534); err != nil {
		t.Fatalf("give %s away: %v", path, err)
	}
}

// Client signs in with a client of its own, as a person's mail program would, and closes it with the test.
func (d *Dovecot) Client(t testing.TB) *imapclient.Client {
	t.Helper()
	c, err := imapclient.DialInsecure(net.JoinHostPort(d.Host, strconv.Itoa(d.Port)), nil)
	if err != nil {
		t.Fatalf("dial dovecot: %v", err)
	}
	t.Cleanup(func() { c.Close() }) // nothing to flush
	if err := c.Login(d.User, d.Password).Wait(); err != nil {
		t.Fatalf("sign in to dovecot: %v", err)
	}
	return c
}

// Append puts a mail into a folder by IMAP.
func (d *Dovecot) Append(t testing.TB, c *imapclient.Client, folder, mail string) {
	t.Helper()
	mail = strings.ReplaceAll(strings.ReplaceAll(mail, "\r\n", "\n"), "\n", "\r\n")
	cmd := c.Append(folder, int64(len(mail)), &imap.AppendOptions{Time: time.Now()})
	if _, err := cmd.Write([]byte(mail)); err != nil {
		t.Fatalf("append to %s: %v", folder, err)
	}
	if err := cmd.Close(); err != nil {
		t.Fatalf("append to %s: %v", folder, err)
	}
	if _, err := cmd.Wait(); err != nil {
		t.Fatalf("append to %s: %v", folder, err)
	}
}
