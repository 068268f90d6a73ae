// Package desk is the vocabulary of the house: nouns, states, facts and error codes that every other package speaks in. It holds no I/O,
// knows no clock, and imports the standard library only. Its types are the bodies of the API as they are, so no secret is ever in one.
package desk
