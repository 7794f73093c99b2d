// Package hardtest holds the tests that treat the program badly.
//
// The program is built once and run as people run it: with wrong, missing, damaged and exchanged keys, with folders that are full,
// shut or taken, with settings and pastes that cannot be right, and by callers who hold nothing or too little. Each time the same
// is asked: is the answer one sentence and one hint, and is every byte of the data folder as it was. There is no code here but
// tests.
package hardtest
