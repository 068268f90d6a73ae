package spam

import (
	"fmt"
	"maps"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tellus/internal/desk"
)

// usual are the headers that a mail program writes.
func usual() []Field {
	return []Field{{"From", "Ann <ann@a.example>"}, {"To", "help@b.example"}, {"Date", "Mon, 2 Mar 2026 10:00:00 +0200"}, {"Message-ID", "<1@a.example>"}, {"Subject", "x"}}
}

func ordinary() Facts {
	return Facts{From: "ann@a.example", FromName: "Ann", Headers: usual(), Subject: "Where is my order?", Text: "Hello, my order 123 has not come. Ann",
		Date: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), Received: time.Date(2026, 3, 2, 8, 0, 5, 0, time.UTC)}
}

func TestCustomersAreNotTakenForSpam(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*Facts){
		"an ordinary mail": func(*Facts) {},
		"forwarded": func(f *Facts) {
			f.Verdicts = desk.Verdicts{SPF: "fail", DKIM: "fail", DMARC: "fail", From: "a.example"}
		},
		"in anger":    func(f *Facts) { f.Subject = "WHERE IS MY MONEY!!!"; f.Text = strings.ToUpper(f.Text) },
		"from a form": func(f *Facts) { f.From, f.ReplyTo = "form@shop.example", "ann@gmail.com" },
		"a newsletter": func(f *Facts) {
			f.Headers = append(f.Headers, Field{"List-Unsubscribe", "<https://a.example>"})
			f.HTML = `<a href="https://click.mailer.example/x">www.shop.example</a>`
		},
		"quoting a fraud": func(f *Facts) {
			f.Text = "I got this mail, is it from you? 'Verify your account, click here, you have won the lottery, million dollars, send bitcoin'"
		},
		"by an old program":      func(f *Facts) { f.Headers = f.Headers[:2]; f.Date = time.Time{} },
		"with a photo":           func(f *Facts) { f.Text = ""; f.HTML = `<img src="cid:1">` },
		"to many":                func(f *Facts) { f.Headers[1].Value = strings.Repeat("a@b.example, ", 30) },
		"a wrong clock":          func(f *Facts) { f.Date = f.Date.AddDate(5, 0, 0) },
		"two alphabets":          func(f *Facts) { f.Text = "Заказ ABC123 не пришёл. My name is Анна" },
		"a dangerous attachment": func(f *Facts) { f.Dangerous = 2 },
	}
	for name, change := range tests {
		f := ordinary()
		change(&f)
		if r := Score(f); r.Spam() {
			t.Errorf("%s: score %.2f because of %v", name, r.Score, r.Reasons)
		}
	}
}

func TestSpamIsKnown(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*Facts){
		"by another filter": func(f *Facts) { f.Headers = append(f.Headers, Field{"X-Spam-Flag", "YES"}) },
		"a forged bank": func(f *Facts) {
			f.Verdicts = desk.Verdicts{SPF: "fail", DMARC: "fail", From: "bank.example"}
			f.HTML = `Verify <a href="http://203.0.113.5/login">https://bank.example/login</a>`
			f.Text = "Your account has been suspended. Verify your account."
		},
		"an inheritance": func(f *Facts) {
			f.Headers = f.Headers[:1]
			f.Subject = "URGENT BUSINESS PROPOSAL!!!"
			f.Text = "Dear friend, I am a barrister to the next of kin of a million dollars."
			f.ReplyTo, f.From = "x@gmail.com", "prince@yahoo.com"
		},
		"letters in disguise": func(f *Facts) {
			f.Subject = "Раssword exрires tоday" // mixed alphabets
			f.HTML = `<form action=x></form><a href="https://u:p@evil.top/x">www.b.example</a>`
			f.Headers = f.Headers[:1]
		},
		"the test line": func(f *Facts) { f.Text = "This is a test.\n\n" + gtube + "\n" },
		"in our name": func(f *Facts) {
			f.OwnClaim = true
			f.Verdicts = desk.Verdicts{SPF: "fail", DMARC: "fail"}
		},
	}
	for name, change := range tests {
		f := ordinary()
		change(&f)
		if r := Score(f); !r.Spam() {
			t.Errorf("%s: score %.2f because of %v", name, r.Score, r.Reasons)
		}
		before := Score(f).Score
		f.OwnClaim = false
		f.Answers = true
		if after := Score(f).Score; after >= before {
			t.Errorf("%s: an answer to us scores %.2f, a stranger's mail %.2f", name, after, before)
		}
	}
}

// Whoever words the reasons goes by Codes: each code in the source must be there, and each there must be in the source.
func TestRespelledLuresAreRead(t *testing.T) {
	t.Parallel()
	for subject, want := range map[string]string{
		"Cheap via.gra": "viagra", "V1AGRA now": "viagra", "c-a-s-i-n-o": "casino", "the *c@sino*": "casino",
		"viagra": "", "A question about order A-123.45": "", "ann@casino.example wrote": "", "Re: Cas. Ino": "", "1.2.3": "", "": "",
	} {
		if got := respelled(subject); got != want {
			t.Errorf("respelled(%q) = %q, want %q", subject, got, want)
		}
	}
}

func TestCodesAreComplete(t *testing.T) {
	t.Parallel()
	call := regexp.MustCompile(`(?:j\.add\("[a-z]*", |once\(|\{"phrase_)"?([a-z_]+)", `)
	given := map[string]bool{}
	for _, file := range []string{"spam.go", "header.go", "links.go", "phrases.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range call.FindAllSubmatch(source, -1) {
			code := string(m[1])
			if strings.HasPrefix(string(m[0]), "{") {
				code = "phrase_" + code
			}
			given[code] = true
		}
	}
	if d := cmp.Diff(slices.Sorted(slices.Values(Codes)), slices.Sorted(maps.Keys(given))); d != "" {
		t.Errorf("Codes (-) and what is given (+):\n%s", d)
	}
}

// facts draws mails of every kind.
func facts(rt *rapid.T) Facts {
	verdict := rapid.SampledFrom([]string{"", "pass", "fail", "softfail", "neutral", "none", "temperror", "permerror"})
	f := ordinary()
	f.Verdicts = desk.Verdicts{SPF: verdict.Draw(rt, "spf"), DKIM: verdict.Draw(rt, "dkim"), DMARC: verdict.Draw(rt, "dmarc")}
	f.Headers = f.Headers[:rapid.IntRange(0, len(f.Headers)).Draw(rt, "headers")]
	f.Subject = rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"RE: YOU WON!!!", "V I A G R A", "Раssword"})).Draw(rt, "subject")
	piece := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{`<a href="http://1.2.3.4/">www.bank.example</a>`, "<form>", "<script>x", "million dollars", "viagra", "https://bit.ly/x", `<span style="font-size:0">`}))
	f.Text = strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(rt, "text"), " ")
	f.HTML = strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(rt, "html"), " ")
	f.Dangerous = rapid.IntRange(0, 2).Draw(rt, "dangerous")
	return f
}

func TestScoreFollowsItsReasons(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		f := facts(rt)
		r := Score(f)
		if !(r.Score >= 0 && r.Score <= 1) {
			rt.Fatalf("Score = %v", r.Score)
		}
		sum := bias
		for _, reason := range r.Reasons {
			if !slices.Contains(Codes, reason.Code) || reason.Weight == 0 {
				rt.Errorf("reason %+v", reason)
			}
			sum += reason.Weight
		}
		if got := 1 / (1 + math.Exp(-sum)); math.Abs(got-r.Score) > 1e-9 {
			rt.Errorf("reasons give %v, score is %v", got, r.Score)
		}
		known := f
		known.Known = true
		if k := Score(known).Score; k > r.Score {
			rt.Errorf("a known sender raised the score from %v to %v", r.Score, k)
		}
		flagged := f
		flagged.Headers = append(slices.Clone(f.Headers), Field{"X-Spam-Flag", "YES"})
		if k := Score(flagged).Score; k < r.Score {
			rt.Errorf("another filter's mark lowered the score from %v to %v", r.Score, k)
		}
		if again := Score(f); again.Score != r.Score {
			rt.Errorf("Score gave %v, then %v", r.Score, again.Score)
		}
	})
}

func TestWordsAloneAreNoSpamBeforeAnythingWasLearned(t *testing.T) {
	t.Parallel()
	var all []string
	for _, p := range phrases {
		all = append(all, p.words...)
	}
	rapid.Check(t, func(rt *rapid.T) {
		f := ordinary()
		f.Text = strings.Join(rapid.SliceOfN(rapid.SampledFrom(all), 0, 30).Draw(rt, "phrases"), ". ")
		f.Subject = rapid.SampledFrom(all).Draw(rt, "subject")
		f.Tokens = Tokens(f.Subject, f.Text, f.Headers)
		f.Learned = Counts{}
		if r := Score(f); r.Spam() {
			rt.Errorf("score %.2f because of %v", r.Score, r.Reasons)
		}
	})
}

// store applies changes as the store does.
func store(c Counts, list []Change) {
	for _, ch := range list {
		n := c[ch.Token]
		c[ch.Token] = [2]int{n[0] + ch.Spam, n[1] + ch.Ham}
	}
}

func TestLearningSeparatesWhatAgentsMark(t *testing.T) {
	t.Parallel()
	c := Counts{}
	offers := []string{"roof cleaning offer for your hall", "our hall cleaning price list", "cheap roof coating offer", "clean your hall with us"}
	orders := []string{"my order has not come", "the kettle I bought leaks", "please send the receipt again", "how do I return the kettle"}
	learn := func(text string, spam bool) { store(c, Learn(Tokens("", text, nil), spam)) }
	weigh := func(text string) float64 { return wordWeight(Tokens("", text, nil), c) }

	for i := range leastLearned - 1 {
		learn(offers[i%4]+fmt.Sprint(" number", i), true)
		learn(orders[i%4]+fmt.Sprint(" number", i), false)
	}
	if w := weigh("roof cleaning offer"); w != 0 {
		t.Errorf("after four mails of each kind words weigh %v, want 0", w)
	}
	for i := range 40 {
		learn(offers[i%4], true)
		learn(orders[i%4], false)
	}
	if w := weigh("an offer for roof cleaning of your hall"); w < 1.5 {
		t.Errorf("an offer weighs %v", w)
	}
	if w := weigh("I bought a kettle and the order has not come"); w > -1.5 {
		t.Errorf("an order weighs %v", w)
	}
	if w := weigh("xylophone quartz"); w != 0 {
		t.Errorf("unknown words weigh %v", w)
	}
	if w := weigh(strings.Repeat("roof cleaning offer hall price clean coating cheap list ", 100)); w > strongest {
		t.Errorf("words weigh %v, more than %v", w, strongest)
	}
}

func TestUnlearningUndoesLearning(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c := Counts{}
		tokens := Tokens(rapid.String().Draw(rt, "subject"), rapid.String().Draw(rt, "text"), usual())
		spam := rapid.Bool().Draw(rt, "spam")
		store(c, Learn(tokens, spam))
		if s, h := c.Count(Mails); s+h != 1 {
			rt.Errorf("%d mails were counted", s+h)
		}
		store(c, Unlearn(tokens, spam))
		for token, n := range c {
			if n != [2]int{} {
				rt.Errorf("token %d counts %v", token, n)
			}
		}
	})
}

func TestTokensAreFewAndStable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		subject, text := rapid.String().Draw(rt, "subject"), rapid.String().Draw(rt, "text")
		tokens := Tokens(subject, text, usual())
		if !slices.IsSorted(tokens) || len(slices.Compact(slices.Clone(tokens))) != len(tokens) {
			rt.Errorf("tokens are not sorted or not unique: %v", tokens)
		}
		if len(tokens) > 0 && tokens[0] <= 0 {
			rt.Errorf("token %d", tokens[0])
		}
		if !slices.Equal(tokens, Tokens(subject, text, usual())) {
			rt.Error("tokens differ from one call to the next")
		}
	})
	if n := len(Tokens("", strings.Repeat("a1 b2 c3 ", 1<<20)+randomWords(5000), nil)); n > maxTokens {
		t.Errorf("%d tokens, want at most %d", n, maxTokens)
	}
	// Stored counts would be lost if this changed.
	if got := Tokens("", "kettle", nil); len(got) != 1 || got[0] != 913220474706351473 {
		t.Errorf("Tokens of one word = %v", got)
	}
}

func randomWords(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "word%dx ", i)
	}
	return b.String()
}

func TestScoreIsBounded(t *testing.T) {
	t.Parallel()
	for _, s := range []string{strings.Repeat("<a href=http://x>", 1<<20), strings.Repeat("http://a.example ", 1<<20), strings.Repeat("<", 16<<20), strings.Repeat("million dollars ", 1<<20), strings.Repeat("<script>", 1<<20)} {
		f := ordinary()
		f.Subject, f.Text, f.HTML = s, s, s
		f.Tokens = Tokens(s, s, f.Headers)
		// Work that grows faster than the text would not end within the time that the whole run has.
		if got := Score(f).Score; got < 0 || got > 1 {
			t.Errorf("Score = %v, want a share", got)
		}
	}
}

func FuzzScore(f *testing.F) {
	f.Add("RE: x", "text http://a.example", `<a href="https://a.example">www.b.example</a>`, "X-Spam-Status", "Yes")
	f.Add("Раss", "\xff", `<a`, "From", `"a@b.c" <d@e.f>`)
	f.Fuzz(func(t *testing.T, subject, text, markup, name, value string) {
		facts := Facts{From: value, FromName: name, ReplyTo: value, Subject: subject, Text: text, HTML: markup, Headers: []Field{{name, value}, {"From", value}}}
		facts.Tokens = Tokens(subject, text, facts.Headers)
		if r := Score(facts); !(r.Score >= 0 && r.Score <= 1) {
			t.Errorf("Score = %v", r.Score)
		}
	})
}
