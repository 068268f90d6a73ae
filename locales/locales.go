// Package locales holds the catalogues of what mails, printouts and public pages say, one file per language; package
// internal/platform/locale reads them.
package locales

import "embed"

// Files are the catalogues, named active.<language>.json in the format of go-i18n.
//
//go:embed active.*.json
var Files embed.FS
