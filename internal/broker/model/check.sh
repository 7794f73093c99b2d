#!/bin/sh
# Checks the model of the refresh protocol with spin: a row per property, first those that must hold, then those that must
# fail with a part of the protocol taken away, so that the model is known to be able to fail. Needs spin and a C compiler.
set -eu
cd "$(dirname "$0")"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
bad=0

built=
build() { # switches
  [ "$built" = "$1" ] && return
  rm -f "$dir"/pan*
  cp refresh.pml "$dir"
  ( cd "$dir" && spin -a $1 refresh.pml >spin.out 2>&1 && ${CC:-cc} -O2 -DMEMLIM=1500 -DCOLLAPSE -w -o pan pan.c >>spin.out 2>&1 ) ||
    { echo "model: does not build with $1"; cat "$dir/spin.out"; exit 1; }
  built=$1
}

row() { # expected, property, switches, words
  want=$1 prop=$2 switches=$3
  shift 3
  build "$switches"
  ( cd "$dir" && ./pan -a -m500000 -N "$prop" >pan.out 2>&1 ) || true
  if grep -q 'max search depth too small\|out of memory' "$dir/pan.out"; then got=unknown
  elif grep -q 'errors: 0' "$dir/pan.out"; then got=holds
  elif grep -q 'errors: 1' "$dir/pan.out"; then got=fails
  else got=unknown; fi
  states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' "$dir/pan.out" | head -1)
  verdict=ok
  [ "$got" = "$want" ] || { verdict=WRONG; bad=1; }
  printf '%-5s %-12s %-5s %9s states  %-52s %s\n' "$verdict" "$prop" "$got" "$states" "$switches" "$*"
}

one="-DNREP=1"
two="-DNREP=2 -DMAXU=1 -DMAXC=1 -DMAXX=3"
stall="-DNREP=2 -DMAXU=1 -DPAUSE=1 -DMAXC=0 -DMAXX=3"

for policy in 0 1 2; do
  for prop in noconc durable mono nodiscard sentfirst told neverwrong quiet flagged; do row holds $prop "$one -DPOLICY=$policy" "one process, three kills"; done
  case $policy in
  0) row holds neverblocked "$one -DPOLICY=0" "a static server: never blocked" ;;
  1) row holds onedead "$one -DPOLICY=1" "a strict server sees one dead token at most"
     row fails neverlost "$one -DPOLICY=1" "no client can prevent this loss" ;;
  2) row holds nodead "$one -DPOLICY=2" "inside its window a grace server sees none" ;;
  esac
done
row holds onedead "$one -DPOLICY=1 -DFAMILY=1" "also where that kills the family"
for prop in noconc durable mono nodiscard neverwrong quiet; do row holds $prop "$two -DPOLICY=1" "two processes, a kill"; done
for prop in durable mono nodiscard neverwrong quiet replicas; do row holds $prop "$stall -DPOLICY=1" "a holder that stalls past its lease"; done

echo
row fails noconc "$stall -DPOLICY=1" "no lease stops a stalled process"
row fails mono "$stall -DPOLICY=2 -DCAS=0" "without the compare-and-swap"
row fails onedead "$one -DPOLICY=1 -DINTENT=0 -DMAXX=5" "without the intent: asked again after every kill"
row fails sentfirst "$one -DPOLICY=1 -DMARK=0" "without the sent log: blocked for nothing"
row fails onedead "$one -DPOLICY=1 -DMARKGAP=1" "a kill between the send and its mark"
row holds akill "$one -DPOLICY=1 -DMARKGAP=1" "which costs one more for each such kill"
row holds quiet "$one -DPOLICY=1 -DMARKGAP=1" "and none once the block is stored"
row holds sentfirst "$one -DPOLICY=1 -DMARKGAP=1" "which still blocks nothing that was not sent"
row holds told "$one -DPOLICY=1 -DMARKGAP=1" "and still tells of the loss"
row fails neverwrong "$stall -DPOLICY=1 -DREREAD=0" "without the re-read after invalid_grant"
row fails quiet "$two -DPOLICY=1 -DGATE=0" "without the claim's look at the block"
row fails durable "$one -DPOLICY=1 -DLATE=0" "published before the commit"
exit $bad
