package api

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/flow/wall"
)

// TestAWallboardIsReadByItsLink has who keeps the settings make a board, a screen at which nobody is signed in read it, and nobody else come near it.
func TestAWallboardIsReadByItsLink(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		s := withSecrets(h)
		admin, sara, screen := h.as(h.d.Agent("Ada", desk.Administrator)), h.as(s.sara), h.browser()
		edit := object{"name": "By the door", "teams": []int{}, "zone": "Europe/Riga", "language": "lv", "theme": "dark", "version": 0}
		sara.refused(desk.Forbidden, post, "/wallboards", edit)
		admin.refused(desk.Invalid, post, "/wallboards", object{"name": "By the door", "teams": []int{}, "zone": "Mars/Olympus", "language": "lv", "theme": "dark", "version": 0})
		var b desk.Wallboard
		admin.do(post, "/wallboards", edit, &b)
		path := "/wallboards/" + b.ID.String()
		var link wallLink
		admin.do(post, path+"/link", nil, &link)
		if link.Token == "" || link.LinkAt == 0 {
			h.t.Fatalf("its link: %+v", link)
		}
		var p, own wall.Picture
		screen.do(get, "/wall/"+link.Token, nil, &p)
		admin.do(get, path+"/picture", nil, &own)
		if p.Received == 0 || p.Version != "test" || p.Name != "By the door" || own.Received != p.Received {
			h.t.Errorf("a screen reads %+v", p)
		}
		text, err := json.Marshal(p)
		if err != nil {
			h.t.Fatal(err)
		}
		for _, secret := range []string{"Eva", "Otto", "Ann", "zebra", "giraffe", "horse", "@"} {
			if bytes.Contains(text, []byte(secret)) {
				h.t.Errorf("a screen reads %q: %s", secret, text)
			}
		}
		screen.refused(desk.NotFound, get, "/wall/"+strings.Repeat("x", 43), nil)
		for _, who := range []*browser{screen, sara} {
			code := desk.Forbidden
			if who == screen {
				code = desk.SetupNeeded // this desk was made without a first owner: what nobody signed in may not do is refused by that
			}
			who.refused(code, get, "/wallboards", nil)
			who.refused(code, get, path+"/picture", nil)
			who.refused(code, post, path+"/link", nil)
			who.refused(code, del, path, nil)
		}
		if line := h.newestLine(admin, "wallboard.linked"); strings.Contains(line.Detail, link.Token) {
			h.t.Error("the log holds the link's secret")
		}
		admin.do(del, path+"/link", nil, nil)
		screen.refused(desk.NotFound, get, "/wall/"+link.Token, nil)
		admin.do(del, path, nil, nil)
		admin.refused(desk.NotFound, get, path+"/picture", nil)
	})
}
