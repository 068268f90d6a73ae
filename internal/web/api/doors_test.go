package api

import (
	"encoding/base32"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

func TestSetUpOnceThenSignInAndOut(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		b := h.browser()
		var st statusBody
		b.do(get, "/status", nil, &st)
		if !st.Setup || len(st.Languages) != 4 {
			h.t.Errorf("status before set-up = %+v", st)
		}
		token := h.setupToken()
		first := object{"token": token, "name": "Inga  Kalna\u202e", "email": ownerMail, "password": h.secret(ownerPassword), "language": "lv",
			"timeZone": "Europe/Riga", "company": "Kalna un meitas"}
		with := func(field string, value any) object {
			c := object{}
			for k, v := range first {
				c[k] = v
			}
			c[field] = value
			return c
		}
		b.refused(desk.Gone, post, "/setup", with("token", strings.Repeat("x", 43)))
		for field, value := range map[string]any{"email": "not an address", "password": "short", "timeZone": "Mars/Olympus", "language": "xx", "name": "  "} {
			p := b.refused(desk.Invalid, post, "/setup", with(field, value))
			if len(p.Errors) != 1 || p.Errors[0].Location != "body."+field {
				h.t.Errorf("set-up with a bad %s names %+v", field, p.Errors)
			}
		}
		var me desk.Profile
		b.do(post, "/setup", first, &me)
		if me.Role != desk.Owner || me.Name != "Inga Kalna" || me.Invited || me.Theme != "system" || !slices.Contains(me.Permissions, desk.ManageOwners) {
			h.t.Errorf("first owner = %+v", me)
		}
		b.refused(desk.Gone, post, "/setup", with("email", "second@example.test"))
		b.do(get, "/status", nil, &st)
		if st.Setup {
			h.t.Error("status after set-up still asks for it")
		}
		if again := h.againSetupLink(); again != "" {
			h.t.Errorf("SetupLink after set-up = %q", again)
		}

		b.do(get, "/session", nil, &me)
		b.do(del, "/session", nil, nil)
		b.refused(desk.SignedOut, get, "/session", nil)
		b.do(del, "/session", nil, nil)

		wrong := b.refused(desk.WrongPassword, post, "/session", object{"email": ownerMail, "password": h.secret("gaišs rīts virs Daugavas")})
		unknown := b.refused(desk.WrongPassword, post, "/session", object{"email": "nobody@example.test", "password": h.secret("gaišs rīts virs Daugavas")})
		if wrong.Detail != unknown.Detail {
			h.t.Errorf("a wrong password says %q, an unknown account %q", wrong.Detail, unknown.Detail)
		}
		in := h.signIn(b, "INGA@Example.Test ", ownerPassword)
		if in.Stage != "full" || in.Profile == nil || in.Methods == nil || len(in.Methods) > 0 {
			h.t.Errorf("sign-in = %+v", in)
		}
		want := []string{"setup", "signin.ok", "signout", "signin.failed", "signin.failed", "signin.ok"}
		if got := h.audited(); !slices.Equal(got, want) {
			h.t.Errorf("audit = %v\nwant %v", got, want)
		}
	})
}

// TestNodesPrintOneSetupLink lets nodes that start together print the same link, and one that starts later as well.
func TestNodesPrintOneSetupLink(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		links := make([]string, 4)
		var wg sync.WaitGroup
		for i := range links {
			wg.Go(func() {
				if err := h.db.Write(h.t.Context(), func(tx *db.Tx) (err error) {
					links[i], err = h.staff.SetupLink(h.t.Context(), tx)
					return err
				}); err != nil {
					h.t.Error(err)
				}
			})
		}
		wg.Wait()
		first := h.secret(h.token(links[0]))
		for _, l := range slices.Concat(links, []string{h.againSetupLink()}) {
			if h.token(l) != first {
				h.t.Errorf("nodes printed %v", links)
			}
		}
		var st object
		h.browser().do(get, "/links/"+first, nil, &st)
		h.wait(13 * time.Hour)
		later := h.token(h.againSetupLink())
		if later == first {
			h.t.Error("a link that is half over is printed again")
		}
		h.browser().refused(desk.Gone, get, "/links/"+first, nil)
		h.browser().do(get, "/links/"+later, nil, &st)
	})
}

func (h *house) againSetupLink() (link string) {
	h.t.Helper()
	if err := h.db.Write(h.t.Context(), func(tx *db.Tx) (err error) {
		link, err = h.staff.SetupLink(h.t.Context(), tx)
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return link
}

func TestCookiesAreForThisSiteAndNoScript(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		h.settled()
		_, _, header := h.browser().send(post, "/session", object{"email": ownerMail, "password": ownerPassword})
		set := header.Values("Set-Cookie")
		if len(set) != 2 {
			h.t.Fatalf("cookies = %v", set)
		}
		for _, c := range set {
			if !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Lax") || strings.Contains(c, "Secure") || !strings.Contains(c, "Path=/") {
				h.t.Errorf("cookie over http: %s", c)
			}
		}
		h.server.URL = func() string { return "https://desk.example.test" }
		_, _, header = h.browser().send(post, "/session", object{"email": ownerMail, "password": ownerPassword})
		for _, c := range header.Values("Set-Cookie") {
			if !strings.Contains(c, "; Secure") {
				h.t.Errorf("cookie over https: %s", c)
			}
		}
		if header.Get("Strict-Transport-Security") == "" {
			h.t.Error("no HSTS over https")
		}
	})
}

// code is what an authenticator app would show.
func (h *house) code(key string) string {
	h.t.Helper()
	c, err := totp.GenerateCode(key, h.clock())
	if err != nil {
		h.t.Fatal(err)
	}
	return h.secret(c)
}

func TestAuthenticatorApp(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		b := h.settled()
		var offer totpOfferBody
		b.do(post, "/profile/totp/begin", nil, &offer)
		h.secret(offer.Secret)
		if key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(offer.Secret); err != nil || len(key) != 20 {
			h.t.Errorf("secret %q: %v", offer.Secret, err)
		}
		if png, ok := strings.CutPrefix(offer.QR, "data:image/png;base64,"); !ok {
			h.t.Error("no picture")
		} else if data, err := base64.StdEncoding.DecodeString(png); err != nil || http.DetectContentType(data) != "image/png" {
			h.t.Errorf("picture is %s, %v", http.DetectContentType(data), err)
		}
		p := b.refused(desk.WrongPassword, post, "/profile/totp", object{"code": "000000"})
		if p.Errors[0].Location != "body.code" {
			h.t.Errorf("a wrong code names %+v", p.Errors)
		}
		used := h.code(offer.Secret)
		var codes recoveryCodesBody
		b.do(post, "/profile/totp", object{"code": used}, &codes)
		if len(codes.RecoveryCodes) != 10 {
			h.t.Fatalf("recovery codes = %v", codes)
		}
		for _, c := range codes.RecoveryCodes {
			h.secret(c)
		}
		b.refused(desk.Conflict, post, "/profile/totp/begin", nil)

		other := h.browser()
		in := h.signIn(other, ownerMail, ownerPassword)
		if in.Stage != "second_factor" || in.Profile != nil || !slices.Equal(in.Methods, []string{"totp", "recovery"}) {
			h.t.Fatalf("sign-in = %+v", in)
		}
		half := other.refused(desk.SecondFactor, get, "/profile", nil)
		if m, ok := half.More.(map[string]any); !ok || len(m["methods"].([]any)) != 2 {
			h.t.Errorf("half a sign-in says %+v", half.More)
		}
		other.refused(desk.WrongPassword, post, "/session/totp", object{"code": used}) // counts once
		h.wait(30 * time.Second)
		next := h.code(offer.Secret)
		var done signedInBody
		before := cookieOf(other)
		other.do(post, "/session/totp", object{"code": next[:3] + " " + next[3:]}, &done)
		if done.Stage != "full" || done.Profile == nil || !done.Profile.TwoFactor {
			h.t.Errorf("after the code: %+v", done)
		}
		if cookieOf(other) == before {
			h.t.Error("the cookie from before the second factor is still the session's")
		}
		third := h.browser()
		h.signIn(third, ownerMail, ownerPassword)
		third.refused(desk.WrongPassword, post, "/session/totp", object{"code": next})

		third.do(post, "/session/recovery", object{"code": strings.ToUpper(strings.ReplaceAll(codes.RecoveryCodes[3], "-", " "))}, &done)
		fourth := h.browser()
		h.signIn(fourth, ownerMail, ownerPassword)
		fourth.refused(desk.WrongPassword, post, "/session/recovery", object{"code": codes.RecoveryCodes[3]})

		b.refused(desk.WrongPassword, post, "/profile/totp/remove", object{"password": h.secret("not my password")})
		b.do(post, "/profile/totp/remove", object{"password": ownerPassword}, nil)
		if in := h.signIn(h.browser(), ownerMail, ownerPassword); in.Stage != "full" {
			h.t.Errorf("sign-in after the app was removed = %+v", in)
		}
		h.lastMail(ownerMail, "second_factor_changed")
	})
}

func cookieOf(b *browser) string {
	req, _ := http.NewRequest(get, b.h.url+"/", nil)
	for _, c := range b.client.Jar.Cookies(req.URL) {
		if c.Name == sessionCookie {
			return c.Value
		}
	}
	return ""
}

func TestSecondFactorIsGuessedSlowly(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		b := h.settled()
		var offer totpOfferBody
		b.do(post, "/profile/totp/begin", nil, &offer)
		b.do(post, "/profile/totp", object{"code": h.code(offer.Secret)}, nil)
		h.wait(time.Minute)

		thief := h.browser()
		h.signIn(thief, ownerMail, ownerPassword)
		codes := map[desk.Code]int{}
		for range 20 {
			_, body, _ := thief.send(post, "/session/totp", object{"code": "123456"})
			switch {
			case strings.Contains(string(body), string(desk.TooMany)):
				codes[desk.TooMany]++
			case strings.Contains(string(body), string(desk.WrongPassword)):
				codes[desk.WrongPassword]++
			}
		}
		if codes[desk.WrongPassword] > 6 || codes[desk.TooMany] < 14 {
			h.t.Errorf("20 wrong codes: %v", codes)
		}
		// Inga's own browser has signed in before: the thief does not keep her out.
		b.do(del, "/session", nil, nil)
		h.signIn(b, ownerMail, ownerPassword)
		b.do(post, "/session/totp", object{"code": h.code(offer.Secret)}, nil)
	})
}

func TestGuessingIsSlowedDownAndKeepsNobodyOut(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		known := h.settled()
		known.do(del, "/session", nil, nil)
		guesser := h.browser()
		refusals := map[desk.Code]int{}
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range 8 { // at the same time: the rate is taken before the try
			wg.Go(func() {
				for range 5 {
					_, body, _ := guesser.send(post, "/session", object{"email": ownerMail, "password": "guess after guess"})
					mu.Lock()
					for _, c := range []desk.Code{desk.WrongPassword, desk.TooMany} {
						if strings.Contains(string(body), `"`+string(c)+`"`) {
							refusals[c]++
						}
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if refusals[desk.WrongPassword] != 10 || refusals[desk.TooMany] != 30 {
			h.t.Errorf("40 guesses: %v; want 10 tried and 30 refused", refusals)
		}
		h.browser().refused(desk.TooMany, post, "/session", object{"email": ownerMail, "password": ownerPassword})
		if in := h.signIn(known, ownerMail, ownerPassword); in.Stage != "full" {
			h.t.Errorf("her own browser: %+v", in)
		}
		h.wait(time.Minute)
		if in := h.signIn(h.browser(), ownerMail, ownerPassword); in.Stage != "full" {
			h.t.Errorf("a new browser a minute later: %+v", in)
		}
	})
}

func TestInvitationAndReset(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		inga := h.settled()
		var invited invitedAgent
		inga.do(post, "/agents", object{"name": "Jonas", "email": "jonas@example.test", "role": "agent", "language": "lt", "teams": []int{}}, &invited)
		if !invited.Invited || invited.Role != desk.AgentRole || invited.Teams == nil {
			h.t.Errorf("invited = %+v", invited)
		}
		m := h.lastMail("jonas@example.test", "invitation")
		if m.data["link"] != invited.Link || m.data["by"] != "Inga Kalna" || m.to.Language != "lt" {
			h.t.Errorf("mail = %+v", m)
		}
		p := inga.refused(desk.Conflict, post, "/agents", object{"name": "Jonas", "email": "Jonas@example.test", "role": "agent", "language": "lt", "teams": []int{}})
		if len(p.Errors) != 1 || p.Errors[0].Location != "body.email" {
			h.t.Errorf("a second invitation names %+v", p.Errors)
		}
		jonas := h.browser()
		jonas.refused(desk.WrongPassword, post, "/session", object{"email": "jonas@example.test", "password": ""})

		first := h.token(invited.Link)
		var again madeLinkBody
		inga.do(post, "/agents/"+invited.ID.String()+"/invite", nil, &again)
		jonas.refused(desk.Gone, get, "/links/"+first, nil)
		token := h.token(again.Link)
		var l linkBody
		jonas.do(get, "/links/"+token, nil, &l)
		if l != (linkBody{"invitation", "jonas@example.test", "Jonas"}) {
			h.t.Errorf("link = %+v", l)
		}
		jonas.refused(desk.Invalid, post, "/links/"+token, object{"password": "jonas jonas"})
		var me desk.Profile
		jonas.do(post, "/links/"+token, object{"password": h.secret("tylus rytas prie Nemuno"), "name": "Jonas Petraitis", "timeZone": "Europe/Vilnius"}, &me)
		if me.Invited || me.Name != "Jonas Petraitis" || me.TimeZone != "Europe/Vilnius" || me.Language != "lt" {
			h.t.Errorf("accepted = %+v", me)
		}
		jonas.refused(desk.Gone, post, "/links/"+token, object{"password": "tylus rytas prie Nemuno"})

		// Reset: the same answer for everybody, a link that ends every session, and once.
		stranger := h.browser()
		stranger.do(post, "/password-reset", object{"email": "nobody@example.test"}, nil)
		stranger.do(post, "/password-reset", object{"email": "JONAS@example.test"}, nil)
		reset := h.token(h.lastMail("jonas@example.test", "reset").data["link"])
		h.wait(30 * time.Minute)
		other := h.browser()
		other.do(post, "/links/"+reset, object{"password": h.secret("vėlyvas vakaras prie Nemuno")}, nil)
		jonas.refused(desk.SignedOut, get, "/profile", nil)
		other.do(get, "/profile", nil, nil)
		h.lastMail("jonas@example.test", "password_changed")
		stranger.refused(desk.WrongPassword, post, "/session", object{"email": "jonas@example.test", "password": "tylus rytas prie Nemuno"})

		stranger.do(post, "/password-reset", object{"email": "jonas@example.test"}, nil)
		late := h.token(h.lastMail("jonas@example.test", "reset").data["link"])
		h.wait(time.Hour)
		stranger.refused(desk.Gone, get, "/links/"+late, nil)
		stranger.refused(desk.Gone, post, "/links/"+late, object{"password": h.secret("one more of the passwords")})
	})
}

func TestResetDoesNotGoAroundTheSecondFactor(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		b := h.settled()
		var offer totpOfferBody
		b.do(post, "/profile/totp/begin", nil, &offer)
		b.do(post, "/profile/totp", object{"code": h.code(offer.Secret)}, nil)
		h.wait(time.Minute)
		reader := h.browser() // somebody who reads her mail
		reader.do(post, "/password-reset", object{"email": ownerMail}, nil)
		link := h.token(h.lastMail(ownerMail, "reset").data["link"])
		p := reader.refused(desk.SecondFactor, post, "/links/"+link, object{"password": h.secret("kaimiņa jaunā parole")})
		if m, ok := p.More.(map[string]any); !ok || len(m["methods"].([]any)) == 0 {
			h.t.Errorf("details = %+v", p.More)
		}
		reader.refused(desk.SecondFactor, get, "/profile", nil)
		reader.do(post, "/session/totp", object{"code": h.code(offer.Secret)}, nil)
		reader.do(get, "/profile", nil, nil)
	})
}

func TestOneTimeLinkCountsOnceForManyAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		inga := h.settled()
		var invited invitedAgent
		inga.do(post, "/agents", object{"name": "Ona", "email": "ona@example.test", "role": "agent", "language": "lt", "teams": []int{}}, &invited)
		token := h.token(invited.Link)
		statuses := h.atOnce(8, func(i int) int {
			status, _, _ := h.browser().send(post, "/links/"+token, object{"password": "a password of number " + string(rune('a'+i))})
			return status
		})
		if statuses[200] != 1 || statuses[410] != 7 {
			h.t.Errorf("eight accept one invitation: %v", statuses)
		}
	})
}

func TestSetUpCountsOnceForManyAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		token := h.setupToken()
		statuses := h.atOnce(6, func(i int) int {
			status, _, _ := h.browser().send(post, "/setup", object{"token": token, "name": "Owner", "email": string(rune('a'+i)) + "@example.test",
				"password": "six people at one door", "language": "en", "timeZone": "UTC", "company": "C"})
			return status
		})
		if statuses[200] != 1 || statuses[410] != 5 {
			h.t.Errorf("six set up at once: %v", statuses)
		}
	})
}

func TestRecoveryCodeCountsOnceForManyAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		b := h.settled()
		var offer totpOfferBody
		b.do(post, "/profile/totp/begin", nil, &offer)
		var codes recoveryCodesBody
		b.do(post, "/profile/totp", object{"code": h.code(offer.Secret)}, &codes)
		h.wait(time.Minute)
		for _, what := range []string{"/session/recovery", "/session/totp"} {
			in := object{"code": codes.RecoveryCodes[0]}
			if what == "/session/totp" {
				in = object{"code": h.code(offer.Secret)}
			}
			devices := make([]*browser, 5)
			for i := range devices {
				devices[i] = h.browser()
				h.signIn(devices[i], ownerMail, ownerPassword)
			}
			statuses := h.atOnce(len(devices), func(i int) int {
				status, _, _ := devices[i].send(post, what, in)
				return status
			})
			if statuses[200] != 1 || statuses[403] != 4 {
				h.t.Errorf("five use one code at %s: %v", what, statuses)
			}
			h.wait(time.Hour) // the rate recovers
		}
	})
}

func (h *house) atOnce(n int, f func(i int) int) map[int]int {
	var mu sync.Mutex
	var wg sync.WaitGroup
	all := map[int]int{}
	for i := range n {
		wg.Go(func() {
			status := f(i)
			mu.Lock()
			defer mu.Unlock()
			all[status]++
		})
	}
	wg.Wait()
	return all
}

func TestSessionsAreListedAndRevoked(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		b := h.settled()
		phone := h.browser().with("User-Agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1")
		h.signIn(phone, ownerMail, ownerPassword)
		third := h.browser()
		h.signIn(third, ownerMail, ownerPassword)
		h.signIn(third, ownerMail, ownerPassword) // again in the same browser: one session
		var all list[desk.Session]
		b.do(get, "/profile/sessions", nil, &all)
		if len(all.Items) != 3 {
			h.t.Fatalf("sessions = %+v", all)
		}
		var onPhone desk.Session
		current := 0
		for _, s := range all.Items {
			if s.Device == "Safari on iPhone" {
				onPhone = s
			}
			if s.Current {
				current++
			}
		}
		if onPhone.ID == 0 || current != 1 || onPhone.IP != "127.0.0.1" && onPhone.IP != "::1" {
			h.t.Errorf("sessions = %+v", all.Items)
		}
		b.do(del, "/profile/sessions/"+itoa(int64(onPhone.ID)), nil, nil)
		phone.refused(desk.SignedOut, get, "/profile", nil)
		b.refused(desk.NotFound, del, "/profile/sessions/"+itoa(int64(onPhone.ID)), nil)

		// Nobody revokes somebody else's.
		agent, _ := h.hired(b, "agent@example.test", desk.AgentRole)
		agent.refused(desk.NotFound, del, "/profile/sessions/"+itoa(int64(all.Items[0].ID)), nil)

		b.do(post, "/profile/sessions/revoke-others", nil, nil)
		third.refused(desk.SignedOut, get, "/profile", nil)
		b.do(get, "/profile", nil, nil)

		h.signIn(third, ownerMail, ownerPassword)
		b.refused(desk.WrongPassword, post, "/profile/password", object{"current": h.secret("not the current one"), "password": h.secret("a new one for good")})
		b.do(post, "/profile/password", object{"current": ownerPassword, "password": h.secret("jauna parole rudenim")}, nil)
		third.refused(desk.SignedOut, get, "/profile", nil)
		b.do(get, "/profile", nil, nil)
		h.signIn(third, ownerMail, "jauna parole rudenim")
	})
}

func TestSessionsEndByThemselves(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		b := h.settled()
		for range 3 { // used every 29 days it lives on
			h.wait(29 * 24 * time.Hour)
			b.do(get, "/profile", nil, nil)
		}
		h.wait(4 * 24 * time.Hour) // 91 days after the sign-in
		b.refused(desk.SignedOut, get, "/profile", nil)
		h.signIn(b, ownerMail, ownerPassword)
		h.wait(31 * 24 * time.Hour)
		b.refused(desk.SignedOut, get, "/profile", nil)
	})
}

func TestDeactivatedAgentIsOut(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		inga := h.settled()
		agent, me := h.hired(inga, "agent@example.test", desk.AgentRole)
		var made madeTokenBody
		agent.do(post, "/tokens", object{"name": "script", "scopes": []string{"conversation.read"}}, &made)
		program := h.program(h.secret(made.Secret))
		program.do(get, "/agents", nil, nil)
		agent.do(post, "/password-reset", object{"email": "agent@example.test"}, nil)
		link := h.token(h.lastMail("agent@example.test", "reset").data["link"])

		var now desk.Agent
		inga.do(patch, "/agents/"+me.ID.String(), object{"version": me.Version, "active": false}, &now)
		if now.Active {
			h.t.Errorf("deactivated = %+v", now)
		}
		agent.refused(desk.SignedOut, get, "/profile", nil)
		program.refused(desk.SignedOut, get, "/agents", nil)
		agent.refused(desk.Gone, post, "/links/"+link, object{"password": h.secret("back by the back door")})
		agent.refused(desk.WrongPassword, post, "/session", object{"email": "agent@example.test", "password": "a password of agent@example.test"})

		inga.do(patch, "/agents/"+me.ID.String(), object{"version": now.Version, "active": true}, nil)
		agent.refused(desk.SignedOut, get, "/profile", nil)
		program.refused(desk.SignedOut, get, "/agents", nil)
		h.signIn(agent, "agent@example.test", "a password of agent@example.test")
	})
}
