package app

import (
	"os"
	"strings"
	"testing"
)

func TestRootLeavesTheFolderOfAnotherAlone(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	const nobody = 65534
	own := func(path string, uid int) {
		t.Helper()
		if err := os.Chown(path, uid, -1); err != nil {
			t.Fatal(err)
		}
	}
	c := Config{Data: t.TempDir()}
	refused := func(want bool, what string) {
		t.Helper()
		err := c.checkOwner(0)
		if (err != nil) != want || err != nil && !strings.Contains(err.Error(), "sudo -u ") {
			t.Errorf("%s: root is answered %v, refused should be %v", what, err, want)
		}
		if err := c.checkOwner(1000); err != nil {
			t.Errorf("%s: another user is answered %v", what, err)
		}
	}
	refused(false, "a folder of root's")
	own(c.Data, nobody)
	refused(true, "an empty folder of another")
	if err := os.WriteFile(c.in(keyFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refused(false, "a folder of another in which root serves, as in a container")
	own(c.in(keyFile), nobody)
	own(c.Data, 0)
	refused(true, "a key file of another")
	c.Data = c.in("missing")
	refused(false, "no folder yet")
}
