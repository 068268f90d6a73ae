package app

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// CheckOwner refuses to let root work on a data folder that belongs to the service's own user: what root writes there, a new key file before all, the
// service could not read any more. A folder that does not exist yet is nobody's.
func (c Config) CheckOwner() error { return c.checkOwner(os.Geteuid()) }

func (c Config) checkOwner(we int) error {
	if we != 0 {
		return nil // the system refuses by itself
	}
	for _, path := range []string{c.in(keyFile), c.Data} {
		info, err := os.Stat(path)
		if err != nil {
			continue // what is missing is reported by who needs it
		}
		stat, ok := info.Sys().(*syscall.Stat_t)
		if !ok || stat.Uid == 0 {
			return nil
		}
		name := strconv.FormatUint(uint64(stat.Uid), 10)
		if u, err := user.LookupId(name); err == nil {
			name = u.Username
		}
		return fmt.Errorf("%s belongs to %[2]s, who could not read what root writes there: run this as %[2]s (sudo -u %[2]s tellus …)", path, name)
	}
	return nil
}
