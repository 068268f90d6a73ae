package staff

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
	"tellus/internal/platform/secret"
)

type world struct {
	*Service
	t    *testing.T
	keys *secret.Keyring
	now  time.Time
}

func each(t *testing.T, f func(w *world)) {
	t.Helper()
	for name, url := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteURL, "postgres": dbtest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{t: t, now: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}
			d := dbtest.Open(t, url(t), db.Options{Clock: func() time.Time { return w.now }})
			var err error
			if w.keys, err = secret.OpenKeyring(filepath.Join(t.TempDir(), "key")); err != nil {
				t.Fatal(err)
			}
			w.Service = New(Config{DB: d, Keys: w.keys, Passwords: secret.NewPasswords(secret.Cost{Memory: 64, Passes: 1, Threads: 1}),
				URL: func() string { return "https://desk.example.test" }})
			f(w)
		})
	}
}

func (w *world) write(fn func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	if err := w.db.Write(w.t.Context(), func(tx *db.Tx) error { return fn(w.t.Context(), tx) }); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) agent(email string, role desk.Role) (id desk.AgentID) {
	w.t.Helper()
	w.write(func(ctx context.Context, tx *db.Tx) error {
		return tx.Row(ctx, `
			INSERT INTO agent (name, email, email_key, role, accepted_at, created_at) VALUES ($1, $1, $1, $2, $3, $3) RETURNING id`,
			email, role, tx.Now).Scan(&id)
	})
	return id
}

func (w *world) inbox(name string, teams ...desk.TeamID) (id desk.InboxID) {
	w.t.Helper()
	w.write(func(ctx context.Context, tx *db.Tx) error {
		err := tx.Row(ctx, `INSERT INTO inbox (kind, name, name_key, address, created_at) VALUES ('email', $1, $1, $1, $2) RETURNING id`,
			name, tx.Now).Scan(&id)
		for _, team := range teams {
			if _, err := tx.Exec(ctx, `INSERT INTO inbox_access (inbox, team) VALUES ($1, $2)`, id, team); err != nil {
				return err
			}
		}
		return err
	})
	return id
}

var boss = Identity{Agent: 0, Role: desk.Owner, Permissions: desk.Roles[desk.Owner], TimeZone: "Europe/Riga"}

func (w *world) team(name string, members ...desk.AgentID) (t desk.Team) {
	w.t.Helper()
	w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		t, err = w.NewTeam(ctx, tx, boss, Visitor{}, name, members, nil)
		return err
	})
	return t
}

func TestScopeFollowsTeamsAndRoles(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		ann, bob, sue := w.agent("ann@example.test", desk.AgentRole), w.agent("bob@example.test", desk.LightAgent), w.agent("sue@example.test", desk.Supervisor)
		money, shop := w.team("Money", ann), w.team("Shop", ann, bob)
		open := w.inbox("open")
		bills := w.inbox("bills", money.ID)
		both := w.inbox("both", money.ID, shop.ID)
		w.inbox("nobody's", w.team("Empty").ID)
		for _, c := range []struct {
			name  string
			agent desk.AgentID
			want  desk.Scope
		}{
			{"in both teams", ann, desk.Scope{Agent: ann, Inboxes: []desk.InboxID{open, bills, both}, Teams: []desk.TeamID{money.ID, shop.ID}}},
			{"in one", bob, desk.Scope{Agent: bob, Inboxes: []desk.InboxID{open, both}, Teams: []desk.TeamID{shop.ID}}},
			{"who sees all", sue, desk.Scope{Agent: sue, All: true}},
		} {
			w.write(func(ctx context.Context, tx *db.Tx) error {
				got, err := w.Scope(ctx, tx, c.agent)
				if diff := cmp.Diff(c.want, got); diff != "" {
					w.t.Errorf("scope of one %s: %s", c.name, diff)
				}
				return err
			})
		}
		// A team that an inbox or a conversation needs is not deleted from under it.
		err := w.db.Write(w.t.Context(), func(tx *db.Tx) error { return w.DeleteTeam(w.t.Context(), tx, boss, Visitor{}, money.ID) })
		if !desk.IsRefusal(err, desk.Conflict) {
			w.t.Errorf("DeleteTeam with an inbox = %v", err)
		}
		w.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE agent SET active = FALSE WHERE id = $1`, bob)
			return err
		})
		err = w.db.Read(w.t.Context(), func(tx *db.Tx) error {
			_, err := w.Scope(w.t.Context(), tx, bob)
			return err
		})
		if !desk.IsRefusal(err, desk.NotFound) {
			w.t.Errorf("scope of one who left: %v", err)
		}
	})
}

func TestWhatSomebodySeesChangesIsTold(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		ann, bob := w.agent("ann@example.test", desk.AgentRole), w.agent("bob@example.test", desk.AgentRole)
		team := w.team("Money", ann)
		last := w.lastEvent()
		w.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.UpdateTeam(ctx, tx, boss, Visitor{}, team.ID, TeamChange{Version: team.Version, Members: &[]desk.AgentID{bob}})
			return err
		})
		if got, want := w.events(last), []string{
			"access.updated agent " + ann.String(), "access.updated agent " + bob.String(), "agent.updated agent " + ann.String(),
			"agent.updated agent " + bob.String(), "team.updated team " + team.ID.String()}; !slices.Equal(got, want) {
			w.t.Errorf("moving a team's members told %v\nwant %v", got, want)
		}
		last = w.lastEvent()
		var a desk.Agent
		role := desk.Supervisor
		w.write(func(ctx context.Context, tx *db.Tx) (err error) {
			if a, err = w.Agent(ctx, tx, ann); err != nil {
				return err
			}
			_, err = w.UpdateAgent(ctx, tx, boss, Visitor{}, ann, AgentChange{Version: a.Version, Role: &role})
			return err
		})
		if got, want := w.events(last), []string{"access.updated agent " + ann.String(), "agent.updated agent " + ann.String()}; !slices.Equal(got, want) {
			w.t.Errorf("a change of role told %v\nwant %v", got, want)
		}
	})
}

func (w *world) lastEvent() (seq int64) {
	w.t.Helper()
	w.write(func(ctx context.Context, tx *db.Tx) error {
		return tx.Row(ctx, `SELECT COALESCE(MAX(seq), 0) FROM event`).Scan(&seq)
	})
	return seq
}

func (w *world) events(after int64) (all []string) {
	w.t.Helper()
	w.write(func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.Query(ctx, `SELECT kind, subject_kind, CAST(subject_id AS TEXT) FROM event WHERE seq > $1`, after)
		if err != nil {
			return err
		}
		defer rows.Close()
		all = nil
		for rows.Next() {
			var kind, about, id string
			if err := rows.Scan(&kind, &about, &id); err != nil {
				return err
			}
			all = append(all, kind+" "+about+" "+id)
		}
		return rows.Err()
	})
	slices.Sort(all)
	return all
}

func TestOutdatedHashIsMadeAnewAtSignIn(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		id := w.agent("ann@example.test", desk.AgentRole)
		old, err := secret.NewPasswords(secret.Cost{Memory: 32, Passes: 1, Threads: 1}).Hash(w.t.Context(), "rain over the river")
		if err != nil {
			w.t.Fatal(err)
		}
		w.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE agent SET password_hash = $1 WHERE id = $2`, old, id)
			return err
		})
		for range 2 {
			if in, err := w.SignIn(w.t.Context(), Visitor{IP: "192.0.2.1"}, "", "ann@example.test", "rain over the river"); err != nil || !in.Full {
				w.t.Fatalf("SignIn = %+v, %v", in, err)
			}
		}
		var now string
		w.write(func(ctx context.Context, tx *db.Tx) error {
			return tx.Row(ctx, `SELECT password_hash FROM agent WHERE id = $1`, id).Scan(&now)
		})
		if !strings.Contains(now, "$m=64,") {
			w.t.Errorf("hash is %.30s…", now)
		}
	})
}

func TestRescueLetsTheOperatorIn(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		id := w.agent("ann@example.test", desk.AgentRole)
		w.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE agent SET active = FALSE, totp_secret = $1 WHERE id = $2`, []byte("sealed"), id)
			return err
		})
		for _, email := range []string{"ANN@example.test", "new@example.test"} {
			var link string
			w.write(func(ctx context.Context, tx *db.Tx) (err error) {
				link, err = w.Rescue(ctx, tx, "Ann Other", email, true)
				return err
			})
			_, token, _ := strings.Cut(link, "/app/link/")
			in, err := w.Accept(w.t.Context(), Visitor{}, token, Accepting{Password: "rain over the river"})
			if err != nil || !in.Full {
				w.t.Fatalf("Accept after Rescue(%s) = %+v, %v", email, in, err)
			}
			w.write(func(ctx context.Context, tx *db.Tx) error {
				a, err := w.Agent(ctx, tx, in.Agent)
				if a.Role != desk.Owner || !a.Active || a.TwoFactor || a.Invited {
					w.t.Errorf("rescued = %+v", a)
				}
				return err
			})
		}
	})
}

func TestSweepKeepsWhatStillCounts(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		id := w.agent("ann@example.test", desk.AgentRole)
		var cookie, link string
		make := func() {
			w.write(func(ctx context.Context, tx *db.Tx) (err error) {
				if cookie, err = w.startSession(ctx, tx, id, stageFull, Visitor{}); err != nil {
					return err
				}
				if link, err = w.makeLink(ctx, tx, linkReset, id, ResetLife); err != nil {
					return err
				}
				return w.KeepCeremony(ctx, tx, "totp", cookie, "{}", time.Minute)
			})
		}
		make()
		w.now = w.now.Add(40 * 24 * time.Hour)
		make()
		w.write(func(ctx context.Context, tx *db.Tx) error { return w.Sweep(ctx, tx) })
		w.write(func(ctx context.Context, tx *db.Tx) error {
			for _, table := range []string{"session", "one_time_link", "ceremony"} {
				var n int
				if err := tx.Row(ctx, `SELECT COUNT(*) FROM `+table).Scan(&n); err != nil {
					return err
				}
				if n != 1 {
					w.t.Errorf("%d rows of %s are left, want the fresh one", n, table)
				}
			}
			if _, _, err := w.Authenticate(ctx, tx, cookie); err != nil {
				w.t.Errorf("the fresh session: %v", err)
			}
			_, err := w.Link(ctx, tx, link)
			return err
		})
	})
}

func TestPasswordsThatAreGuessedFirstAreRefused(t *testing.T) {
	t.Parallel()
	for password, ok := range map[string]bool{
		"short":                      false,
		"ķīļāķīļāķ":                  false, // nine characters, eighteen bytes
		"aaaaaaaaaaaa":               false,
		"abababababab":               false,
		"password1234":               false,
		"Password1!!":                false,
		"1234567890":                 false,
		"qwertyuiop":                 false,
		"qwertyuiop[]":               false,
		"changeme!!!!":               false,
		"inga.kalna@example.test":    false,
		"IngaKalna1":                 false,
		"inga kalna 7":               false,
		strings.Repeat("ab cd ", 90): false,
		"gaišs rīts virs Gaujas":     true,
		"inga rides a blue bicycle":  true,
		"7xKq2mVw9z":                 true,
		"пароль который длинный": true,
	} {
		err := checkPassword("body.password", password, "Inga Kalna", "inga.kalna@example.test")
		if (err == nil) != ok {
			t.Errorf("checkPassword(%.40q) = %v", password, err)
		}
		if err != nil && strings.Contains(err.Error(), password) {
			t.Errorf("the refusal repeats the password: %v", err)
		}
	}
}

func TestAddressesAndNames(t *testing.T) {
	t.Parallel()
	for address, key := range map[string]string{
		" Inga@Example.TEST ": "inga@example.test", "jānis@piemērs.example": "jānis@piemērs.example",
		"": "", "x": "", "a@": "", "a b@example.test": "", "Inga <inga@example.test>": "", "a@example.test\r\nBcc: b@example.test": "",
		strings.Repeat("a", 250) + "@example.test": "",
	} {
		_, got, err := checkEmail("body.email", address)
		if got != key || (err == nil) != (key != "") {
			t.Errorf("checkEmail(%.40q) = %q, %v; want %q", address, got, err, key)
		}
	}
	for name, want := range map[string]string{"  Inga\t\nKalna ": "Inga Kalna", "a\u202eb": "a b", "\x00": "", "": "", " \n": "", strings.Repeat("ā", 101): ""} {
		if got, err := checkName("body.name", name, 100); got != want || (err == nil) != (got != "") {
			t.Errorf("checkName(%.20q) = %q, %v; want %q", name, got, err, want)
		}
	}
}

// RFC 6238 appendix B, for SHA-1, cut to six digits.
func TestTOTPAgreesWithTheRFC(t *testing.T) {
	t.Parallel()
	key := []byte("12345678901234567890")
	for at, code := range map[int64]string{59: "287082", 1111111109: "081804", 1234567890: "005924", 2000000000: "279037"} {
		now := desk.At(time.Unix(at, 0))
		step, ok := matchTOTP(key, code, now, 0)
		if !ok || step != at/30 {
			t.Errorf("at %d %s = %d, %v", at, code, step, ok)
		}
		if _, ok := matchTOTP(key, code, now.Add(29*time.Second), 0); !ok {
			t.Errorf("%s does not count a step later", code)
		}
		if _, ok := matchTOTP(key, code, now.Add(61*time.Second), 0); ok {
			t.Errorf("%s still counts two steps later", code)
		}
		if _, ok := matchTOTP(key, code, now, step); ok {
			t.Errorf("%s counts twice", code)
		}
	}
}

func FuzzFields(f *testing.F) {
	f.Add("Inga Kalna", "inga@example.test", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "gaišs rīts")
	f.Add("\x00\xff\u202e", "a@b\r\n", "\x00/", "\xff")
	f.Fuzz(func(t *testing.T, name, email, agent, password string) {
		if got, err := checkName("f", name, 100); err == nil {
			if again, err := checkName("f", got, 100); err != nil || again != got || len(got) > 400 {
				t.Errorf("checkName(%q) = %q, then %q, %v", name, got, again, err)
			}
		}
		if shown, key, err := checkEmail("f", email); err == nil && (len(shown) > 254 || key != emailKey(shown) || strings.ContainsAny(shown, "\r\n\x00 ")) {
			t.Errorf("checkEmail(%q) = %q, %q", email, shown, key)
		}
		if device := DeviceName(agent); device == "" || len(device) > 60 {
			t.Errorf("DeviceName(%q) = %q", agent, device)
		}
		_ = checkPassword("f", password, name, email)
		_ = recoveryHash(password)
		_ = checkTimeZone("f", name)
	})
}
