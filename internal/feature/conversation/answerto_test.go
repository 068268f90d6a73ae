package conversation

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"tellus/internal/desk"
)

func TestReplyToAllCopiesWhoTakesPart(t *testing.T) {
	t.Parallel()
	const ann, ben, eva, we = "ann@customer.example", "ben@customer.example", "eva@carrier.example", "help@desk.example"
	mail := func(from string, to, cc []string) desk.Message {
		m := desk.Message{ID: 1, Conversation: 7, Origin: 7, Kind: desk.Incoming, Channel: desk.Email, From: desk.NamedAddress{Address: from}, Customer: 3}
		for _, a := range to {
			m.To = append(m.To, desk.NamedAddress{Address: a})
		}
		for _, a := range cc {
			m.Cc = append(m.Cc, desk.NamedAddress{Address: a})
		}
		return m
	}
	moved := mail(ann, []string{we}, []string{ben})
	moved.Origin = 6
	requester := desk.Participant{Customer: 3, Address: ann, Role: desk.Requester}
	copied := func(a string) desk.Participant { return desk.Participant{Address: a, Role: desk.CopiedIn} }
	for name, c := range map[string]struct {
		mail   []desk.Message
		people []desk.Participant
		cc     []string
	}{
		"copied by the mail":                 {[]desk.Message{mail(ann, []string{we}, []string{"Ben@Customer.example"})}, []desk.Participant{requester, copied(ben)}, []string{"Ben@Customer.example"}},
		"copied in by hand":                  {[]desk.Message{mail(ann, []string{we}, nil)}, []desk.Participant{requester, copied(eva)}, []string{eva}},
		"copied in before any mail came":     {nil, []desk.Participant{requester, copied(eva)}, []string{eva}},
		"both, once each":                    {[]desk.Message{mail(ann, []string{we, ben}, []string{eva})}, []desk.Participant{requester, copied(eva), copied(ben)}, []string{ben, eva}},
		"taken out, though the mail has him": {[]desk.Message{mail(ann, []string{we}, []string{ben})}, []desk.Participant{requester}, nil},
		"in a mail that was moved here":      {[]desk.Message{moved}, []desk.Participant{requester}, []string{ben}},
		"who only wrote once is not copied":  {[]desk.Message{mail(ann, []string{we}, nil)}, []desk.Participant{requester, {Address: ben, Role: desk.Contributor}}, nil},
		"we ourselves are never copied":      {[]desk.Message{mail(ann, []string{we}, nil)}, []desk.Participant{requester, copied(we)}, nil},
		"the customer himself is not copied": {[]desk.Message{mail(ann, []string{we}, []string{ann})}, []desk.Participant{requester}, nil},
	} {
		o := Opened{Conversation: desk.Conversation{ID: 7, Customer: 3, Address: ann}, Participants: c.people, Timeline: Timeline{Messages: c.mail}}
		_, all := answerTo(o, desk.NamedAddress{Address: ann}, func(a string) bool { return a == we })
		var got []string
		for _, a := range all.Cc {
			got = append(got, a.Address)
		}
		if d := cmp.Diff(c.cc, got); d != "" {
			t.Errorf("%s: Cc (-want +got):\n%s", name, d)
		}
		if len(all.To) != 1 || all.To[0].Address != ann {
			t.Errorf("%s: To = %v, want %s", name, all.To, ann)
		}
	}
}
