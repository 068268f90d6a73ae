// Package worktime counts the time in which somebody is there. A Calendar is compiled once from a Plan: a zone, the hours of each weekday, and other hours on
// single dates. It answers when a span of open time is used up, how much of it lies between two instants, and when doors open and close.
//
// What is written of the wall clock is read so: hours are open from the first moment at which the clock of the zone shows their beginning, or later, until the
// first moment at which it shows their end, or later. Where the clock is put forward, hours that it leaps over do not exist; where it is put back, what is shown
// twice counts from the first time, so that hours which meet on the clock meet in time too. Elapsed time is real: a night may have seven hours or nine.
//
// Hours belong to the date on which they begin: a night shift of a Friday runs to its end on a Saturday that is closed. What a plan says is shut is otherwise: it goes
// by instants, and nothing is open within it, whichever date the hours belong to.
package worktime
