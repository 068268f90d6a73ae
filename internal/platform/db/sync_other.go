//go:build !linux

package db

import "os"

// syncData puts the file on the disk.
func syncData(f *os.File) error { return f.Sync() }
