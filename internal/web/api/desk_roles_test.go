package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

// upload sends a file as a browser does.
func (h *desked) upload(b *browser, name, content string) (a desk.Attachment) {
	h.t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = io.WriteString(part, content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		h.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(h.t.Context(), post, h.url+base+"/attachments", &form)
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header = b.header.Clone()
	req.Header.Set("Content-Type", w.FormDataContentType())
	res, err := b.client.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close() // read to its end
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusCreated {
		h.t.Fatalf("upload: %d %s, %v", res.StatusCode, body, err)
	}
	if err := json.Unmarshal(body, &a); err != nil {
		h.t.Fatal(err)
	}
	return a
}

// TestEveryOperationAsksForItsPermission calls the whole table as roles and tokens that lack the permission. The refusal must come before
// anything is looked up.
func TestEveryOperationAsksForItsPermission(t *testing.T) {
	t.Parallel()
	h := newDesked(t, desktest.SQLite)
	c := h.receive(h.d.Support, desktest.Ann, "horse")
	h.d.Reply(c, "answer")
	callers := map[string]struct {
		b   *browser
		may []desk.Permission
	}{"light agent": {h.as(h.d.Agent("Lena", desk.LightAgent)), desk.Roles[desk.LightAgent]},
		"agent": {h.as(h.d.Agent("Otto", desk.AgentRole)), desk.Roles[desk.AgentRole]}}
	for _, scopes := range [][]desk.Permission{{desk.ReadConversations}, {desk.WriteNotes}, {desk.ManageTags}} {
		callers[fmt.Sprint("token for ", scopes)] = struct {
			b   *browser
			may []desk.Permission
		}{h.program(h.token(h.d.Eva, scopes...)), scopes}
	}
	for name, who := range callers {
		for _, r := range slices.Concat(deskRoutes, macroRoutes, fieldRoutes, joinRoutes, calendarRoutes) {
			p, _ := strings.CutPrefix(string(r.need), "in person: ")
			if r.need == signedIn || r.need == public || hasPermission(who.may, desk.Permission(p)) {
				continue
			}
			path := strings.NewReplacer("{id}", "1", "{agent}", "1", "{number}", "10001", "{address}", "1", "{country}", "LV", "{year}", "2026").Replace(r.path)
			status, body, _ := who.b.send(r.method, path, nil)
			if status != http.StatusForbidden || !bytes.Contains(body, []byte(`"forbidden"`)) {
				t.Errorf("%s: %s (%s %s) answered %d %s, want 403", name, r.id, r.method, path, status, body)
			}
		}
	}
}

func hasPermission(all []desk.Permission, p desk.Permission) bool {
	for _, q := range all {
		if p == q {
			return true
		}
	}
	return false
}

// token makes an API token of an agent with scopes.
func (h *desked) token(agent desk.AgentID, scopes ...desk.Permission) (text string) {
	h.t.Helper()
	var names []string
	for _, s := range scopes {
		names = append(names, string(s))
	}
	h.d.Write(func(ctx context.Context, tx *db.Tx) error {
		who, err := h.d.Staff.Agent(ctx, tx, agent)
		if err != nil {
			return err
		}
		id := staff.Identity{Agent: agent, Name: who.Name, Role: who.Role, Permissions: desk.Roles[who.Role]}
		_, text, err = h.d.Staff.CreateToken(ctx, tx, id, staff.Visitor{}, staff.NewToken{Name: fmt.Sprint(scopes), Scopes: names})
		return err
	})
	return text
}

func TestALightAgentReadsAndWritesNotesOnly(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		c := h.receive(h.d.Support, desktest.Ann, "horse")
		h.d.Reply(c, "answer")
		seen := h.targetOf(c)
		lena, otto := h.d.Agent("Lena", desk.LightAgent), h.d.Agent("Otto", desk.AgentRole)
		b := h.as(lena)
		at := fmt.Sprintf("/conversations/%s", c)
		b.do(get, at, nil, nil)
		b.do(get, fmt.Sprintf("/messages/%s/raw", seen.message), nil, nil)
		b.do(get, fmt.Sprintf("/attachments/%s", seen.file), nil, nil)
		b.do(put, at+"/read", object{"message": seen.message}, nil)
		b.do(put, fmt.Sprintf("%s/followers/%s", at, lena), nil, nil)
		b.refused(desk.Forbidden, put, fmt.Sprintf("%s/followers/%s", at, otto), nil)
		b.refused(desk.Forbidden, del, fmt.Sprintf("%s/followers/%s", at, otto), nil)
		up := h.upload(b, "note.txt", "a note's file")
		b.do(post, at+"/notes", object{"html": "<p>Look</p>", "mentions": []desk.AgentID{otto}, "attachments": []desk.AttachmentID{up.ID}}, nil)
		if status, body, _ := b.send(post, at+"/notes", object{"html": "<p>Look</p>", "mentions": []int{999}, "attachments": nobody}); status != 404 {
			h.t.Errorf("a note that mentions nobody: %d %s", status, body)
		}
	})
}

// TestATokenSeesByItsScopes: without the scope to see everything a supervisor's token sees what an agent does.
func TestATokenSeesByItsScopes(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		s := withSecrets(h)
		narrow, wide := h.program(h.token(s.sara, desk.ReadConversations)), h.program(h.token(s.sara, desk.ReadConversations, desk.SeeAll))
		path := fmt.Sprintf("/conversations/%s", s.byInbox.conversation)
		narrow.refused(desk.NotFound, get, path, nil)
		wide.do(get, path, nil, nil)
		wide.refused(desk.NotFound, get, fmt.Sprintf("/conversations/%s", s.byRestriction.conversation), nil)
		narrow.refused(desk.Forbidden, put, fmt.Sprintf("/conversations/%s/read", s.mine.conversation), object{"message": 0})
		narrow.refused(desk.Forbidden, put, fmt.Sprintf("/conversations/%s/followers/%s", s.mine.conversation, s.sara), nil)
	})
}
