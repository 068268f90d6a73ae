package api

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tellus/internal/desk"
)

var pathParameter = regexp.MustCompile(`\{[^}]*\}`)

// Every operation of the table, called by everybody who may not: the door answers before anything of the request is read.
func TestEveryOperationIsClosedToWhoMayNot(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "sqlite:"+t.TempDir()+"/tellus.db")
	inga := h.settled()
	roles := map[desk.Role]*browser{}
	for _, r := range []desk.Role{desk.LightAgent, desk.AgentRole, desk.Supervisor, desk.Administrator} {
		roles[r], _ = h.hired(inga, string(r)+"@example.test", r)
	}
	half := h.halfSignedIn(inga)
	programs := map[desk.Permission]*browser{}
	for _, p := range desk.Roles[desk.Owner] {
		var made madeTokenBody
		inga.do(post, "/tokens", object{"name": string(p), "scopes": []desk.Permission{p}}, &made)
		programs[p] = h.program(made.Secret)
	}
	nobody, expired := h.browser(), h.program("tellus_"+strings.Repeat("A", 43))
	for _, r := range routes {
		path := pathParameter.ReplaceAllString(r.path, "1")
		if r.need == public || r.need == pending {
			continue
		}
		nobody.refused(desk.SignedOut, r.method, path, nil)
		expired.refused(desk.SignedOut, r.method, path, nil)
		half.refused(desk.SecondFactor, r.method, path, nil)
		permission, person := strings.CutPrefix(string(r.need), "in person: ")
		person = person || r.need == inPerson
		if r.need == signedIn {
			continue
		}
		for role, b := range roles {
			if r.need != inPerson && !role.May(desk.Permission(permission)) {
				b.refused(desk.Forbidden, r.method, path, nil)
			}
		}
		for p, b := range programs {
			if person || string(p) != permission {
				b.refused(desk.Forbidden, r.method, path, nil)
			}
		}
	}
	h.keptSecrets()
}

// halfSignedIn returns a browser whose second factor is still to come.
func (h *house) halfSignedIn(by *browser) *browser {
	h.t.Helper()
	b, _ := h.hired(by, "half@example.test", desk.Owner)
	var offer totpOfferBody
	b.do(post, "/profile/totp/begin", nil, &offer)
	b.do(post, "/profile/totp", object{"code": h.code(offer.Secret)}, nil)
	half := h.browser()
	h.signIn(half, "half@example.test", "a password of half@example.test")
	return half
}

// The second look at the table: what a light agent may change is a short list, and nobody lengthens it by accident.
func TestLightAgentsChangeLittle(t *testing.T) {
	t.Parallel()
	allowed := []string{
		// himself
		"update-profile", "change-password", "begin-totp", "confirm-totp", "remove-totp", "begin-passkey", "finish-passkey", "delete-passkey",
		"delete-other-session", "delete-other-sessions", "create-token", "delete-token", "read-notices", "change-wishes", "subscribe-push", "unsubscribe-push",
		"choose-presence",
		// notes, and what goes with reading
		"add-note", "save-draft", "drop-draft", "answer-review", "follow-conversation", "unfollow-conversation", "read-conversation",
		"upload-attachment", "delete-attachment",
		// his own macros
		"create-macro", "export-macros", "import-macros", "change-macro", "delete-macro", "restore-macro", "preview-macro",
		// his own time off, and looking who would be on duty
		"plan-absence", "change-absence", "cancel-absence", "preview-roster",
		// his own views, and looking what a condition finds
		"create-saved-view", "change-saved-view", "delete-saved-view", "restore-saved-view", "arrange-saved-views", "preview-condition",
		"create-segment", "change-segment", "delete-segment", "preview-segment",
	}
	light := &Caller{}
	light.Agent, light.Role, light.Permissions = 1, desk.LightAgent, desk.Roles[desk.LightAgent]
	for _, r := range routes {
		if r.method == get || r.need == public || r.need == pending || admit(light, r.need) != nil {
			continue
		}
		if !slices.Contains(allowed, r.id) {
			t.Errorf("a light agent may call %s (%s %s): is that meant?", r.id, r.method, r.path)
		}
	}
}

func TestPublicOperationsAreTheDoorsAlone(t *testing.T) {
	t.Parallel()
	doors := []string{"get-status", "complete-setup", "create-session", "confirm-session-totp", "confirm-session-recovery", "begin-session-passkey",
		"finish-session-passkey", "delete-session", "request-password-reset", "get-link", "accept-link",
		"draw-linked-wallboard"} // a screen on a wall has nobody who signs in: its link is the key
	for _, r := range routes {
		if (r.need == public || r.need == pending) && !slices.Contains(doors, r.id) {
			t.Errorf("%s is open to everybody: is that meant?", r.id)
		}
	}
}

func TestTokensAreNarrowAndEnd(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		inga := h.settled()
		agent, me := h.hired(inga, "agent@example.test", desk.AgentRole)
		agent.refused(desk.Forbidden, post, "/tokens", object{"name": "too much", "scopes": []string{"people.manage"}})
		agent.refused(desk.Forbidden, post, "/tokens", object{"name": "unknown", "scopes": []string{"conversation.fly"}})
		agent.refused(desk.Invalid, post, "/tokens", object{"name": "nothing", "scopes": []string{}})
		agent.refused(desk.Invalid, post, "/tokens", object{"name": "over", "scopes": []string{"conversation.read"}, "expiresAt": "2020-01-01T00:00:00Z"})
		var made madeTokenBody
		agent.do(post, "/tokens", object{"name": "reader", "scopes": []string{"conversation.read"}, "expiresAt": "2026-04-01T00:00:00Z"}, &made)
		if !strings.HasPrefix(h.secret(made.Secret), "tellus_") || !strings.HasPrefix(made.Secret, made.Token.Prefix) || len(made.Token.Prefix) > 14 {
			h.t.Errorf("made %+v", made.Token)
		}
		program := h.program(made.Secret)
		var p desk.Profile
		program.do(get, "/profile", nil, &p)
		if p.ID != me.ID || !slices.Equal(p.Permissions, []desk.Permission{desk.ReadConversations}) {
			h.t.Errorf("the token is %+v", p)
		}
		var all list[desk.Token]
		agent.do(get, "/tokens", nil, &all)
		if len(all.Items) != 1 || all.Items[0].SeenAt.IsZero() || all.Items[0].ExpiresAt.IsZero() {
			h.t.Errorf("tokens = %+v", all.Items)
		}
		// A role that shrinks takes its tokens along.
		inga.do(post, "/tokens", object{"name": "writer", "scopes": []string{"conversation.write"}}, &made)
		h.secret(made.Secret)

		h.wait(31 * 24 * time.Hour)
		program.refused(desk.SignedOut, get, "/profile", nil)

		h.signIn(inga, ownerMail, ownerPassword)
		inga.do(get, "/tokens", nil, &all)
		if len(all.Items) != 2 {
			h.t.Errorf("an owner sees %d tokens, want everybody's 2", len(all.Items))
		}
		h.signIn(agent, "agent@example.test", "a password of agent@example.test")
		agent.refused(desk.NotFound, del, "/tokens/"+itoa(int64(made.Token.ID)), nil)
		writer := h.program(made.Secret)
		writer.do(get, "/profile", nil, nil)
		inga.do(del, "/tokens/"+itoa(int64(made.Token.ID)), nil, nil)
		writer.refused(desk.SignedOut, get, "/profile", nil)
	})
}

func TestNobodyRisesAboveHimself(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		inga := h.settled()
		admin, adminSelf := h.hired(inga, "admin@example.test", desk.Administrator)
		_, agent := h.hired(inga, "agent@example.test", desk.AgentRole)
		var owner desk.Profile
		inga.do(get, "/profile", nil, &owner)

		newcomer := func(email string, role desk.Role) object {
			return object{"name": "N", "email": email, "role": role, "language": "en", "teams": []int{}}
		}
		admin.refused(desk.Forbidden, post, "/agents", newcomer("o@example.test", desk.Owner))
		admin.do(post, "/agents", newcomer("a@example.test", desk.Administrator), nil)
		admin.refused(desk.Forbidden, patch, "/agents/"+agent.ID.String(), object{"version": agent.Version, "role": "owner"})
		admin.refused(desk.Forbidden, patch, "/agents/"+adminSelf.ID.String(), object{"version": adminSelf.Version, "role": "owner"})
		admin.refused(desk.Forbidden, patch, "/agents/"+owner.ID.String(), object{"version": owner.Version, "role": "agent"})
		admin.refused(desk.Forbidden, patch, "/agents/"+owner.ID.String(), object{"version": owner.Version, "active": false})
		admin.refused(desk.Forbidden, post, "/agents/"+owner.ID.String()+"/invite", nil)
		admin.refused(desk.Forbidden, post, "/agents/"+owner.ID.String()+"/sign-out", nil)
		admin.refused(desk.Invalid, patch, "/agents/"+agent.ID.String(), object{"version": agent.Version, "role": "emperor"})

		// A token that manages people gets no further than its scopes.
		var made madeTokenBody
		inga.do(post, "/tokens", object{"name": "hr", "scopes": []string{"people.manage", "conversation.read", "conversation.note"}}, &made)
		hr := h.program(h.secret(made.Secret))
		hr.refused(desk.Forbidden, post, "/agents", newcomer("b@example.test", desk.Administrator))
		hr.refused(desk.Forbidden, patch, "/agents/"+adminSelf.ID.String(), object{"version": adminSelf.Version, "active": false})
		hr.do(post, "/agents", newcomer("l@example.test", desk.LightAgent), nil)

		// The last owner stays.
		inga.refused(desk.Conflict, patch, "/agents/"+owner.ID.String(), object{"version": owner.Version, "role": "administrator"})
		inga.refused(desk.Forbidden, patch, "/agents/"+owner.ID.String(), object{"version": owner.Version, "active": false})
		second, secondSelf := h.hired(inga, "second@example.test", desk.Owner)
		statuses := h.atOnce(2, func(i int) int { // each demotes the other
			by, whom := inga, secondSelf
			if i == 1 {
				by, whom = second, owner
			}
			status, _, _ := by.send(patch, "/agents/"+whom.ID.String(), object{"version": whom.Version, "role": "agent"})
			return status
		})
		if statuses[200] != 1 {
			h.t.Errorf("two owners demote each other: %v", statuses)
		}
	})
}

func TestStaleChangesAreHeldBack(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		inga := h.settled()
		_, agent := h.hired(inga, "agent@example.test", desk.AgentRole)
		path := "/agents/" + agent.ID.String()
		var now desk.Agent
		inga.do(patch, path, object{"version": agent.Version, "role": "supervisor"}, &now)
		if now.Version <= agent.Version || now.Role != desk.Supervisor {
			h.t.Errorf("changed = %+v", now)
		}
		p := inga.refused(desk.Conflict, patch, path, object{"version": agent.Version, "name": now.Name, "role": "agent"})
		details := p.More.(map[string]any)
		by := details["by"].(map[string]any)
		if got := details["changed"].([]any); len(got) != 1 || got[0] != "role" || by["kind"] != "agent" || details["at"] == nil {
			h.t.Errorf("details = %+v", details)
		}
		if details["current"].(map[string]any)["role"] != "supervisor" {
			h.t.Errorf("current = %+v", details["current"])
		}
		var me desk.Profile
		inga.do(get, "/profile", nil, &me)
		inga.do(patch, "/profile", object{"version": me.Version, "theme": "dark", "signature": `<p onclick="x()">Inga<script>x()</script></p>`}, &me)
		if me.Theme != "dark" || strings.Contains(me.Signature, "script") || strings.Contains(me.Signature, "onclick") || !strings.Contains(me.Signature, "Inga") {
			h.t.Errorf("profile = %+v", me)
		}
		inga.refused(desk.Conflict, patch, "/profile", object{"version": me.Version - 1, "theme": "light"})
		inga.refused(desk.Invalid, patch, "/profile", object{"version": me.Version, "timeZone": "../../etc/passwd"})
	})
}

func TestTeams(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		inga := h.settled()
		_, agent := h.hired(inga, "agent@example.test", desk.AgentRole)
		var team desk.Team
		inga.do(post, "/teams", object{"name": "Grāmatvedība", "members": []desk.AgentID{agent.ID}}, &team)
		if !slices.Equal(team.Members, []desk.AgentID{agent.ID}) {
			h.t.Errorf("team = %+v", team)
		}
		inga.refused(desk.Conflict, post, "/teams", object{"name": "GRĀMATVEDĪBA", "members": []int{}})
		inga.refused(desk.Invalid, post, "/teams", object{"name": "Ghosts", "members": []int{4711}})
		var other desk.Team
		inga.do(post, "/teams", object{"name": "Noliktava", "members": []int{}}, &other)
		inga.refused(desk.Conflict, patch, "/teams/"+other.ID.String(), object{"version": other.Version, "name": "grāmatvedība"})
		inga.do(patch, "/teams/"+other.ID.String(), object{"version": other.Version, "name": "Veikals", "members": []desk.AgentID{agent.ID}}, &other)
		if other.Name != "Veikals" || len(other.Members) != 1 {
			h.t.Errorf("changed = %+v", other)
		}
		inga.refused(desk.Conflict, patch, "/teams/"+other.ID.String(), object{"version": other.Version - 1, "name": "Kase"})
		inga.refused(desk.Invalid, patch, "/teams/"+other.ID.String(), object{"version": other.Version, "leads": []int{4711}})
		inga.do(patch, "/teams/"+other.ID.String(), object{"version": other.Version, "leads": []desk.AgentID{agent.ID}}, &other)
		if !slices.Equal(other.Leads, []desk.AgentID{agent.ID}) {
			h.t.Errorf("led by %v", other.Leads)
		}
		inga.do(patch, "/teams/"+other.ID.String(), object{"version": other.Version, "members": []int{}}, &other)
		if len(other.Leads) != 0 {
			h.t.Errorf("led by %v, who left", other.Leads)
		}

		var now desk.Agent
		inga.do(patch, "/agents/"+agent.ID.String(), object{"version": agent.Version, "teams": []desk.TeamID{team.ID}}, &now)
		if !slices.Equal(now.Teams, []desk.TeamID{team.ID}) {
			h.t.Errorf("agent = %+v", now)
		}
		inga.do(del, "/teams/"+other.ID.String(), nil, nil)
		var all list[desk.Team]
		inga.do(get, "/teams", nil, &all)
		if len(all.Items) != 1 || len(all.Items[0].Members) != 1 {
			h.t.Errorf("teams = %+v", all.Items)
		}
	})
}

func TestAuditIsPaged(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		inga := h.settled()
		for range 7 {
			h.signIn(inga, ownerMail, ownerPassword)
		}
		var seen []int64
		cursor := ""
		for range 10 {
			var p page[desk.AuditEntry]
			inga.do(get, "/audit?limit=4&cursor="+cursor, nil, &p)
			for _, e := range p.Items {
				seen = append(seen, e.ID)
				if e.IP == "" || e.Device != "Firefox on Linux" {
					h.t.Errorf("line = %+v", e)
				}
			}
			if cursor = p.Next; cursor == "" {
				break
			}
		}
		if len(seen) != 9 || !slices.IsSortedFunc(seen, func(a, b int64) int { return int(b - a) }) {
			h.t.Errorf("pages hold %v", seen)
		}
		inga.refused(desk.Invalid, get, "/audit?cursor=%20", nil)
		inga.refused(desk.Invalid, get, "/audit?limit=100000", nil)
	})
}
