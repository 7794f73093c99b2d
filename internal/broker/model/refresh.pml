/* The refresh protocol of internal/broker, for spin. check.sh runs it.

   A replica claims (lease, intent, one more send counted), sends, and commits by compare-and-swap on the generation. The token
   endpoint answers, refuses, or its answer is lost; a process may be killed at five points, and restarts. What is lost with a
   process is volatile here: what it received and had not stored. What outlives it is durable: the row, and the sent log.

   The sent log is marked before the first byte leaves ("begun") and after the last ("marked"). The second mark is made in the same
   step as the send, since both are done by one goroutine within microseconds; MARKGAP=1 opens that gap and shows what then fails.

   Switches: POLICY 0 static, 1 strict, 2 grace.  NREP processes.  PAUSE a live holder may be pre-empted.  FAMILY a dead token
   kills the whole family.  CAS, INTENT, MARK, REREAD, GATE (a claim looks at the block), LATE (publish after the commit) are the protocol's parts; each can be taken
   away, and then a property must fail. */

#ifndef POLICY
#define POLICY 1
#endif
#ifndef NREP
#define NREP 1
#endif
#ifndef PAUSE
#define PAUSE 0
#endif
#ifndef FAMILY
#define FAMILY 0
#endif
#ifndef CAS
#define CAS 1
#endif
#ifndef INTENT
#define INTENT 1
#endif
#ifndef MARK
#define MARK 1
#endif
#ifndef MARKGAP
#define MARKGAP 0
#endif
#ifndef REREAD
#define REREAD 1
#endif
#ifndef GATE
#define GATE 1
#endif
#ifndef LATE
#define LATE 1
#endif
#ifndef MAXX
#define MAXX 4          /* exchanges */
#endif
#ifndef MAXC
#define MAXC 3          /* kills */
#endif
#ifndef MAXU
#define MAXU 2          /* endpoints that cannot be reached */
#endif

/* the token endpoint */
byte cur = 1;           /* the token that is good */
bool revoked = false;

/* the row */
byte gen = 1;           /* generation */
byte tok = 1;           /* refresh token */
byte holder = 0;        /* lease: 0 free, else the replica */
byte intent = 0;        /* 0 closed, else the replica that opened it */
byte sends = 0;         /* exchanges of this generation whose fate is unknown, counted before they are sent */
byte wrote = 0;         /* those known to have left */
bool blocked = false;

/* the sent log, of the open intent */
bool begun = false;
bool marked = false;

/* what is watched */
byte inflight = 0, exchanges = 0, dead = 0, published = 1, kills = 0, unreached = 0;
bool overlap = false, regress = false, discarded = false, wrongblock = false, lost = false, late = false;
bool down[NREP + 1];

#define KILL  kills < MAXC -> kills++; down[id] = true; goto killed

#define mayclaim (holder == 0 || holder == id || down[holder] || PAUSE)

/* ends an exchange of this generation; give says by how much sends goes back. The intent is closed only where it is still ours. */
inline close(give, left) {
  if :: gen == mygen ->
          if :: intent == id -> intent = 0 :: else -> skip fi;
          if :: sends >= give -> sends = sends - give :: else -> sends = 0 fi;
          wrote = wrote + left
     :: else -> skip fi
}

inline release() { if :: holder == id -> holder = 0 :: else -> skip fi }

proctype replica(byte id) {
  byte mygen, mytok, got; bool gone, after;

start:
  atomic {               /* Recover: only who has the store alone knows the fates of what it finds */
    down[id] = false;
    if :: NREP == 1 && intent != 0 ->
            if :: MARK && marked -> wrote++; lost = true
               :: MARK && !marked && begun -> lost = true
               :: MARK && !marked && !begun -> if :: sends > 0 -> sends-- :: else -> skip fi
               :: !MARK -> wrote++; lost = true
            fi;
            intent = 0; holder = 0
       :: else -> skip fi
  }
  do
  :: blocked || exchanges >= MAXX -> break
  :: !blocked && exchanges < MAXX ->
     got = 0; gone = false; mygen = 0;
     if :: KILL :: true -> skip fi;                                      /* P1 */
     atomic {                                                            /* the claim: one transaction */
       mayclaim || blocked;
       after = blocked;
       if :: blocked && GATE -> skip
          :: !blocked && POLICY != 0 && INTENT && sends >= 2 && wrote > 0 -> blocked = true   /* the check is spent */
          :: else ->
             mygen = gen; mytok = tok; holder = id;
             if :: INTENT -> intent = id; sends++ :: else -> skip fi;
             begun = false; marked = false
       fi
     }
     if :: mygen == 0 -> break :: else -> skip fi;
     if :: KILL                                                          /* P2 */
        :: unreached < MAXU ->                                           /* not consumed */
           unreached++;
           atomic { close(1, 0); release() }
           goto again
        :: true -> skip fi;
     begun = true;
     if :: KILL :: true -> skip fi;                                      /* P3 */
     atomic {                                                            /* the request leaves whole, and acts */
       inflight++; exchanges++; late = late || after;
       if :: inflight > 1 -> overlap = true :: else -> skip fi;
#if !MARKGAP
       marked = true;
#endif
       if :: revoked -> dead++
          :: !revoked && POLICY == 0 -> got = cur
          :: !revoked && POLICY != 0 && mytok == cur -> cur++; got = cur
          :: !revoked && POLICY == 2 && mytok + 1 == cur -> got = cur
          :: else -> dead++; if :: FAMILY -> revoked = true :: else -> skip fi
       fi
     }
#if MARKGAP
     if :: kills < MAXC -> kills++; inflight--; down[id] = true; goto killed :: true -> skip fi;
     marked = true;
#endif
     if :: kills < MAXC -> kills++; inflight--; down[id] = true; goto killed     /* P4, P5 */
        :: gone = true                                                   /* reset, timeout, truncated, 502 */
        :: true -> skip fi;
     inflight--;
     if
     :: gone ->
        atomic {
          lost = true;
          close(0, 1);
          if :: gen == mygen && POLICY != 0 && INTENT && sends >= 2 -> blocked = true :: else -> skip fi;
          release()
        }
     :: !gone && got == 0 ->                                             /* invalid_grant: re-read, then block */
        atomic {
          if :: !REREAD && gen != mygen -> wrongblock = true; blocked = true
             :: gen == mygen && (intent == id || !INTENT) -> blocked = true
             :: else -> skip fi;
          close(0, 0); release()
        }
     :: !gone && got != 0 ->
        if :: KILL :: true -> skip fi;                                   /* P6 */
#if !LATE
        published = (mygen + 1 > published -> mygen + 1 : published);
#endif
        if :: KILL :: true -> skip fi;                                   /* P7, before the flush */
        atomic {                                                         /* P7: the commit */
          if :: CAS && gen != mygen ->
                  if :: got == cur && tok != cur && !revoked -> discarded = true :: else -> skip fi;
                  got = 0
             :: else ->
                  if :: got < tok -> regress = true :: else -> skip fi;
                  gen = mygen + 1; tok = got; intent = 0; sends = 0; wrote = 0; blocked = false
          fi;
          release()
        }
        if :: KILL :: true -> skip fi;                                   /* P8 */
        if :: got != 0 && mygen + 1 > published -> published = mygen + 1 :: else -> skip fi
     fi;
again: skip
  od;
  goto out;
killed:
  goto start;
out: skip
}

init { atomic { byte i = 1; do :: i <= NREP -> run replica(i); i++ :: else -> break od } }

ltl noconc    { [] (!overlap) }
ltl durable   { [] (published <= gen) }
ltl mono      { [] (!regress) }
ltl nodiscard { [] (!discarded) }
ltl onedead   { [] (dead <= 1) }
ltl replicas  { [] (dead <= NREP) }
ltl akill     { [] (dead <= 1 || dead <= kills) }
ltl quiet     { [] (!late) }
ltl nodead    { [] (dead == 0) }
ltl sentfirst { [] (blocked -> exchanges > 0) }
ltl told      { [] (blocked -> lost) }
ltl neverwrong { [] (!wrongblock) }
ltl neverblocked { [] (!blocked) }
ltl flagged   { [] (dead > 0 -> <> (blocked || exchanges >= MAXX || tok == cur)) }
ltl neverlost { [] (!(blocked && tok != cur)) }
