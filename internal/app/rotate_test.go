package app

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/feature/inbox"
	"tellus/internal/migrations"
	"tellus/internal/platform/db"
	"tellus/internal/platform/secret"
)

// bytea finds the columns that may hold sealed values, by their names.
var bytea = regexp.MustCompile(`(?m)^\s*([a-z_]*(?:secret|sealed|totp)[a-z_]*)\s+BYTEA`)

func TestRotateKnowsEverySealedColumn(t *testing.T) {
	t.Parallel()
	files, err := migrations.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var columns []string
	for _, f := range files {
		data, err := migrations.Files.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split(string(data), "CREATE TABLE ")[1:] {
			table, _, _ := strings.Cut(part, " ")
			body, _, _ := strings.Cut(part, "\n);")
			for _, m := range bytea.FindAllStringSubmatch(body, -1) {
				columns = append(columns, table+"."+m[1])
			}
		}
	}
	var known []string
	for _, col := range sealed {
		known = append(known, col.table+"."+col.column)
	}
	slices.Sort(columns)
	slices.Sort(known)
	if !slices.Equal(columns, known) {
		t.Errorf("sealed columns of the schema are %v, key rotate knows %v", columns, known)
	}
}

// TestRotateKeepsSecretsReadable seals as the owners of the tables do, and reads with the new key alone.
func TestRotateKeepsSecretsReadable(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, c, _ Config) {
		if _, err := Migrate(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		keys, err := openKeys(c)
		if err != nil {
			t.Fatal(err)
		}
		receive, submit := "in: ūķš", "out"
		var id desk.InboxID
		inboxes := &inbox.Service{Secrets: keys}
		write(t, c, func(tx *db.Tx) error {
			in, err := inboxes.Create(t.Context(), tx, desk.System, inbox.Edit{
				Name: "Help", Address: "help@desk.test", Language: "en", Reopen: "within", ReopenDays: 14, Active: true,
				Receive:       desk.Receive{Method: "imap", Host: "mail.desk.test", Port: 993, Security: "tls", User: "help", Auth: "password"},
				Submit:        desk.Submit{Host: "mail.desk.test", Port: 465, Security: "tls", User: "help", Auth: "password"},
				ReceiveSecret: &receive, SubmitSecret: &submit,
			})
			id = in.ID
			return err
		})
		before := keys.Keys()
		if n, err := RotateKey(t.Context(), c, true); n != 2 || err != nil {
			t.Fatalf("RotateKey = %d, %v, want 2 secrets", n, err)
		}
		fresh, err := openKeys(c)
		if err != nil {
			t.Fatal(err)
		}
		if fresh.Keys() != 1 || before != 1 {
			t.Errorf("%d keys before and %d after --forget, want one", before, fresh.Keys())
		}
		write(t, c, func(tx *db.Tx) error {
			in, out, err := (&inbox.Service{Secrets: fresh}).OpenSecrets(t.Context(), tx, id)
			if in != receive || out != submit {
				t.Errorf("secrets after a rotation = %q, %q, want %q, %q", in, out, receive, submit)
			}
			return err
		})
	})
}

func TestRotateLosesNothingWhereAKeyIsMissing(t *testing.T) {
	t.Parallel()
	c := Config{Data: t.TempDir()}
	if _, err := Migrate(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	stranger, err := secret.OpenKeyring(t.TempDir() + "/other.key")
	if err != nil {
		t.Fatal(err)
	}
	sealedBy := stranger.Seal([]byte("lost"), "setting/company")
	write(t, c, func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO setting (name, value, sealed, updated_at) VALUES ('company', '', $1, 1)`, sealedBy)
		return err
	})
	if _, err := RotateKey(t.Context(), c, true); err == nil || !strings.Contains(err.Error(), "setting.sealed") {
		t.Errorf("RotateKey = %v, want an error that names the column", err)
	}
	keys, err := openKeys(c)
	if err != nil || keys.Keys() != 2 {
		t.Errorf("after a failed rotation the key file holds %d keys, %v, want both", keys.Keys(), err)
	}
}
