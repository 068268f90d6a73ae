package db

import (
	"errors"
	"os"
	"syscall"
)

// syncData puts the file's content on the disk, and of its attributes what is needed to read it: fdatasync(2).
func syncData(f *os.File) error {
	for {
		err := syscall.Fdatasync(int(f.Fd()))
		if !errors.Is(err, syscall.EINTR) {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
