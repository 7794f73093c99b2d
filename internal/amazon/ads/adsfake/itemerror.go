package adsfake

import (
	"fmt"
	"strconv"
)

// An itemError is one error of one item in a multi-status answer (ads-lwa 3.2): errorType is also the single key of
// errorValue.
type itemError struct {
	kind    string // "budgetError"
	reason  string // "BUDGET_TOO_LOW"
	message string
	at      string // JSONPath
	trigger string
	extra   []tag    // further fields of this errorType, in order: entityId, lowerLimit ...
	allowed []string // of a rangeError
}

// append writes the error as the element of an errors array.
func (e *itemError) append(b []byte) []byte {
	b = appendString(append(b, `{"errorType":`...), e.kind)
	b = appendString(append(b, `,"errorValue":{`...), e.kind)
	b = appendString(append(b, `:{"reason":`...), e.reason)
	b = appendString(append(b, `,"message":`...), e.message)
	b = appendString(append(b, `,"cause":{"location":`...), e.at)
	if e.trigger != "" {
		b = appendString(append(b, `,"trigger":`...), e.trigger)
	}
	b = append(b, '}')
	for _, x := range e.extra {
		b = appendString(append(b, ','), x.key)
		b = appendString(append(b, ':'), x.value)
	}
	if e.allowed != nil {
		b = append(b, `,"allowed":[`...)
		for i, a := range e.allowed {
			b = appendString(comma(b, i), a)
		}
		b = append(b, ']')
	}
	return append(b, '}', '}', '}')
}

func missing(at string) itemError {
	return itemError{kind: "missingValueError", reason: "MISSING_VALUE", message: "A required value is missing", at: at}
}

func malformed(reason, at, value, message string) itemError {
	return itemError{kind: "malformedValueError", reason: reason, message: message, at: at, trigger: value}
}

func notInEnum(at, value string, allowed []string) itemError {
	return itemError{
		kind: "rangeError", reason: "INVALID_ENUM_VALUE", message: "The value is none of the allowed ones",
		at: at, trigger: value, allowed: allowed,
	}
}

// outOfRange makes a rangeError for a whole number.
func outOfRange(at string, value, low, high int64) itemError {
	e := itemError{
		kind: "rangeError", reason: "TOO_HIGH", message: fmt.Sprintf("The value must be between %d and %d", low, high), at: at,
		trigger: strconv.FormatInt(value, 10),
		extra:   []tag{{"lowerLimit", strconv.FormatInt(low, 10)}, {"upperLimit", strconv.FormatInt(high, 10)}},
	}
	if value < low {
		e.reason = "TOO_LOW"
	}
	return e
}

func badDate(reason, at, value, message string) itemError {
	return itemError{kind: "dateError", reason: reason, message: message, at: at, trigger: value}
}

func badBid(reason, at, value, message string) itemError {
	return itemError{kind: "biddingError", reason: reason, message: message, at: at, trigger: value}
}

func duplicate(reason, at, value, message string) itemError {
	return itemError{kind: "duplicateValueError", reason: reason, message: message, at: at, trigger: value}
}

// orphan makes the error of an item whose parent is not there.
func orphan(at, id string) itemError {
	return itemError{
		kind: "parentEntityError", reason: "PARENT_ENTITY_NOT_FOUND", message: "No parent has this id", at: at, trigger: id,
	}
}

// overQuota makes the error of an item that is one too many.
func overQuota(entity, scope, at string, quota int) itemError {
	return itemError{
		kind: "entityQuotaError", reason: "NON_ARCHIVED_QUOTA_EXCEEDED", message: "There are as many as there may be",
		at: at, extra: []tag{{"entityType", entity}, {"quotaScope", scope}, {"quota", strconv.Itoa(quota)}},
	}
}

// bounded makes the error of a bid or a budget outside of what the marketplace allows.
func bounded(kind, reason, at string, value, low, high float64) itemError {
	return itemError{
		kind: kind, reason: reason, message: "The amount is outside of what the marketplace allows", at: at, trigger: plain(value),
		extra: []tag{{"lowerLimit", plain(low)}, {"upperLimit", plain(high)}},
	}
}
