package api

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tellus/internal/desk"
)

// added registers a fresh passkey for whoever is signed in.
func (h *house) added(b *browser, name string) (*authenticator, desk.Passkey) {
	h.t.Helper()
	var begun struct{ Options creationOptions }
	b.do(post, "/profile/passkeys/begin", nil, &begun)
	a := newAuthenticator(h.t, h.url)
	var p desk.Passkey
	b.do(post, "/profile/passkeys/finish", object{"name": name, "credential": a.create(begun.Options)}, &p)
	return a, p
}

func (h *house) asked(b *browser) requestOptions {
	h.t.Helper()
	var begun struct{ Options requestOptions }
	b.do(post, "/session/passkey/begin", nil, &begun)
	return begun.Options
}

func TestPasskeyInPlaceOfThePassword(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		b := h.settled()
		a, p := h.added(b, "Inga's laptop")
		if p.Name != "Inga's laptop" || p.ID == 0 {
			h.t.Errorf("passkey = %+v", p)
		}
		var all list[desk.Passkey]
		b.do(get, "/profile/passkeys", nil, &all)
		if len(all.Items) != 1 || !all.Items[0].SeenAt.IsZero() {
			h.t.Errorf("passkeys = %+v", all.Items)
		}
		other := h.browser()
		o := h.asked(other)
		if o.UserVerification != "required" || len(o.AllowCredentials) != 0 || o.RPID != "localhost" {
			h.t.Errorf("options = %+v", o)
		}
		answer := a.get(o)
		var done signedInBody
		other.do(post, "/session/passkey/finish", object{"credential": answer}, &done)
		if done.Stage != "full" || done.Profile == nil || done.Profile.Passkeys != 1 || !done.Profile.TwoFactor {
			h.t.Errorf("signed in = %+v", done)
		}
		other.do(get, "/profile", nil, nil)
		h.browser().refused(desk.Gone, post, "/session/passkey/finish", object{"credential": answer}) // the same answer again

		// Without having verified its user a passkey is one factor, and one is not enough.
		a.verifies = false
		h.browser().refused(desk.WrongPassword, post, "/session/passkey/finish", object{"credential": a.get(h.asked(h.browser()))})
		a.verifies = true

		// A page of another site gets nowhere with what it made the browser sign.
		a.origin = "https://desk.example.net"
		h.browser().refused(desk.WrongPassword, post, "/session/passkey/finish", object{"credential": a.get(h.asked(h.browser()))})
		a.origin = h.url

		// A copy of the key shows itself by a counter that went back.
		a.counter = 0
		h.browser().refused(desk.WrongPassword, post, "/session/passkey/finish", object{"credential": a.get(h.asked(h.browser()))})
		a.counter = 100

		// Somebody else's key under Inga's handle.
		forged := newAuthenticator(h.t, h.url)
		forged.id, forged.handle = a.id, a.handle
		h.browser().refused(desk.WrongPassword, post, "/session/passkey/finish", object{"credential": forged.get(h.asked(h.browser()))})

		// A challenge that we did not give, and one that is over.
		o.Challenge = b64.EncodeToString([]byte("a challenge of somebody's own"))
		h.browser().refused(desk.Gone, post, "/session/passkey/finish", object{"credential": a.get(o)})
		late := h.asked(h.browser())
		h.wait(11 * time.Minute)
		h.browser().refused(desk.Gone, post, "/session/passkey/finish", object{"credential": a.get(late)})

		for _, junk := range []any{nil, "", object{}, object{"id": "x"}, []int{1}, strings.Repeat("x", 1000)} {
			h.browser().refused(desk.Invalid, post, "/session/passkey/finish", object{"credential": junk})
		}

		b.do(del, "/profile/passkeys/"+itoa(int64(p.ID)), nil, nil)
		h.browser().refused(desk.WrongPassword, post, "/session/passkey/finish", object{"credential": a.get(h.asked(h.browser()))})
		for _, action := range []string{"passkey.added", "signin.passkey_failed", "passkey.removed"} {
			if !slices.Contains(h.audited(), action) {
				h.t.Errorf("the audit has no %s", action)
			}
		}
	})
}

func TestPasskeyAsSecondFactor(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		b := h.settled()
		a, _ := h.added(b, "key on the ring")
		agent, _ := h.hired(b, "agent@example.test", desk.AgentRole)
		others, _ := h.added(agent, "another's")

		second := h.browser()
		in := h.signIn(second, ownerMail, ownerPassword)
		if in.Stage != "second_factor" || !slices.Equal(in.Methods, []string{"passkey"}) {
			h.t.Fatalf("sign-in = %+v", in)
		}
		o := h.asked(second)
		if len(o.AllowCredentials) != 1 || o.AllowCredentials[0].ID != b64.EncodeToString(a.id) {
			h.t.Errorf("options = %+v", o)
		}
		second.refused(desk.WrongPassword, post, "/session/passkey/finish", object{"credential": others.get(o)})
		a.verifies = false // the password was the first factor: presence is enough
		// What was begun by one half sign-in does not end another.
		third := h.browser()
		h.signIn(third, ownerMail, ownerPassword)
		third.refused(desk.WrongPassword, post, "/session/passkey/finish", object{"credential": a.get(h.asked(second))})
		var done signedInBody
		second.do(post, "/session/passkey/finish", object{"credential": a.get(h.asked(second))}, &done)
		if done.Stage != "full" {
			h.t.Errorf("signed in = %+v", done)
		}

		// The administrator helps somebody who lost his key.
		lost := h.browser()
		h.signIn(lost, "agent@example.test", "a password of agent@example.test")
		var people list[desk.Agent]
		b.do(get, "/agents", nil, &people)
		for _, p := range people.Items {
			if p.Email == "agent@example.test" {
				b.do(patch, "/agents/"+p.ID.String(), object{"version": p.Version, "twoFactor": false}, nil)
			}
		}
		h.lastMail("agent@example.test", "second_factor_changed")
		if in := h.signIn(lost, "agent@example.test", "a password of agent@example.test"); in.Stage != "full" {
			h.t.Errorf("sign-in after the help = %+v", in)
		}
	})
}

func TestPasskeyIsMadeForWhoBegan(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		b := h.settled()
		agent, _ := h.hired(b, "agent@example.test", desk.AgentRole)
		var begun struct{ Options creationOptions }
		b.do(post, "/profile/passkeys/begin", nil, &begun)
		made := newAuthenticator(h.t, h.url).create(begun.Options)
		agent.refused(desk.WrongPassword, post, "/profile/passkeys/finish", object{"name": "x", "credential": made})

		h.server.URL = func() string { return "" }
		h.url, begun.Options.Challenge = strings.Replace(h.url, "localhost", "127.0.0.1", 1), ""
		bare := h.browser()
		h.signIn(bare, ownerMail, ownerPassword)
		bare.refused(desk.Invalid, post, "/profile/passkeys/begin", nil) // browsers make no passkeys for bare addresses
	})
}
