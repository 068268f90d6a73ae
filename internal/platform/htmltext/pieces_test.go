package htmltext

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPiecesCutTheTextWhereItsPicturesStand(t *testing.T) {
	t.Parallel()
	known := func(id string) bool { return id == "a@b" || id == "c" }
	for in, want := range map[string][]Piece{
		`<p>See</p><img src="cid:a@b" alt="shoe"><p>and <b>this</b> <img src="cid:c"></p>bye`: {{Text: "See"}, {ContentID: "a@b"}, {Text: "and this"}, {ContentID: "c"}, {Text: "bye"}},
		`<p>one <img src="cid:gone" alt="logo"></p>`:                                          {{Text: "one [logo]"}},
		`<img src="cid:c">`:                 {{ContentID: "c"}},
		"":                                  nil,
		"x\uf8f00\uf8f0y &#xf8f0;7&#xf8f0;": {{Text: "x0y \uf8f07\uf8f0"}},
	} {
		if diff := cmp.Diff(want, Pieces(in, known)); diff != "" {
			t.Errorf("Pieces(%q): (-want +got)\n%s", in, diff)
		}
	}
}

func FuzzPieces(f *testing.F) {
	for _, s := range []string{`<img src="cid:a">`, "a\uf8f0&#xf8f0;0&#xf8f0;", `<p><img src="cid:`, strings.Repeat(`<img src=cid:x>`, 50)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, p := range Pieces(s, func(string) bool { return true }) {
			if (p.Text == "") == (p.ContentID == "") && !strings.Contains(s, "cid:") {
				t.Errorf("Pieces(%q) has the piece %+v", s, p)
			}
		}
	})
}
