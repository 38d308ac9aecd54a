"""How late the machine wakes who waits: sleeps 20 ms at a time, the length of a packet of a voice, until SIGTERM or for so many seconds.

Prints in ms how late nine of ten wakings were at most. A machine that has time for its programs: 1.
"""

import signal
import sys
import time

PACKET = 0.02


def end(*_):
    raise SystemExit


signal.signal(signal.SIGTERM, end)
late = [0.0]
until = time.monotonic() + float(sys.argv[1] if len(sys.argv) > 1 else "inf")
try:
    while (asked := time.monotonic()) < until:
        time.sleep(PACKET)
        late.append(time.monotonic() - asked - PACKET)
finally:
    late.sort()
    print(round(late[len(late) * 9 // 10] * 1000))
