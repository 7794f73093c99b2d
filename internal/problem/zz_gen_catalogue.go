package problem

var catalogue = map[Code]Problem{}
