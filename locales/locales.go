// Package locales holds the catalogues of what mails, printouts and public pages say, one file per language; package
// internal/platform/locale reads them.
package locales

import "embed"

// Files are the catalogues, named active.<language>.json. Each is an object of texts by key; a text that depends on a number is an object of texts by
// plural form (zero, one, two, few, many, other; which ones a language has is CLDR's to say). A text may hold {{.Name}}, in whose place a value comes,
// and {{if .Name}}…{{end}}, which is left out where the value is empty; nothing else.
//
//go:embed active.*.json
var Files embed.FS
