package score

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"tellus/internal/engine/quote"
)

// A replyCase is one mail of a mail-reply set with what the set says about its visible reply.
//
// The sets mean different things by it. Ours is: the writer's own words, closing formula and typed name included, without
// history, delimited signatures and footers of programs. So each is compared in its own meaning, like this:
//   - email_reply_trimmer: the trimmed file, which has our meaning;
//   - crisp, willdurand, github, zapier: the first fragment, or the visible text, that a test asks for. The last three take a
//     line "-Name" for a signature, which to us is a typed name: it is ignored at the end. Facts about the number and
//     the flags of fragments, and about templates that the test fills in itself, say nothing about the reply and are left out;
//   - talon: the reply of a mail or of an HTML body, compared without white space as that set asks; of its signature
//     files those whose body and signature are given apart;
//   - quote-templates: a reply above what the program's template, filled in, puts above a quote.
//
// White space at line ends, runs of blank lines and runs of spaces are not compared.
type replyCase struct {
	name string
	text string // plain-text body, or
	html string // HTML body

	want      string           // the whole visible reply, when exact
	exact     bool             // want is given
	match     []*regexp.Regexp // what the visible reply must match
	contain   []string         // what it must contain
	omit      []string         // what it must not contain
	begins    bool             // want is only how the visible reply begins
	looseName bool             // ignore a last line "-Name"
	noSpace   bool             // compare without white space
}

// visible is the reply that the product shows.
func (c *replyCase) visible() string {
	if c.html != "" {
		shown, _ := quote.SplitHTML(c.html)
		return textOfHTML(shown)
	}
	return quote.VisibleText(c.text)
}

// replyResult says how a case went. Lost means that words which the set counts as the writer's are not visible.
type replyResult struct {
	right, lost bool
	got         string
}

func (c *replyCase) run() replyResult {
	got := c.visible()
	r := replyResult{right: true, got: got}
	shown := foldSpace(got)
	if c.exact && c.begins {
		r.right = strings.HasPrefix(shown, foldSpace(c.want))
		r.lost = !r.right
	} else if c.exact {
		want := foldSpace(c.want)
		if c.looseName {
			shown, want = withoutDashName(shown), withoutDashName(want)
		}
		if c.noSpace {
			r.right = squeeze(shown) == squeeze(want)
			r.lost = !r.right && !strings.Contains(squeeze(shown), squeeze(want))
		} else {
			r.right = shown == want
			r.lost = !r.right && !containsLines(shown, want)
		}
	}
	for _, re := range c.match {
		if !re.MatchString(shown) {
			r.right, r.lost = false, true
		}
	}
	for _, s := range c.contain {
		if !strings.Contains(shown, foldSpace(s)) {
			r.right, r.lost = false, true
		}
	}
	for _, s := range c.omit {
		if strings.Contains(shown, foldSpace(s)) {
			r.right = false
		}
	}
	return r
}

var (
	dashName   = regexp.MustCompile(`\n-\w+( \w+)?$`)
	blankLines = regexp.MustCompile(`\n{2,}`)
)

func withoutDashName(s string) string { return strings.TrimSpace(dashName.ReplaceAllString(s, "")) }

// foldSpace evens out what the sets themselves treat loosely: line ends, spaces and runs of blank lines.
func foldSpace(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r", ""), "\n")
	for i, l := range lines {
		lines[i] = strings.Join(strings.Fields(l), " ")
	}
	return strings.TrimSpace(blankLines.ReplaceAllString(strings.Join(lines, "\n"), "\n\n"))
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

// containsLines reports whether every line of want stands in got, in order.
func containsLines(got, want string) bool {
	have := strings.Split(got, "\n")
	for _, w := range strings.Split(want, "\n") {
		if w == "" {
			continue
		}
		found := false
		for len(have) > 0 && !found {
			found, have = have[0] == w, have[1:]
		}
		if !found {
			return false
		}
	}
	return true
}

// replyCases reads the cases of all mail-reply sets that are present below corpus.
func replyCases(corpus string) ([]replyCase, error) {
	root := filepath.Join(corpus, "mail-reply")
	var all []replyCase
	for _, read := range []func(string) ([]replyCase, error){
		trimmerCases, crispCases, willdurandCases, githubCases, zapierCases, talonCases, templateCases,
	} {
		cases, err := read(root)
		if err != nil && !os.IsNotExist(err) {
			return nil, err
		}
		all = append(all, cases...)
	}
	return all, nil
}

func trimmerCases(root string) ([]replyCase, error) {
	dir := filepath.Join(root, "email_reply_trimmer", "test")
	entries, err := os.ReadDir(filepath.Join(dir, "emails"))
	if err != nil {
		return nil, err
	}
	var out []replyCase
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, "emails", e.Name()))
		if err != nil {
			return nil, err
		}
		want, err := os.ReadFile(filepath.Join(dir, "trimmed", e.Name()))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, replyCase{name: "email_reply_trimmer/" + e.Name(), text: string(text), want: string(want), exact: true})
	}
	return out, nil
}

// factRow is a row of the facts.jsonl of the four sets made from unit tests.
type factRow struct {
	Title    string            `json:"title"`
	Fixtures []string          `json:"fixtures"`
	Facts    []json.RawMessage `json:"facts"`
}

// unitTestCases turns each test of a set into cases, one for each fixture that it names; read understands one fact about
// fixture n of those.
func unitTestCases(root, set string, read func(c *replyCase, fact json.RawMessage, n int) bool) ([]replyCase, error) {
	dir := filepath.Join(root, set)
	raw, err := os.ReadFile(filepath.Join(dir, "expectations", "facts.jsonl"))
	if err != nil {
		return nil, err
	}
	var out []replyCase
	for i, row := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		var r factRow
		if err := json.Unmarshal([]byte(row), &r); err != nil {
			return nil, fmt.Errorf("read row %d of %s: %w", i+1, set, err)
		}
		for n, fixture := range r.Fixtures {
			text, err := os.ReadFile(filepath.Join(dir, fixture))
			if os.IsNotExist(err) {
				continue
			}
			if err != nil {
				return nil, err
			}
			if placeholder.Match(text) {
				continue
			}
			c := replyCase{name: set + "/" + r.Title + "/" + filepath.Base(fixture), text: string(text)}
			useful := false
			for k, fact := range r.Facts {
				c.begins = c.begins || laterVisible.Match(fact)
				if len(r.Fixtures) > 1 && len(r.Facts) == len(r.Fixtures) && k != n {
					continue
				}
				useful = read(&c, fact, n) || useful
			}
			if useful {
				out = append(out, c)
			}
		}
	}
	return out, nil
}

// laterVisible matches facts which say that a fragment after the first is not hidden: the reply has several, of which the
// test names the first.
var laterVisible = regexp.MustCompile(`(?i)\[false,( true,)* false\b.*(isHidden|hidden\?|\.hidden\b)|assertFalse\(\$fragments\[[1-9]\]->isHidden`)

// placeholder marks fixtures that a test fills in before it uses them.
var placeholder = regexp.MustCompile(`(?m)^\[(FROM|DATE)\]\s*$`)

func (c *replyCase) expect(want string) bool {
	c.want, c.exact = want, true
	return true
}

func (c *replyCase) expectMatch(pattern string) bool {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return false
	}
	c.match = append(c.match, re)
	return true
}

func crispCases(root string) ([]replyCase, error) {
	first := regexp.MustCompile(`^(reply\.)?fragments\[0\]\.toString\(\)(\.trim\(\))?$|^reply$|^text$|^email\.getVisibleText\(\)$`)
	test := regexp.MustCompile(`^/(.+)/\.test\((?:reply\.)?fragments\[0\](?:\.toString\(\))?\)$`)
	return unitTestCases(root, "crisp-email-reply-parser", func(c *replyCase, raw json.RawMessage, _ int) bool {
		var f struct{ Expected, Actual string }
		if json.Unmarshal(raw, &f) != nil {
			return false
		}
		if first.MatchString(f.Actual) {
			return c.expect(f.Expected)
		}
		if m := test.FindStringSubmatch(f.Actual); m != nil && f.Expected == "true" {
			return c.expectMatch(m[1])
		}
		return false
	})
}

func willdurandCases(root string) ([]replyCase, error) {
	fragment := `(?:\(string\) )?\$?(?:fragments|email->getFragments\(\))\[0\]`
	reply := `(?:trim\(` + fragment + `\)|` + fragment + `|EmailReplyParser::parseReply\(\$body\)|\$email->getVisibleText\(\)|EmailReplyParser::read\(\$body\)->getVisibleText\(\))`
	quoted := regexp.MustCompile(`(?s)^assert(?:Equals|Same)\(\s*(['"])(.*)['"]\s*,\s*` + reply + `\s*\)$`)
	heredoc := regexp.MustCompile(`(?s)^assert(?:Equals|Same)\(<<<(\w+)\n(.*)\n(\w+)\n ?, ` + reply + `\)$`)
	match := regexp.MustCompile(`(?s)^assert(?:MatchesRegularExpression|RegExp)\('/(.*)/', ` + fragment + `\)$`)
	contains := regexp.MustCompile(`(?s)^assertString(Not)?ContainsString\('(.*)', ` + fragment + `\)$`)
	return unitTestCases(root, "willdurand-EmailReplyParser", func(c *replyCase, raw json.RawMessage, _ int) bool {
		c.looseName = true
		var f string
		if json.Unmarshal(raw, &f) != nil {
			return false
		}
		if m := quoted.FindStringSubmatch(f); m != nil {
			return c.expect(unescape(m[2], m[1] == `"`))
		}
		if m := heredoc.FindStringSubmatch(f); m != nil && m[1] == m[3] && !strings.Contains(m[2], "{$") {
			return c.expect(m[2])
		}
		if m := match.FindStringSubmatch(f); m != nil {
			return c.expectMatch(unescape(m[1], false))
		}
		if m := contains.FindStringSubmatch(f); m != nil {
			if m[1] == "Not" {
				c.omit = append(c.omit, m[2])
			} else {
				c.contain = append(c.contain, m[2])
			}
			return true
		}
		return false
	})
}

func githubCases(root string) ([]replyCase, error) {
	equal := regexp.MustCompile(`(?s)^assert_equal "(.*)", (?:EmailReplyParser\.parse_reply\(body\)|reply\.fragments\[0\]\.to_s|reply\.visible_text)$`)
	match := regexp.MustCompile(`(?s)^assert_match\(?\s*/(.*)/, reply\.fragments\[0\]\.to_s\)?$`)
	return unitTestCases(root, "github-email_reply_parser", func(c *replyCase, raw json.RawMessage, _ int) bool {
		c.looseName = true
		var f string
		if json.Unmarshal(raw, &f) != nil {
			return false
		}
		if m := equal.FindStringSubmatch(f); m != nil {
			return c.expect(unescape(m[1], true))
		}
		if m := match.FindStringSubmatch(f); m != nil {
			return c.expectMatch("(?m)" + m[1])
		}
		return false
	})
}

func zapierCases(root string) ([]replyCase, error) {
	reply := `(?:EmailReplyParser\.parse_reply\((?:f|email|body)(?:\.read\(\))?\)|message\.reply(?:\.strip\(\))?)`
	equal := regexp.MustCompile(`(?s)^self\.assertEqual\((?:'(.*)', ` + reply + `|` + reply + `, '(.*)')\)$`)
	contains := regexp.MustCompile(`(?s)^self\.assertTrue\(\s*"(.*)" (not )?in (?:` + reply + `|message\.fragments\[0\]\.content)\s*\)$`)
	return unitTestCases(root, "zapier-email-reply-parser", func(c *replyCase, raw json.RawMessage, _ int) bool {
		c.looseName = true
		var f string
		if json.Unmarshal(raw, &f) != nil {
			return false
		}
		if m := equal.FindStringSubmatch(f); m != nil {
			return c.expect(unescape(m[1]+m[2], true))
		}
		if m := contains.FindStringSubmatch(f); m != nil {
			if m[2] != "" {
				c.omit = append(c.omit, m[1])
			} else {
				c.contain = append(c.contain, m[1])
			}
			return true
		}
		return false
	})
}

// unescape undoes the escapes of a quoted string in PHP, Ruby or Python, as far as the sets use them.
func unescape(s string, newlines bool) string {
	pairs := []string{`\\`, `\`, `\'`, `'`, `\"`, `"`}
	if newlines {
		pairs = append(pairs, `\n`, "\n", `\t`, "\t")
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

func init() { Register("mail-reply", scoreMailReply) }

// scoreMailReply marks for each case whether the visible reply is exactly right, and whether all of the writer's words
// are visible.
func scoreMailReply(c *Corpus, s *Sheet) error {
	cases, err := replyCases(c.Dir)
	if err != nil {
		return err
	}
	for _, k := range cases {
		r := k.run()
		set, name, _ := strings.Cut(k.name, "/")
		got := r.got
		if len(got) > 400 {
			got = got[:400] + "…"
		}
		s.Mark(set, set+"/"+name, "visible reply exact", r.right, fmt.Sprintf("got %q", got))
		s.Mark(set, set+"/"+name, "own text visible", !r.lost, fmt.Sprintf("got %q", got))
	}
	return nil
}
