package rule

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tellus/internal/desk"
	"tellus/internal/engine/condition"
)

func holdsOf(t interface{ Fatalf(string, ...any) }, n condition.Node, m *Message) bool {
	cond, err := Check(Registry{happened}, "", n, nil)
	if err != nil {
		t.Fatalf("%+v: %v", n, err)
	}
	got, _ := cond.Match(&Case{Case: &condition.Case{}, Message: m}, 1)
	return got
}

func TestAFieldOfTheHeaderIsAskedByItsName(t *testing.T) {
	t.Parallel()
	m := &Message{Kind: desk.Incoming, Headers: Kept([]Header{{"X-Priority", "1 (Highest)"}, {"X-Mailer", "Shop\r\n\tMailer 3"}, {"X-Empty", ""}, {"X-Tag", "one"}, {"X-Tag", "two"},
		{"Received", "from somewhere"}, {"ARC-Seal", "x"}})}
	for _, c := range []struct {
		node condition.Node
		want bool
	}{
		{leaf("message.header.x-priority", condition.Begins, "1"), true},
		{leaf("message.header.x-priority", condition.Is, "1 (highest)"), true},
		{leaf("message.header.x-priority", condition.Is, "1"), false},
		{leaf("message.header.x-priority", condition.Matches, `^[12]\b`), true},
		{leaf("message.header.x-mailer", condition.Contains, "shop mailer"), true},
		{leaf("message.header.x-mailer", condition.Lacks, "shop"), false},
		{leaf("message.header.x-tag", condition.Is, "two"), true},
		{leaf("message.header.x-tag", condition.IsNot, "two"), false},
		{leaf("message.header.x-empty", condition.Filled), true},
		{leaf("message.header.x-nothing", condition.Filled), false},
		{leaf("message.header.x-nothing", condition.Unset), true},
		{leaf("message.header.x-nothing", condition.Lacks, "a"), true},
		{leaf("message.header.received", condition.Filled), false},
		{leaf("message.header", condition.Begins, "x-priority: 1"), true},
		{leaf("message.header", condition.Contains, "arc-seal"), false},
	} {
		if got := holdsOf(t, c.node, m); got != c.want {
			t.Errorf("%+v holds = %v, want %v", c.node, got, c.want)
		}
	}
	for _, key := range []string{"message.header.", "message.header.x:y", "message.header.X-Upper", "message.header." + strings.Repeat("x", longestName+1), "message.header.ž"} {
		if _, err := Check(Registry{happened}, "", leaf(key, condition.Filled), nil); err == nil {
			t.Errorf("%q can be asked for", key)
		}
	}
}

// TestWhatIsKeptOfAHeaderIsBounded whatever a mail says, and is found again by its name.
func TestWhatIsKeptOfAHeaderIsBounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		fields := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Header {
			return Header{rapid.StringMatching(`[A-Za-z][A-Za-z0-9-]{0,70}|[^a-z]{1,5}|Received|ARC-[A-Z]{1,9}`).Draw(t, "name"), rapid.OneOf(rapid.String(), rapid.StringN(400, 700, -1)).Draw(t, "value")}
		}), 0, 90).Draw(t, "fields")
		kept := Kept(fields)
		size := 0
		m := &Message{Headers: kept}
		for _, h := range kept {
			size += len(h.Name) + len(h.Value)
			if !headerName(h.Name) || h.Name == "received" || strings.HasPrefix(h.Name, "arc-") || strings.ContainsAny(h.Value, "\r\n") || len([]rune(h.Value)) > longestValue {
				t.Fatalf("kept %+v", h)
			}
			if !holdsOf(t, leaf(ofHeader+h.Name, condition.Filled), m) {
				t.Fatalf("%+v is not found", h)
			}
		}
		if size > mostHeaderBytes || len(kept) > MostHeaders {
			t.Fatalf("%d fields of %d bytes", len(kept), size)
		}
	})
}
