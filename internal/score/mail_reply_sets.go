package score

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/net/html"

	"tellus/internal/platform/mailmsg"
)

func talonCases(root string) ([]replyCase, error) {
	dir := filepath.Join(root, "talon")
	raw, err := os.ReadFile(filepath.Join(dir, "expectations", "standard_replies.jsonl"))
	if err != nil {
		return nil, err
	}
	var out []replyCase
	for i, row := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		var r struct {
			Mail  string `json:"mail"`
			Reply string `json:"expected_reply"`
		}
		if err := json.Unmarshal([]byte(row), &r); err != nil {
			return nil, fmt.Errorf("read row %d of talon: %w", i+1, err)
		}
		mail, err := os.ReadFile(filepath.Join(dir, r.Mail))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		m := mailmsg.Parse(mail, mailmsg.Limits{})
		name := "talon/" + filepath.Base(r.Mail)
		out = append(out, replyCase{name: name, text: m.Text, want: r.Reply, exact: true, noSpace: true})
		if m.HTML != "" {
			out = append(out, replyCase{name: name + "/html", html: m.HTML, want: r.Reply, exact: true, noSpace: true})
		}
	}
	bodies, err := talonHTML(root)
	if err != nil {
		return nil, err
	}
	signatures, err := talonSignatures(dir)
	if err != nil {
		return nil, err
	}
	return append(append(out, bodies...), signatures...), nil
}

// talonHTML reads the HTML bodies, whose reply is given as a label in the index.
func talonHTML(root string) ([]replyCase, error) {
	index, err := os.ReadFile(filepath.Join(filepath.Dir(root), "index.tsv"))
	if err != nil {
		return nil, err
	}
	label := regexp.MustCompile(`^label:reply is "(.*)" \(white space ignored\)$`)
	var out []replyCase
	for _, row := range strings.Split(string(index), "\n") {
		f := strings.Split(row, "\t")
		if len(f) < 4 || !strings.HasPrefix(f[0], "mail-reply/talon/") || !strings.HasSuffix(f[0], ".html") {
			continue
		}
		m := label.FindStringSubmatch(f[3])
		if m == nil {
			continue
		}
		body, err := os.ReadFile(filepath.Join(filepath.Dir(root), filepath.FromSlash(f[0])))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, replyCase{name: "talon/" + filepath.Base(f[0]), html: strings.ToValidUTF8(string(body), ""), want: unescape(m[1], true), exact: true, noSpace: true})
	}
	return out, nil
}

// talonSignatures reads the bodies that end in a signature given in a file of its own.
func talonSignatures(dir string) ([]replyCase, error) {
	bodies, err := filepath.Glob(filepath.Join(dir, "tests", "fixtures", "signature", "emails", "stripped", "*_body"))
	if err != nil {
		return nil, err
	}
	var out []replyCase
	for _, path := range bodies {
		body, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		signature, err := os.ReadFile(strings.TrimSuffix(path, "_body") + "_signature")
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if strings.Contains(string(body), "#sig#") {
			continue // lines are marked for training, not as mail looks
		}
		want, _ := strings.CutSuffix(strings.TrimSpace(string(body)), strings.TrimSpace(string(signature)))
		out = append(out, replyCase{name: "talon/" + filepath.Base(path), text: string(body), want: want, exact: true})
	}
	return out, nil
}

const (
	templateReply  = "Hello,\n\nthe parcel came today, but one cup is broken. See 2 photos.\n\nRegards\nInga"
	templateQuoted = "Dear Inga,\n\nyour order is on its way.\n\nThe shop"
	templateSender = "Jonas Petraitis <jonas@example.org>"
	templateDate   = "2024-03-05 14:07"
)

// templateCases fills in what programs write above a quote, in each language: the introduction above marked and above
// unmarked text, and the header block below its separator and alone.
func templateCases(root string) ([]replyCase, error) {
	files, err := filepath.Glob(filepath.Join(root, "quote-templates", "*.tsv"))
	if err != nil {
		return nil, err
	}
	var out []replyCase
	for _, path := range files {
		raw, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		locales := map[string]map[string]string{}
		var order []string
		for _, row := range strings.Split(string(raw), "\n")[1:] {
			f := strings.Split(row, "\t")
			if len(f) < 4 {
				continue
			}
			name := f[0] + "/" + f[1]
			if locales[name] == nil {
				locales[name] = map[string]string{}
				order = append(order, name)
			}
			locales[name][f[2]] = f[3]
		}
		for _, name := range order {
			out = append(out, templateLocale(name, locales[name])...)
		}
	}
	return out, nil
}

func templateLocale(name string, keys map[string]string) []replyCase {
	var out []replyCase
	add := func(kind, below string) {
		out = append(out, replyCase{name: "quote-templates/" + name + "/" + kind, text: templateReply + "\n\n" + below, want: templateReply, exact: true})
	}
	if t := keys["mailreplyintro"]; t != "" {
		intro := strings.NewReplacer("$date", templateDate, "date$", templateDate, "$sender", templateSender, "sender$", templateSender).Replace(t)
		add("intro", intro+"\n"+marked(templateQuoted))
		add("intro-unmarked", intro+"\n\n"+templateQuoted)
	}
	if keys["from"] == "" || keys["to"] == "" || keys["subject"] == "" {
		return out
	}
	date := keys["date"]
	if date == "" {
		date = "Date"
	}
	block := keys["subject"] + ": Order 1234\n" + date + ": " + templateDate + "\n" + keys["from"] + ": " + templateSender + "\n" + keys["to"] + ": Inga <inga@example.com>\n\n"
	add("headers", block+templateQuoted)
	if t := keys["originalmessage"]; t != "" {
		add("original", "-------- "+t+" --------\n"+block+templateQuoted)
		add("original-alone", "-------- "+t+" --------\n\n"+templateQuoted)
	}
	return out
}

func marked(s string) string { return "> " + strings.ReplaceAll(s, "\n", "\n> ") }

// textOfHTML is the text of an HTML body without its white space being of any meaning.
func textOfHTML(s string) string {
	z := html.NewTokenizer(strings.NewReader(s))
	var b strings.Builder
	hidden := 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if hidden == 0 {
				b.Write(z.Text())
				b.WriteByte(' ')
			}
		case html.StartTagToken:
			if name, _ := z.TagName(); isHiddenTag(string(name)) {
				hidden++
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); isHiddenTag(string(name)) && hidden > 0 {
				hidden--
			}
		}
	}
}

func isHiddenTag(name string) bool { return name == "style" || name == "script" || name == "title" }
