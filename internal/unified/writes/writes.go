// Package writes changes objects of the advertising model at Amazon, and unmakes what was changed.
//
// Every order is written down before its first byte leaves, with what each object was and is to become; what came of each row is written
// down after it. So a kill at any moment loses nothing: what had left and was not answered is called unknown, and nothing is sent a second
// time that may have had an effect. A partial failure is never a success.
package writes
