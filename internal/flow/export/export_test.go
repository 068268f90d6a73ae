package export_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os/exec"
	"strings"
	"testing"
	"time"

	"tellus/internal/channel"
	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/worklog"
	"tellus/internal/flow/export"
	"tellus/internal/platform/db"
)

var jana = desktest.Person{Name: "Jana Ķuze", Address: "jana@home.example"}

// told is a conversation with a bit of everything.
func told(d *desktest.Desk) (id desk.ConversationID, secret desk.MessageID) {
	d.T.Helper()
	raw := strings.ReplaceAll(`From: =?utf-8?Q?Jana_=C4=B6uze?= <jana@home.example>
To: support@shop.example
Subject: =?utf-8?Q?Galds_=C5=A1=C4=B7=C4=ABbs?=
Date: Mon, 02 Mar 2026 10:00:00 +0000
Message-ID: <one@home.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Labdien! Šķūnī žāvējas ēvelskaidas. Ąžuolas šlama. Zażółć gęślą jaźń. Съешь ещё этих булок.
--b
Content-Type: text/plain; name="../../etc/pa:sswd.txt"
Content-Disposition: attachment; filename="../../etc/pa:sswd.txt"

the file itself
--b
Content-Type: application/octet-stream; name="tool.exe"
Content-Disposition: attachment; filename="tool.exe"

MZ no program
--b--
`, "\n", "\r\n")
	d.Arrive(d.Support, raw, channel.Envelope{From: jana.Address, To: []string{"support@shop.example"}})
	d.Read(func(ctx context.Context, tx *db.Tx) error {
		return tx.Row(ctx, `SELECT id FROM conversation ORDER BY id DESC LIMIT 1`).Scan(&id)
	})
	d.Reply(id, "Atvedīsim jaunu galdu rīt.")
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		_, err := d.Conversations.AddNote(ctx, tx, desk.ByAgent(d.Eva), d.Scope(d.Eva), id, conversation.NewNote{HTML: "<p>between us</p>"}, d.Staff.Scope)
		return err
	})
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		_, err := (&worklog.Service{Conversations: d.Conversations}).Add(ctx, tx, d.Scope(d.Eva), id, worklog.Entry{Seconds: 75 * 60})
		return err
	})
	d.Receive(jana, "My card is 4111", "In-Reply-To: <one@home.example>", "References: <one@home.example>")
	o, err := d.Opened(d.Eva, id)
	if err != nil {
		d.T.Fatal(err)
	}
	secret = o.Timeline.Messages[len(o.Timeline.Messages)-1].ID
	if o.Timeline.Messages[len(o.Timeline.Messages)-1].Text != "My card is 4111" {
		d.T.Fatalf("the second mail is elsewhere: %+v", o.Timeline.Messages)
	}
	d.Write(func(ctx context.Context, tx *db.Tx) error {
		_, err := d.Conversations.Erase(ctx, tx, desk.ByAgent(d.Eva), d.Scope(d.Eva), secret)
		return err
	})
	return id, secret
}

func flow(d *desktest.Desk) *export.Export {
	return &export.Export{DB: d.DB, Staff: d.Staff, Inboxes: d.Inboxes, Customers: d.Customers, Conversations: d.Conversations, Worklog: &worklog.Service{Conversations: d.Conversations}, Originals: d.Intake, Files: d.Blobs.Open}
}

func load(d *desktest.Desk, agent desk.AgentID, id desk.ConversationID, o export.Options) (c export.Case, err error) {
	scope := d.Scope(agent)
	err = d.DB.Read(d.T.Context(), func(tx *db.Tx) error {
		c, err = flow(d).Load(d.T.Context(), tx, scope, id, o)
		return err
	})
	return c, err
}

func TestAConversationPrints(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext is not installed (Debian: poppler-utils)")
	}
	desktest.Each(t, func(d *desktest.Desk) {
		id, _ := told(d)
		riga := time.FixedZone("EET", 2*60*60)
		for _, c := range []struct {
			lang        string
			notes       bool
			says, hides []string
		}{
			{"lv", false, []string{"Saruna #", "Galds šķībs", "Jana Ķuze", "Šķūnī žāvējas ēvelskaidas", "Ąžuolas šlama", "Zażółć gęślą jaźń", "Съешь ещё этих булок", "Atvedīsim jaunu galdu", "Eva", "12:00",
				"1. lapa no 1", "Saturs dzēsts", "pa_sswd.txt", "Izdrukāts"}, []string{"4111", "between us", "agent.", "print."}},
			{"pl", true, []string{"Rozmowa #", "Notatka", "between us", "Poświęcony czas", "1:15 h · Eva"}, []string{"4111", "agent.", "print."}},
			{"lt", false, []string{"Pokalbis #", "Ąžuolas"}, []string{"agent.", "print.", "1:15"}},
			{"en", true, []string{"Conversation #", "Page 1 of 1", "erased"}, []string{"4111", "agent.", "print."}},
		} {
			o := export.Options{Language: c.lang, Zone: riga, Notes: c.notes}
			found, err := load(d, d.Eva, id, o)
			if err != nil {
				t.Fatal(err)
			}
			var doc bytes.Buffer
			if err := flow(d).PDF(t.Context(), &doc, found, o); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("pdftotext", "-layout", "-", "-")
			cmd.Stdin = &doc
			text, err := cmd.Output()
			if err != nil {
				t.Fatalf("pdftotext: %v", err)
			}
			flat := strings.Join(strings.Fields(string(text)), " ")
			for _, s := range c.says {
				if !strings.Contains(flat, s) {
					t.Errorf("%s: the page lacks %q:\n%s", c.lang, s, text)
				}
			}
			for _, s := range c.hides {
				if strings.Contains(flat, s) {
					t.Errorf("%s: the page holds %q:\n%s", c.lang, s, text)
				}
			}
		}
	})
}

func TestTheArchiveHoldsTheOriginals(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		id, secret := told(d)
		found, err := load(d, d.Eva, id, export.Options{Language: "en"})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := flow(d).ZIP(t.Context(), &out, found, export.Options{Language: "en"}); err != nil {
			t.Fatal(err)
		}
		z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			content, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			files[f.Name] = string(content)
			if strings.Contains(f.Name, "..") || strings.HasPrefix(f.Name, "/") {
				t.Errorf("the archive has a file %q", f.Name)
			}
			if strings.Contains(string(content), "4111") {
				t.Errorf("%s holds what was erased", f.Name)
			}
			if strings.Contains(string(content), "between us") {
				t.Errorf("%s holds a note that nobody asked for", f.Name)
			}
		}
		first := found.Messages[0].ID.String()
		if got := files["attachments/"+first+"-1-pa_sswd.txt"]; !strings.Contains(got, "the file itself") {
			t.Errorf("the attachment reads %q; the archive has %v", got, names(files))
		}
		if files["attachments/"+first+"-2-tool.exe.held"] == "" {
			t.Errorf("the held file is missing; the archive has %v", names(files))
		}
		if !strings.HasPrefix(files["messages/"+first+".eml"], "From: =?utf-8?Q?Jana") {
			t.Errorf("the raw mail is missing; the archive has %v", names(files))
		}
		if _, there := files["messages/"+secret.String()+".eml"]; there {
			t.Error("the raw mail of the erased message is there")
		}
		if !strings.HasPrefix(files["conversation.pdf"], "%PDF-") {
			t.Error("conversation.pdf is no PDF")
		}
		var said struct {
			Conversation desk.Conversation
			Messages     []desk.Message
		}
		if err := json.Unmarshal([]byte(files["conversation.json"]), &said); err != nil || said.Conversation.ID != id || len(said.Messages) != len(found.Messages) {
			t.Errorf("conversation.json: %v, conversation %s with %d messages", err, said.Conversation.ID, len(said.Messages))
		}
		sent := 0
		for name, content := range files {
			if strings.HasPrefix(name, "messages/") && strings.Contains(content, "X-Tellus-Loop") {
				sent++
			}
		}
		if sent == 0 {
			t.Errorf("the mail that went out is missing; the archive has %v", names(files))
		}
	})
}

func TestOnlyWhoSeesItTakesItAlong(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		id, _ := told(d)
		other := d.Agent("Otto", desk.Administrator)
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			return d.Conversations.SetAccess(ctx, tx, desk.ByAgent(d.Eva), d.Scope(d.Eva), id, conversation.Access{Restricted: true})
		})
		if _, err := load(d, other, id, export.Options{}); !desk.IsRefusal(err, desk.NotFound) {
			t.Errorf("load of a restricted conversation = %v, want not found", err)
		}
	})
}

func names(files map[string]string) (all []string) {
	for name := range files {
		all = append(all, name)
	}
	return all
}

func TestNamesAreSafe(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"": "file", "..": "file", "a/b\\c.txt": "c.txt", `C:\x\scan.pdf`: "scan.pdf", "CON.txt": "_CON.txt", "com1": "_com1", "a\u202egpj.exe": "agpj.exe",
		"rēķins šodien.pdf": "rēķins šodien.pdf", "a\x00b\n.txt": "ab.txt", "trailing. ": "trailing", `q"*?<>|.doc`: "q______.doc", "\xff.txt": "_.txt",
		strings.Repeat("ā", 200) + ".pdf": strings.Repeat("ā", 48) + ".pdf",
	} {
		if got := export.SafeName(name); got != want {
			t.Errorf("SafeName(%q) = %q, want %q", name, got, want)
		}
	}
}

func FuzzSafeName(f *testing.F) {
	for _, s := range []string{"", "../x", "a.b", "NUL", "ā/ē", "\u200f\\.."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := export.SafeName(name)
		if got == "" || got == "." || got == ".." || len(got) > 101 || strings.ContainsAny(got, "/\\:\x00\n") {
			t.Errorf("SafeName(%q) = %q", name, got)
		}
		if again := export.SafeName(got); again != got && !strings.HasPrefix(got, "_") {
			t.Errorf("SafeName(%q) = %q, and of that %q", name, got, again)
		}
	})
}
