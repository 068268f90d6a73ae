// Package ui holds the built desk, so that the binary carries it. The folder dist is filled by the build of ui/; in a fresh checkout it holds only
// .keep, and the binary then says that it was built without its desk.
package ui

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files is the built desk: index.html at its root, hashed assets below assets/, and pre-compressed siblings (.br, .gz) beside them.
func Files() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // only for an invalid path
	}
	return sub
}
