package archtest

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestTheLinkerMayDropMethods keeps out of the program what calls methods by a name that only the running program knows (reflect.Value.MethodByName).
// Where such a call can be reached the linker keeps every exported method of every type that is ever put into an interface: 4.8 MB of 44.5.
// "go build -ldflags=-dumpdep" marks what does it by <ReflectMethod>.
func TestTheLinkerMayDropMethods(t *testing.T) {
	t.Parallel()
	list := exec.Command("go", "list", "-deps", "./cmd/tellus")
	list.Dir = root(t)
	list.Env = append(list.Environ(), "CGO_ENABLED=0")
	out, err := list.Output()
	if err != nil {
		t.Fatalf("%v: %v", list, err)
	}
	packages := strings.Fields(string(out))
	if !slices.Contains(packages, "reflect") {
		t.Fatalf("%v names %d packages, and reflect is not among them", list, len(packages))
	}
	for pkg, instead := range map[string]string{
		"text/template":              "internal/platform/locale for texts",
		"html/template":              "a tree that html.Render writes, as in internal/web/widget",
		"github.com/alecthomas/kong": "the table of commands in cmd/tellus",
	} {
		if slices.Contains(packages, pkg) {
			t.Errorf("the program depends on %s; take %s", pkg, instead)
		}
	}
}
