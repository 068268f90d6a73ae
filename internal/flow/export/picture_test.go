package export_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"image"
	"image/png"
	"os/exec"
	"strings"
	"testing"

	"tellus/internal/channel"
	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/flow/export"
	"tellus/internal/platform/db"
)

func TestPaperShowsPicturesInPlaceAndSaysWhatItsTypeLacks(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		var shoe bytes.Buffer
		if err := png.Encode(&shoe, image.NewGray(image.Rect(0, 0, 60, 40))); err != nil {
			t.Fatal(err)
		}
		raw := strings.ReplaceAll(`From: Yael <yael@home.example>
To: support@shop.example
Subject: Shoes
Message-ID: <shoes@home.example>
MIME-Version: 1.0
Content-Type: multipart/related; boundary=b

--b
Content-Type: text/html; charset=utf-8

<p>Before &#x5E9;&#x5DC;&#x5D5;&#x5DD;</p><img src="cid:shoe@x" alt="shoe"><p>After</p><img src="cid:broken@x">
--b
Content-Type: image/png; name=shoe.png
Content-ID: <shoe@x>
Content-Disposition: inline; filename=shoe.png
Content-Transfer-Encoding: base64

`+base64.StdEncoding.EncodeToString(shoe.Bytes())+`
--b
Content-Type: image/png; name=broken.png
Content-ID: <broken@x>
Content-Disposition: inline; filename=broken.png

no picture
--b--
`, "\n", "\r\n")
		d.Arrive(d.Support, raw, channel.Envelope{From: "yael@home.example", To: []string{"support@shop.example"}})
		var id desk.ConversationID
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			return tx.Row(ctx, `SELECT max(id) FROM conversation`).Scan(&id)
		})
		o := export.Options{Language: "en"}
		found, err := load(d, d.Eva, id, o)
		if err != nil {
			t.Fatal(err)
		}
		var doc bytes.Buffer
		if err := flow(d).PDF(t.Context(), &doc, found, o); err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(doc.Bytes(), []byte("/Subtype /Image")); n != 1 {
			t.Errorf("%d pictures are drawn, want 1", n)
		}
		if !bytes.Contains(doc.Bytes(), []byte("/EmbeddedFiles")) {
			t.Error("the text in full is not attached")
		}
		if _, err := exec.LookPath("pdftotext"); err != nil {
			return
		}
		cmd := exec.Command("pdftotext", "-layout", "-", "-")
		cmd.Stdin = bytes.NewReader(doc.Bytes())
		text, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		flat := strings.Join(strings.Fields(string(text)), " ")
		for _, s := range []string{"Before □", "After", "(Hebrew) stand as □", "Attachments: broken.png"} {
			if !strings.Contains(flat, s) {
				t.Errorf("the page lacks %q:\n%s", s, text)
			}
		}
		if strings.Contains(flat, "shoe.png") {
			t.Errorf("the page names a picture that it shows:\n%s", text)
		}
	})
}
