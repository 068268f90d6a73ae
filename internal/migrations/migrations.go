// Package migrations embeds the schema, step by step. Expand first, contract a release later: a file's first line names the oldest
// binary level that can live with the schema after it.
package migrations

import "embed"

// Files holds NNNN_name.sql.
//
//go:embed *.sql
var Files embed.FS

// Level is the level of this binary: it grows by one with each release that changes what the schema means to older binaries.
const Level = 1
