package placeholder

import "strings"

// NameParts parts a person's whole name in what one calls him by and the rest. "Bērziņa, Anna" is told by its comma. A mail address, or anything else
// that is no name, has neither.
func NameParts(whole string) (first, last string) {
	whole = strings.Join(strings.Fields(whole), " ")
	if strings.ContainsAny(whole, "@/\\<>") {
		return "", ""
	}
	if family, given, turned := strings.Cut(whole, ","); turned && given != "" {
		first, _, _ = strings.Cut(strings.TrimSpace(given), " ")
		return first, strings.TrimSpace(family)
	}
	first, last, _ = strings.Cut(whole, " ")
	return first, last
}
