//go:build race

package mailmsg

// raceEnabled tells that the race detector, which makes everything many times slower, is on.
const raceEnabled = true
