package api

import (
	"slices"
	"strings"
	"testing"

	"tellus/internal/desk"
)

func TestRefusalsCarryTheirReason(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		inga := h.settled()
		taken := object{"name": "Kase", "members": []int{}}
		inga.do(post, "/teams", taken, nil)
		me := desk.Profile{}
		inga.do(get, "/profile", nil, &me)
		agent := object{"name": "Jonas", "email": "jonas@example.test", "role": "agent", "language": "lt", "teams": []int{}}
		with := func(in object, key string, value any) object {
			out := object{}
			for k, v := range in {
				out[k] = v
			}
			if out[key] = value; value == nil {
				delete(out, key)
			}
			return out
		}
		for name, c := range map[string]struct {
			code         desk.Code
			method, path string
			body         any
			reason       desk.Why
			field        string
			n            any
		}{
			"a name that is taken":     {desk.Conflict, post, "/teams", taken, desk.WhyNameTaken, "body.name", nil},
			"an empty name":            {desk.Invalid, post, "/teams", with(taken, "name", ""), desk.WhyNeeded, "body.name", 1.0},
			"a name of blanks":         {desk.Invalid, post, "/teams", with(taken, "name", "   "), desk.WhyNeeded, "body.name", nil},
			"a missing name":           {desk.Invalid, post, "/teams", with(taken, "name", nil), desk.WhyNeeded, "body.name", nil},
			"a long name":              {desk.Invalid, post, "/teams", with(taken, "name", strings.Repeat("x", 500)), desk.WhyTooLong, "body.name", 60.0},
			"no mail address":          {desk.Invalid, post, "/agents", with(agent, "email", "jonas"), desk.WhyNoAddress, "body.email", nil},
			"an address that is taken": {desk.Conflict, post, "/agents", with(agent, "email", ownerMail), desk.WhyAddressTaken, "body.email", nil},
			"the last owner":           {desk.Conflict, patch, "/agents/" + me.ID.String(), object{"version": me.Version, "role": "agent"}, desk.WhyLastOwner, "", nil},
			"a password too short":     {desk.Invalid, post, "/profile/password", object{"current": ownerPassword, "password": "short"}, desk.WhyTooShort, "body.password", 10.0},
			"a limit out of range":     {desk.Invalid, get, "/audit?limit=100000", nil, desk.WhyOutOfRange, "query.limit", 200.0},
		} {
			p := inga.refused(c.code, c.method, c.path, c.body)
			if c.field == "" {
				if p.Reason != why(c.reason) {
					h.t.Errorf("%s: %+v, want the reason %s", name, p, c.reason)
				}
				continue
			}
			i := slices.IndexFunc(p.Errors, func(f ProblemField) bool { return f.Location == c.field })
			if i < 0 || p.Errors[i].Reason != why(c.reason) || p.Errors[i].Values["n"] != c.n || strings.Contains(p.Errors[i].Message, reasonMark) {
				h.t.Errorf("%s: %+v, want the reason %s (n = %v) at %s", name, p.Errors, c.reason, c.n, c.field)
			}
		}
	})
}
