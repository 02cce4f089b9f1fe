"""Sends so many frames to an interface with python-can and prints the seconds that it took."""

import sys
import time

import can

bus = can.Bus(interface="socketcan", channel=sys.argv[1])
message = can.Message(arbitration_id=0x123, is_extended_id=False, data=bytes(range(8)))
start = time.perf_counter()
for _ in range(int(sys.argv[2])):
    bus.send(message)
print(time.perf_counter() - start)
bus.shutdown()
