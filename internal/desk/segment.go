package desk

import "strconv"

// SegmentID names a segment: a condition over customers that somebody saved.
type SegmentID int64

func (id SegmentID) String() string { return strconv.FormatInt(int64(id), 10) }

// Facts about segments.
const (
	SegmentUpdated EventKind = "segment.updated" // data: {looked, total, done} while its members are being found
	CustomerMoved  EventKind = "customer.moved"  // into segments or out of them; data: {in, out}. Nothing was done with him

	AboutSegment SubjectKind = "segment"
)
