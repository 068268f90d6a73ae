package thread

import (
	"math/rand"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tellus/internal/desk"
)

var now = desk.At(time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC))

func ago(d time.Duration) desk.Time { return now.Add(-d) }

const (
	ann desk.CustomerID = 1
	bo  desk.CustomerID = 2
)

// annsOpen is a conversation with Ann, resolvedOne one that was resolved ten days ago.
func annsOpen() Candidate {
	return Candidate{Conversation: 10, Number: 10482, Participants: []string{"Ann@example.org"}, Customers: []desk.CustomerID{ann}, Subject: "cups", Inbox: 1, Status: desk.StatusWaiting, LastAt: ago(time.Hour)}
}

func resolvedOne() Candidate {
	c := annsOpen()
	c.Conversation, c.Number, c.Status, c.FinishedAt, c.LastAt = 11, 10483, desk.StatusResolved, ago(10*24*time.Hour), ago(10*24*time.Hour)
	return c
}

func with(c Candidate, change func(*Candidate)) Candidate { change(&c); return c }

func hits(c Candidate, ids ...string) Candidate { c.MailIDs = ids; return c }

func TestDecide(t *testing.T) {
	t.Parallel()
	fromAnn := Message{Sender: "ann@example.org", Customer: ann, Inbox: 1, At: now}
	said := func(change func(*Message)) Message { m := fromAnn; change(&m); return m }
	cases := map[string]struct {
		m    Message
		c    []Candidate
		p    Policy
		want desk.ConversationID
		from desk.ConversationID
		why  []string
	}{
		"nothing points anywhere": {m: fromAnn, c: []Candidate{annsOpen()}, why: []string{NoMatch}},
		"a token beats an answer to another conversation": {
			m:    said(func(m *Message) { m.Token = 10; m.InReplyTo = []string{"x"} }),
			c:    []Candidate{annsOpen(), hits(with(annsOpen(), func(c *Candidate) { c.Conversation = 12 }), "x")},
			want: 10, why: []string{ByToken, IsParticipant, SameInbox},
		},
		"an answer beats a reference and a number": {
			m: said(func(m *Message) {
				m.InReplyTo, m.References, m.Numbers = []string{"a"}, []string{"b", "a"}, []int64{10483}
			}),
			c:    []Candidate{hits(annsOpen(), "a"), hits(with(resolvedOne(), func(c *Candidate) { c.Status = desk.StatusOpen }), "b")},
			want: 10, why: []string{ByInReplyTo, IsParticipant, SameInbox},
		},
		"the newer reference beats the older": {
			m:    said(func(m *Message) { m.References = []string{"old", "new"} }),
			c:    []Candidate{hits(annsOpen(), "old"), hits(with(annsOpen(), func(c *Candidate) { c.Conversation = 12 }), "new")},
			want: 12, why: []string{ByReference, IsParticipant, SameInbox},
		},
		"somebody in copy joins by an answer": {
			m:    Message{Sender: "bo@example.net", Customer: bo, Inbox: 1, At: now, InReplyTo: []string{"a"}},
			c:    []Candidate{hits(annsOpen(), "a")},
			want: 10, why: []string{ByInReplyTo, IsOutsider, SameInbox},
		},
		"a number is for participants": {
			m:    said(func(m *Message) { m.Numbers = []int64{10482} }),
			c:    []Candidate{annsOpen()},
			want: 10, why: []string{ByNumber, IsParticipant, SameInbox},
		},
		"a number is for nobody else": {
			m:   Message{Sender: "bo@example.net", Customer: bo, Inbox: 1, At: now, Numbers: []int64{10482}},
			c:   []Candidate{annsOpen()},
			why: []string{NoMatch, NotForHim},
		},
		"same customer and subject, shortly after": {
			m:    said(func(m *Message) { m.Subject = "cups" }),
			c:    []Candidate{annsOpen()},
			want: 10, why: []string{BySubject, IsParticipant, SameInbox},
		},
		"same subject, too long after": {
			m:   said(func(m *Message) { m.Subject = "cups" }),
			c:   []Candidate{with(annsOpen(), func(c *Candidate) { c.LastAt = ago(8 * 24 * time.Hour) })},
			why: []string{NoMatch},
		},
		"same subject by another customer": {
			m:   Message{Sender: "bo@example.net", Customer: bo, Inbox: 1, At: now, Subject: "cups"},
			c:   []Candidate{annsOpen()},
			why: []string{NoMatch},
		},
		"same subject by a machine": {
			m:   said(func(m *Message) { m.Subject, m.Automatic = "cups", true }),
			c:   []Candidate{annsOpen()},
			why: []string{NoMatch},
		},
		"no subject is no subject": {
			m:   fromAnn,
			c:   []Candidate{with(annsOpen(), func(c *Candidate) { c.Subject = "" })},
			why: []string{NoMatch},
		},
		"spam takes nothing": {
			m:   said(func(m *Message) { m.InReplyTo = []string{"a"} }),
			c:   []Candidate{hits(with(annsOpen(), func(c *Candidate) { c.Spam = true }), "a")},
			why: []string{WasSpam, ByInReplyTo},
		},
		"trash takes nothing": {
			m:   said(func(m *Message) { m.Token = 10 }),
			c:   []Candidate{with(annsOpen(), func(c *Candidate) { c.Trashed = true })},
			why: []string{WasTrash, ByToken},
		},
		"always reopened": {
			m:    said(func(m *Message) { m.InReplyTo = []string{"a"} }),
			c:    []Candidate{hits(resolvedOne(), "a")},
			want: 11, why: []string{ByInReplyTo, IsParticipant, SameInbox, Reopens},
		},
		"a closed one is over": {
			m:    said(func(m *Message) { m.InReplyTo = []string{"a"} }),
			c:    []Candidate{hits(with(resolvedOne(), func(c *Candidate) { c.Status = desk.StatusClosed }), "a")},
			from: 11, why: []string{Follows, ByInReplyTo},
		},
		"never reopened": {
			m:    said(func(m *Message) { m.InReplyTo = []string{"a"} }),
			c:    []Candidate{hits(resolvedOne(), "a")},
			p:    Policy{Reopen: ReopenNever},
			from: 11, why: []string{Follows, ByInReplyTo},
		},
		"within the window": {
			m:    said(func(m *Message) { m.InReplyTo = []string{"a"} }),
			c:    []Candidate{hits(resolvedOne(), "a")},
			p:    Policy{Reopen: ReopenWithin, Days: 10},
			want: 11, why: []string{ByInReplyTo, IsParticipant, SameInbox, Reopens},
		},
		"beyond the window": {
			m:    said(func(m *Message) { m.InReplyTo = []string{"a"} }),
			c:    []Candidate{hits(resolvedOne(), "a")},
			p:    Policy{Reopen: ReopenWithin, Days: 9},
			from: 11, why: []string{Follows, ByInReplyTo},
		},
		"an absence notice reopens nothing and begins nothing": {
			m:    said(func(m *Message) { m.InReplyTo, m.Automatic = []string{"a"}, true }),
			c:    []Candidate{hits(resolvedOne(), "a")},
			p:    Policy{Reopen: ReopenNever},
			want: 11, why: []string{ByInReplyTo, IsParticipant, SameInbox},
		},
		"the conversation that followed takes what answers the finished one": {
			m:    said(func(m *Message) { m.InReplyTo, m.References = []string{"b"}, []string{"a", "b"} }),
			c:    []Candidate{hits(resolvedOne(), "b"), hits(annsOpen(), "a")},
			p:    Policy{Reopen: ReopenNever},
			want: 10, why: []string{ByReference, IsParticipant, SameInbox},
		},
		"of two conversations with the same mail, that of this inbox": {
			m:    said(func(m *Message) { m.InReplyTo = []string{"a"} }),
			c:    []Candidate{hits(with(annsOpen(), func(c *Candidate) { c.Conversation, c.Inbox, c.LastAt = 20, 2, now }), "a"), hits(annsOpen(), "a")},
			want: 10, why: []string{ByInReplyTo, IsParticipant, SameInbox},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := Decide(c.m, c.c, c.p)
			if got.Conversation != c.want || got.Follows != c.from {
				t.Errorf("Decide: conversation %d follows %d, want %d follows %d", got.Conversation, got.Follows, c.want, c.from)
			}
			var codes []string
			for _, r := range got.Reasons {
				codes = append(codes, r.Code)
			}
			if diff := cmp.Diff(c.why, codes); diff != "" {
				t.Errorf("reasons (-want +got):\n%s", diff)
			}
		})
	}
}

var ids = []string{"a", "b", "c", "d"}

func anyMessage(t *rapid.T) Message {
	some := rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 0, 3, rapid.ID)
	return Message{
		InReplyTo:  some.Draw(t, "in reply to"),
		References: some.Draw(t, "references"),
		Token:      desk.ConversationID(rapid.IntRange(0, 4).Draw(t, "token")),
		Numbers:    rapid.SliceOfN(rapid.Int64Range(101, 104), 0, 2).Draw(t, "numbers"),
		Subject:    rapid.SampledFrom([]string{"", "cups", "plates"}).Draw(t, "subject"),
		Sender:     rapid.SampledFrom([]string{"ann@example.org", "bo@example.net"}).Draw(t, "sender"),
		Customer:   desk.CustomerID(rapid.IntRange(0, 2).Draw(t, "customer")),
		Inbox:      desk.InboxID(rapid.IntRange(1, 2).Draw(t, "inbox")),
		At:         now,
		Automatic:  rapid.Bool().Draw(t, "automatic"),
	}
}

func anyCandidates(t *rapid.T) []Candidate {
	n := rapid.IntRange(0, 4).Draw(t, "candidates")
	var out []Candidate
	for i := 1; i <= n; i++ {
		out = append(out, Candidate{
			Conversation: desk.ConversationID(i),
			Number:       int64(100 + i),
			MailIDs:      rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 0, 2, rapid.ID).Draw(t, "mails"),
			Participants: []string{rapid.SampledFrom([]string{"ann@example.org", "bo@example.net"}).Draw(t, "participant")},
			Customers:    []desk.CustomerID{desk.CustomerID(rapid.IntRange(1, 2).Draw(t, "of"))},
			Subject:      rapid.SampledFrom([]string{"", "cups", "plates"}).Draw(t, "about"),
			Inbox:        desk.InboxID(rapid.IntRange(1, 2).Draw(t, "in")),
			Status:       rapid.SampledFrom([]desk.Status{desk.StatusNew, desk.StatusOpen, desk.StatusWaiting, desk.StatusResolved, desk.StatusClosed}).Draw(t, "status"),
			LastAt:       ago(time.Duration(rapid.IntRange(0, 20).Draw(t, "days")) * 24 * time.Hour),
			FinishedAt:   ago(time.Duration(rapid.IntRange(0, 20).Draw(t, "finished")) * 24 * time.Hour),
			Spam:         rapid.IntRange(0, 5).Draw(t, "spam") == 0,
			Trashed:      rapid.IntRange(0, 5).Draw(t, "trash") == 0,
		})
	}
	return out
}

func anyPolicy(t *rapid.T) Policy {
	return Policy{Reopen: rapid.SampledFrom([]Reopen{"", ReopenAlways, ReopenNever, ReopenWithin}).Draw(t, "reopen"), Days: rapid.IntRange(0, 20).Draw(t, "within")}
}

func TestOrderOfCandidatesDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m, c, p := anyMessage(t), anyCandidates(t), anyPolicy(t)
		want := Decide(m, c, p)
		shuffled := slices.Clone(c)
		rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed"))).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if diff := cmp.Diff(want, Decide(m, shuffled, p)); diff != "" {
			t.Fatalf("another order decides otherwise (-want +got):\n%s", diff)
		}
	})
}

func TestAnUnrelatedCandidateChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m, c, p := anyMessage(t), anyCandidates(t), anyPolicy(t)
		stranger := Candidate{Conversation: 99, Number: 999, MailIDs: []string{"z"}, Participants: []string{"cy@example.com"}, Customers: []desk.CustomerID{9}, Subject: "forks", Inbox: m.Inbox, Status: desk.StatusOpen, LastAt: now}
		if diff := cmp.Diff(Decide(m, c, p), Decide(m, append(slices.Clone(c), stranger), p)); diff != "" {
			t.Fatalf("a stranger changes the decision (-want +got):\n%s", diff)
		}
	})
}

func TestWhatMayNeverHappen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m, cs, p := anyMessage(t), anyCandidates(t), anyPolicy(t)
		d := Decide(m, cs, p)
		if len(d.Reasons) == 0 {
			t.Fatal("no reason given")
		}
		if d.New() {
			return
		}
		c := cs[d.Conversation-1]
		if c.Spam || c.Trashed {
			t.Fatalf("joined spam or trash: %+v", c)
		}
		if !m.Automatic && (c.Status == desk.StatusClosed || c.Status.Finished() && p.Reopen == ReopenNever) {
			t.Fatalf("reopened against the policy: %+v", c)
		}
		weak := d.Reasons[0].Code == ByNumber || d.Reasons[0].Code == BySubject
		if weak && !takesPart(m, &c) {
			t.Fatalf("an outsider joined by %s", d.Reasons[0].Code)
		}
		if m.Automatic && d.Reasons[0].Code == BySubject {
			t.Fatal("a machine joined by the subject")
		}
	})
}

func TestNormalise(t *testing.T) {
	t.Parallel()
	for subject, want := range map[string]string{
		"Re: AW: Fwd: Cups":            "cups",
		"RE[2]: re^3: Re (4): Cups":    "cups",
		"Ats: Užsakymas":               "užsakymas",
		"Atb.: Pasūtījums":             "atb.: pasūtījums",
		"Atb: Pasūtījums":              "pasūtījums",
		"Odp: PD: Zamówienie":          "zamówienie",
		"[EXT] Re: [EXTERNAL] Cups":    "cups",
		"***SPAM*** Cups":              "cups",
		"Re: [#10482] Cups":            "cups",
		"[#10482] Re: Cups":            "cups",
		"回复：Cups":                      "cups",
		"  Cups \t and\u200b  plates ": "cups and plates",
		"Cups (fwd)":                   "cups",
		"Report: cups":                 "report: cups",
		"Re: Re:":                      "",
		"":                             "",
		"Order #12: cups":              "order #12: cups",
		"[garden] Cups":                "[garden] cups",
	} {
		if got := Normalise(subject); got != want {
			t.Errorf("Normalise(%q) = %q, want %q", subject, got, want)
		}
	}
}

func TestNormaliseTwiceIsNormaliseOnce(t *testing.T) {
	t.Parallel()
	part := rapid.OneOf(rapid.SampledFrom([]string{"re:", "fwd: ", "[ext]", "[#12]", "aw[2]:", " ", "cups", "***spam***", "回复：", "(fwd)", "İ"}), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		s := ""
		for _, p := range rapid.SliceOfN(part, 0, 8).Draw(t, "parts") {
			s += p
		}
		once := Normalise(s)
		if twice := Normalise(once); twice != once {
			t.Fatalf("Normalise(%q) = %q, again %q", s, once, twice)
		}
	})
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for subject, want := range map[string][]int64{
		"Re: [#10482] Cups":        {10482},
		"#1 and #2, again #1":      {1, 2},
		"Order 10482":              nil,
		"#abc #12x":                nil,
		"#1 #2 #3 #4 #5 #6":        {1, 2, 3, 4, 5},
		"#99999999999999999999999": nil,
		"#0":                       nil,
	} {
		if diff := cmp.Diff(want, Numbers(subject)); diff != "" {
			t.Errorf("Numbers(%q) (-want +got):\n%s", subject, diff)
		}
	}
}

func FuzzNormalise(f *testing.F) {
	f.Add("Re: [EXT] AW: [#12] Cups")
	f.Add("***SPAM*** re[2]:")
	f.Fuzz(func(t *testing.T, s string) {
		Numbers(s)
		if once := Normalise(s); len(once) <= maxSubject && Normalise(once) != once {
			t.Fatalf("Normalise(%q) = %q, again %q", s, once, Normalise(once))
		}
	})
}
