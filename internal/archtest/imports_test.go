package archtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// core is the order of the features that others may use: each sees those before it.
var core = []string{"staff", "field", "customer", "inbox", "hours", "conversation"}

// row is a line of the table in docs/ARCHITECTURE.md: who may import whom, as folders below internal.
type row struct {
	of  string   // the folder, with all below it
	may []string // folders that it may import, with all below them; "X!" means the package X alone
	why string   // said where the rule is broken
}

// table is the import table. The first row that fits a package counts. A package may always import what lies in its own folder and below
// (channel/email and channel/email/mailtest).
var table = []row{
	{"desk", nil, "the vocabulary imports the standard library only"},
	{"engine", []string{"desk", "engine"}, "an engine is a pure decision"},
	{"platform/locale", []string{"desk", "platform", "locales!"}, "it reads the catalogues and nothing else"},
	{"platform", []string{"desk", "platform"}, "a platform package would fit any product"},
	{"channel", []string{"channel!", "desk", "platform"}, "a channel never knows a feature or another channel"},
	{"flow", []string{"desk", "engine", "platform", "feature", "channel!", "flow"}, "a flow sees features and the plug for channels, never a driver"},
	{"web", []string{"desk", "engine", "platform", "feature", "flow", "web"}, "an edge never sees a channel: flows do"},
	{"migrations", nil, "migrations are files"},
	{"locales", nil, "catalogues are files"},
	{"archtest", nil, "archtest reads sources"},
	{"desktest", []string{""}, ""},
	{"score", []string{"desk", "engine", "platform", "channel", "feature", "flow", "desktest"}, "a score measures what answers are made of, not the edges"},
	{"app", []string{""}, ""},
	{"demo", []string{""}, ""},
	{"bench", []string{""}, ""},
}

// commandParts are what cmd/tellus is made of: the house, and the two sub-commands that stand beside it.
var commandParts = []string{"app", "demo", "bench"}

// rowOf finds the row of a package below internal, nil where the house has no place for it.
func rowOf(pkg string) *row {
	if name, ok := strings.CutPrefix(pkg, "feature/"); ok {
		return featureRow(strings.Split(name, "/")[0])
	}
	for i := range table {
		if within(pkg, table[i].of) {
			return &table[i]
		}
	}
	return nil
}

// featureRow lets a feature of the core see those before it, and every other feature the whole core.
func featureRow(name string) *row {
	before := core
	if i := slices.Index(core, name); i >= 0 {
		before = core[:i]
	}
	r := &row{of: "feature/" + name, may: []string{"desk", "engine", "platform"}}
	for _, c := range before {
		r.may = append(r.may, "feature/"+c)
	}
	r.why = "a feature sees the core before it (staff, field, customer, inbox, hours, conversation) and never another feature; what needs several is a flow"
	return r
}

func within(pkg, folder string) bool {
	return folder == "" || pkg == folder || strings.HasPrefix(pkg, folder+"/")
}

func (r *row) allows(imported string) bool {
	for _, m := range r.may {
		if alone, ok := strings.CutSuffix(m, "!"); ok {
			if imported == alone {
				return true
			}
		} else if within(imported, m) {
			return true
		}
	}
	return false
}

// helps reports whether tests may import a package wherever they are: a whole desk, the schema, the plug for channels (to fake one), and helpers of
// platform packages.
func helps(imported string) bool {
	return imported == "desktest" || imported == "migrations" || imported == "channel" || testPackage(imported)
}

// own returns the folder within which a package's imports are its own affair: "channel/email", "feature/staff", "web/api".
func own(pkg string) string {
	parts := strings.SplitN(pkg, "/", 3)
	if len(parts) < 2 {
		return pkg
	}
	return parts[0] + "/" + parts[1]
}

// broken says what is wrong with an import, "" where nothing is. Both are folders below internal.
func broken(f *file, pkg, imported string) string {
	if len(strings.Split(pkg, "/")) > 1 && within(imported, own(pkg)) {
		return ""
	}
	r := rowOf(pkg)
	if r == nil {
		return fmt.Sprintf("internal/%s has no row in the table of imports (internal/archtest/imports_test.go, docs/ARCHITECTURE.md)", pkg)
	}
	if r.allows(imported) || imported == pkg || f.support() && helps(imported) {
		return ""
	}
	may := strings.Join(r.may, ", ")
	if may == "" {
		may = "nothing of this module"
	}
	return fmt.Sprintf("internal/%s may not import internal/%s: %s (it may import: %s)", pkg, imported, r.why, may)
}

func TestImportsFollowTheTable(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		for _, imp := range f.imports() {
			imported, ok := strings.CutPrefix(imp, module+"/")
			if !ok {
				continue
			}
			imported = strings.TrimPrefix(imported, "internal/")
			if pkg, ok := strings.CutPrefix(f.pkg, "internal/"); ok {
				if msg := broken(f, pkg, imported); msg != "" {
					t.Errorf("%s: %s", f.path, msg)
				}
				continue
			}
			if name := f.pkg[len("cmd/"):]; !slices.Contains(commandParts, imported) && imported != name {
				t.Errorf("%s: cmd/%s may import internal/{app,demo,bench} and internal/%[2]s only, not %s: what it needs is wired there", f.path, name, imp)
			}
		}
	}
}

// pure names what a decision without I/O, clock and chance has no use for.
var pure = map[string]string{
	"os": "files", "net": "the network", "net/http": "the network", "database/sql": "a database", "math/rand": "chance",
	"math/rand/v2": "chance", "crypto/rand": "chance", "log/slog": "a log", "log": "a log", "os/exec": "processes", "context": "waiting",
}

func TestEnginesArePure(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		if f.support() || !within(f.pkg, "internal/engine") && f.pkg != "internal/desk" {
			continue
		}
		for _, imp := range f.imports() {
			if what, ok := pure[imp]; ok {
				t.Errorf("%s imports %s: vocabulary and engines know nothing of %s; pass it in", f.path, imp, what)
			}
		}
	}
}

func TestFeaturesKnowNoHTTP(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		if !f.support() && within(f.pkg, "internal/feature") && slices.Contains(f.imports(), "net/http") {
			t.Errorf("%s imports net/http: status and language belong to the edge; refuse with a desk.Code", f.path)
		}
	}
}

func TestRowsJudgeAsTheArchitectureSays(t *testing.T) {
	t.Parallel()
	plain, test := &file{path: "x.go"}, &file{path: "x_test.go", test: true}
	for _, c := range []struct {
		f        *file
		pkg, imp string
		ok       bool
	}{
		{plain, "desk", "platform/db", false},
		{plain, "engine/thread", "desk", true},
		{plain, "engine/thread", "engine/language", true},
		{plain, "engine/thread", "platform/db", false},
		{plain, "platform/jobs", "platform/db", true},
		{plain, "platform/jobs", "feature/staff", false},
		{plain, "platform/jobs", "migrations", false},
		{test, "platform/jobs", "migrations", true},
		{plain, "platform/db/dbtest", "migrations", false}, // by its path it is support, see file.support
		{plain, "feature/staff", "feature/customer", false},
		{plain, "feature/conversation", "feature/staff", true},
		{plain, "feature/conversation", "feature/conversation/sub", true},
		{plain, "feature/inbox", "feature/conversation", false},
		{plain, "feature/survey", "feature/conversation", true},
		{plain, "feature/survey", "feature/sla", false},
		{plain, "feature/survey", "flow/intake", false},
		{test, "feature/survey", "desktest", true},
		{plain, "feature/survey", "desktest", false},
		{plain, "channel/email", "channel", true},
		{plain, "channel/email", "channel/voice", false},
		{plain, "channel/email", "channel/email/mailtest", true},
		{plain, "channel/email", "feature/inbox", false},
		{plain, "flow/intake", "channel", true},
		{plain, "flow/intake", "channel/email", false},
		{plain, "flow/intake", "web/api", false},
		{plain, "web/api", "flow/deliver", true},
		{plain, "web/api", "channel", false},
		{plain, "app", "channel/email", true},
		{plain, "helpers", "desk", false},
	} {
		if msg := broken(c.f, c.pkg, c.imp); (msg == "") != c.ok {
			t.Errorf("broken(%s, %s, %s) = %q, want allowed=%v", c.f.path, c.pkg, c.imp, msg, c.ok)
		}
	}
}
