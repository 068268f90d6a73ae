package app

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"tellus/internal/channel/email/mailtest"
	"tellus/internal/desk"
	"tellus/internal/feature/setting"
	"tellus/internal/platform/blob/blobtest"
	"tellus/internal/platform/db/dbtest"
)

// TestFilesMoveBetweenDiskAndBucket carries a desk from a folder to a bucket and back by backup and restore.
func TestFilesMoveBetweenDiskAndBucket(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, onDisk, inBucket Config) {
		server := blobtest.Start(t)
		inBucket.Blobs = server.Location()
		hash := fill(t, onDisk)
		there := filepath.Join(t.TempDir(), "there.tar.zst")
		if _, err := Backup(t.Context(), onDisk, there); err != nil {
			t.Fatalf("Backup of a folder: %v", err)
		}
		if _, err := Restore(t.Context(), inBucket, there, false); err != nil {
			t.Fatalf("Restore into a bucket: %v", err)
		}
		if keys := server.Keys(); len(keys) != 1 || !strings.HasSuffix(keys[0], hash) {
			t.Fatalf("the bucket holds %v, want %s", keys, hash)
		}
		if _, err := os.Stat(inBucket.in(blobFolder)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a folder of files was made beside the bucket: %v", err)
		}
		forgetful := inBucket
		forgetful.Blobs = ""
		if _, err := Backup(t.Context(), forgetful, filepath.Join(t.TempDir(), "without.tar")); err == nil || !strings.Contains(err.Error(), "--blobs") {
			t.Errorf("Backup without --blobs: %v, want an error that names it", err)
		}
		if a, err := Open(t.Context(), forgetful); err == nil || !strings.Contains(err.Error(), "--blobs") {
			t.Errorf("Open without --blobs: %v, want an error that names it", err)
			if err == nil {
				a.Close()
			}
		}
		back := filepath.Join(t.TempDir(), "back.tar.zst")
		m, err := Backup(t.Context(), inBucket, back)
		if err != nil || m.Blobs != 1 {
			t.Fatalf("Backup of a bucket: %v, %v", m, err)
		}
		again := Config{Data: t.TempDir(), Database: onDisk.Database, Logger: onDisk.Logger}
		if _, err := Restore(t.Context(), again, back, true); err != nil {
			t.Fatalf("Restore from a bucket to a folder: %v", err)
		}
		blobs, err := again.openBlobs(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer blobs.Close()
		if data, err := blobs.ReadAll(t.Context(), hash, 100); err != nil || string(data) != "scan of a letter" {
			t.Errorf("the file came back as %q, %v", data, err)
		}
	})
}

// TestRestoreLooksAtTheBucketFirst restores over a desk while the bucket cannot be written to.
func TestRestoreLooksAtTheBucketFirst(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, from, to Config) {
		file := backedUp(t, from)
		fill(t, to)
		before := contents(t, to)
		server := blobtest.Start(t)
		to.Blobs = server.Location()
		server.Stop()
		if _, err := Restore(t.Context(), to, file, true); err == nil || !strings.Contains(err.Error(), "cannot be reached") {
			t.Errorf("Restore into a bucket that is away: %v", err)
		}
		if after := contents(t, to); len(after["message"]) != len(before["message"]) {
			t.Error("the desk was replaced")
		}
	})
}

func TestServeRefusesABucketThatWillNeverWork(t *testing.T) {
	t.Parallel()
	server := blobtest.Start(t)
	c := Config{Data: t.TempDir(), Blobs: server.LocationWith(blobtest.Key, "wrong"), Logger: dbtest.Logger(t)}
	if a, err := Open(t.Context(), c); err == nil || !strings.Contains(err.Error(), "AWS_SECRET_ACCESS_KEY") {
		t.Errorf("Open with a wrong secret: %v, want an error that says what to do", err)
		if err == nil {
			a.Close()
		}
	}
	server.Stop()
	c.Blobs = server.Location()
	a, err := Open(t.Context(), c)
	if err != nil {
		t.Fatalf("Open while the bucket is away: %v, want a desk that works without", err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

func TestTheDoctorLooksAtTheBucket(t *testing.T) {
	t.Parallel()
	server := blobtest.Start(t)
	for where, want := range map[string]string{
		server.Location():                  "ok    files: s3://desk-files/desk at 127.0.0.1",
		server.LocationWith("nobody", "x"): "BAD   files: s3://desk-files/desk at 127.0.0.1",
		strings.Replace(server.Location(), blobtest.Bucket, "no-such", 1):     "The store has no such bucket.\n      → Make it",
		"s3://desk-files?endpoint=http://s3.example&credentials=/nonexistent": "must be spoken to by TLS",
	} {
		x := &examination{c: Config{Blobs: where, Data: t.TempDir()}}
		x.blobs(t.Context())
		if got := fmt.Sprint(x.findings[0]); len(x.findings) != 1 || !strings.Contains(got, want) {
			t.Errorf("the doctor says of %s: %s, want %q", where, got, want)
		}
	}
	if keys := server.Keys(); len(keys) != 0 {
		t.Errorf("the doctor left %v behind", keys)
	}
}

// TestTwoNodesShareABucket takes a mail with a large file at one node and reads it at the other; then the store goes away and comes back.
func TestTwoNodesShareABucket(t *testing.T) {
	t.Parallel()
	server := blobtest.Start(t)
	address := dbtest.PostgresURL(t)
	first := Config{Data: t.TempDir(), Database: address, Blobs: server.Location(), Logger: dbtest.Logger(t)}
	second := Config{Data: t.TempDir(), Database: address, Blobs: server.Location(), Logger: dbtest.Logger(t)}
	a := start(t, first)
	key, err := os.ReadFile(first.in(keyFile))
	if err == nil {
		err = os.WriteFile(second.in(keyFile), key, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	b := start(t, second)
	b.settle() // by the link that was printed last
	a.do("POST", "/session", object{"email": "inga@shop.example", "password": "gaišs rīts virs Gaujas"}, nil)
	sink := mailtest.StartSink(t, mailtest.SinkOptions{NoTLS: true})
	at := mailtest.FreeAddress(t)
	a.change(func(s *setting.Settings) { s.UndoSeconds, s.Receiver.Listen = 0, at }) // the receiver of B finds the port taken
	a.do("POST", "/inboxes", box(sink, desk.Receive{Method: "smtp"}), nil)
	scan := func(name string, size int) (mail string, content []byte) {
		content = make([]byte, size)
		random := rand.NewChaCha8([32]byte([]byte(fmt.Sprintf("%-32s", name))))
		_, _ = random.Read(content) // never fails
		var lines strings.Builder
		for text := base64.StdEncoding.EncodeToString(content); text != ""; text = text[min(76, len(text)):] {
			lines.WriteString(text[:min(76, len(text))] + "\n")
		}
		return "From: ann@customer.example\nTo: support@shop.example\nSubject: " + name + "\nMessage-ID: <" + name + "@customer.example>\n" +
			"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nSee the scan of " + name + ".\n--b\n" +
			"Content-Type: application/pdf\nContent-Disposition: attachment; filename=" + name + ".pdf\nContent-Transfer-Encoding: base64\n\n" +
			lines.String() + "--b--\n", content
	}
	send := func(mail string) error { return a.deliver(at, "ann@customer.example", "support@shop.example", mail) }
	served := func(node *running, name string, content []byte) {
		t.Helper()
		var found desk.Attachment
		dbtest.Eventually(t, "the file "+name+" is in a conversation", func() bool {
			for _, row := range node.rows("all") {
				for _, m := range node.open(row.ID).Timeline.Messages {
					for _, f := range m.Attachments {
						if f.Name == name+".pdf" {
							found = f
						}
					}
				}
			}
			return found.ID != 0
		})
		status, body, _ := node.send("GET", "/attachments/"+found.ID.String(), nil)
		if status != http.StatusOK || !bytes.Equal(body, content) {
			t.Errorf("%s is served as %d, %d bytes, want %d", name, status, len(body), len(content))
		}
	}

	letter, letterContent := scan("letter", 300<<10)
	dbtest.Eventually(t, "a mail is taken", func() bool { return send(letter) == nil })
	served(b, "letter", letterContent)
	served(a, "letter", letterContent)
	if keys := server.Keys(); len(keys) != 2 { // the raw mail and the file
		t.Errorf("the bucket holds %v, want two objects", keys)
	}

	server.Stop()
	contract, contractContent := scan("contract", 200<<10)
	var refused *smtp.SMTPError
	if err := send(contract); !errors.As(err, &refused) || refused.Code != 451 {
		t.Errorf("a large mail while the store is away: %v, want 451", err)
	}
	// What fits into the database is taken; it becomes a message once its file can be kept.
	receipt, receiptContent := scan("receipt", 10<<10)
	if err := send(receipt); err != nil {
		t.Errorf("a small mail while the store is away: %v", err)
	}
	id := b.rows("all")[0].ID
	file := b.open(id).Timeline.Messages[0].Attachments[0].ID
	if status, _, _ := b.send("GET", "/attachments/"+file.String(), nil); status < 500 {
		t.Errorf("a file while the store is away: %d, want a failure of the server's", status)
	}

	server.Again()
	if err := send(contract); err != nil {
		t.Errorf("the same large mail once the store is back: %v", err)
	}
	served(b, "contract", contractContent)
	dbtest.Eventually(t, "the small mail's next try", func() bool { // without its waiting for minutes
		dbtest.Exec(t, a.app.DB, "UPDATE job SET run_at = 0 WHERE state = 'ready' AND kind = 'intake.arrived'")
		a.app.Workers.Wake()
		return dbtest.Int(t, a.app.DB, "SELECT COUNT(*) FROM arrival WHERE state = 'kept'") == 0
	})
	served(b, "receipt", receiptContent)
	served(b, "letter", letterContent)
	if n := dbtest.Int(t, a.app.DB, "SELECT COUNT(*) FROM message WHERE kind = 'incoming'"); n != 3 {
		t.Errorf("%d mails, want 3", n)
	}
	for _, c := range []Config{first, second} {
		if left, err := filepath.Glob(c.in(spoolFolder + "/incoming/*")); err != nil || len(left) != 0 {
			t.Errorf("left waiting: %v, %v", left, err)
		}
	}
}
