package app

import (
	"context"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/inbox"
	"tellus/internal/platform/db"
	"tellus/internal/platform/db/dbtest"
)

// zone is a resolver that knows what it holds.
type zone struct {
	txt    map[string][]string
	mx     map[string][]string
	hosts  map[string]bool
	broken bool
}

func (z zone) missing(name string) error {
	if z.broken {
		return &net.DNSError{Err: "server misbehaving", Name: name, IsTemporary: true}
	}
	return &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (z zone) LookupTXT(_ context.Context, name string) ([]string, error) {
	if r, ok := z.txt[name]; ok {
		return r, nil
	}
	return nil, z.missing(name)
}

func (z zone) LookupMX(_ context.Context, name string) (all []*net.MX, err error) {
	for _, host := range z.mx[name] {
		all = append(all, &net.MX{Host: host, Pref: 10})
	}
	if all == nil {
		return nil, z.missing(name)
	}
	return all, nil
}

func (z zone) LookupHost(_ context.Context, host string) ([]string, error) {
	if z.hosts[host] {
		return []string{"192.0.2.1"}, nil
	}
	return nil, z.missing(host)
}

// mailServer answers every test of an inbox.
type mailServer struct{ in, out desk.Problem }

func (m mailServer) Test(context.Context, inbox.Edit) (in, out desk.Problem, err error) {
	return m.in, m.out, nil
}

// found returns the lines of findings, one for each.
func found(x *examination) string {
	var b strings.Builder
	for _, f := range x.findings {
		b.WriteString(f.String() + "\n")
	}
	return b.String()
}

func TestDoctorReadsTheRecordsOfADomain(t *testing.T) {
	t.Parallel()
	const d = "shop.lv"
	whole := zone{
		txt: map[string][]string{
			d:                           {"google-site-verification=x", "v=spf1 include:_spf.mail.lv -all"},
			"_dmarc." + d:               {"v=DMARC1; p=reject"},
			"selector1._domainkey." + d: {"v=DKIM1; k=rsa; p=MIIB"},
		},
		mx:    map[string][]string{d: {"mx.shop.lv."}},
		hosts: map[string]bool{"mx.shop.lv": true},
	}
	with := func(change func(*zone)) zone {
		z := zone{txt: map[string][]string{}, mx: map[string][]string{}, hosts: whole.hosts}
		for k, v := range whole.txt {
			z.txt[k] = v
		}
		for k, v := range whole.mx {
			z.mx[k] = v
		}
		change(&z)
		return z
	}
	for name, c := range map[string]struct {
		zone     zone
		want     []string
		bad      int
		received bool
		domain   string
	}{
		"all is well":      {zone: whole, received: true, want: []string{"SPF says v=spf1 include", "published as selector1", "DMARC says v=DMARC1; p=reject", "Mail goes to mx.shop.lv"}},
		"no SPF":           {zone: with(func(z *zone) { z.txt[d] = nil }), bad: 1, want: []string{"no SPF record", "v=spf1 include:"}},
		"two SPF":          {zone: with(func(z *zone) { z.txt[d] = []string{"v=spf1 -all", "v=spf1 a -all"} }), bad: 1, want: []string{"several SPF records"}},
		"open SPF":         {zone: with(func(z *zone) { z.txt[d] = []string{"v=spf1 +all"} }), bad: 1, want: []string{"+all"}},
		"not quite SPF":    {zone: with(func(z *zone) { z.txt[d] = []string{"v=spf10 -all"} }), bad: 1, want: []string{"no SPF record"}},
		"no DMARC":         {zone: with(func(z *zone) { delete(z.txt, "_dmarc."+d) }), bad: 1, want: []string{"no DMARC record", "_dmarc.shop.lv"}},
		"DMARC of parent":  {zone: with(func(z *zone) { z.txt["help."+d] = z.txt[d] }), domain: "help." + d, want: []string{"DMARC says v=DMARC1"}},
		"no DKIM":          {zone: with(func(z *zone) { delete(z.txt, "selector1._domainkey."+d) }), want: []string{"note  DNS of shop.lv: No DKIM key"}},
		"no MX":            {zone: with(func(z *zone) { delete(z.mx, d) }), received: true, bad: 1, want: []string{"no MX record"}},
		"no MX, by IMAP":   {zone: with(func(z *zone) { delete(z.mx, d) }), want: []string{"SPF says"}},
		"MX to nowhere":    {zone: with(func(z *zone) { z.mx[d] = []string{"gone.shop.lv."} }), received: true, bad: 1, want: []string{"gone.shop.lv, which has no address"}},
		"null MX":          {zone: with(func(z *zone) { z.mx[d] = []string{"."} }), received: true, bad: 1, want: []string{"takes no mail"}},
		"resolver is away": {zone: zone{broken: true}, received: true, want: []string{"gave no answer", "resolv.conf"}},
		"for trying out":   {zone: zone{}, domain: "shop.test", want: []string{"trying out"}},
	} {
		x := &examination{resolve: c.zone, now: time.Now}
		domain := d
		if c.domain != "" {
			domain = c.domain
		}
		x.domain(t.Context(), domain, c.received)
		got := found(x)
		for _, w := range c.want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: the doctor does not say %q:\n%s", name, w, got)
			}
		}
		if bad := strings.Count(got, "BAD "); bad != c.bad {
			t.Errorf("%s: %d bad findings, want %d:\n%s", name, bad, c.bad, got)
		}
	}
}

func TestDoctorSeesWhatIsAmiss(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, c, _ Config) {
		fill(t, c)
		if _, err := openKeys(c); err != nil {
			t.Fatal(err)
		}
		now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
		examine := func(mail mailServer) string {
			x := &examination{c: c, resolve: zone{}, mail: mail, now: func() time.Time { return now }}
			d := open(t, c)
			defer closed(t, d)
			x.log(t.Context(), d)
			x.work(t.Context(), d)
			x.inboxes(t.Context(), d)
			return found(x)
		}
		write(t, c, func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE arrival SET state = 'done'`)
			return err
		})
		if got := examine(mailServer{}); strings.Contains(got, "behind") || !strings.Contains(got, "None gave up") || !strings.Contains(got, "no server to send by") {
			t.Errorf("of a desk at rest the doctor says\n%s", got)
		}
		long := desk.At(now.Add(-time.Hour))
		write(t, c, func(tx *db.Tx) error {
			for query, args := range map[string][]any{
				`INSERT INTO event (at, actor_kind, kind, subject_kind) VALUES ($1, 'system', 'x', 'x')`:                                              {long},
				`INSERT INTO consumer_cursor (name, position, moved_at) VALUES ('live', 0, $1)`:                                                       {long},
				`INSERT INTO job (kind, queue, payload, state, run_at, max_attempts, created_at) VALUES ('deliver', 'out', '{}', 'dead', $1, 3, $1)`:  {long},
				`INSERT INTO job (kind, queue, payload, state, run_at, max_attempts, created_at) VALUES ('deliver', 'out', '{}', 'ready', $1, 3, $1)`: {long},
				`UPDATE arrival SET state = 'kept'`: nil,
				`UPDATE inbox SET receive = '{"method":"imap","host":"imap.desk.test"}', submit = '{"host":"smtp.desk.test"}'`: nil,
			} {
				if _, err := tx.Exec(t.Context(), query, args...); err != nil {
					return err
				}
			}
			return nil
		})
		got := examine(mailServer{in: desk.Problem{Code: "auth", Detail: "LOGIN failed"}})
		for _, want := range []string{
			"BAD   event log: live is 1 events behind and has not moved for 1h0m0s.",
			"BAD   jobs: 1 jobs gave up.", "BAD   jobs: 1 jobs have waited", "BAD   mail: 1 mails were kept",
			"BAD   inbox Help: The mailbox on imap.desk.test does not work: LOGIN failed.", "Check user and password",
			"ok    inbox Help: Sending by smtp.desk.test works.",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("the doctor does not say %q:\n%s", want, got)
			}
		}
	})
}

func TestDoctorMissesNoKey(t *testing.T) {
	t.Parallel()
	c := Config{Data: t.TempDir(), Logger: dbtest.Logger(t)}
	x := &examination{c: c}
	if keys := x.keys(); keys != nil || !strings.Contains(found(x), "is missing") {
		t.Errorf("without a key file the doctor says %q", found(x))
	}
	if _, err := os.Stat(KeyFile(c)); !os.IsNotExist(err) {
		t.Error("looking for the key file made one")
	}
}

func TestEveryProblemHasARemedy(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"dns", "refused", "timeout", "tls", "certificate", "auth", "folder", "permission", "protocol", "rejected", "oauth", "other"} {
		if remedies[code] == "" {
			t.Errorf("no remedy for a problem with code %q", code)
		}
	}
}

func TestClocksAreComparedWithinTheTimeThatAskingTook(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ahead, took time.Duration
		grade       Grade
	}{
		{0, time.Millisecond, Good},
		{3 * time.Second, 3 * time.Second, Good}, // the answer came late, not from the future
		{3 * time.Second, time.Millisecond, Bad},
		{-3 * time.Second, time.Millisecond, Bad},
		{-time.Second, time.Millisecond, Good},
	} {
		x := &examination{}
		x.judgeClock(c.ahead, c.took)
		if got := x.findings[0].Grade; got != c.grade {
			t.Errorf("judgeClock(%s, %s) is %s, want %s", c.ahead, c.took, got, c.grade)
		}
	}
}

func TestDoctorOfNothingSaysWhereItLooked(t *testing.T) {
	t.Parallel()
	findings, err := Doctor(t.Context(), Config{Data: t.TempDir(), Logger: dbtest.Logger(t)})
	if err != nil {
		t.Fatal(err)
	}
	last := findings[len(findings)-1]
	if last.Grade != Bad || last.Subject != "database" || !strings.Contains(last.Do, "--data") {
		t.Errorf("last finding = %s", last)
	}
}
