package placeholder

import (
	"html"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestRenderPutsValuesIn(t *testing.T) {
	t.Parallel()
	values := Values{CustomerFirstName: "Anna", ConversationSubject: `<b>"1 & 2"</b>`, AgentName: "  Eva\n Ozola "}
	for name, c := range map[string]struct {
		in, want string
		missing  []Name
	}{
		"nothing to fill":            {"<p>Hello &amp; {x}</p>", "<p>Hello &amp; {x}</p>", nil},
		"a value":                    {"<p>Hello {{customer.firstName}}!</p>", "<p>Hello Anna!</p>", nil},
		"spaces within":              {"<p>{{ customer.firstName\u00a0}}</p>", "<p>Anna</p>", nil},
		"spaces as editors write":    {"<p>{{&nbsp;customer.firstName}}</p>", "<p>Anna</p>", nil},
		"a value is text":            {"<p>{{conversation.subject}}</p>", "<p>&lt;b&gt;&#34;1 &amp; 2&#34;&lt;/b&gt;</p>", nil},
		"a value is one line":        {"<p>{{agent.name}}</p>", "<p>Eva Ozola</p>", nil},
		"a value before a fallback":  {"<p>{{customer.firstName|there}}</p>", "<p>Anna</p>", nil},
		"a fallback":                 {"<p>{{customer.lastName| dear &amp; old }}</p>", "<p>dear &amp; old</p>", nil},
		"an empty fallback":          {"<p>Hello{{customer.lastName|}}!</p>", "<p>Hello!</p>", nil},
		"missing, once":              {"<p>{{customer.email}} {{customer.email}}</p>", "<p>{{customer.email}} {{customer.email}}</p>", []Name{CustomerEmail}},
		"an unknown name is missing": {"<p>{{customer.shoeSize}}</p>", "<p>{{customer.shoeSize}}</p>", []Name{"customer.shoeSize"}},
		"a value of the purchase":    {"<p>{{purchase.number}} {{purchase.amount|}}</p>", "<p>{{purchase.number}} </p>", []Name{PurchaseNumber}},
		"words of others":            {"<p>{{ product.title }} {{x}}</p>", "<p>{{ product.title }} {{x}}</p>", nil},
		"as code":                    {"<p><code>{{customer.firstName}}</code></p>", "<p><code>{{customer.firstName}}</code></p>", nil},
		"in an attribute":            {`<a href="https://x.example/{{customer.firstName}}">x</a>`, `<a href="https://x.example/{{customer.firstName}}">x</a>`, nil},
		"three braces":               {"<p>{{{customer.firstName}}}</p>", "<p>{\u2060Anna}</p>", nil},
	} {
		got, missing := Render(c.in, values)
		if got != c.want || !slices.Equal(missing, c.missing) {
			t.Errorf("%s: Render(%q) = %q, %q, want %q, %q", name, c.in, got, missing, c.want, c.missing)
		}
	}
}

func TestUnresolvedFindsWhatReadersWouldSee(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][]string{
		"<p>Hello</p>": nil,
		"<p>{{customer.firstName}} and {{customer.firstName}}</p>":       {"{{customer.firstName}}"},
		"<p>{{customer.<b>first</b>Name|x}}</p>":                         {"{{customer.firstName|x}}"},
		"<p>{{customer.</p><p>firstName}}</p>":                           nil,
		"<p>&#123;{agent.nope}}</p>":                                     {"{{agent.nope}}"},
		"<p><code>{{customer.firstName}}</code> {{ product.title }}</p>": nil,
	} {
		if got := Unresolved(in); !slices.Equal(got, want) {
			t.Errorf("Unresolved(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestUndeclaredFindsWhatCannotBeFilled(t *testing.T) {
	t.Parallel()
	in := "<p>{{customer.name}} {{customer.nope}} {{agent.<i>name</i>}} {{conversation.number|x}}</p>"
	if got, want := Undeclared(in), []string{"{{customer.nope}}", "{{agent.name}}"}; !slices.Equal(got, want) {
		t.Errorf("Undeclared(%q) = %q, want %q", in, got, want)
	}
}

func TestNamePartsReadsNamesAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for whole, want := range map[string][2]string{
		"Anna Nowak": {"Anna", "Nowak"}, "Jānis": {"Jānis", ""}, "Bērziņa, Anna Marija": {"Anna", "Bērziņa"}, "  Ona  van der  Berg ": {"Ona", "van der Berg"},
		"anna@example.com": {"", ""}, "": {"", ""}, "A/S Ledus": {"", ""},
	} {
		first, last := NameParts(whole)
		if got := [2]string{first, last}; got != want {
			t.Errorf("NameParts(%q) = %q, want %q", whole, got, want)
		}
	}
}

// pieces that do harm together.
var pieces = []string{"{{", "}}", "{", "}", "|", "customer.", "customer.name", "agent.name", "firstName", "{{customer.name}}", "{{agent.name|x}}", " ", "\u00a0",
	"<b>", "</b>", "<p>", "</p>", "<code>", "</code>", "&amp;", "&lt;", "&#123;", "<", ">", `<a href="`, `">`, "ž", "\xff"}

func text(t *rapid.T, name string) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 20).Draw(t, name), "")
}

func TestAValueBecomesNeitherHTMLNorAPlaceholder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		in := text(rt, "template")
		values := Values{}
		for _, n := range Names {
			values[n] = "v" + text(rt, string(n))
		}
		harmless := Values{}
		for _, n := range Names {
			harmless[n] = "v"
		}
		got, missing := Render(in, values)
		want, wantMissing := Render(in, harmless)
		if diff := cmp.Diff(tags(want), tags(got)); diff != "" {
			rt.Fatalf("Render(%q, %q) has other elements (-want +got):\n%s", in, values, diff)
		}
		if !slices.Equal(missing, wantMissing) {
			rt.Fatalf("missing %q, want %q", missing, wantMissing)
		}
		if again, _ := Render(got, Values{CustomerName: "AGAIN", AgentName: "AGAIN"}); strings.Contains(again, "AGAIN") {
			rt.Fatalf("Render(%q, %q) = %q, in which a value became a placeholder", in, values, got)
		}
		if u, w := Unresolved(got), Unresolved(want); !slices.Equal(u, w) {
			rt.Fatalf("Unresolved(%q) = %q, want %q", got, u, w)
		}
	})
}

func tags(s string) (all []string) {
	each(s, func(raw string, words bool) {
		if !words {
			all = append(all, raw)
		}
	})
	return all
}

func TestAllValuesLeaveNothingUnresolved(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		var b strings.Builder
		values := Values{}
		for range rapid.IntRange(0, 8).Draw(rt, "n") {
			n := rapid.SampledFrom(Names).Draw(rt, "name")
			b.WriteString(html.EscapeString(rapid.String().Draw(rt, "words")) + "{{" + string(n) + "}}")
			values[n] = "v"
		}
		in := b.String()
		got, missing := Render(in, values)
		if len(missing) > 0 {
			rt.Fatalf("Render(%q) = %q, missing %q", in, got, missing)
		}
	})
}

func FuzzRender(f *testing.F) {
	for _, seed := range []string{"<p>{{customer.name}}</p>", "{{{{customer.name}}}}", "{{customer.<b>name}}", "{{customer.name|{{agent.name}}}}", "<code>{{agent.name}}", "&#123;&#123;agent.name}}"} {
		f.Add(seed, "v")
	}
	f.Fuzz(func(t *testing.T, in, value string) {
		got, missing := Render(in, Values{CustomerName: value})
		if slices.Contains(missing, CustomerName) && strings.TrimSpace(strings.ToValidUTF8(value, "")) != "" {
			t.Errorf("Render(%q, %q) = %q: its value is missing", in, value, got)
		}
		if again, _ := Render(got, Values{CustomerName: "v\x00AGAIN"}); strings.Contains(again, "AGAIN") && !strings.Contains(in, "AGAIN") && !strings.Contains(value, "AGAIN") &&
			len(strings.Fields(strings.ToValidUTF8(value, ""))) > 0 {
			t.Errorf("Render(%q, %q) = %q leaves or makes a placeholder", in, value, got)
		}
		Undeclared(in)
	})
}
